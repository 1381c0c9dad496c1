"""All that a check of pixels may look at: what was seen, what the photo is for, and what looks like it.

Plain values only, like those of ``evidence.context``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from evidence.context import Stage
from evidence.policy import EvidencePolicy
from evidence.seen import Seen


@dataclass(frozen=True, slots=True)
class PixelContext:
    """One photo as the worker knows it; instants are aware and in UTC, ``zone`` is the project's.

    ``project`` is a code, ``milestone`` and ``requirement`` are ids; None where the photo names none.
    """

    evidence: str
    seen: Seen
    stage: Stage
    project: str
    milestone: str | None
    requirement: str | None
    captured_at: datetime | None
    received_at: datetime
    zone: ZoneInfo
    policy: EvidencePolicy
