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
class Standpoint:
    """Where a camera stood and what view it was asked for: None and empty where that is not known.

    ``view`` names a fixed view or a station of the project.
    """

    view: str = ""
    latitude: float | None = None
    longitude: float | None = None
    heading_deg: float | None = None


@dataclass(frozen=True, slots=True)
class NearPicture:
    """A photo that was received earlier and looks like this one.

    ``bits`` of 256 in which the hashes differ, 0 where the pixels are the same; ``turned`` where it is near once one
    of the two is mirrored or turned.
    """

    evidence: str
    bits: int
    same_pixels: bool
    turned: bool
    project: str
    milestone: str | None
    requirement: str | None
    stage: Stage
    captured_at: datetime | None
    received_at: datetime
    standpoint: Standpoint = Standpoint()


@dataclass(frozen=True, slots=True)
class PixelContext:
    """One photo as the worker knows it; instants are aware and in UTC, ``zone`` is the project's.

    ``project`` is a code, ``milestone`` and ``requirement`` are ids; None where the photo names none.
    ``near`` is the nearest first.
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
    standpoint: Standpoint = Standpoint()
    near: tuple[NearPicture, ...] = ()
