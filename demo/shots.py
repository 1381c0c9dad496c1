"""The photos of the programme: who takes which, where and when, and what is odd about some of them.

A ``send`` event of the programme is one walk over a site; here it becomes its single photos. The
places follow from the site's shape, the small errors of each fix from the photo's name. Drawing,
writing files and sending are kept out.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from demo import days
from geo.corridor import format_station
from geo.position import LocalPlane, bearing_deg
from geo.site import Site

#: Ids follow from names, so that a photo sent again, or by the next `make demo`, is the same record.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "demonstration.saksi.example")
STATIONS_PER_VIEW_M = 250
BETWEEN_PHOTOS = timedelta(minutes=4)
FIX_ERROR_M = 1.6
#: Views of an area are taken from a ring around its middle, this share of the way to the outline.
RING = 0.7


@dataclass(frozen=True, slots=True)
class Oddity:
    """What is wrong with a photo, or with what is said of it; nothing, by default.

    ``moved_m`` (east, north) shifts where the photographer stood, ``device_moved_m`` only what the phone
    says; ``clock_h`` shifts both clocks, ``file_clock_h`` only the camera's. ``cut`` keeps that share of the
    bytes, ``shrink`` divides the sides. ``html`` sends a web page in the place of a picture, ``sha256``
    ``"wrong"`` declares another file's, and ``same_file_as`` sends the file of the photo so named.
    """

    moved_m: tuple[float, float] = (0.0, 0.0)
    device_moved_m: tuple[float, float] = (0.0, 0.0)
    clock_h: float = 0.0
    file_clock_h: float = 0.0
    accuracy_m: float | None = None
    gps: Literal[True, False, "redacted"] = True
    device: bool = True
    pin: bool = False
    cut: float = 1.0
    shrink: int = 1
    html: bool = False
    kind: str | None = None
    sha256: str = "right"
    same_file_as: str | None = None

    @property
    def turned_away(self) -> bool:
        """Whether nothing is to be recorded, because no photo, or another than was hashed, arrives."""
        return self.html or self.sha256 != "right"


@dataclass(frozen=True, slots=True)
class Fix:
    """One position as a machine states it, in degrees; the accuracy is a 95 % radius in metres."""

    latitude: float
    longitude: float
    accuracy_m: float
    heading_deg: float


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo before it is drawn; both times are aware, in the zone of the site.

    ``said`` is what the phone says beside the file, or None where it says nothing.
    """

    name: str
    project: str
    milestone: str
    requirement: str | None
    stage: str
    by: str
    view: int
    kind: str
    caption: str
    title: str
    altitude_m: float
    file_time: datetime
    device_time: datetime
    tagged: Fix
    said: Fix | None
    odd: Oddity

    @property
    def evidence_id(self) -> uuid.UUID:
        """The id under which it is sent."""
        return evidence_id(self.name)


def evidence_id(name: str) -> uuid.UUID:
    """The id of the photo of this name."""
    return uuid.uuid5(NAMESPACE, name)


@dataclass(frozen=True, slots=True)
class Place:
    """What the photos of one project have in common."""

    project: str
    title: str
    kind: str
    altitude_m: float
    site: Site
    zone: ZoneInfo


def shots(event: Mapping[str, Any], place: Place, anchor: datetime) -> Iterator[Shot]:
    """The photos of one ``send`` event, ``anchor`` being when the programme was begun to be loaded."""
    known = ("milestone", "requirement", "stage", "by", "day", "at", "caption", "views", "stations", "name")
    odd = Oddity(**{key: _frozen(value) for key, value in event.items() if key not in known})
    for stop in _stops(event, days.taken(anchor, place.zone, event["day"], time.fromisoformat(event["at"]))):
        yield _shot(event, place, odd, stop)


class _Stop(NamedTuple):
    """One stop of a walk."""

    view: int
    station_m: int | None
    taken: datetime


