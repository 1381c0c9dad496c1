"""Which machine statements of place and time the checks may use, best first.

The file and the device are machines; the operator is not, so nothing here ever returns
the operator's word. Judging what a machine says is left to the checks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from evidence.claims import RADII_PER_SIGMA, Claims, PositionClaim, TimeClaim, ZoneState
from evidence.findings import ClaimName
from evidence.metadata.times import in_zone
from evidence.policy import EvidencePolicy


@dataclass(frozen=True, slots=True)
class PlaceWitness:
    """One machine's position with the 68 % radius to reckon with, in metres.

    ``assumed`` is True where the claim gave no accuracy and the policy's radius stands in.
    """

    claim: ClaimName
    position: PositionClaim
    r68_m: float
    assumed: bool

    @property
    def sigma_m(self) -> float:
        """Standard deviation per axis, in metres."""
        return self.r68_m / RADII_PER_SIGMA[0.68]


@dataclass(frozen=True, slots=True)
class TimeWitness:
    """One machine's capture time, aware and in UTC, with how its zone is known."""

    claim: ClaimName
    instant: datetime
    zone: ZoneState


def stated_r68_m(position: PositionClaim) -> float | None:
    """The 68 % radius in metres that a claim states, or None.

    Zero, negative and non-finite accuracies are fillers that some phones write, not measurements.
    """
    radius_m = position.r68_m
    return radius_m if radius_m is not None and math.isfinite(radius_m) and radius_m > 0 else None


def witness_of(claim: ClaimName, position: PositionClaim, policy: EvidencePolicy) -> PlaceWitness:
    """Give a position its stated radius, or else the policy's assumed one."""
    stated = stated_r68_m(position)
    return PlaceWitness(claim, position, policy.assumed_r68_m if stated is None else stated, stated is None)


def machine_positions(claims: Claims) -> tuple[tuple[ClaimName, PositionClaim], ...]:
    """Every position that a machine stated, however rough, the file's first."""
    stated = ((ClaimName.FILE, claims.file.position), (ClaimName.DEVICE, claims.device.position))
    return tuple((name, position) for name, position in stated if position is not None)


def machine_places(claims: Claims, policy: EvidencePolicy) -> tuple[PlaceWitness, ...]:
    """The machine positions good enough to use, as ``usable``."""
    return usable(machine_positions(claims), policy)


def usable(stated: Iterable[tuple[ClaimName, PositionClaim]], policy: EvidencePolicy) -> tuple[PlaceWitness, ...]:
    """Of machines' positions those good enough to use: stated accuracy first, then the smaller radius.

    A position whose r68 is beyond the policy's limit is unknown to every check but
    ``place.accuracy`` (evidence-rules, "Place"), claim by claim: a rough network position in
    the file does not silence a good fix of the device.
    """
    known = [witness_of(name, position, policy) for name, position in stated]
    good = [witness for witness in known if witness.r68_m <= policy.accuracy_fail_r68_m]
    return tuple(sorted(good, key=lambda witness: (witness.assumed, witness.r68_m)))


def file_time(claims: Claims, zone: ZoneInfo | None) -> TimeClaim | None:
    """The file's capture time, with the site's zone assumed where the file states none.

    A wall time at the very edge of the calendar, which no zone can move, keeps its zone unknown.
    """
    time = claims.file.time
    if time is None or zone is None:
        return time
    try:
        return in_zone(time, zone)
    except OverflowError:
        return time


def machine_times(claims: Claims, zone: ZoneInfo | None) -> tuple[TimeWitness, ...]:
    """The capture times that machines stated: known zones before assumed ones, the file's first.

    The satellite time is left out, because a cached fix can be older than the photo.

    Args:
        claims: the three claims.
        zone: the zone of the site, for a file that states none; None if it is not known.
    """
    witnesses = []
    time = file_time(claims, zone)
    if time is not None and time.instant is not None:
        witnesses.append(TimeWitness(ClaimName.FILE, time.instant, time.zone))
    if claims.device.witnessed_at is not None:
        witnesses.append(TimeWitness(ClaimName.DEVICE, claims.device.witnessed_at, ZoneState.STATED))
    return tuple(sorted(witnesses, key=lambda witness: witness.zone is ZoneState.ASSUMED))


def captured_at(claims: Claims, zone: ZoneInfo | None) -> datetime | None:
    """The best machine statement of the capture time (aware, UTC), or None."""
    times = machine_times(claims, zone)
    return times[0].instant if times else None
