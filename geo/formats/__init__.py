"""A site's shape out of a file that somebody sent: GeoJSON, KML, KMZ or zipped Shapefile.

The format is told from the bytes, never from the name. Every size is bounded before it
is read; whatever is wrong is a GeometryError with a pointer. Storing is kept out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shapely.geometry import LineString, MultiPolygon, Polygon

from geo.formats import archive, geojson, kml, shapefile
from geo.formats.raw import RawShape
from geo.repair import GeometryError, repair_lines, repair_polygons

MAX_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReadSite:
    """A shape read and repaired, in longitude, latitude; ``notes`` say what was assumed or repaired."""

    kind: Literal["polygon", "corridor"]
    geometry: Polygon | MultiPolygon | LineString
    notes: list[str]


def read_site(data: bytes, name: str | None = None) -> ReadSite:
    """Read one site's shape from a file.

    Several areas in one file become one site of several parts, several lines one centre line if
    their ends meet; points are left out, with a note.

    Args:
        data: the whole file.
        name: the file's name, for pointers and messages only.

    Raises:
        GeometryError: too large, of no known format, damaged, without a usable shape, or with areas
            and lines mixed.
    """
    if len(data) > MAX_BYTES:
        raise GeometryError(f"the file is larger than the {MAX_BYTES // 2**20} MB that are allowed", name or "")
    if not data.strip():
        raise GeometryError("the file is empty", name or "")
    notes: list[str] = []
    shapes = _shapes(data, name, notes)
    return _merged(shapes, notes)


def _shapes(data: bytes, name: str | None, notes: list[str]) -> list[RawShape]:
    """Send the bytes to the reader of their format."""
    if data.startswith(b"PK"):
        with archive.opened(data) as files:
            if files.named(".shp"):
                return shapefile.read(files, notes)
            return kml.read(files.only(".kml"), notes)
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"<"):
        return kml.read(data, notes)
    if head.startswith((b"{", b"[")):
        return geojson.read(data, notes)
    raise GeometryError("this is neither GeoJSON, KML, KMZ nor a zipped Shapefile", name or "")


def _merged(shapes: Sequence[RawShape], notes: list[str]) -> ReadSite:
    """All shapes of a file as one site."""
    if not shapes:
        raise GeometryError("the file holds neither an area nor a line")
    first = shapes[0]
    for shape in shapes:
        if shape.kind != first.kind:
            raise GeometryError("areas and lines are mixed; a site is either an area or a centre line", shape.pointer)
    parts = [part for shape in shapes for part in shape.parts]
    if first.kind == "polygon":
        area, repairs = repair_polygons(parts)
        return ReadSite("polygon", area, notes + repairs)
    line, repairs = repair_lines([path for part in parts for path in part])
    return ReadSite("corridor", line, notes + repairs)
