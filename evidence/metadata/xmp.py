"""Place and time from an XMP packet, asked only where Exif gave none, and the programs that it names.

The few properties wanted are found by name in the packet's bytes. The XML is not parsed, so
no entity of it can be expanded and no depth of it can hurt.
"""

from __future__ import annotations

import re

from evidence.claims import PlaceState, PositionClaim, TimeClaim
from evidence.metadata.places import Place, unusable
from evidence.metadata.times import parse_offset, parse_wall, zoned

#: An honest packet is a few kilobytes; what is wanted stands near its start.
PACKET_BYTES = 1 << 18

# Degrees, minutes with decimals or seconds, and the hemisphere (XMP specification part 2, GPSCoordinate).
_COORDINATE = re.compile(r"(\d{1,3}),(\d{1,2}(?:\.\d{1,12})?)(?:,(\d{1,2}(?:\.\d{1,12})?))?([NSEW])\Z")

# Who made the file and who wrote it since (XMP specification part 1, 8.4; part 2, xmpMM:History).
_PROGRAMS = re.compile(
    rb"(?:xmp:CreatorTool|tiff:Software|exif:Software|stEvt:softwareAgent)\s{0,9}"
    rb"(?:=\s{0,9}[\"']([^\"'<]{1,200})[\"']|>([^<]{1,200})<)"
)
# The time of an edit, xmp:ModifyDate, is never a capture time. xmp:CreateDate is the file's and only a last resort.
_TIMES = ("exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate")


def xmp_place(packet: bytes) -> Place | None:
    """Give the position of ``exif:GPSLatitude`` and ``exif:GPSLongitude``; None where they are absent."""
    latitude, longitude = _property(packet, "exif:GPSLatitude"), _property(packet, "exif:GPSLongitude")
    if latitude is None or longitude is None:
        return None
    north, east = _degrees(latitude, "NS", 90), _degrees(longitude, "EW", 180)
    if north is None or east is None:
        return unusable("the coordinates in XMP are not degrees")
    if north == east == 0:
        return Place(PlaceState.REDACTED, "The position in XMP holds only zeros: the phone withheld the place.")
    return Place(PlaceState.VALID, None, PositionClaim(north, east, "xmp:exif:GPSLatitude"))


def xmp_time(packet: bytes) -> TimeClaim | None:
    """Give the first time of the packet that can be one of capture; its source names the property."""
    for name in _TIMES:
        parsed = parse_wall(_property(packet, name) or "")
        if parsed is not None:
            wall, rounding_s, rest = parsed
            return zoned(wall, parse_offset(rest), f"xmp:{name}", rounding_s)
    return None


def xmp_programs(packet: bytes) -> tuple[str, ...]:
    """Give the names of the programs that made or changed the file, each once, as they stand in the packet."""
    found = (match[1] or match[2] for match in _PROGRAMS.finditer(packet[:PACKET_BYTES]))
    return tuple(dict.fromkeys(name.decode("utf-8", "replace").strip() for name in found))


def _property(packet: bytes, name: str) -> str | None:
    """Give a simple property's text, written as an attribute or as an element."""
    pattern = rb"%b\s{0,9}(?:=\s{0,9}[\"']([^\"'<]{1,64})[\"']|>([^<]{1,64})<)" % re.escape(name.encode())
    match = re.search(pattern, packet[:PACKET_BYTES])
    return (match[1] or match[2]).decode("ascii", "replace").strip() if match else None


def _degrees(value: str, hemispheres: str, limit: int) -> float | None:
    match = _COORDINATE.match(value)
    if match is None or match[4] not in hemispheres:
        return None
    degrees = int(match[1]) + float(match[2]) / 60 + float(match[3] or 0) / 3600
    if degrees > limit:
        return None
    return -degrees if match[4] == hemispheres[1] else degrees
