"""The straight edges of a shape on the plane, as arrays: nearest place and Gaussian mass.

Both questions are answered for all edges at once, which is what makes one check of
a place take microseconds. Everything is in metres; degrees are kept out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.position import FloatArray

# Beyond six sigma a circular Gaussian holds exp(-18), 1.5e-8 of its mass.
REACH_SIGMAS = 6.0

_FEW = np.polynomial.legendre.leggauss(5)
_MANY = np.polynomial.legendre.leggauss(28)


@dataclass(frozen=True, slots=True)
class Nearest:
    """The place of a shape nearest to a point.

    ``side`` is the signed distance of the point from the edge's line, positive to the
    right of its direction; ``along_m`` is how far along that edge the place lies.
    """

    distance_m: float
    edge: int
    along_m: float
    side: float
    east_m: float
    north_m: float


class Edges:
    """All edges of a geometry that lies on a plane, in its own order; ``length_m`` of each."""

    __slots__ = ("_east", "_north", "length_m", "toward_east", "toward_north")

    def __init__(self, geometry: BaseGeometry) -> None:
        """Take the edges of lines or rings; those without length are left out."""
        coordinates, part = shapely.get_coordinates(_lines(geometry), return_index=True)
        joined = part[1:] == part[:-1]
        step = np.diff(coordinates, axis=0)
        length = np.hypot(step[:, 0], step[:, 1])
        kept = joined & (length > 0)
        self.length_m: FloatArray = length[kept]
        self._east, self._north = np.ascontiguousarray(coordinates[:-1][kept].T)
        self.toward_east, self.toward_north = np.ascontiguousarray((step[kept] / self.length_m[:, None]).T)

    def nearest(self, east_m: float, north_m: float) -> Nearest:
        """The place nearest to a point; the first of several equally near."""
        start, side = self._seen_from(east_m, north_m)
        along = np.clip(-start, 0.0, self.length_m)
        gap = along + start
        squared = side * side + gap * gap
        best = int(squared.argmin())
        reached = float(along[best])
        place = self.place(best, reached)
        return Nearest(
            distance_m=math.sqrt(squared[best]),
            edge=best,
            along_m=reached,
            side=-float(side[best]),
            east_m=place[0],
            north_m=place[1],
        )

    def place(self, edge: int, along_m: float) -> tuple[float, float]:
        """East and north of the place ``along_m`` metres from the start of an edge."""
        east = self._east[edge] + along_m * self.toward_east[edge]
        return float(east), float(self._north[edge] + along_m * self.toward_north[edge])

    def gaussian_mass(self, east_m: float, north_m: float, sigma_m: float) -> float:
        """Share of a circular Gaussian around a point that lies to the left of closed edges.

        For rings with the inside on their left this is P(inside). The area integral turns into
        one along the edges: with r the distance from the point and θ its direction,
        P = 1/2π ∮ (1 - exp(-r²/2 sigma²)) dθ. Within reach it is taken by Gauss and Legendre
        over the length of the edge, where the integrand has no singularity; beyond reach
        the exponential is nothing and the angle itself remains. Error below 1e-6.
        """
        start, side = self._seen_from(east_m, north_m)
        end = start + self.length_m
        half = np.sqrt(np.maximum((REACH_SIGMAS * sigma_m) ** 2 - side * side, 0.0))
        low, high = np.clip(-half, start, end), np.clip(half, start, end)
        beyond = _angle(side, start, low) + _angle(side, high, end)
        within = _within_reach(side, low, high, sigma_m)
        return float(np.sum(beyond) + within) / (2 * math.pi)

    def _seen_from(self, east_m: float, north_m: float) -> tuple[FloatArray, FloatArray]:
        """Along each edge's line, metres from the point's foot to the start; and the point's distance left of it."""
        east, north = self._east - east_m, self._north - north_m
        start = east * self.toward_east + north * self.toward_north
        return start, east * self.toward_north - north * self.toward_east


def _lines(geometry: BaseGeometry) -> list[BaseGeometry]:
    """The rings of polygons, or the lines themselves, one by one."""
    parts = shapely.get_parts(geometry)
    if geometry.geom_type.endswith("Polygon"):
        parts = shapely.get_rings(parts)
    return list(parts)


def _angle(side: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    """Signed angle in radians that a stretch of each edge's line takes up, seen from the point."""
    return np.arctan2(side * (end - start), side * side + start * end)


def _within_reach(side: FloatArray, low: FloatArray, high: FloatArray, sigma_m: float) -> float:
    """Sum of ∫ (1 - exp(-r²/2 sigma²)) dθ over the stretches low … high; short ones need few nodes."""
    span = high - low
    short = (span > 0) & (span <= sigma_m)
    long = span > sigma_m
    total = 0.0
    for chosen, (nodes, weights) in ((short, _FEW), (long, _MANY)):
        if chosen.any():
            middle, half, offset = (low + high)[chosen] / 2, span[chosen] / 2, side[chosen]
            along = middle[:, None] + half[:, None] * nodes
            u = (along * along + (offset * offset)[:, None]) / (2 * sigma_m**2) + 1e-30
            values = (-np.expm1(-u) / u) @ weights
            total += float(values @ (half * offset)) / (2 * sigma_m**2)
    return total
