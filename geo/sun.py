"""How high the sun stands, at a place and an instant.

By `astral`, whose reckoning is NOAA's (gml.noaa.gov/grad/solcalc): right to a tenth of a degree for our centuries,
also where the sun neither rises nor sets.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from astral import Observer
from astral.sun import elevation

#: In five minutes the sun rises by 1.25 degrees at most, so that no height between two steps goes unseen.
_STEP = timedelta(minutes=5)


def elevation_deg(latitude: float, longitude: float, instant: datetime) -> float:
    """Degrees of the sun above the horizon, below it negative, with refraction; ``instant`` is aware."""
    return float(elevation(Observer(latitude, longitude), instant))


def elevations_deg(
    latitude: float, longitude: float, instant: datetime, give_or_take: timedelta
) -> tuple[float, float]:
    """The least and the greatest elevation within a span to both sides of an instant."""
    steps = int(give_or_take / _STEP)
    offsets = [step * _STEP for step in range(-steps, steps + 1)] + [-give_or_take, give_or_take]
    heights = [elevation_deg(latitude, longitude, moment) for moment in _moments(instant, offsets)]
    return min(heights), max(heights)


def _moments(instant: datetime, offsets: list[timedelta]) -> Iterator[datetime]:
    """The instants so far from ``instant``, without those beyond the edges of the calendar."""
    for offset in offsets:
        with suppress(OverflowError):
            yield instant + offset
