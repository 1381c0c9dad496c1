"""``light.sun``: whether the exposure agrees with the sun's height at the place and the time.

A camera sets aperture, time and sensitivity by the light there is; as an exposure value (EV at ISO 100, ISO 2720) a
sunny day is about 15, an overcast one 12, a lit street at night 3. Only contradictions count: as bright as day in the
night, or as dark as an unlit night by day. Rooms, tunnels and lamps are why a dim picture by day proves nothing, and
why the bounds leave much room.
"""

from __future__ import annotations

import math
from datetime import timedelta

from evidence.checks._time import zone_of
from evidence.claims import FileClaim, PositionClaim, ZoneState
from evidence.context import Context
from evidence.findings import ClaimName, Finding, Outcome
from evidence.policy import EvidencePolicy
from evidence.witness import TimeWitness, machine_positions, machine_times
from geo.sun import elevations_deg

NAME = "light.sun"

#: A clock may be off by as much as the clocks' warning allows; an assumed zone by summer time as well.
_SUMMER_TIME = timedelta(hours=1)
#: From so long on a camera was told to wait for light, be it in a tunnel or for the stars.
_LONG_S = 1.0


def check(context: Context) -> Finding:
    """Pass unless the sun, all doubts counted for the photo, contradicts the exposure; it never fails."""
    value = exposure_value(context.claims.file)
    if value is None:
        return Finding(NAME, Outcome.UNKNOWN, "The file does not say how the picture was exposed.")
    places, times = machine_positions(context.claims), machine_times(context.claims, zone_of(context))
    if not places or not times:
        message = "Without a place and a time nothing is known of the sun."
        return Finding(NAME, Outcome.UNKNOWN, message, claim=ClaimName.FILE)
    if context.claims.file.flash_fired:
        return Finding(NAME, Outcome.UNKNOWN, "The flash lit the picture, so the sun says nothing about it.")
    return _weighed(value, places[0][1], times[0], context)


def exposure_value(file: FileClaim) -> float | None:
    """The exposure value at ISO 100, log2(N² / t) - log2(ISO / 100); None where a part of it is missing."""
    if file.exposure_s is None or file.f_number is None or file.iso is None:
        return None
    return math.log2(file.f_number**2 / file.exposure_s) - math.log2(file.iso / 100)


def _weighed(value: float, place: PositionClaim, time: TimeWitness, context: Context) -> Finding:
    policy = context.policy
    low, high = elevations_deg(place.latitude, place.longitude, time.instant, _doubt(time, policy))
    if high < policy.night_sun_deg and value >= policy.night_ev:
        return _night(value, high, policy)
    if low > policy.day_sun_deg and value <= policy.day_ev and (context.claims.file.exposure_s or 0) < _LONG_S:
        return _day(value, low, policy)
    message = "The exposure does not contradict the sun."
    return Finding(NAME, Outcome.PASS, message, _measured(value, (low + high) / 2), None, ClaimName.FILE)


def _doubt(time: TimeWitness, policy: EvidencePolicy) -> timedelta:
    """How far the time may be off, to both sides."""
    clock = timedelta(seconds=policy.clocks_warn_s)
    return clock + _SUMMER_TIME if time.zone is ZoneState.ASSUMED else clock


def _night(value: float, high: float, policy: EvidencePolicy) -> Finding:
    message = (
        f"The picture is exposed as in daylight, but the sun was {_height(high)}; check the phone's clock and "
        "location, and retake."
    )
    expected = f"below EV {policy.night_ev:g} at night"
    return Finding(NAME, Outcome.WARN, message, _measured(value, high), expected, ClaimName.FILE)


def _day(value: float, low: float, policy: EvidencePolicy) -> Finding:
    message = (
        f"The picture is exposed as in the dark, but the sun was {_height(low)}; say in the caption where it was "
        "taken, or retake."
    )
    expected = f"above EV {policy.day_ev:g} by day"
    return Finding(NAME, Outcome.WARN, message, _measured(value, low), expected, ClaimName.FILE)


def _measured(value: float, elevation: float) -> str:
    return f"EV {value:.1f} with the sun {_height(elevation)}"


def _height(elevation: float) -> str:
    return f"{abs(elevation):.0f}° {'above' if elevation >= 0 else 'below'} the horizon"