def _stops(event: Mapping[str, Any], first: datetime) -> Iterator[_Stop]:
    """The stops at the stations of a line, or at the views of an area."""
    stations = event.get("stations")
    for number, place in enumerate(stations or event["views"]):
        view, station_m = (place // STATIONS_PER_VIEW_M, place) if stations else (place, None)
        yield _Stop(view, station_m, first + number * BETWEEN_PHOTOS)


def _shot(event: Mapping[str, Any], place: Place, odd: Oddity, stop: _Stop) -> Shot:
    view, station_m, taken = stop
    words = {"view": view + 1, "station": station_m or 0, "at_station": format_station(station_m or 0)}
    requirement = event["requirement"].format(**words) if event["requirement"] else None
    own_name = event.get("name") or f"{requirement or event['stage']}/{view}"
    name = f"{place.project}/{own_name}"
    device_time = taken + timedelta(hours=odd.clock_h)
    chance = Random(name)
    spot = _spot(place.site, view, station_m, odd.moved_m)
    return Shot(
        name=name,
        project=place.project,
        milestone=event["milestone"],
        requirement=requirement,
        stage=event["stage"],
        by=event["by"],
        view=view,
        kind=odd.kind or place.kind,
        caption=event["caption"].format(**words),
        title=place.title,
        altitude_m=round(place.altitude_m + chance.uniform(-2, 2), 1),
        file_time=device_time + timedelta(hours=odd.file_clock_h, milliseconds=chance.randrange(1000)),
        device_time=device_time,
        tagged=_fix(spot, chance, odd),
        said=_fix(_moved(spot, odd.device_moved_m), chance, odd) if odd.device else None,
        odd=odd,
    )


Spot = tuple[float, float, float]


def _spot(site: Site, view: int, station_m: int | None, moved_m: tuple[float, float]) -> Spot:
    """Where the photographer stands (latitude, longitude) and looks (degrees from true north)."""
    if station_m is not None:
        return _moved(_on_line(site, float(station_m)), moved_m)
    latitude, longitude = site.centre
    return _moved(_on_ring(site, LocalPlane(latitude, longitude), 40.0 + 72.0 * view + 5.0 * (view // 5)), moved_m)


def _on_line(site: Site, station_m: float) -> Spot:
    """On the centre line, looking along it; at its very end, back."""
    here, ahead_m = site.point_at(station_m), min(station_m + 20, site.chainage_start_m + (site.length_m or 0))
    there = site.point_at(ahead_m)
    if here is None or there is None:
        raise ValueError("only a corridor has stations")
    return *here, bearing_deg(*here, *there)


def _on_ring(site: Site, plane: LocalPlane, azimuth_deg: float) -> Spot:
    """Inside an area, looking to its middle."""
    east, north = math.sin(math.radians(azimuth_deg)), math.cos(math.radians(azimuth_deg))
    # The outline is found by walking out of it from afar, as a hole may surround the middle.
    reach_m = next(
        r for r in range(500, 0, -1) if site.signed_distance_m(*plane.to_geographic(r * east, r * north)) < 0
    )
    latitude, longitude = plane.to_geographic(RING * reach_m * east, RING * reach_m * north)
    return latitude, longitude, (azimuth_deg + 180) % 360


def _moved(spot: Spot, metres: tuple[float, float]) -> Spot:
    """``spot`` shifted by (east, north) metres."""
    return *LocalPlane(spot[0], spot[1]).to_geographic(*metres), spot[2]


def _fix(spot: Spot, chance: Random, odd: Oddity) -> Fix:
    """``spot`` as a satellite receiver has it."""
    error = chance.gauss(0, FIX_ERROR_M), chance.gauss(0, FIX_ERROR_M)
    latitude, longitude, heading = _moved(spot, error)
    accuracy_m = odd.accuracy_m or round(chance.uniform(4.5, 9.5), 1)
    return Fix(
        round(latitude, 7), round(longitude, 7), accuracy_m, round((heading + chance.gauss(0, 4)) % 360, 1) % 360
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
