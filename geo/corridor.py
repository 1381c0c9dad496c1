"""The corridor of a road, canal or drain: a centre line, a width and its stationing.

Chainage runs in metres along the centre line from a stated start, as surveyors write
it (1+234 is 1,234 m). How a file spells a line is kept out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from shapely.geometry import LineString, MultiLineString
from shapely.geometry.base import BaseGeometry

from geo.edges import Edges, Nearest
from geo.position import LocalPlane, check_position

_ARC_EDGES = 16


@dataclass(frozen=True, slots=True)
class Station:
    """A place told by the centre line: metres along it, and metres to its right (left is negative)."""

    chainage_m: float
    offset_m: float


class Corridor:
    """A centre line given in longitude, latitude, with its full width; safe to share between threads.

    Parts of a MultiLineString follow each other in their order; a gap between two has no length.
    """

    __slots__ = ("_edges", "_ends_m", "_line", "chainage_start_m", "plane", "width_m")

    def __init__(
        self,
        line: LineString | MultiLineString,
        *,
        width_m: float,
        chainage_start_m: float = 0.0,
        plane: LocalPlane,
    ) -> None:
        """Lay the line on ``plane``; ValueError for a width that is not positive or a line without length."""
        if not (0 < width_m < math.inf and math.isfinite(chainage_start_m)):
            raise ValueError(f"not a corridor: width {width_m} m, start {chainage_start_m} m")
        self.plane = plane
        self.width_m = width_m
        self.chainage_start_m = chainage_start_m
        self._line = plane.project(line)
        self._edges = Edges(self._line)
        self._ends_m = np.cumsum(self._edges.length_m)
        if not len(self._ends_m):
            raise ValueError("not a corridor: the line has no length")

    @property
    def length_m(self) -> float:
        """Length of the centre line in metres."""
        return float(self._ends_m[-1])

    def station_of(self, latitude: float, longitude: float) -> Station:
        """The station nearest to a position.

        Before the start and beyond the end the chainage is that of the end, and the offset is the
        whole distance to it.
        """
        check_position(latitude, longitude)
        east, north = self.plane.to_plane(latitude, longitude)
        nearest = self._edges.nearest(east, north)
        before = self._ends_m[nearest.edge] - self._edges.length_m[nearest.edge]
        side = self._side(nearest, east - nearest.east_m, north - nearest.north_m)
        offset = math.copysign(nearest.distance_m, side) + 0.0
        return Station(self.chainage_start_m + float(before) + nearest.along_m, offset)

    def point_at(self, chainage_m: float) -> tuple[float, float]:
        """Latitude and longitude on the centre line; ValueError for a chainage that is not on it."""
        along = chainage_m - self.chainage_start_m
        # A micrometre forgives the rounding of a chainage that was added up elsewhere.
        if not -1e-6 <= along <= self.length_m + 1e-6:
            raise ValueError(
                f"the line runs from {self.chainage_start_m} m for {self.length_m} m, not to {chainage_m} m"
            )
        along = min(max(along, 0.0), self.length_m)
        edge = int(np.searchsorted(self._ends_m, along))
        within = along - float(self._ends_m[edge] - self._edges.length_m[edge])
        return self.plane.to_geographic(*self._edges.place(edge, within))

    def outline(self) -> BaseGeometry:
        """The corridor's area on the plane: the centre line widened to both sides, with round ends."""
        return self._line.buffer(self.width_m / 2, quad_segs=_ARC_EDGES)

    def _side(self, nearest: Nearest, east_m: float, north_m: float) -> float:
        """Positive right of the line. At a bend the mean of both directions decides, as neither edge can alone."""
        edges, last = self._edges, len(self._ends_m) - 1
        at_end = nearest.along_m >= edges.length_m[nearest.edge]
        edge = nearest.edge - (nearest.along_m <= 0)
        following = edge + 1
        if (nearest.along_m > 0 and not at_end) or edge < 0 or following > last:
            return nearest.side
        toward_east = edges.toward_east[edge] + edges.toward_east[following]
        toward_north = edges.toward_north[edge] + edges.toward_north[following]
        return float(east_m * toward_north - north_m * toward_east)


def format_station(chainage_m: float) -> str:
    """Chainage as surveyors write it, rounded to the metre: ``1+234`` for 1234.0, ``-0+050`` for -50."""
    whole = round(abs(chainage_m))
    sign = "-" if chainage_m < 0 and whole else ""
    return f"{sign}{whole // 1000}+{whole % 1000:03d}"
