"""One site as the checks see it: an area, or the corridor along a centre line.

A Site is a frozen value that can be cached and shared between threads; what is dear
is computed on first use. Where a site's shape came from is kept out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, cast

import shapely
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon, mapping
from shapely.geometry.base import BaseGeometry

from geo import dateline, quadtile
from geo.boundary import Boundary
from geo.corridor import Corridor, Station
from geo.position import Bounds, LocalPlane, grow_bounds, mean_position
from geo.repair import GeometryError, RawPath, repair_lines, repair_polygons

SiteKind = Literal["polygon", "corridor"]


@dataclass(frozen=True)
class Site:
    """A site's shape in longitude, latitude (WGS 84).

    Make one with :meth:`polygon` or :meth:`corridor`, which repair or refuse the shape; the plain
    constructor and :meth:`from_wkb` trust theirs. ``obstructed`` says that trees or walls hide the sky.
    """

    kind: SiteKind
    geometry: BaseGeometry
    width_m: float | None = None
    chainage_start_m: float = 0.0
    obstructed: bool = False

    @classmethod
    def polygon(cls, geometry: Polygon | MultiPolygon, *, obstructed: bool = False) -> Site:
        """A site that is an area with or without holes; GeometryError where the shape cannot be taken."""
        if not isinstance(geometry, Polygon | MultiPolygon):
            raise GeometryError(f"an area is needed, not a {geometry.geom_type}")
        polygons = [
            [RawPath(shapely.get_coordinates(ring)) for ring in shapely.get_rings(part)] for part in _parts(geometry)
        ]
        area, _ = repair_polygons(polygons)
        return cls("polygon", area, obstructed=obstructed)

    @classmethod
    def corridor(
        cls,
        line: LineString | MultiLineString,
        *,
        width_m: float,
        chainage_start_m: float = 0.0,
        obstructed: bool = False,
    ) -> Site:
        """A site along a centre line, ``width_m`` wide in all; GeometryError where the line cannot be taken."""
        if not isinstance(line, LineString | MultiLineString):
            raise GeometryError(f"a line is needed, not a {line.geom_type}")
        if not 0 < width_m <= 10_000:
            raise GeometryError(f"a corridor of {width_m} m is not between 0 and 10,000 m wide", "/width_m")
        whole, _ = repair_lines([RawPath(shapely.get_coordinates(part)) for part in _parts(line)])
        return cls("corridor", whole, float(width_m), float(chainage_start_m), obstructed)

    @classmethod
    def from_wkb(
        cls,
        kind: SiteKind,
        wkb: bytes,
        width_m: float | None = None,
        chainage_start_m: float = 0.0,
        obstructed: bool = False,
    ) -> Site:
        """The site that :meth:`to_wkb` wrote; the shape is trusted."""
        return cls(kind, shapely.from_wkb(wkb), width_m, chainage_start_m, obstructed)

    def to_wkb(self) -> bytes:
        """The shape as little-endian WKB; the other fields are stored beside it."""
        return bytes(shapely.to_wkb(self.geometry, byte_order=1))

    def signed_distance_m(self, latitude: float, longitude: float) -> float:
        """Metres from the outline, negative inside."""
        return self._boundary.signed_distance_m(latitude, longitude)

    def probability_inside(self, latitude: float, longitude: float, sigma_m: float, tolerance_m: float) -> float:
        """P that the true position lies within ``tolerance_m`` of the site, 0 … 1; ``sigma_m`` is per axis."""
        return self._boundary.probability_inside(latitude, longitude, sigma_m, tolerance_m)

    def way_back(self, latitude: float, longitude: float) -> tuple[float, str]:
        """Metres and compass words from a position to the nearest place of the outline."""
        return self._boundary.way_back(latitude, longitude)

    def station_of(self, latitude: float, longitude: float) -> Station | None:
        """Chainage and offset of a position by the centre line; None for an area."""
        return self._corridor.station_of(latitude, longitude) if self._corridor else None

    def point_at(self, chainage_m: float) -> tuple[float, float] | None:
        """Latitude and longitude of a station; None for an area, ValueError off the line."""
        return self._corridor.point_at(chainage_m) if self._corridor else None

    @property
    def length_m(self) -> float | None:
        """Length of the centre line in metres; None for an area."""
        return self._corridor.length_m if self._corridor else None

    @cached_property
    def bounds(self) -> Bounds:
        """South, west, north, east in degrees of the area or the whole corridor; west > east across ±180."""
        return self._boundary.bounds()

    @cached_property
    def centre(self) -> tuple[float, float]:
        """Latitude and longitude of the area's centroid, or of the middle of the centre line."""
        if self._corridor:
            return self._corridor.point_at(self.chainage_start_m + self._corridor.length_m / 2)
        middle = self._plane.project(self.geometry).centroid
        return self._plane.to_geographic(middle.x, middle.y)

    def cells(self, margin_m: float = 0.0) -> list[int]:
        """Quadtile cells that cover the site and ``margin_m`` around it, to be found by (see geo.quadtile)."""
        return quadtile.cover(grow_bounds(self.bounds, margin_m))

    def geojson(self) -> dict[str, Any]:
        """The declared shape as a GeoJSON geometry, cut at the antimeridian (RFC 7946); a corridor's line itself."""
        shape = dateline.split(self.geometry)
        return _as_lists(mapping(shape))

    @cached_property
    def _plane(self) -> LocalPlane:
        coordinates = shapely.get_coordinates(self.geometry)
        return LocalPlane(*mean_position(coordinates[:, 1], coordinates[:, 0]))

    @cached_property
    def _corridor(self) -> Corridor | None:
        if self.kind == "polygon" or self.width_m is None:
            return None
        line = cast(LineString, self.geometry)
        return Corridor(line, width_m=self.width_m, chainage_start_m=self.chainage_start_m, plane=self._plane)

    @cached_property
    def _boundary(self) -> Boundary:
        outline = self._corridor.outline() if self._corridor else self._plane.project(self.geometry)
        return Boundary(self._plane, outline)


def _parts(geometry: BaseGeometry) -> Sequence[BaseGeometry]:
    return list(shapely.get_parts(geometry))


def _as_lists(shape: dict[str, Any]) -> dict[str, Any]:
    return {"type": shape["type"], "coordinates": _listed(shape["coordinates"])}


def _listed(value: Any) -> Any:
    return [_listed(each) for each in value] if isinstance(value, tuple | list) else value
