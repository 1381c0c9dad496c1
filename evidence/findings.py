"""The answer of one check: outcome, what was measured, what was expected, and a sentence.

The sentence is for a person who still stands on the site and can act on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

#: The measured value of a check that broke; a photo with such a finding is never verified by machine.
NOT_CHECKED = "not checked"
_OTHER_PHOTO = re.compile(r"evidence ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


class Outcome(StrEnum):
    """How a check ended; ``unknown`` means there was nothing to check against."""

    PASS = "pass"  # noqa: S105
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


class ClaimName(StrEnum):
    """The claim a finding rests on."""

    FILE = "file"
    DEVICE = "device"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's answer about one photo.

    ``measured`` and ``expected`` are short texts with their units ("43 m outside", "within 15 m").
    """

    check: str
    outcome: Outcome
    message: str
    measured: str | None = None
    expected: str | None = None
    claim: ClaimName | None = None


def other_photo(measured: str | None) -> str | None:
    """The id of the other photo that a measured value names; None where it names none."""
    match = _OTHER_PHOTO.search(measured or "")
    return match.group(1) if match else None


def without_other(measured: str | None) -> str | None:
    """The measured value for whoever may not know of the other photo, which may be of a project that is not theirs."""
    return None if measured is None else _OTHER_PHOTO.sub("another photo", measured)
