"""Small photos with the EXIF a phone writes, made in memory for tests that need one to order."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from PIL import Image
from PIL.TiffImagePlugin import IFDRational


def jpeg(
    *,
    latitude: float | None = None,
    longitude: float | None = None,
    taken: datetime | None = None,
    accuracy_m: float | None = 6.0,
    shade: int = 120,
    size: tuple[int, int] = (64, 48),
) -> bytes:
    """A JPEG whose pixels depend on ``shade``, so that two shades are two different photos.

    Args:
        latitude: degrees north; None leaves the position out.
        longitude: degrees east.
        taken: aware capture time, written as local time with its offset.
        accuracy_m: GPSHPositioningError; None leaves it out.
        shade: 0 to 255 and beyond; taken modulo 16.7 million as a colour.
        size: width and height in pixels.
    """
    image = Image.new("RGB", size, (shade % 256, shade // 256 % 256, shade // 65_536 % 256))
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Saksi", "Test phone"
    details = exif.get_ifd(0x8769)
    if taken is not None:
        details[0x9003] = taken.strftime("%Y:%m:%d %H:%M:%S")
        offset = taken.strftime("%z")
        details[0x9011] = f"{offset[:3]}:{offset[3:5]}"
    if latitude is not None and longitude is not None:
        place = exif.get_ifd(0x8825)
        place[1], place[2] = "N" if latitude >= 0 else "S", _sexagesimal(latitude)
        place[3], place[4] = "E" if longitude >= 0 else "W", _sexagesimal(longitude)
        if accuracy_m is not None:
            place[0x1F] = IFDRational(round(accuracy_m * 100), 100)
    out = BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def _sexagesimal(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    total = round(abs(degrees) * 3600 * 100_000)
    whole, rest = divmod(total, 3600 * 100_000)
    minutes, seconds = divmod(rest, 60 * 100_000)
    return IFDRational(whole, 1), IFDRational(minutes, 1), IFDRational(seconds, 100_000)
