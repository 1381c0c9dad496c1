"""``place.station``: at which station of the road or canal the photo was taken.

A position too far from the line gets no station: the nearest point of a far line means nothing.
"""

from __future__ import annotations

from evidence.checks._words import metres
from evidence.context import Context
from evidence.findings import Finding, Outcome
from evidence.tolerance import tolerance_m
from evidence.witness import PlaceWitness, machine_places
from geo.corridor import Station, format_station
from geo.site import Site

NAME = "place.station"

#: Beyond the tolerance and this many sigmas a position does not belong to the line.
REACH_SIGMAS = 3.0


def check(context: Context) -> Finding:
    """Give station and offset; pass at the required station or where none is required, else warn."""
    if context.site is None or context.site.kind != "corridor":
        return Finding(NAME, Outcome.UNKNOWN, "This site has no stations.")
    witnesses = machine_places(context.claims, context.policy)
    if not witnesses:
        return Finding(NAME, Outcome.UNKNOWN, "Without a usable position there is no station.")
    station = _station(witnesses[0], context.site, tolerance_m(context.site, context.policy))
    if station is None:
        return Finding(NAME, Outcome.UNKNOWN, "The position is too far from the line to have a station.")
    return _compare(station, witnesses[0], context)


def _station(witness: PlaceWitness, site: Site, tolerance: float) -> Station | None:
    """The station of a position that may belong to the line, else None; ``tolerance`` in metres."""
    position = witness.position
    if site.signed_distance_m(position.latitude, position.longitude) > tolerance + REACH_SIGMAS * witness.sigma_m:
        return None
    return site.station_of(position.latitude, position.longitude)


def _compare(station: Station, witness: PlaceWitness, context: Context) -> Finding:
    """Weigh a station against the required one, if there is one."""
    measured = f"{format_station(station.chainage_m)}, {_offset(station.offset_m)}"
    wanted_m = context.requirement.station_m if context.requirement else None
    if wanted_m is None:
        return Finding(NAME, Outcome.PASS, f"Taken at station {measured}.", measured, None, witness.claim)
    allowed_m, ahead_m = _allowed_m(context), wanted_m - station.chainage_m
    expected = f"{format_station(wanted_m)} ± {metres(allowed_m)}"
    if abs(ahead_m) <= allowed_m:
        message = f"Taken at the required station {format_station(wanted_m)}."
        return Finding(NAME, Outcome.PASS, message, measured, expected, witness.claim)
    way = "forward" if ahead_m > 0 else "back"
    message = f"Walk {metres(abs(ahead_m))} {way} along the line to station {format_station(wanted_m)} and retake."
    return Finding(NAME, Outcome.WARN, message, measured, expected, witness.claim)


def _allowed_m(context: Context) -> float:
    """The tolerance of the required station, else of the policy, in metres."""
    own = context.requirement.station_tolerance_m if context.requirement else None
    return context.policy.station_tolerance_m if own is None else own


def _offset(offset_m: float) -> str:
    """The offset in words; positive is right of the line."""
    if abs(offset_m) < 0.5:
        return "on the line"
    return f"{metres(abs(offset_m))} {'right' if offset_m > 0 else 'left'} of the line"
