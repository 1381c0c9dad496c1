"""Contexts for the tests of the checks, each in one line: what is not said is ordinary and in order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from evidence.checks import REGISTRY
from evidence.claims import (
    Claims,
    DeviceClaim,
    FileClaim,
    OperatorClaim,
    PlaceState,
    PositionClaim,
    TimeClaim,
    ZoneState,
)
from evidence.context import Capture, Context, EarlierUse, History, Schedule, Stage, StatedPlace
from evidence.findings import Finding
from evidence.pixel_context import PixelContext
from evidence.policy import EvidencePolicy
from evidence.seen import Seen
from geo.corridor import Station
from geo.site import Site

MANILA = ZoneInfo("Asia/Manila")
SHA256 = "ab" * 32

#: A Wednesday, 10:00 on the site in Manila.
CAPTURED = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
RECEIVED = CAPTURED + timedelta(minutes=10)


@dataclass
class FakeSite:
    """A site that answers what the test tells it to, and remembers the tolerance it was asked with."""

    outside_m: float = -20.0
    probability: float = 0.99
    kind: str = "polygon"
    obstructed: bool = False
    station: Station | None = None
    asked: list[tuple[float, float]] = field(default_factory=list)
    by_latitude: dict[float, tuple[float, float]] = field(default_factory=dict)

    def signed_distance_m(self, latitude: float, longitude: float) -> float:
        return self.by_latitude.get(latitude, (self.outside_m, 0.0))[0]

    def probability_inside(self, latitude: float, longitude: float, sigma_m: float, tolerance_m: float) -> float:
        self.asked.append((sigma_m, tolerance_m))
        return self.by_latitude.get(latitude, (0.0, self.probability))[1]

    def way_back(self, latitude: float, longitude: float) -> tuple[float, str]:
        return abs(self.outside_m), "north-east"

    def station_of(self, latitude: float, longitude: float) -> Station | None:
        return self.station


def position(
    latitude: float = 14.6, longitude: float = 121.0, accuracy_m: float | None = 8.0, confidence: float | None = 0.68
) -> PositionClaim:
    """A machine's position, good to 8 m at 68 % unless told otherwise."""
    return PositionClaim(latitude, longitude, "test", accuracy_m=accuracy_m, confidence=confidence)


def stated(instant: datetime = CAPTURED) -> TimeClaim:
    """A time whose file names its zone."""
    return TimeClaim(instant.astimezone(MANILA).replace(tzinfo=None), instant, ZoneState.STATED, "test")


def wall(moment: datetime) -> TimeClaim:
    """A time without a zone."""
    return TimeClaim(moment, None, ZoneState.UNKNOWN, "test")


_FILE = FileClaim(
    media_type="image/jpeg",
    size=1_400_000,
    width=4000,
    height=3000,
    defect=None,
    defect_detail=None,
    place_state=PlaceState.VALID,
    place_reason=None,
    position=position(),
    time=stated(),
    gps_instant=None,
)

_SCHEDULE = Schedule(
    zone=MANILA,
    window_start=date(2026, 5, 1),
    window_end=date(2026, 5, 31),
    contract_start=date(2026, 1, 15),
    contract_end=date(2026, 12, 31),
)


def photo(**changes: Any) -> FileClaim:
    """What an ordinary file says, with changes; without a position its place state is NONE unless given."""
    if changes.get("position", ...) is None:
        changes.setdefault("place_state", PlaceState.NONE)
    return replace(_FILE, **changes)


def schedule(**changes: Any) -> Schedule:
    """May 2026 within a contract of 2026, with changes."""
    return replace(_SCHEDULE, **changes)


def use(**changes: Any) -> EarlierUse:
    """An earlier record of the same bytes for the very same purpose, with changes."""
    same = EarlierUse("earlier", "P1", "M1", "during", CAPTURED, RECEIVED - timedelta(minutes=5))
    return replace(same, **changes)


def context(
    *,
    file: FileClaim | None = None,
    device: DeviceClaim | None = None,
    operator: OperatorClaim | None = None,
    site: FakeSite | Site | None = None,
    without: tuple[str, ...] = (),
    earlier: tuple[EarlierUse, ...] = (),
    recent: tuple[StatedPlace, ...] = (),
    neighbours: tuple[Capture, ...] = (),
    policy: EvidencePolicy | None = None,
    **changes: Any,
) -> Context:
    """An ordinary photo of stage "during", by a file alone; ``without`` names fields set to None."""
    whole = Context(
        evidence="new",
        sha256=SHA256,
        claims=Claims(file or photo(), device or DeviceClaim(), operator or OperatorClaim()),
        stage=Stage.DURING,
        site=cast(Site, site or FakeSite()),
        schedule=schedule(),
        policy=policy or EvidencePolicy(),
        received_at=RECEIVED,
        project="P1",
        milestone="M1",
        history=History(earlier, recent, neighbours),
    )
    emptied: dict[str, Any] = dict.fromkeys(without)
    return replace(whole, **emptied, **changes)


def ask(name: str, **changes: Any) -> Finding:
    """Put one question to one context."""
    return REGISTRY.checks[name](context(**changes))


def pixels(seen: Seen, **changes: Any) -> PixelContext:
    """An ordinary photo of stage "during" in which this was seen."""
    whole = PixelContext(
        evidence="new",
        seen=seen,
        stage=Stage.DURING,
        project="P1",
        milestone="M1",
        requirement=None,
        captured_at=CAPTURED,
        received_at=RECEIVED,
        zone=MANILA,
        policy=EvidencePolicy(),
    )
    return replace(whole, **changes)
