"""The sites of the pre-check's vectors: areas and corridors of every shape that gave a phone trouble."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from shapely.geometry import LineString, MultiPolygon, Polygon

from evidence.policy import EvidencePolicy
from geo.position import LocalPlane
from geo.site import Site

Metres = list[tuple[float, float]]
RNG = random.Random(20260331)


@dataclass(frozen=True)
class Place:
    """One site, the zone of its project and the policy it is judged by."""

    site: Site | None
    zone: ZoneInfo
    policy: EvidencePolicy


def _laid(latitude: float, longitude: float, path: Metres) -> list[tuple[float, float]]:
    """Metres east and north of a position as longitude, latitude."""
    plane = LocalPlane(latitude, longitude)
    laid = [plane.to_geographic(east, north) for east, north in path]
    return [(round(lon, 8), round(lat, 8)) for lat, lon in laid]


def _square(size: float, east: float = 0, north: float = 0) -> Metres:
    return [(east, north), (east + size, north), (east + size, north + size), (east, north + size)]


def _star(count: int, least: float, most: float) -> Metres:
    angles = [2 * math.pi * index / count for index in range(count)]
    return [(radius * math.cos(a), radius * math.sin(a)) for a in angles for radius in [RNG.uniform(least, most)]]


def _wander(count: int, step: float, bend: float) -> Metres:
    angle, path = 0.4, [(0.0, 0.0)]
    for _ in range(count):
        angle += RNG.uniform(-bend, bend)
        path.append((path[-1][0] + step * math.cos(angle), path[-1][1] + step * math.sin(angle)))
    return path


def _area(latitude: float, longitude: float, *rings: Metres, obstructed: bool = False) -> Site:
    outer, *holes = [_laid(latitude, longitude, ring) for ring in rings]
    return Site.polygon(Polygon(outer, holes), obstructed=obstructed)


def _areas(latitude: float, longitude: float, *outlines: Metres) -> Site:
    return Site.polygon(MultiPolygon([Polygon(_laid(latitude, longitude, each)) for each in outlines]))


def _across(latitude: float, *rings: Metres) -> Site:
    """An area across the antimeridian, its longitudes running on past 180 as the server keeps them."""
    laid = [[(lon % 360, lat) for lon, lat in _laid(latitude, 180.0, ring)] for ring in rings]
    return Site.polygon(Polygon(laid[0], laid[1:]))


def _road(latitude: float, longitude: float, path: Metres, width: float, start: float = 0.0) -> Site:
    line = np.array(_laid(latitude, longitude, path))
    line[:, 0] = longitude + (line[:, 0] - longitude + 180) % 360 - 180
    return Site.corridor(LineString(line), width_m=width, chainage_start_m=start)


def places() -> dict[str, Place]:
    """Every place by name, always the same."""
    default = EvidencePolicy()
    strict = EvidencePolicy(
        name="strict-1",
        tolerance_point_m=0.0,
        tolerance_corridor_m=5.0,
        assumed_r68_m=60.0,
        inside_pass_probability=0.95,
        inside_fail_probability=0.05,
        accuracy_pass_r68_m=10.0,
        accuracy_fail_r68_m=80.0,
        schedule_grace_days=0,
        defects_period_days=30,
        future_limit_s=60.0,
        minimum_megapixels=8.0,
    )
    hairpin = [(0.0, 0.0), (300.0, 20.0), (320.0, 45.0), (300.0, 70.0), (0.0, 60.0)]
    notched = [(0.0, 0.0), (200.0, 0.0), (200.0, 90.0), (110.0, 90.0), (110.0, 200.0), (0.0, 200.0)]
    sites: dict[str, tuple[Site | None, str, EvidencePolicy]] = {
        "square": (_area(14.6, 121.0, _square(200)), "Asia/Manila", default),
        "square-strict": (_area(14.6, 121.0, _square(200)), "Asia/Manila", strict),
        "notched-with-hole": (_area(13.75, 100.5, notched, _square(50, 30, 30)), "Asia/Bangkok", default),
        "two-parts": (_areas(37.56, 126.98, _square(60), _square(80, 150, 20)), "Asia/Seoul", default),
        "close-parts": (_areas(10.3, 123.9, _square(60), _square(60, 68, 5)), "Asia/Manila", default),
        "hut": (_area(9.0, 125.5, _square(6)), "Asia/Manila", default),
        "star": (_area(51.5, -0.12, _star(40, 60, 180)), "Europe/London", default),
        "forest": (_area(-3.1, -60.0, _star(14, 40, 120), obstructed=True), "America/Manaus", default),
        "estate": (_area(40.7, -74.0, _star(160, 1300, 1500)), "America/New_York", default),
        "holes": (
            _area(-33.45, -70.67, _square(400), _square(90, 40, 40), _square(120, 220, 200)),
            "America/Santiago",
            strict,
        ),
        "arctic": (_area(78.22, 15.64, _star(18, 80, 200)), "Arctic/Longyearbyen", default),
        "antarctic": (_area(-77.85, 166.67, _square(150)), "Antarctica/McMurdo", default),
        "dateline-area": (_across(-16.8, [(x - 120, y) for x, y in _square(240)]), "Pacific/Fiji", default),
        "dateline-holed": (
            _across(65.8, [(x - 200, y) for x, y in notched], [(x - 20, y) for x, y in _square(30, -80, 30)]),
            "Pacific/Auckland",
            default,
        ),
        "dateline-road": (_road(-16.9, 180.0, _wander(30, 40, 0.4), 12.0), "Pacific/Fiji", default),
        "straight-road": (_road(14.2, 121.3, [(0.0, 0.0), (1000.0, 0.0)], 10.0), "Asia/Manila", default),
        "bent-road": (
            _road(18.8, 98.98, [(0.0, 0.0), (400.0, 0.0), (400.0, 300.0), (700.0, 350.0)], 20.0, 1200.0),
            "Asia/Bangkok",
            default,
        ),
        "hairpin": (_road(27.7, 85.3, hairpin, 8.0, -50.0), "Asia/Kathmandu", default),
        "winding-road": (_road(-31.55, 159.08, _wander(80, 25, 0.5), 7.5), "Australia/Lord_Howe", default),
        "wide-canal": (_road(30.0, 31.2, _wander(25, 120, 0.3), 60.0, 500.0), "Africa/Cairo", strict),
        "polar-road": (_road(69.65, 18.95, _wander(20, 60, 0.6), 6.0), "Europe/Oslo", default),
        "nowhere": (None, "Pacific/Chatham", default),
    }
    return {name: Place(site, ZoneInfo(zone), policy) for name, (site, zone, policy) in sites.items()}
