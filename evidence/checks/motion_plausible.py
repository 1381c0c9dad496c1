"""``motion.plausible``: whether one person could have come from the photo before, and gone on to the photo after.

Both neighbours in time are asked, because a photo may arrive late and lie between two that are on record. All doubt
counts for the person: what the positions and the clocks may be off by is taken from the way and added to the time.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import NamedTuple

from evidence.checks._time import zone_of
from evidence.checks._words import metres, span
from evidence.claims import RADII_PER_SIGMA, Claims, ZoneState
from evidence.context import Capture, Context
from evidence.findings import ClaimName, Finding, Outcome
from evidence.policy import EvidencePolicy
from evidence.witness import PlaceWitness, TimeWitness, machine_places, machine_times
from geo.position import geodesic_m

NAME = "motion.plausible"

#: How far a position may lie from the truth, in standard deviations of both.
_SIGMAS = 3.0
#: A time is rounded to a second.
_ROUNDING_S = 2.0
#: What a zone that was assumed may be off by, where the other's was not.
_ZONE_S = 3600.0


def check(context: Context) -> Finding:
    """Pass, warn or fail by the policy's speeds; the worse neighbour decides."""
    places = machine_places(context.claims, context.policy)
    times = machine_times(context.claims, zone_of(context))
    neighbours = context.history.neighbours
    if not places or not times:
        message = "Without a place and a time no way can be reckoned."
        return Finding(NAME, Outcome.UNKNOWN, message, expected=_expected(context.policy))
    if not neighbours:
        message = "There is no other photo of this person to reckon a way from."
        return Finding(NAME, Outcome.UNKNOWN, message, expected=_expected(context.policy))
    here = capture(context.evidence, context.claims, places[0], times[0])
    ways = [_way(here, there, context.policy) for there in neighbours]
    return _finding(here, max(ways, key=lambda way: way.least_kmh), context.policy)


def capture(evidence: str, claims: Claims, place: PlaceWitness, time: TimeWitness) -> Capture:
    """Where and when a photo was taken, as one end of a way."""
    return Capture(
        evidence=evidence,
        at=time.instant,
        latitude=place.position.latitude,
        longitude=place.position.longitude,
        r68_m=place.r68_m,
        clock=clock_of(claims, time),
        zone_assumed=time.zone is ZoneState.ASSUMED,
    )


def clock_of(claims: Claims, time: TimeWitness) -> str | None:
    """By whose clock a time was taken, so that two times by one clock are right to each other; None if unknown."""
    if time.claim is ClaimName.DEVICE:
        return claims.device.envelope.device if claims.device.envelope else None
    return " ".join(filter(None, (claims.file.make, claims.file.model))) or None


class _Way(NamedTuple):
    """From a photo to another: how far, and the least speed that takes a person there, 0 where it may be one place."""

    there: Capture
    apart_m: float
    least_kmh: float


def _way(here: Capture, there: Capture, policy: EvidencePolicy) -> _Way:
    apart_m = geodesic_m(here.latitude, here.longitude, there.latitude, there.longitude)
    surely_m = apart_m - _SIGMAS * math.hypot(here.r68_m, there.r68_m) / RADII_PER_SIGMA[0.68]
    is_journey = surely_m > policy.motion_least_m
    return _Way(there, apart_m, surely_m / _longest_s(here, there, policy) * 3.6 if is_journey else 0.0)


def _longest_s(one: Capture, other: Capture, policy: EvidencePolicy) -> float:
    """The longest time that may lie between the two, in seconds."""
    apart_s = abs((one.at - other.at).total_seconds()) + _ROUNDING_S
    clocks_s = 0.0 if one.clock is not None and one.clock == other.clock else policy.clocks_warn_s
    zones_s = _ZONE_S if one.zone_assumed != other.zone_assumed else 0.0
    return apart_s + clocks_s + zones_s


def _finding(here: Capture, way: _Way, policy: EvidencePolicy) -> Finding:
    speed, far = way.least_kmh, metres(way.apart_m)
    measured = f"at least {speed:,.0f} km/h over {far}"
    if speed <= policy.motion_pass_kmh:
        message = "The way between this photo and the others of this person is plausible."
        return Finding(NAME, Outcome.PASS, message, measured, _expected(policy), ClaimName.FILE)
    outcome = Outcome.FAIL if speed > policy.motion_fail_kmh else Outcome.WARN
    message = (
        f"The photo {_when(here.at, way.there.at)} was taken {far} away, which takes "
        f"{speed:,.0f} km/h; check the phone's location and clock, and retake."
    )
    return Finding(NAME, outcome, message, measured, _expected(policy), ClaimName.FILE)


def _when(here: datetime, there: datetime) -> str:
    gap = here - there
    return f"{span(abs(gap.total_seconds()))} {'before' if gap >= timedelta() else 'after'} it"


def _expected(policy: EvidencePolicy) -> str:
    return f"at most {policy.motion_pass_kmh:g} km/h"
