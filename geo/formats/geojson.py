"""GeoJSON (RFC 7946): a bare geometry, a Feature or a FeatureCollection.

Pointers are JSON pointers (RFC 6901) into the document. Properties are kept out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from geo.formats.raw import ALTITUDES_DROPPED, POINTS_LEFT_OUT, RawShape, as_coordinates, note
from geo.repair import GeometryError, RawPath

# A geometry collection inside another is discouraged by RFC 7946 (3.1.8); a few levels are borne.
_DEEPEST = 8

_WGS84_NAMES = ("CRS84", "EPSG:4326", "EPSG::4326", "EPSG:0:4326")


def read(data: bytes, notes: list[str]) -> list[RawShape]:
    """All areas and lines of a document; GeometryError for anything that is not GeoJSON."""
    document = _parsed(data)
    if not isinstance(document, dict):
        raise GeometryError("a GeoJSON document is an object", "")
    _check_reference_system(document)
    return list(_shapes(document, "", notes, 0))


def read_geometry(geometry: Any, pointer: str, notes: list[str]) -> list[RawShape]:
    """The areas and lines of one GeoJSON geometry that is already in memory."""
    return list(_shapes(geometry, pointer, notes, 0))


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except GeometryError:
        raise
    except json.JSONDecodeError as error:
        raise GeometryError(f"this is not JSON: {error.msg} in line {error.lineno}", "") from error
    except UnicodeDecodeError as error:
        raise GeometryError(f"the text is not UTF-8 at byte {error.start}", "") from error
    except (RecursionError, ValueError) as error:
        raise GeometryError("the JSON is nested too deep or holds a number that is too long", "") from error


def _refuse_constant(text: str) -> NoReturn:
    raise GeometryError(f"{text} is not a number in JSON", "")


def _check_reference_system(document: dict[str, Any]) -> None:
    """Old files (GeoJSON 2008) may name another reference system, which must not be read as degrees."""
    crs = document.get("crs")
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if not name.upper().endswith(_WGS84_NAMES):
        raise GeometryError("the file is not in WGS 84 longitude and latitude; please reproject it", "/crs")


def _shapes(node: Any, pointer: str, notes: list[str], depth: int) -> Iterator[RawShape]:
    """Walk features and collections down to geometries."""
    if not isinstance(node, dict) or depth > _DEEPEST:
        raise GeometryError("a GeoJSON object is expected here", pointer)
    kind = node.get("type")
    if kind == "Feature":
        if node.get("geometry") is None:
            note(notes, "Features without a geometry were left out.")
            return
        yield from _shapes(node["geometry"], f"{pointer}/geometry", notes, depth + 1)
    elif kind in ("FeatureCollection", "GeometryCollection"):
        member = "features" if kind == "FeatureCollection" else "geometries"
        for index, child in enumerate(_listed(node.get(member), f"{pointer}/{member}")):
            yield from _shapes(child, f"{pointer}/{member}/{index}", notes, depth + 1)
    elif kind in ("Point", "MultiPoint"):
        note(notes, POINTS_LEFT_OUT)
    else:
        yield _geometry(kind, node.get("coordinates"), f"{pointer}/coordinates", notes)


def _geometry(kind: Any, coordinates: Any, pointer: str, notes: list[str]) -> RawShape:
    if kind == "Polygon":
        return RawShape("polygon", [_paths(coordinates, pointer, notes)], pointer)
    if kind == "MultiPolygon":
        polygons = enumerate(_listed(coordinates, pointer))
        return RawShape("polygon", [_paths(rings, f"{pointer}/{i}", notes) for i, rings in polygons], pointer)
    if kind == "LineString":
        return RawShape("corridor", [[_path(coordinates, pointer, notes)]], pointer)
    if kind == "MultiLineString":
        return RawShape("corridor", [[path] for path in _paths(coordinates, pointer, notes)], pointer)
    wrong = "the type is missing" if kind is None else f"{str(kind)[:40]!r} is not a GeoJSON type"
    raise GeometryError(wrong, pointer.removesuffix("coordinates") + "type")


def _paths(value: Any, pointer: str, notes: list[str]) -> list[RawPath]:
    return [_path(path, f"{pointer}/{index}", notes) for index, path in enumerate(_listed(value, pointer))]


def _path(value: Any, pointer: str, notes: list[str]) -> RawPath:
    positions = _listed(value, pointer)
    pairs = [_pair(position, pointer, index, notes) for index, position in enumerate(positions)]
    return RawPath(as_coordinates(pairs, pointer), pointer)


def _pair(value: Any, pointer: str, index: int, notes: list[str]) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) < 2 or not all(_is_number(each) for each in value[:2]):
        raise GeometryError("a position is a list of longitude and latitude", f"{pointer}/{index}")
    if len(value) > 2:
        note(notes, ALTITUDES_DROPPED)
    try:
        return float(value[0]), float(value[1])
    except OverflowError as error:
        raise GeometryError("this number is no coordinate", f"{pointer}/{index}") from error


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _listed(value: Any, pointer: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise GeometryError("a list is expected here", pointer)
    return list(value)
