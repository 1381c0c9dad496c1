"""Plain numbers and texts from what the Exif readers give for a tag.

The readers hand out ints, rationals with a zero denominator, one-element tuples, lists of
byte values and undecoded bytes for the same tag; none of that leaves this file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Rational


def number(value: object) -> float | None:
    """Give a finite number, or None for NaN, infinity, a zero denominator or no number at all."""
    if isinstance(value, (list, tuple)):
        return number(value[0]) if len(value) == 1 else None
    if isinstance(value, Rational):
        return _ratio(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return None


def _ratio(value: Rational) -> float | None:
    """Divide; the readers keep 0/0 as a rational that must not be asked for its float."""
    denominator = value.denominator
    if not isinstance(denominator, int) or denominator == 0 or not isinstance(value.numerator, (int, float)):
        return None
    return value.numerator / denominator


def numbers(value: object) -> list[float | None]:
    """Give the numbers of a tag that holds several; a single one is a list of one."""
    return [number(part) for part in value] if isinstance(value, (list, tuple)) else [number(value)]


def integer(value: object) -> int | None:
    """Give a whole number, also from a single byte, or None."""
    if isinstance(value, bytes):
        return value[0] if len(value) == 1 else None
    found = number(value)
    return None if found is None else int(found)


def text(value: object) -> str:
    """Give the text up to its first NUL, without spaces around it; empty where there is none."""
    if isinstance(value, str):
        return value.partition("\0")[0].strip()
    return as_bytes(value).partition(b"\0")[0].decode("utf-8", "replace").strip()


def as_bytes(value: object) -> bytes:
    """Give the bytes of a tag, which one reader hands out as a list of numbers."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, (list, tuple)) and all(isinstance(part, int) and 0 <= part < 256 for part in value):
        return bytes(value)
    return b""


def is_blank(value: object) -> bool:
    """Say whether a tag holds only zeros, 0/0 rationals, NULs or spaces: what redaction leaves."""
    if isinstance(value, (str, bytes)):
        return not text(value)
    parts: Sequence[object] = value if isinstance(value, (list, tuple)) else (value,)
    return all(getattr(part, "numerator", part) in (0, 0.0, None) for part in parts)
