"""Writes pictures the way phones do: a JPEG with camera, time and position in its EXIF block.

The demonstration's illustrations need such tags so that they travel the same road as photos. What is
wrong about a demonstration photo (no position, a wrong clock) is the caller's choice, not this file's.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Literal

from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

DESCRIPTION = "Illustration \u2014 demonstration data"
QUALITY = 82

Gps = Literal[True, False, "redacted"]

_BASE, _GPS = ExifTags.Base, ExifTags.GPS
_GPS_VERSION = b"\x02\x03\x00\x00"


def photo(
    image: Image.Image,
    *,
    taken: datetime,
    latitude: float,
    longitude: float,
    accuracy_m: float | None,
    heading_deg: float | None,
    altitude_m: float | None,
    make: str,
    model: str,
    software: str,
    orientation: int = 1,
    gps: Gps = True,
    offset: bool = True,
) -> bytes:
    """Encode ``image`` as the JPEG file that a phone would have made of it.

    Args:
        image: RGB pixels as stored, that is before ``orientation`` is applied.
        taken: aware; its zone is the phone's, its UTC instant goes into the GPS time.
        latitude: degrees on WGS 84, north positive; written to 1e-4 of an arc second (3 mm).
        longitude: degrees on WGS 84, east positive.
        accuracy_m: horizontal positioning error in metres, or None to say nothing.
        heading_deg: true heading of the camera, 0 to 360, or None.
        altitude_m: above sea level, negative below, or None.
        make: maker of the phone.
        model: the maker's name for the phone.
        software: its firmware or camera app.
        orientation: EXIF Orientation, 1 to 8.
        gps: True writes the position, False no GPS block at all, ``"redacted"`` the tags with 0/0
            in place of numbers, as Android hands a photo to an app without the location permission.
        offset: whether the zone of the capture time is stated (OffsetTimeOriginal).

    Raises:
        ValueError: ``taken`` is naive.
    """
    if taken.utcoffset() is None:
        raise ValueError("taken must be aware")
    exif = Image.Exif()
    exif.update(_camera(taken, make, model, software, orientation))
    _put(exif, ExifTags.IFD.Exif, _capture(image, taken, offset))
    if gps:
        place = (
            _redacted() if gps == "redacted" else _position(latitude, longitude, altitude_m, heading_deg, accuracy_m)
        )
        _put(exif, ExifTags.IFD.GPSInfo, {**place, **_satellite_time(taken)})
    out = BytesIO()
    image.save(out, "JPEG", quality=QUALITY, exif=exif.tobytes())
    return out.getvalue()


def _put(exif: Image.Exif, block: ExifTags.IFD, tags: dict[int, Any]) -> None:
    exif.get_ifd(block).update(tags)
    exif[block] = exif.get_ifd(block)


def _camera(taken: datetime, make: str, model: str, software: str, orientation: int) -> dict[int, Any]:
    return {
        # EXIF calls this ASCII; phones put UTF-8 there, and so do we.
        _BASE.ImageDescription: DESCRIPTION.encode(),
        _BASE.Make: make,
        _BASE.Model: model,
        _BASE.Software: software,
        _BASE.Orientation: orientation,
        _BASE.DateTime: _wall(taken),
    }


def _capture(image: Image.Image, taken: datetime, offset: bool) -> dict[int, Any]:
    """Times of the Exif block, the picture's size and its id, which follows from the pixels and the time."""
    identity = hashlib.sha256(image.tobytes() + taken.isoformat().encode()).hexdigest()[:32]
    tags: dict[int, Any] = {
        _BASE.ExifVersion: b"0232",
        _BASE.DateTimeOriginal: _wall(taken),
        _BASE.DateTimeDigitized: _wall(taken),
        _BASE.SubsecTimeOriginal: f"{taken.microsecond // 1000:03d}",
        _BASE.SubsecTimeDigitized: f"{taken.microsecond // 1000:03d}",
        _BASE.ExifImageWidth: image.width,
        _BASE.ExifImageHeight: image.height,
        _BASE.ImageUniqueID: identity,
    }
    if offset:
        tags |= {_BASE.OffsetTimeOriginal: _zone(taken), _BASE.OffsetTimeDigitized: _zone(taken)}
    return tags


def _position(
    latitude: float, longitude: float, altitude_m: float | None, heading_deg: float | None, accuracy_m: float | None
) -> dict[int, Any]:
    tags: dict[int, Any] = {
        _GPS.GPSVersionID: _GPS_VERSION,
        _GPS.GPSLatitudeRef: "S" if latitude < 0 else "N",
        _GPS.GPSLatitude: _sexagesimal(latitude),
        _GPS.GPSLongitudeRef: "W" if longitude < 0 else "E",
        _GPS.GPSLongitude: _sexagesimal(longitude),
    }
    if altitude_m is not None:
        tags |= {
            _GPS.GPSAltitudeRef: bytes([altitude_m < 0]),
            _GPS.GPSAltitude: IFDRational(round(abs(altitude_m) * 100), 100),
        }
    if heading_deg is not None:
        tags |= {_GPS.GPSImgDirectionRef: "T", _GPS.GPSImgDirection: IFDRational(round(heading_deg % 360 * 100), 100)}
    if accuracy_m is not None:
        tags[_GPS.GPSHPositioningError] = IFDRational(round(accuracy_m * 1000), 1000)
    return tags


def _redacted() -> dict[int, Any]:
    """The position tags with their numbers blanked."""
    blank = (IFDRational(0, 0),) * 3
    return {
        _GPS.GPSVersionID: _GPS_VERSION,
        _GPS.GPSLatitudeRef: "N",
        _GPS.GPSLatitude: blank,
        _GPS.GPSLongitudeRef: "E",
        _GPS.GPSLongitude: blank,
        _GPS.GPSAltitudeRef: b"\x00",
        _GPS.GPSAltitude: IFDRational(0, 0),
    }


def _satellite_time(taken: datetime) -> dict[int, Any]:
    """GPS date and time, in UTC; phones write whole seconds."""
    instant = taken.astimezone(UTC)
    clock = tuple(IFDRational(part, 1) for part in (instant.hour, instant.minute, instant.second))
    return {_GPS.GPSDateStamp: instant.strftime("%Y:%m:%d"), _GPS.GPSTimeStamp: clock}


def _sexagesimal(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    """Degrees, minutes and seconds; counted in ten-thousandths of a second so that 60 never appears."""
    minutes, seconds_e4 = divmod(round(abs(degrees) * 36_000_000), 600_000)
    whole, minute = divmod(minutes, 60)
    return IFDRational(whole, 1), IFDRational(minute, 1), IFDRational(seconds_e4, 10_000)


def _wall(taken: datetime) -> str:
    return taken.strftime("%Y:%m:%d %H:%M:%S")


def _zone(taken: datetime) -> str:
    """The offset as +HH:MM."""
    text = taken.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"
