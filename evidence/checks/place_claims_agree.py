"""``place.claims_agree``: whether the file and the device say the same place.

The distance is weighed against the standard deviation of the difference of the two positions.
"""

from __future__ import annotations

import math

from evidence.checks._words import metres
from evidence.claims import PositionClaim
from evidence.context import Context
from evidence.findings import ClaimName, Finding, Outcome
from evidence.policy import EvidencePolicy
from evidence.witness import PlaceWitness, machine_places
from geo.position import LocalPlane, geodesic_m

NAME = "place.claims_agree"

#: Degrees, minutes and seconds are often rounded to a metre in a file; no claim is held to better than that.
LEAST_SIGMA_M = 1.0

#: The local plane serves up to here, in metres (error below 0.1 %); a geodesic costs thirty times as much.
PLANE_REACH_M = 50_000.0


def check(context: Context) -> Finding:
    """Pass within 3 sigma, warn beyond, fail beyond both 1 km and 6 sigma (the policy's numbers)."""
    witnesses = machine_places(context.claims, context.policy)
    if len(witnesses) < 2:
        return Finding(NAME, Outcome.UNKNOWN, "Only one position can be used, so there is nothing to compare it with.")
    distance_m, sigma_m = _apart_m(witnesses[0].position, witnesses[1].position), _sigma_m(witnesses)
    outcome = _outcome(distance_m, sigma_m, context.policy)
    expected = f"within {metres(context.policy.agree_pass_sigmas * sigma_m)}"
    measured = f"{metres(distance_m)} apart"
    return Finding(NAME, outcome, _message(outcome, distance_m), measured, expected, ClaimName.FILE)


def _apart_m(one: PositionClaim, other: PositionClaim) -> float:
    """Metres between two positions, on the local plane where it holds and by geodesic elsewhere."""
    plane = LocalPlane(one.latitude, one.longitude)
    distance_m = math.hypot(*plane.to_plane(other.latitude, other.longitude))
    if distance_m <= PLANE_REACH_M:
        return distance_m
    return geodesic_m(one.latitude, one.longitude, other.latitude, other.longitude)


def _sigma_m(witnesses: tuple[PlaceWitness, ...]) -> float:
    """Standard deviation of the difference per axis, in metres."""
    return math.hypot(*(max(witness.sigma_m, LEAST_SIGMA_M) for witness in witnesses))


def _outcome(distance_m: float, sigma_m: float, policy: EvidencePolicy) -> Outcome:
    """Read the policy's bounds."""
    if distance_m <= policy.agree_pass_sigmas * sigma_m:
        return Outcome.PASS
    far = distance_m > policy.agree_fail_m and distance_m > policy.agree_fail_sigmas * sigma_m
    return Outcome.FAIL if far else Outcome.WARN


def _message(outcome: Outcome, distance_m: float) -> str:
    """The sentence for the person on site."""
    if outcome is Outcome.PASS:
        return "The photo file and the phone agree on the place."
    return f"The photo file and the phone are {metres(distance_m)} apart; wait for a steady position and retake."
