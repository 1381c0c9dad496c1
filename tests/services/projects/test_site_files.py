"""The site as a file beside the document: GeoJSON, KML, KMZ and zipped Shapefile."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
import shapefile

from server.services import project_import, projects, site_lookup
from server.services.importing.site_part import SiteFile
from tests.services.projects.build import ROAD_LINE, SCHOOL_OUTLINE, document, with_section
from tests.services.projects.conftest import Imports, Previews

KML = """<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><LineString>
<coordinates>123.0,10.0,4 123.0,10.01,5</coordinates></LineString></Placemark></Document></kml>"""


def kmz() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("doc.kml", KML)
    return held.getvalue()


def zipped_shapefile() -> bytes:
    parts = {name: io.BytesIO() for name in ("shp", "shx", "dbf")}
    with shapefile.Writer(**parts, shapeType=shapefile.POLYLINE) as writer:
        writer.field("name", "C")
        writer.line([ROAD_LINE["coordinates"]])
        writer.record("road")
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, part in parts.items():
            archive.writestr(f"road.{name}", part.getvalue())
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("road.geojson", json.dumps({"type": "Feature", "properties": {}, "geometry": ROAD_LINE}).encode()),
        ("road.kml", KML.encode()),
        ("road.kmz", kmz()),
        ("road.zip", zipped_shapefile()),
    ],
)
def test_every_format_gives_the_site_that_the_document_would(
    imports: Imports, previews: Previews, name: str, data: bytes
) -> None:
    imports(document())

    told = previews(with_section("site", geometry=...), site_file=SiteFile(data, name))

    assert (told.changes, told.faults) == ([], [])


def test_a_file_alone_makes_an_area_and_is_named_as_its_source(imports: Imports) -> None:
    told = document(site=...)
    del told["milestones"][0]["requirements"][0]["station_m"]

    project = imports(told, site_file=SiteFile(json.dumps(SCHOOL_OUTLINE).encode(), "school.geojson"))

    site = projects.current_site(project.id)
    assert site is not None
    assert (site.kind.value, site.source) == ("polygon", "file school.geojson")
    assert site_lookup.geometry(site).signed_distance_m(10.0005, 123.0005) < 0


def test_what_was_repaired_in_a_file_is_told(looks: Previews) -> None:
    told = looks(with_section("site", geometry=...), site_file=SiteFile(KML.encode(), "road.kml"))

    assert told.notes == ["Altitudes were dropped."]


def _faults(looks: Previews, told: Any, data: bytes) -> list[tuple[str, str]]:
    preview: project_import.Preview = looks(told, site_file=SiteFile(data, "road.kml"))
    return [(fault.pointer, fault.detail) for fault in preview.faults]


def test_a_file_that_cannot_be_read_is_a_fault_named_by_the_file(looks: Previews) -> None:
    ((pointer, detail),) = _faults(looks, with_section("site", geometry=...), b"no shape at all")

    assert pointer == "#/site/geometry"
    assert detail.startswith("road.kml: This is neither GeoJSON, KML, KMZ nor")


def test_a_line_from_a_file_needs_the_width_from_the_document(looks: Previews) -> None:
    assert _faults(looks, document(site=...), KML.encode()) == [("#/site/width_m", "A corridor needs its width.")]


def test_a_geometry_here_and_there_is_one_too_many(looks: Previews) -> None:
    ((pointer, detail),) = _faults(looks, document(), KML.encode())

    assert (pointer, detail) == ("#/site/geometry", "The geometry is given here and as a file; give one.")
