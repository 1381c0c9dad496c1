"""All that a check may look at, gathered before the first check runs.

Plain values only, so that a check is a function that can be tried without an app,
a database or a clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from evidence.claims import Claims
from evidence.envelope import Standing
from evidence.findings import ClaimName
from evidence.policy import EvidencePolicy
from geo.site import Site


class Stage(StrEnum):
    """The stage of the works that a photo is to show."""

    BEFORE = "before"
    MOBILISATION = "mobilisation"
    DURING = "during"
    COMPLETION = "completion"
    WARRANTY = "warranty"
    SAFETY = "safety"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When photos of a piece of work are expected; dates are whole days in ``zone``.

    ``working_days`` holds ISO weekdays (1 is Monday). A None means it is not known.
    """

    zone: ZoneInfo
    window_start: date | None = None
    window_end: date | None = None
    contract_start: date | None = None
    contract_end: date | None = None
    working_days: frozenset[int] = frozenset({1, 2, 3, 4, 5, 6})
    work_starts: time = time(6, 0)
    work_ends: time = time(19, 0)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What one requirement asks of a photo that is offered for it."""

    code: str
    station_m: float | None = None
    station_tolerance_m: float | None = None
    minimum_megapixels: float | None = None
    oldest_age_h: float | None = None


@dataclass(frozen=True, slots=True)
class EarlierUse:
    """Another record with the very same bytes.

    ``milestone`` and ``project`` are None where that record names none.
    """

    evidence: str
    project: str | None
    milestone: str | None
    stage: str | None
    captured_at: datetime | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class StatedPlace:
    """A position that a file or a device stated, as it was written, and the instants of its fix and its photo."""

    claim: ClaimName
    latitude: float
    longitude: float
    fixed_at: datetime | None = None
    captured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """Where and when a photo was taken by a machine's word: one end of a person's way.

    ``r68_m`` is the radius to reckon with, stated or assumed; ``clock`` names whose clock spoke, None if unknown.
    """

    evidence: str
    at: datetime
    latitude: float
    longitude: float
    r68_m: float
    clock: str | None = None
    zone_assumed: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """What the records already hold that bears on this photo.

    ``same_bytes`` are earlier records of the same sha256, oldest first. ``recent_places`` are those that the
    uploader's latest photos in the same project stated, newest first. ``neighbours`` are the uploader's captures next
    before and next after this one, in any project, as far as there are any that stand.
    """

    same_bytes: tuple[EarlierUse, ...] = ()
    recent_places: tuple[StatedPlace, ...] = ()
    neighbours: tuple[Capture, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """Claims, rules and records for one photo.

    ``site`` is None where no site is known; ``received_at`` is aware and in UTC. ``envelope`` is how the phone's
    signed statement stands.
    """

    evidence: str
    sha256: str
    claims: Claims
    stage: Stage
    site: Site | None
    schedule: Schedule | None
    policy: EvidencePolicy
    received_at: datetime
    project: str | None = None
    milestone: str | None = None
    requirement: Requirement | None = None
    history: History = field(default_factory=History)
    envelope: Standing = Standing.UNSIGNED
