"""Longitudes that run on across the antimeridian, and their split at ±180 for GeoJSON.

Inside, a shape near the antimeridian is kept in one piece, its longitudes running
past ±180; RFC 7946 (3.1.9) wants it cut in two, so that is done only on the way out.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

from geo.position import FloatArray, Shape

_WORLDS = (-360.0, 0.0, 360.0)


def run_on(longitudes: FloatArray) -> FloatArray:
    """The same meridians with each within 180° of the one before; the first is kept."""
    steps = np.diff(longitudes)
    turns = np.round(steps / 360.0)
    return np.asarray(longitudes - 360.0 * np.concatenate(([0.0], np.cumsum(turns))))


def near(longitudes: FloatArray, meridian: float) -> FloatArray:
    """The run of longitudes moved by whole turns so that its middle is nearest to a meridian."""
    middle = (longitudes.min() + longitudes.max()) / 2
    return np.asarray(longitudes - 360.0 * np.round((middle - meridian) / 360.0))


def split(geometry: BaseGeometry) -> BaseGeometry:
    """A shape whose longitudes run past ±180, cut there and brought back into -180 … 180."""
    west, _, east, _ = geometry.bounds
    if west >= -180 and east <= 180:
        return geometry
    if geometry.geom_type.endswith("Polygon"):
        return _split_area(geometry)
    return _split_lines(geometry)


def _split_area(area: BaseGeometry) -> BaseGeometry:
    pieces: list[Polygon] = []
    for turn in _WORLDS:
        cut = shapely.intersection(area, box(turn - 180, -90, turn + 180, 90))
        pieces.extend(_shifted(part, turn) for part in shapely.get_parts(cut) if part.geom_type == "Polygon")
    return shapely.orient_polygons(MultiPolygon(pieces) if len(pieces) > 1 else pieces[0])


def _split_lines(lines: BaseGeometry) -> BaseGeometry:
    """Lines are walked, not clipped, so that order and direction, and with them the stationing, stay."""
    pieces: list[LineString] = []
    for line in shapely.get_parts(lines):
        pieces.extend(_walk(line))
    return MultiLineString(pieces) if len(pieces) > 1 else pieces[0]


def _walk(line: LineString) -> list[LineString]:
    pieces: list[list[tuple[float, ...]]] = []
    piece: list[tuple[float, ...]] = [line.coords[0]]
    for start, end in pairwise(line.coords):
        edge = _edge_between(start[0], end[0])
        if edge is not None:
            share = (edge - start[0]) / (end[0] - start[0])
            crossing = (edge, start[1] + share * (end[1] - start[1]))
            pieces.append([*piece, crossing])
            piece = [crossing]
        piece.append(end)
    return [_home(LineString(each)) for each in [*pieces, piece] if len(set(each)) > 1]


def _edge_between(start: float, end: float) -> float | None:
    """The antimeridian (-180 or 180) that a step crosses, if it does."""
    return next((edge for edge in (-180.0, 180.0) if (start < edge < end) or (end < edge < start)), None)


def _home(line: LineString) -> LineString:
    west, _, east, _ = line.bounds
    return _shifted(line, 360.0 * round((west + east) / 2 / 360.0))


def _shifted(geometry: Shape, degrees: float) -> Shape:
    return shapely.transform(geometry, lambda xy: xy - (degrees, 0.0)) if degrees else geometry
