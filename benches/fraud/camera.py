"""A phone's camera: writes a picture as a JPEG with the tags a phone writes, a thumbnail among them.

What the tags say is the caller's choice: a cheat writes them with the same tool as an honest phone.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

_BASE, _GPS = ExifTags.Base, ExifTags.GPS
_THUMBNAIL_PX = (320, 240)
QUALITY = 88


@dataclass(frozen=True, slots=True)
class Tags:
    """What the file is to say. ``ev`` is the exposure value at ISO 100; None leaves exposure out."""

    taken: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    accuracy_m: float | None = None
    ev: float | None = None
    gps_time: datetime | None = None
    software: str = "OS 14 camera"
    heading_deg: float | None = None


def photo(
    picture: Image.Image, tags: Tags, *, quality: int = QUALITY, thumbnail: Image.Image | bool | None = True
) -> bytes:
    """The file; ``thumbnail`` True shows the picture itself, None shows nothing, a picture shows that one."""
    shown = picture if thumbnail is True else thumbnail or None
    block = _exif(picture, tags)
    if isinstance(shown, Image.Image):
        block = _with_thumbnail(block, _small(shown))
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, exif=block)
    return out.getvalue()


def retagged(file: bytes, picture: Image.Image, tags: Tags) -> bytes:
    """The same compressed pixels, byte for byte, under other tags."""
    block = _with_thumbnail(_exif(picture, tags), _small(picture))
    segment = b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block
    return b"\xff\xd8" + segment + file[_after_exif(file) :]


def _after_exif(file: bytes) -> int:
    """Where the segments begin that are neither JFIF nor Exif."""
    at = 2
    while file[at + 1] in (0xE0, 0xE1):
        at += 2 + struct.unpack(">H", file[at + 2 : at + 4])[0]
    return at


def _exif(picture: Image.Image, tags: Tags) -> bytes:
    exif = Image.Exif()
    exif.update({_BASE.Make: "Bench", _BASE.Model: "Phone", _BASE.Software: tags.software, _BASE.Orientation: 1})
    _put(exif, ExifTags.IFD.Exif, _capture(picture, tags))
    _put(exif, ExifTags.IFD.GPSInfo, _place(tags))
    return exif.tobytes()


def _put(exif: Image.Exif, block: ExifTags.IFD, tags: dict[int, Any]) -> None:
    if tags:
        exif.get_ifd(block).update(tags)
        exif[block] = exif.get_ifd(block)


def _capture(picture: Image.Image, tags: Tags) -> dict[int, Any]:
    told: dict[int, Any] = {_BASE.ExifImageWidth: picture.width, _BASE.ExifImageHeight: picture.height}
    if tags.taken is not None:
        zone = tags.taken.strftime("%z")
        told |= {
            _BASE.DateTimeOriginal: tags.taken.strftime("%Y:%m:%d %H:%M:%S"),
            _BASE.OffsetTimeOriginal: f"{zone[:3]}:{zone[3:5]}",
        }
    return told | (_exposure(tags.ev) if tags.ev is not None else {})


def _exposure(ev: float) -> dict[int, Any]:
    """Aperture, time and sensitivity as a phone would choose them: f/1.8, as little ISO as 1/30 s allows."""
    aperture = 1.8
    seconds_at_100 = aperture**2 / 2**ev
    iso = min(6400, max(50, math.ceil(100 * seconds_at_100 * 30)))
    seconds = seconds_at_100 * 100 / iso
    time = IFDRational(1, max(1, round(1 / seconds))) if seconds < 0.5 else IFDRational(round(seconds * 10), 10)
    return {_BASE.ExposureTime: time, _BASE.FNumber: IFDRational(18, 10), _BASE.ISOSpeedRatings: iso, _BASE.Flash: 16}


def _place(tags: Tags) -> dict[int, Any]:
    told: dict[int, Any] = {}
    if tags.latitude is not None and tags.longitude is not None:
        told = {
            _GPS.GPSLatitudeRef: "S" if tags.latitude < 0 else "N",
            _GPS.GPSLatitude: _sexagesimal(tags.latitude),
            _GPS.GPSLongitudeRef: "W" if tags.longitude < 0 else "E",
            _GPS.GPSLongitude: _sexagesimal(tags.longitude),
        }
    if tags.accuracy_m is not None:
        told[_GPS.GPSHPositioningError] = IFDRational(round(tags.accuracy_m * 1000), 1000)
    if tags.heading_deg is not None:
        told |= {_GPS.GPSImgDirectionRef: "T", _GPS.GPSImgDirection: IFDRational(round(tags.heading_deg * 100), 100)}
    if tags.gps_time is not None:
        instant = tags.gps_time.astimezone(UTC)
        clock = tuple(IFDRational(part, 1) for part in (instant.hour, instant.minute, instant.second))
        told |= {_GPS.GPSDateStamp: instant.strftime("%Y:%m:%d"), _GPS.GPSTimeStamp: clock}
    return told


def _sexagesimal(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    minutes, seconds_e4 = divmod(round(abs(degrees) * 36_000_000), 600_000)
    whole, minute = divmod(minutes, 60)
    return IFDRational(whole, 1), IFDRational(minute, 1), IFDRational(seconds_e4, 10_000)


def _small(picture: Image.Image) -> bytes:
    small = picture.convert("RGB")
    small.thumbnail(_THUMBNAIL_PX)
    out = BytesIO()
    small.save(out, "JPEG", quality=75)
    return out.getvalue()


def _with_thumbnail(block: bytes, thumbnail: bytes) -> bytes:
    """Hang a second directory with the thumbnail behind an Exif block (EXIF 2.32, 4.6.8: IFD1)."""
    head, tiff = block[:6], bytearray(block[6:])
    order = "<" if tiff[:2] == b"II" else ">"
    first = struct.unpack_from(order + "I", tiff, 4)[0]
    entries = struct.unpack_from(order + "H", tiff, first)[0]
    tiff += b"\0" * (len(tiff) % 2)
    struct.pack_into(order + "I", tiff, first + 2 + 12 * entries, len(tiff))
    behind = len(tiff) + 2 + 12 * 3 + 4
    directory = struct.pack(order + "H", 3)
    directory += struct.pack(order + "HHIHH", 0x0103, 3, 1, 6, 0)
    directory += struct.pack(order + "HHII", 0x0201, 4, 1, behind)
    directory += struct.pack(order + "HHII", 0x0202, 4, 1, len(thumbnail))
    return head + bytes(tiff) + directory + struct.pack(order + "I", 0) + thumbnail
