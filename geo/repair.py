"""Shapes as people and programs really send them, made whole or refused with the reason.

A repair is done only where one meaning is plain, and is always noted. Reading file
formats is kept out: rings and lines come in as arrays of longitude, latitude.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry import LinearRing, LineString, MultiPolygon, Polygon

from geo import dateline
from geo.position import FloatArray, LocalPlane, geodesic_m, mean_position

MAX_VERTICES = 20_000
MAX_RINGS = 1_000
MAX_EXTENT_M = 500_000.0
#: Degrees; beyond it meridians draw so close together that degrees are no measure of a shape.
POLAR_LATITUDE = 85.0

# Twice the area over the perimeter is the mean width of a thin shape.
MIN_WIDTH_M = 0.1
AREA_KEPT = 0.01
JOIN_M = 1.0
#: Two places nearer than this are one: across the antimeridian and at a pole different numbers tell one place.
MIN_LENGTH_M = 0.001

_ONE_PLACE = "a line needs at least two different points"

# A sound outline's edge touches its two neighbours and itself; mending a tangle can take minutes.
_TANGLED_TOUCHES = 10
_SAMPLED_EDGES = 100


class GeometryError(ValueError):
    """A shape that cannot be taken: ``reason`` for a person, ``pointer`` to the place in what was sent."""

    def __init__(self, reason: str, pointer: str = "") -> None:
        """Keep both; the pointer is a JSON pointer, or a file or placemark with one."""
        super().__init__(f"{pointer}: {reason}" if pointer else reason)
        self.reason = reason
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class RawPath:
    """One ring or line as sent: an (n, 2) array of longitude, latitude in degrees, and where it stood."""

    coordinates: FloatArray
    pointer: str = ""


#: The rings of one polygon as sent, its outside first.
RawPolygon = Sequence[RawPath]


@dataclass(slots=True)
class _Notes:
    """What was repaired, each sentence once."""

    sentences: list[str] = field(default_factory=list)

    def add(self, sentence: str) -> None:
        if sentence not in self.sentences:
            self.sentences.append(sentence)


def repair_polygons(polygons: Sequence[RawPolygon]) -> tuple[Polygon | MultiPolygon, list[str]]:
    """One valid area from polygons as sent, and what was repaired.

    Rings are closed and oriented (outside anticlockwise), repeated vertices dropped, parts that
    touch or overlap united, parts on both sides of the antimeridian put together; longitudes of the
    result run on and may pass ±180. An outline that crosses itself is repaired where its area stays
    within 1 %.

    Raises:
        GeometryError: empty, out of range, too many vertices, over 500 km across, without area, or
            crossing itself in a way that leaves its meaning open.
    """
    if not polygons or not all(polygons):
        raise GeometryError("the shape is empty")
    paths = [ring for rings in polygons for ring in rings]
    _check_paths(paths)
    notes = _Notes()
    cleaned = [[_closed(ring, notes) for ring in rings] for rings in polygons]
    plane = _plane_of([ring for rings in cleaned for ring in rings], paths[0].pointer)
    parts = [_one_polygon(rings, sent, plane, notes) for rings, sent in zip(cleaned, polygons, strict=True)]
    area = _united(parts, plane, paths[0].pointer, notes)
    on_ground = plane.project(area)
    if 2 * on_ground.area <= MIN_WIDTH_M * on_ground.length:
        raise GeometryError("the shape has no area", paths[0].pointer)
    if not area.is_valid and not _polar(area):
        # A sliver along a parallel has area on the round ground and none between straight lines in degrees.
        raise GeometryError("the shape is too thin: its edges meet or cross", paths[0].pointer)
    return area, notes.sentences


def _polar(area: Polygon | MultiPolygon) -> bool:
    """Whether the shape lies so near a pole that a sound ring need not look sound in degrees."""
    _west, south, _east, north = area.bounds
    return south < -POLAR_LATITUDE or north > POLAR_LATITUDE


def repair_lines(lines: Sequence[RawPath]) -> tuple[LineString, list[str]]:
    """One centre line from parts as sent, in their order, and what was repaired.

    Parts are joined where their ends meet within 1 m; a part drawn the other way round is turned.

    Raises:
        GeometryError: as for polygons, where all points are one place, and where a gap is left between two
            parts (named in metres).
    """
    if not lines:
        raise GeometryError("the shape is empty")
    _check_paths(lines)
    notes = _Notes()
    parts = [_without_repeats(line, notes) for line in lines]
    for part, sent in zip(parts, lines, strict=True):
        if len(part) < 2:
            raise GeometryError(_ONE_PLACE, sent.pointer)
    joined = _joined(parts, lines, notes)
    joined[:, 0] = dateline.run_on(joined[:, 0])
    plane = _plane_of([joined], lines[0].pointer)
    joined[:, 0] = dateline.near(joined[:, 0], plane.longitude)
    line = LineString(joined)
    if plane.project(line).length < MIN_LENGTH_M:
        raise GeometryError(_ONE_PLACE, lines[0].pointer)
    return line, notes.sentences


def _check_paths(paths: Sequence[RawPath]) -> None:
    total = sum(len(path.coordinates) for path in paths)
    if total == 0:
        raise GeometryError("the shape is empty", paths[0].pointer)
    if total > MAX_VERTICES:
        raise GeometryError(f"{total} vertices are more than the {MAX_VERTICES} that are allowed", paths[0].pointer)
    if len(paths) > MAX_RINGS:
        raise GeometryError(
            f"{len(paths)} rings or lines are more than the {MAX_RINGS} that are allowed", paths[0].pointer
        )
    for path in paths:
        _check_coordinates(path)


def _check_coordinates(path: RawPath) -> None:
    longitudes, latitudes = path.coordinates[:, 0], path.coordinates[:, 1]
    wrong = ~(np.isfinite(path.coordinates).all(axis=1) & (np.abs(latitudes) <= 90) & (np.abs(longitudes) <= 360))
    if not wrong.any():
        return
    first = int(np.argmax(wrong))
    longitude, latitude = (float(value) for value in path.coordinates[first])
    reason = f"longitude {longitude}, latitude {latitude} is no place on Earth"
    if 90 < abs(latitude) <= 180 and (np.abs(longitudes) <= 90).all():
        reason += "; latitude and longitude look swapped, longitude comes first here"
    raise GeometryError(reason, f"{path.pointer}/{first}" if path.pointer else "")


def _without_repeats(path: RawPath, notes: _Notes) -> FloatArray:
    coordinates = path.coordinates
    if len(coordinates) == 0:
        raise GeometryError("a ring or line of the shape is empty", path.pointer)
    kept = np.concatenate(([True], (np.diff(coordinates, axis=0) != 0).any(axis=1)))
    if not kept.all():
        notes.add("Repeated points were dropped.")
    return np.array(coordinates[kept], dtype=np.float64)


def _closed(path: RawPath, notes: _Notes) -> FloatArray:
    """A ring without repeats that ends where it starts."""
    ring = _without_repeats(path, notes)
    if (ring[0] != ring[-1]).any() and len(ring) > 1:
        same_meridian = (ring[0, 0] - ring[-1, 0]) % 360 == 0 and ring[0, 1] == ring[-1, 1]
        if not same_meridian:
            notes.add("An open ring was closed.")
            ring = np.vstack([ring, ring[:1]])
    if len(ring) < 4:
        raise GeometryError("a ring needs at least three different points", path.pointer)
    return ring


def _plane_of(paths: Iterable[FloatArray], pointer: str) -> LocalPlane:
    """A plane in the middle of all vertices; GeometryError where they lie too far apart."""
    every = np.vstack(list(paths))
    plane = LocalPlane(*mean_position(every[:, 1], every[:, 0]))
    east, north = plane.to_plane_many(every[:, 1], every[:, 0])
    across = max(float(np.ptp(east)), float(np.ptp(north)))
    if across > MAX_EXTENT_M:
        raise GeometryError(
            f"the shape is {across / 1000:,.0f} km across; {MAX_EXTENT_M / 1000:.0f} km is the limit", pointer
        )
    return plane


def _one_polygon(rings: list[FloatArray], sent: RawPolygon, plane: LocalPlane, notes: _Notes) -> Polygon | MultiPolygon:
    """One polygon in longitude, latitude, oriented and valid on the ground."""
    runs = [np.column_stack([_meridians(ring[:, 0], plane.longitude), ring[:, 1]]) for ring in rings]
    shell, *holes = [_turned(run, plane, notes, inside_left=index == 0) for index, run in enumerate(runs)]
    polygon = Polygon(shell, holes)
    on_ground = plane.project(polygon)
    if on_ground.is_valid:
        return polygon
    return plane.unproject(_uncrossed(on_ground, plane, sent[0].pointer, notes))


def _meridians(longitudes: FloatArray, meridian: float) -> FloatArray:
    """A ring's longitudes in one run near a meridian; around a pole, where there is no such run, as sent."""
    run = dateline.run_on(longitudes)
    return dateline.near(run, meridian) if abs(run[-1] - run[0]) < 180 else longitudes


