"""How long one check of a place takes: signed distance and P(inside) for 500 vertices.

The peer in the same run is shapely's plain ``contains`` on the same outline in degrees,
which answers only yes or no, without metres and without the position's error.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from shapely.geometry import Point, Polygon

from geo.position import LocalPlane
from geo.site import Site

VERTICES = 500
GOAL_US = 200.0
TOLERANCE_M = 15.0
SIGMA_M = 8.0

_ROUNDS = 5
_PLANE = LocalPlane(14.6, 121.0)


def run() -> list[dict[str, Any]]:
    """Microseconds for one position, the best of five rounds over 400 positions around the site."""
    outline = _outline()
    site = Site.polygon(outline)
    places = [_PLANE.to_geographic(*place) for place in np.random.default_rng(3).normal(0, 120, (400, 2))]

    def check(latitude: float, longitude: float) -> None:
        site.signed_distance_m(latitude, longitude)
        site.probability_inside(latitude, longitude, SIGMA_M, TOLERANCE_M)

    def contains(latitude: float, longitude: float) -> None:
        outline.contains(Point(longitude, latitude))

    taken, peer = _microseconds(check, places), _microseconds(contains, places)
    return [
        {
            "name": "place_check_500_vertices",
            "value": round(taken, 1),
            "unit": "us",
            "reference": round(peer, 1),
            "ratio": round(taken / peer, 2),
            "goal": GOAL_US,
            "met": taken <= GOAL_US,
        }
    ]


def _outline() -> Polygon:
    """A wavy plot some 300 m across, in longitude and latitude."""
    angles = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    radii = 150 + 20 * np.sin(5 * angles) + np.random.default_rng(1).normal(0, 1, VERTICES)
    return _PLANE.unproject(Polygon(np.column_stack([radii * np.cos(angles), radii * np.sin(angles)])))


def _microseconds(check: Callable[[float, float], None], places: list[tuple[float, float]]) -> float:
    rounds = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        for latitude, longitude in places:
            check(latitude, longitude)
        rounds.append(time.perf_counter() - started)
    return min(rounds) / len(places) * 1e6
