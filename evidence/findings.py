"""The answer of one check: outcome, what was measured, what was expected, and a sentence.

The sentence is for a person who still stands on the site and can act on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: The measured value of a check that broke; a photo with such a finding is never verified by machine.
NOT_CHECKED = "not checked"


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
