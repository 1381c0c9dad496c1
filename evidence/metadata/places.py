"""Where the file says it was made, or in one sentence why it does not say.

A position without its hemispheres is no position, zeros are what a phone leaves when it
withholds the place, and a receiver that says its fix is void is believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence.claims import MOST_ACCURACY_M, PlaceState, PositionClaim
from evidence.metadata.exif import ExifTags
from evidence.metadata.values import as_bytes, integer, is_blank, number, numbers, text

# GPS tags by number (Exif 3.0, table 66). Readers know some of them by no name.
_VERSION, _LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 0x00, 0x01, 0x02, 0x03, 0x04
_ALTITUDE_REF, _ALTITUDE, _STATUS, _DOP = 0x05, 0x06, 0x09, 0x0B
_HEADING_REF, _HEADING, _METHOD, _ERROR_M = 0x10, 0x11, 0x1B, 0x1F
_BELOW = (1, 3)

#: Radius assumed for a position that came from a cell tower and states no error: towers
#: stand hundreds of metres apart in towns and kilometres apart outside.
CELL_TOWER_RADIUS_M = 1_000.0


@dataclass(frozen=True, slots=True)
class Place:
    """What became of a file's position tags; ``dop`` is a hint at quality, no radius."""

    state: PlaceState
    reason: str | None = None
    position: PositionClaim | None = None
    dop: float | None = None


NO_TAGS = Place(PlaceState.NONE, "The file holds no metadata block at all.")


def exif_place(tags: ExifTags, fixed_at: datetime | None) -> Place:
    """Weigh the GPS tags: a position, or a state and the reason why there is none."""
    gps = tags.gps
    reason = _absent(gps)
    if reason is not None:
        return reason
    if text(gps.get(_STATUS)).upper().startswith("V"):
        return unusable("the receiver marked its fix as void")
    latitude = _degrees(gps[_LATITUDE], text(gps.get(_LATITUDE_REF)), "NS", 90)
    longitude = _degrees(gps[_LONGITUDE], text(gps.get(_LONGITUDE_REF)), "EW", 180)
    broken = next((part for part in (latitude, longitude) if isinstance(part, str)), None)
    if broken is not None or isinstance(latitude, str) or isinstance(longitude, str):
        return unusable(broken or "")
    return Place(PlaceState.VALID, None, _position(tags, latitude, longitude, fixed_at), _positive(gps.get(_DOP)))


def unusable(why: str) -> Place:
    """Give the place of tags that are there and cannot be trusted."""
    return Place(PlaceState.UNUSABLE, f"The position tags cannot be used: {why}.")


def _absent(gps: Mapping[int, Any]) -> Place | None:
    """Tell tags that are not there from tags that were blanked; None where there is something to read."""
    if not gps:
        return Place(PlaceState.NONE, "The file holds no position tags.")
    if _LATITUDE in gps and _LONGITUDE in gps:
        if is_blank(gps[_LATITUDE]) and is_blank(gps[_LONGITUDE]):
            return Place(PlaceState.REDACTED, "The position tags hold only zeros: the phone withheld the place.")
        return None
    if _LATITUDE in gps or _LONGITUDE in gps:
        return unusable("only one of latitude and longitude is there")
    if _VERSION in gps and is_blank(gps[_VERSION]):
        return Place(PlaceState.REDACTED, "The position block was blanked with zeros: the phone withheld the place.")
    return Place(PlaceState.NONE, "The file has a GPS block but no position in it.")


def _degrees(value: object, ref: str, hemispheres: str, limit: int) -> float | str:
    """Turn degrees, minutes and seconds into signed degrees; a string says why it cannot be done."""
    hemisphere = ref[:1].upper()
    if not hemisphere or hemisphere not in hemispheres:
        return "a hemisphere is missing"
    parts = numbers(value)
    if not 1 <= len(parts) <= 3:
        return "a coordinate is not degrees, minutes and seconds"
    known = [part for part in parts if part is not None and part >= 0]
    if len(known) != len(parts):
        return "a coordinate is not a number"
    degrees: float = sum(part / 60.0**power for power, part in enumerate(known))
    if degrees > limit or any(part > 60 for part in known[1:]):
        return "a coordinate is out of range"
    return -degrees if hemisphere == hemispheres[1] else degrees


def _position(tags: ExifTags, latitude: float, longitude: float, fixed_at: datetime | None) -> PositionClaim:
    gps = tags.gps
    by_tower = _is_cell_tower(gps.get(_METHOD))
    accuracy_m = _accuracy(gps.get(_ERROR_M)) or (CELL_TOWER_RADIUS_M if by_tower else None)
    heading_deg = _heading(gps.get(_HEADING))
    return PositionClaim(
        latitude=latitude,
        longitude=longitude,
        source=f"{tags.source}:GPSInfo" + (", from a cell tower" if by_tower else ""),
        altitude_m=_altitude(gps),
        accuracy_m=accuracy_m,
        confidence=None if accuracy_m is None else 0.68,
        heading_deg=heading_deg,
        heading_ref=(text(gps.get(_HEADING_REF)).upper()[:1] or None) if heading_deg is not None else None,
        fixed_at=fixed_at,
    )


def _accuracy(value: object) -> float | None:
    stated_m = _positive(value)
    return stated_m if stated_m is not None and stated_m <= MOST_ACCURACY_M else None


def _is_cell_tower(method: object) -> bool:
    """Look for CELLID behind the character code of eight bytes that should, and may not, precede it."""
    return "CELLID" in text(method).upper() or b"CELLID" in as_bytes(method).upper()


def _altitude(gps: Mapping[int, Any]) -> float | None:
    """Give metres above sea level or the ellipsoid; a missing reference means above (Exif 3.0)."""
    altitude_m = number(gps.get(_ALTITUDE))
    if altitude_m is None:
        return None
    return -abs(altitude_m) if integer(gps.get(_ALTITUDE_REF)) in _BELOW else altitude_m


def _heading(value: object) -> float | None:
    heading_deg = number(value)
    return heading_deg % 360 if heading_deg is not None and 0 <= heading_deg <= 360 else None


def _positive(value: object) -> float | None:
    """Give a number above zero; a zero in these tags means that nothing was measured."""
    found = number(value)
    return found if found is not None and found > 0 else None
