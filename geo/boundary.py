"""An outline on the ground, and how a position with its error lies against it.

An outline is a polygon with holes or several, on a local plane; edges are straight
on the ground between its vertices. What the numbers mean for a photo is kept out.
"""

from __future__ import annotations

import math

import shapely
from shapely.geometry.base import BaseGeometry

from geo.edges import REACH_SIGMAS, Edges
from geo.position import Bounds, LocalPlane, bearing_deg, check_position, compass_words, geodesic_m, wrap_longitude

# The plane holds within 0.1 % far beyond this; further away the ellipsoid itself is asked.
PLANE_REACH_M = 50_000.0

# Arcs of the tolerance are drawn with this many edges per quarter: 6 cm short at 50 m.
_ARC_EDGES = 16

_KEPT_TOLERANCES = 8


class Boundary:
    """A polygonal outline given on ``plane`` in metres; safe to share between threads."""

    __slots__ = ("_edges", "_grown", "_outline", "plane")

    def __init__(self, plane: LocalPlane, outline: BaseGeometry) -> None:
        """Take a valid, non-empty Polygon or MultiPolygon on the plane."""
        self.plane = plane
        self._outline = outline
        shapely.prepare(outline)
        self._edges = Edges(outline)
        self._grown: dict[float, Edges] = {}

    def signed_distance_m(self, latitude: float, longitude: float) -> float:
        """Metres from the outline, negative inside; ValueError where the position is none.

        On the plane within 50 km, a geodesic beyond.
        """
        check_position(latitude, longitude)
        distance = self._on_plane(*self.plane.to_plane(latitude, longitude))
        if distance <= PLANE_REACH_M:
            return distance
        return geodesic_m(latitude, longitude, *self._nearest(latitude, longitude))

    def probability_inside(self, latitude: float, longitude: float, sigma_m: float, tolerance_m: float) -> float:
        """P that the true position lies in the outline widened by ``tolerance_m``.

        The error of the position is a circular Gaussian of ``sigma_m`` per axis; sigma 0 gives 0 or 1.
        Exact to about 1e-6 for the widened outline. ValueError for a negative or endless length.
        """
        check_position(latitude, longitude)
        if not (0 <= sigma_m < math.inf and 0 <= tolerance_m < math.inf):
            raise ValueError(f"not lengths: sigma {sigma_m} m, tolerance {tolerance_m} m")
        east, north = self.plane.to_plane(latitude, longitude)
        beyond = self._on_plane(east, north) - tolerance_m
        if abs(beyond) >= REACH_SIGMAS * sigma_m:
            return 1.0 if beyond <= 0 else 0.0
        return min(max(self._widened(tolerance_m).gaussian_mass(east, north, sigma_m), 0.0), 1.0)

    def way_back(self, latitude: float, longitude: float) -> tuple[float, str]:
        """Metres and compass words from a position to the nearest place of the outline."""
        check_position(latitude, longitude)
        nearest = self._nearest(latitude, longitude)
        bearing = bearing_deg(latitude, longitude, *nearest)
        return abs(self.signed_distance_m(latitude, longitude)), compass_words(bearing)

    def bounds(self) -> Bounds:
        """South, west, north, east of the outline in degrees; west > east across the antimeridian."""
        west_m, south_m, east_m, north_m = self._outline.bounds
        # An edge straight on the ground bows between its ends when seen in degrees.
        bowed = self._outline.segmentize(max(east_m - west_m, north_m - south_m) / 16)
        west, south, east, north = self.plane.unproject(bowed).bounds
        for latitude in (90.0, -90.0):
            if abs(self.plane.latitude - latitude) < 10 and self._holds(latitude):
                return min(south, latitude), -180.0, max(north, latitude), 180.0
        return south, wrap_longitude(west), north, wrap_longitude(east)

    def _holds(self, pole_latitude: float) -> bool:
        return bool(shapely.contains_xy(self._outline, *self.plane.to_plane(pole_latitude, 0.0)))

    def _on_plane(self, east_m: float, north_m: float) -> float:
        distance = self._edges.nearest(east_m, north_m).distance_m
        return -distance if shapely.contains_xy(self._outline, east_m, north_m) else distance

    def _nearest(self, latitude: float, longitude: float) -> tuple[float, float]:
        place = self._edges.nearest(*self.plane.to_plane(latitude, longitude))
        return self.plane.to_geographic(place.east_m, place.north_m)

    def _widened(self, tolerance_m: float) -> Edges:
        """The edges of the outline widened by a tolerance, with the inside on their left.

        Policies know few tolerances, so a handful is kept; two threads may at worst make the same one twice.
        """
        edges = self._grown.get(tolerance_m)
        if edges is None:
            grown = self._outline.buffer(tolerance_m, quad_segs=_ARC_EDGES) if tolerance_m else self._outline
            edges = Edges(shapely.orient_polygons(grown))
            if len(self._grown) < _KEPT_TOLERANCES:
                self._grown[tolerance_m] = edges
        return edges
