"""KML (OGC 2.2 and 2.3): polygons and lines of all placemarks, whatever their namespace.

Entities and external references are refused (defusedxml). Styles, names and network
links are kept out. Pointers name the placemark.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from geo.formats.raw import ALTITUDES_DROPPED, POINTS_LEFT_OUT, RawShape, as_coordinates, note
from geo.repair import GeometryError, RawPath

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_DEEPEST = 60
_MOST_ELEMENTS = 200_000

# People write "121.0, 14.6, 0" although KML allows no space inside a tuple.
_COMMA = re.compile(r"\s*,\s*")


def read(data: bytes, notes: list[str]) -> list[RawShape]:
    """All areas and lines of the placemarks; GeometryError for anything that is not sound KML."""
    root = _parsed(data)
    if _name(root) != "kml" and not _name(root).startswith(("Document", "Placemark", "Folder")):
        raise GeometryError(f"the XML begins with <{_name(root)[:40]}>; KML begins with <kml>", "")
    placemarks = (element for element in root.iter() if _name(element) == "Placemark")
    return [shape for number, each in enumerate(placemarks, 1) for shape in _placemark(each, number, notes)]


def _parsed(data: bytes) -> Element:
    """The root of the document, given up as soon as it grows past its bounds."""
    depth = count = 0
    root: Element | None = None
    try:
        for event, element in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
            root = element if root is None else root
            depth += 1 if event == "start" else -1
            count += event == "start"
            if depth > _DEEPEST or count > _MOST_ELEMENTS:
                raise GeometryError("the XML is nested too deep or holds too many elements", "")
    except ParseError as error:
        raise GeometryError(f"this is not sound XML: {error}", "") from error
    except DefusedXmlException as error:
        raise GeometryError("the XML declares a document type or entities, which are not taken", "") from error
    except GeometryError:
        raise
    except (ValueError, LookupError) as error:
        raise GeometryError("the XML is in an encoding that is not known", "") from error
    if root is None:
        raise GeometryError("the XML holds nothing", "")
    return root


def _placemark(placemark: Element, number: int, notes: list[str]) -> Iterator[RawShape]:
    title = (_text(placemark, "name") or "").strip()[:60]
    pointer = f"Placemark {number}" + (f" “{title}”" if title else "")
    in_polygons = {ring for polygon in _all(placemark, "Polygon") for ring in _all(polygon, "LinearRing")}
    for element in placemark.iter():
        kind = _name(element)
        if kind == "Polygon":
            yield RawShape("polygon", [_rings(element, pointer, notes)], pointer)
        elif kind == "LineString":
            yield RawShape("corridor", [[_path(element, f"{pointer}/LineString", notes)]], pointer)
        elif kind == "LinearRing" and element not in in_polygons:
            note(notes, "A closed ring without a polygon was taken for an area.")
            yield RawShape("polygon", [[_path(element, f"{pointer}/LinearRing", notes)]], pointer)
        elif kind == "Point":
            note(notes, POINTS_LEFT_OUT)


def _rings(polygon: Element, pointer: str, notes: list[str]) -> list[RawPath]:
    """The outer ring, then the inner ones."""
    outer = [ring for side in _all(polygon, "outerBoundaryIs") for ring in _all(side, "LinearRing")]
    inner = [ring for side in _all(polygon, "innerBoundaryIs") for ring in _all(side, "LinearRing")]
    if len(outer) != 1:
        raise GeometryError(f"a polygon has one outer ring, not {len(outer)}", f"{pointer}/Polygon")
    return [
        _path(outer[0], f"{pointer}/Polygon/outerBoundaryIs", notes),
        *(_path(ring, f"{pointer}/Polygon/innerBoundaryIs/{i}", notes) for i, ring in enumerate(inner)),
    ]


def _path(element: Element, pointer: str, notes: list[str]) -> RawPath:
    written = _COMMA.sub(",", _text(element, "coordinates") or "").split()
    pairs = [_pair(each, f"{pointer}/coordinates/{index}", notes) for index, each in enumerate(written)]
    return RawPath(as_coordinates(pairs, pointer), f"{pointer}/coordinates")


def _pair(written: str, pointer: str, notes: list[str]) -> tuple[float, float]:
    values = written.split(",")
    if len(values) == 3:
        note(notes, ALTITUDES_DROPPED)
    try:
        if len(values) not in (2, 3):
            raise ValueError
        return float(values[0]), float(values[1])
    except ValueError as error:
        raise GeometryError(f"“{written[:40]}” is not longitude,latitude", pointer) from error


def _name(element: Element) -> str:
    """The tag without its namespace; comments have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _all(element: Element, name: str) -> list[Element]:
    return [each for each in element.iter() if _name(each) == name]


def _text(element: Element, name: str) -> str | None:
    return next((each.text for each in element if _name(each) == name), None)
