"""How an honest photo comes about: where somebody stands on the road and when, what light there is, how phones err.

The errors are those measured of phones: horizontal RMSE of 1.7 to 4.5 m under open sky, 5.4 to 12.6 m under trees, 7 to
13 m among houses (PLOS ONE 0219890 and the like); clocks of phones on a network are right to a second or two, and few
are minutes off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
from astral import Observer
from astral.sun import elevation
from PIL import Image

from benches.fraud.camera import Tags, photo
from benches.fraud.world import OTHER, ROAD, Fix, Said
from tests.programme import OTHER_SITE

LOCAL = timezone(timedelta(hours=8))
_ROAD_LONGITUDE, _ROAD_SOUTH, _ROAD_NORTH = 122.5, 10.9957, 11.0043
_M_PER_DEGREE = 111_195.0
#: Root mean square of the horizontal error in metres, and how often one works there.
SURROUNDINGS = ((3.0, 0.55), (9.0, 0.25), (10.0, 0.20))
_R95_PER_RMSE, _RMSE_PER_AXIS = 2.448 / math.sqrt(2), math.sqrt(2)


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo as it truly was taken; places in degrees, ``rmse_m`` the error of fixes there."""

    picture: Image.Image
    latitude: float
    longitude: float
    taken: datetime
    ev: float
    rmse_m: float
    project: str = ROAD


def moved(latitude: float, longitude: float, north_m: float, east_m: float) -> tuple[float, float]:
    """The place so many metres away."""
    return (
        latitude + north_m / _M_PER_DEGREE,
        longitude + east_m / (_M_PER_DEGREE * math.cos(math.radians(latitude))),
    )


def on_road(picture: Image.Image, now: datetime, rng: np.random.Generator) -> Shot:
    """Somewhere on the road, at some hour of daylight of the last ten days."""
    taken = daylight(now, rng)
    latitude = float(rng.uniform(_ROAD_SOUTH, _ROAD_NORTH))
    latitude, longitude = moved(latitude, _ROAD_LONGITUDE, 0.0, float(rng.uniform(-8, 8)))
    return Shot(picture, latitude, longitude, taken, daily_ev(latitude, longitude, taken, rng), _rmse(rng))


def at_other_site(shot: Shot, taken: datetime) -> Shot:
    """The same picture at the other project, at another time."""
    return replace(shot, latitude=OTHER_SITE[0], longitude=OTHER_SITE[1], taken=taken, project=OTHER)


def daylight(now: datetime, rng: np.random.Generator) -> datetime:
    """Between eight and four by the road's clock, on one of the last ten days."""
    day = (now.astimezone(LOCAL) - timedelta(days=int(rng.integers(1, 11)))).date()
    hour, minute = divmod(int(rng.integers(8 * 60, 16 * 60)), 60)
    return datetime(day.year, day.month, day.day, hour, minute, int(rng.integers(60)), tzinfo=LOCAL)


def sun_deg(latitude: float, longitude: float, at: datetime) -> float:
    """The sun's elevation in degrees."""
    return float(elevation(Observer(latitude, longitude), at.astimezone(UTC)))


def open_ev(sun: float) -> float:
    """The exposure value at ISO 100 of an open scene under a sun so high: full daylight 15, dusk 5, night -2."""
    return float(np.interp(sun, [-18, -12, -6, 0, 5, 20, 90], [-3, -1, 4, 9, 12, 14.7, 15.3]))


def daily_ev(latitude: float, longitude: float, at: datetime, rng: np.random.Generator) -> float:
    """As ``open_ev``, with clouds, shade and, one time in twenty, a roof overhead."""
    open_air = open_ev(sun_deg(latitude, longitude, at)) + float(rng.normal(-0.8, 1.0))
    return float(rng.uniform(5, 8)) if rng.random() < 0.05 else open_air


def fix(shot: Shot, rng: np.random.Generator) -> Fix:
    """What the phone's geolocation says there: off by its error, and about as unsure as it should be."""
    sigma = shot.rmse_m / _RMSE_PER_AXIS
    latitude, longitude = moved(shot.latitude, shot.longitude, *rng.normal(0, sigma, 2).tolist())
    radius = shot.rmse_m * _R95_PER_RMSE * float(rng.uniform(0.9, 1.4))
    return Fix(latitude, longitude, radius)


def tags(shot: Shot, said: Fix | None, **changes: object) -> Tags:
    """What the file says where the app writes the same fix into it."""
    told = Tags(
        taken=shot.taken,
        latitude=said.latitude if said else None,
        longitude=said.longitude if said else None,
        accuracy_m=said.accuracy_m / 2.448 * 1.510 if said else None,
        ev=shot.ev,
        gps_time=shot.taken if said else None,
    )
    return replace(told, **changes)  # type: ignore[arg-type]


def said(shot: Shot, place: Fix | None, **changes: object) -> Said:
    """What is said beside it, a minute after."""
    told = Said(captured_at=shot.taken, received_at=shot.taken + timedelta(minutes=1), fix=place, project=shot.project)
    return replace(told, **changes)  # type: ignore[arg-type]


def honest(shot: Shot, rng: np.random.Generator, **changes: object) -> tuple[bytes, Said]:
    """The file and what is said beside it, both true."""
    place = fix(shot, rng)
    return photo(shot.picture, tags(shot, place)), said(shot, place, **changes)


def _rmse(rng: np.random.Generator) -> float:
    errors, shares = zip(*SURROUNDINGS, strict=True)
    return float(rng.choice(errors, p=shares))