def _turned(ring: FloatArray, plane: LocalPlane, notes: _Notes, *, inside_left: bool) -> FloatArray:
    """A ring with its inside on the asked side. The ground decides: around a pole degrees cannot tell."""
    if bool(shapely.is_ccw(plane.project(LinearRing(ring)))) == inside_left:
        return ring
    notes.add("A ring ran the wrong way round and was turned.")
    return ring[::-1]


def _uncrossed(outline: Polygon, plane: LocalPlane, pointer: str, notes: _Notes) -> Polygon | MultiPolygon:
    """A crossing outline on the plane made valid; refused where that would change what it holds."""
    _check_tangle(outline, pointer)
    repaired = shapely.make_valid(outline, method="structure", keep_collapsed=False)
    before = _area_as_drawn(outline)
    if not isinstance(repaired, Polygon | MultiPolygon) or abs(repaired.area - before) > AREA_KEPT * before:
        raise GeometryError(_fault(outline, plane), pointer)
    notes.add("An outline that crossed or touched itself was repaired; its area stayed within 1 %.")
    return shapely.orient_polygons(repaired)


def _check_tangle(outline: Polygon | MultiPolygon, pointer: str) -> None:
    """Refuse an outline whose edges cross so many others, by a sample, that mending it could take minutes."""
    coordinates, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(outline)), return_index=True)
    joined = ring[1:] == ring[:-1]
    ends = np.stack([coordinates[:-1][joined], coordinates[1:][joined]], axis=1)
    edges = np.asarray(shapely.linestrings(ends))
    sample = edges[:: len(edges) // _SAMPLED_EDGES + 1]
    touches = shapely.STRtree(edges).query(sample, predicate="intersects")
    if touches.shape[1] > _TANGLED_TOUCHES * len(sample):
        raise GeometryError("the outline crosses itself in very many places; its points are out of order", pointer)


def _area_as_drawn(outline: Polygon) -> float:
    """Area by the surveyor's formula, which counts loops run the other way as negative."""
    shell = Polygon(outline.exterior).area
    return shell - math.fsum(Polygon(hole).area for hole in outline.interiors)


def _fault(outline: Polygon, plane: LocalPlane) -> str:
    """What is wrong with an outline, and where."""
    explained = shapely.is_valid_reason(outline)
    kind = explained.split("[")[0].strip().lower()
    place = re.search(r"\[(\S+) (\S+)]", explained)
    where = ""
    if place:
        latitude, longitude = plane.to_geographic(float(place[1]), float(place[2]))
        where = f" near latitude {latitude:.6f}, longitude {longitude:.6f}"
    if "self-intersection" in kind:
        return f"the outline crosses itself{where}; its points may be out of order"
    return f"the outline is not sound ({kind}){where}"


def _united(
    parts: list[Polygon | MultiPolygon], plane: LocalPlane, pointer: str, notes: _Notes
) -> Polygon | MultiPolygon:
    """All parts as one area; those that touch or overlap on the ground are melted together."""
    polygons: list[Polygon] = [polygon for part in parts for polygon in shapely.get_parts(part)]
    if len(polygons) == 1:
        return polygons[0]
    together = shapely.multipolygons(polygons)
    on_ground = plane.project(together)
    if on_ground.is_valid:
        return together
    _check_tangle(on_ground, pointer)
    # Both halves of a seam are snapped to a micrometre, or rounding would leave a slit.
    united = shapely.union_all(shapely.get_parts(on_ground), grid_size=1e-6)
    if not isinstance(united, Polygon | MultiPolygon):
        raise GeometryError("the parts of the shape have no area together", pointer)
    notes.add("Parts that touch or overlap were put together.")
    return plane.unproject(shapely.orient_polygons(united))


def _joined(parts: list[FloatArray], sent: Sequence[RawPath], notes: _Notes) -> FloatArray:
    whole = [parts[0]]
    for (before, after), path in zip(pairwise(range(len(parts))), sent[1:], strict=True):
        end, following = whole[-1][-1], parts[after]
        if _gap_m(end, following[0]) > JOIN_M >= _gap_m(end, following[-1]):
            following = following[::-1]
            notes.add("A part of the line drawn the other way round was turned.")
        gap = _gap_m(end, following[0])
        if gap > JOIN_M:
            raise GeometryError(
                f"there is a gap of {gap:,.0f} m between part {before + 1} and part {after + 1}", path.pointer
            )
        whole.append(following if gap > 0 else following[1:])
    if len(parts) > 1:
        notes.add(f"{len(parts)} parts were joined into one line.")
    return np.vstack(whole)


def _gap_m(end: FloatArray, start: FloatArray) -> float:
    return geodesic_m(float(end[1]), float(end[0]), float(start[1]), float(start[0]))
