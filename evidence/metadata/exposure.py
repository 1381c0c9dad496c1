"""How a photo was exposed, from its Exif tags (Exif 3.0, CIPA DC-008, 4.6.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evidence.metadata.values import integer, number, numbers

_TIME, _F_NUMBER, _ISO, _APERTURE, _FLASH = 0x829A, 0x829D, 0x8827, 0x9202, 0x9209
#: ISO holds 65535 where the sensitivity is beyond what the tag can say (Exif 3.0, PhotographicSensitivity).
_BEYOND = 65_535
_LONGEST_S, _MOST_F, _MOST_ISO = 3_600.0, 128.0, 10_000_000.0


@dataclass(frozen=True, slots=True)
class Exposure:
    """Seconds, f-number and ISO speed; None where a tag is missing or cannot be true."""

    seconds: float | None
    f_number: float | None
    iso: float | None
    flash_fired: bool | None


def exposure_of(photo: Mapping[int, Any]) -> Exposure:
    """Read the tags of the Exif directory."""
    flash = integer(photo.get(_FLASH))
    return Exposure(
        seconds=_within(number(photo.get(_TIME)), _LONGEST_S),
        f_number=_within(number(photo.get(_F_NUMBER)), _MOST_F) or _from_apex(number(photo.get(_APERTURE))),
        iso=_iso(photo.get(_ISO)),
        flash_fired=None if flash is None else bool(flash & 1),
    )


def _within(value: float | None, most: float) -> float | None:
    """A value that is more than nothing and less than absurd."""
    return value if value is not None and 0 < value <= most else None


def _from_apex(aperture: float | None) -> float | None:
    """ApertureValue is the APEX unit 2 log2(N)."""
    return None if aperture is None or not 0 < aperture < 14 else float(2 ** (aperture / 2))


def _iso(value: object) -> float | None:
    """The first of the values: cameras may write two."""
    found = numbers(value)
    iso = _within(found[0], _MOST_ISO) if found else None
    return None if iso == _BEYOND else iso
