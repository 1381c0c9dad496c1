"""Ids, digests, times and chances reckoned from a row's number, many at once.

Whatever points at a row reckons its id again, so that no list of ten million ids is kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]
_Bits = npt.NDArray[np.uint64]

#: What a row is; the same number gives another id for each.
AREA, ORGANISATION, PERSON, GRANT, PROJECT, CONTRACT, SITE, MILESTONE, REQUIREMENT, PHOTO = range(10)
SUBMISSION, DECISION, CERTIFICATE, PAYMENT, REVIEW = range(10, 15)
SHA256, CLAIM, DIGEST = range(20, 23)
STATE, VERDICT = range(30, 32)

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def ids(kind: int, number: Whole, made_s: Whole) -> list[str]:
    """UUIDv7 as 32 lowercase hex digits, of rows made at ``made_s`` seconds since 1970."""
    millisecond = (made_s * 1000).astype(np.uint64) << np.uint64(16)
    first = millisecond | np.uint64(0x7000) | (_mixed(kind, number, 0) & np.uint64(0xFFF))
    second = (np.uint64(2) << np.uint64(62)) | (_mixed(kind, number, 1) >> np.uint64(2))
    return _hex([first, second])


def digests(kind: int, number: Whole) -> list[str]:
    """64 lowercase hex digits that look like a sha256."""
    return _hex([_mixed(kind, number, part) for part in range(4)])


def chance(kind: int, number: Whole) -> Real:
    """A number in [0, 1) for each row."""
    return np.asarray(_mixed(kind, number, 0) >> np.uint64(11), dtype=np.float64) / float(1 << 53)


def instants(seconds: Whole) -> list[str]:
    """Seconds since 1970 as the databases read them: UTC, a blank between day and time, microseconds."""
    letters = np.datetime_as_string(seconds.astype("datetime64[s]"), unit="us").astype("S26")
    plain = letters.view(np.uint8).reshape(-1, 26)
    plain[:, 10] = ord(" ")
    return _cut(plain.tobytes().decode(), 26)


def days(numbers: Whole) -> list[str]:
    """Days since 1970 as ``YYYY-MM-DD``."""
    found: list[str] = np.datetime_as_string(numbers.astype("datetime64[D]")).tolist()
    return found


def _mixed(kind: int, number: Whole, part: int) -> _Bits:
    """SplitMix64 (Steele, Lea, Flood 2014) over kind, part and number."""
    with np.errstate(over="ignore"):
        bits = (number.astype(np.uint64) + np.uint64((kind * 8 + part + 1) << 40)) * _GOLDEN
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: _Bits = bits ^ (bits >> np.uint64(31))
    return mixed


def _hex(words: list[Any]) -> list[str]:
    return _cut(np.stack(words, axis=1).astype(">u8").tobytes().hex(), 16 * len(words))


def _cut(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(0, len(text), length)]
