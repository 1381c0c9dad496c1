"""Zipped Shapefiles (ESRI, 1998): polygons and lines, brought to WGS 84 by their .prj.

Attributes (.dbf) are kept out. Without a .prj only numbers that can be degrees are
taken, and that is noted.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import shapefile as pyshp
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from geo.formats.archive import Archive
from geo.formats.geojson import read_geometry
from geo.formats.raw import RawShape, note
from geo.position import FloatArray
from geo.repair import MAX_RINGS, MAX_VERTICES, GeometryError, RawPath

_ToDegrees = Callable[[FloatArray], FloatArray]

_LONGEST_PRJ = 65_536
_HEADER_BYTES = 100

# What pyshp raises on damaged files, besides its own error.
_DAMAGE = (pyshp.ShapefileException, struct.error, ValueError, IndexError, KeyError, TypeError, OSError, OverflowError)


def read(files: Archive, notes: list[str]) -> list[RawShape]:
    """All areas and lines of the one Shapefile in an archive."""
    names = files.named(".shp")
    if len(names) > 1:
        raise GeometryError(f"the archive holds {len(names)} Shapefiles; please send one", names[1])
    found: list[str] = []
    shapes = _records(files.read(names[0]), names[0], found)
    for sentence in found:
        note(notes, sentence)
    to_degrees = _projection(files, names[0], shapes, notes)
    return [_converted(shape, to_degrees) for shape in shapes]


def _records(data: bytes, name: str, notes: list[str]) -> list[RawShape]:
    """Every record of the main file, still in the file's own coordinates."""
    shapes: list[RawShape] = []
    _check_lengths(data, name)
    try:
        with pyshp.Reader(shp=io.BytesIO(data)) as reader:
            for number, shape in enumerate(reader.iterShapes()):
                _check_size(shape, f"{name}/{number}")
                if shape.shapeType != pyshp.NULL:
                    shapes += read_geometry(_geometry(shape), f"{name}/{number}", notes)
    except GeometryError:
        raise
    except _DAMAGE as error:
        raise GeometryError("the Shapefile is damaged", name) from error
    return shapes


def _check_lengths(data: bytes, name: str) -> None:
    """Walk the lengths that the file states: pyshp only warns of a wrong one, and a negative one holds it for ever."""
    stated = 2 * int.from_bytes(data[24:28], "big", signed=True)
    place = _HEADER_BYTES
    while place + 8 <= len(data) == stated:
        length = 2 * int.from_bytes(data[place + 4 : place + 8], "big", signed=True)
        if length < 4:
            break
        place += 8 + length
    if place != len(data):
        raise GeometryError("the Shapefile is not as long as it says itself; it was cut short or damaged", name)


def _check_size(shape: Any, pointer: str) -> None:
    """Refuse at once what would be refused later: sorting holes to rings takes time."""
    if len(getattr(shape, "parts", ())) > MAX_RINGS or len(shape.points) > MAX_VERTICES:
        raise GeometryError(f"more than {MAX_VERTICES} vertices or {MAX_RINGS} rings", pointer)


def _geometry(shape: Any) -> dict[str, Any]:
    """The record as a GeoJSON geometry: pyshp sorts the holes to their outer rings."""
    return dict(shape.__geo_interface__)


def _projection(files: Archive, name: str, shapes: list[RawShape], notes: list[str]) -> _ToDegrees:
    stem = name[: -len(".shp")].lower()
    descriptions = [each for each in files.named(".prj") if each.lower() == f"{stem}.prj"]
    if descriptions:
        return _described(files.read(descriptions[0]), descriptions[0], notes)
    if not all(_may_be_degrees(path.coordinates) for path in _paths(shapes)):
        raise GeometryError("there is no .prj file, and the numbers are no degrees; please add the .prj", name)
    note(notes, "There is no .prj file; the numbers were taken for degrees on WGS 84.")
    return lambda coordinates: coordinates


def _described(text: bytes, name: str, notes: list[str]) -> _ToDegrees:
    try:
        system = CRS.from_wkt(text[:_LONGEST_PRJ].decode("utf-8-sig", "replace").strip())
        transformer = Transformer.from_crs(system, CRS.from_epsg(4326), always_xy=True)
    except (CRSError, ProjError) as error:
        raise GeometryError("the reference system in the .prj file is not understood", name) from error
    if not (system.is_geographic and system.to_epsg(min_confidence=70) == 4326):
        note(notes, f"Coordinates were reprojected to WGS 84 from {system.name}{_accuracy(transformer)}.")
    return lambda coordinates: np.column_stack(transformer.transform(coordinates[:, 0], coordinates[:, 1]))


def _accuracy(transformer: Transformer) -> str:
    """How well the change of datum is known, where that matters on a site."""
    return f" (good to about {transformer.accuracy:.0f} m)" if transformer.accuracy >= 1 else ""


def _converted(shape: RawShape, to_degrees: _ToDegrees) -> RawShape:
    # Outer rings run clockwise in a Shapefile, anticlockwise everywhere else.
    step = -1 if shape.kind == "polygon" else 1
    parts = [[RawPath(to_degrees(path.coordinates)[::step], path.pointer) for path in paths] for paths in shape.parts]
    return RawShape(shape.kind, parts, shape.pointer)


def _paths(shapes: list[RawShape]) -> list[RawPath]:
    return [path for shape in shapes for paths in shape.parts for path in paths]


def _may_be_degrees(coordinates: FloatArray) -> bool:
    return bool((np.abs(coordinates[:, 0]) <= 180).all() and (np.abs(coordinates[:, 1]) <= 90).all())
