"""PUT /api/v1/projects/{code} and its preview: whole projects in, every fault named."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import Any

import pytest
import shapefile
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.services.importing import milestone_table
from tests.api.calls import assert_problem, pointers
from tests.api.road import Bearer

ADDRESS = "/api/v1/projects/SCHOOL-1"
CORNERS = [[122.6, 11.1], [122.601, 11.1], [122.601, 11.101], [122.6, 11.101], [122.6, 11.1]]
TABLE = f"""{",".join(milestone_table.COLUMNS)}
M1,Foundation,,10000,40000000,2026-01-05,2027-12-31,,during,during,The works,,,,,,
"""


def school(**more: Any) -> dict[str, Any]:
    """A project that can be imported as it stands."""
    return {
        "code": "SCHOOL-1",
        "title": "Two classrooms",
        "sector": "education",
        "asset_kind": "school",
        "agency": "agency",
        "area": "R6",
        "budget": {"amount_minor": 50_000_000, "currency": "PHP"},
        "starts_on": "2026-01-01",
        "ends_on": "2027-12-31",
        "status": "implementation",
        "time_zone": "Asia/Manila",
        "policy": "ph",
        "published": True,
        "contract": {
            "reference": "C-9",
            "supplier": "builder",
            "value_minor": 40_000_000,
            "currency": "PHP",
            "signed_on": "2026-01-01",
            "effective_on": "2026-01-05",
            "ends_on": "2027-12-31",
        },
        "site": {
            "type": "polygon",
            "geometry": {"type": "Polygon", "coordinates": [CORNERS]},
            "source": "contract drawing",
        },
        "milestones": [
            {
                "code": "M1",
                "title": "Foundation",
                "weight_bp": 10_000,
                "amount_minor": 40_000_000,
                "starts_on": "2026-01-05",
                "ends_on": "2027-12-31",
                "requirements": [{"code": "during", "stage": "during", "title": "The works"}],
            }
        ],
    } | more


def kml() -> bytes:
    """The outline as a surveyor's KML."""
    ring = " ".join(f"{longitude},{latitude}" for longitude, latitude in CORNERS)
    return f"""<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><Polygon><outerBoundaryIs>
<LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></kml>""".encode()


def shapefile_parts() -> dict[str, bytes]:
    """The outline as the three files of a Shapefile."""
    parts = {name: BytesIO() for name in ("shp", "shx", "dbf")}
    with shapefile.Writer(**parts, shapeType=shapefile.POLYGON) as writer:
        writer.field("name", "C")
        writer.poly([CORNERS[::-1]])  # A Shapefile's outer ring runs clockwise.
        writer.record("school")
    return {f"site.{name}": part.getvalue() for name, part in parts.items()}


def zipped(files: dict[str, bytes]) -> bytes:
    """A ZIP archive of these files."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return held.getvalue()


def post_form(
    client: FlaskClient, bearer: Bearer, address: str, method: str, site: tuple[bytes, str, str], table: str = TABLE
) -> TestResponse:
    """Send the school as a form: its document, its site as a file, its milestones as a table."""
    document = school()
    del document["site"]["geometry"], document["milestones"]
    data, name, media_type = site
    form = {
        "document": json.dumps(document),
        "site": (BytesIO(data), name, media_type),
        "milestones": (BytesIO(table.encode()), "milestones.csv", "text/csv"),
    }
    headers = bearer("administrator")
    return client.open(address, method=method, data=form, headers=headers, content_type="multipart/form-data")


def test_a_preview_says_what_an_import_then_does(client: FlaskClient, bearer: Bearer) -> None:
    administrator = bearer("administrator")
    preview = client.post(f"{ADDRESS}/preview", json=school(), headers=administrator).get_json()
    nothing_yet = client.get("/api/v1/public/projects/SCHOOL-1")
    imported = client.put(ADDRESS, json=school(), headers=administrator)
    again = client.post(f"{ADDRESS}/preview", json=school(), headers=administrator).get_json()

    assert (preview["creates"], preview["faults"]) == (True, [])
    assert {"pointer", "before", "after"} == set(preview["changes"][0])
    assert nothing_yet.status_code == 404
    assert imported.status_code == 201, imported.get_json()
    assert imported.headers["Location"] == ADDRESS
    assert client.get("/api/v1/public/projects/SCHOOL-1").get_json()["title"] == "Two classrooms"
    assert (again["creates"], again["changes"]) == (False, [])


def test_a_project_is_made_once_and_changed_from_then_on(client: FlaskClient, bearer: Bearer) -> None:
    sent = [school(), school(), school(title="Three classrooms")]

    answers = [client.put(ADDRESS, json=each, headers=bearer("administrator")) for each in sent]

    assert [each.status_code for each in answers] == [201, 200, 200]
    assert ["Location" in each.headers for each in answers] == [True, False, False]
    assert answers[2].get_json()["title"] == "Three classrooms"


@pytest.mark.parametrize(
    ("name", "media_type", "data"),
    [
        ("site.geojson", "application/geo+json", json.dumps({"type": "Polygon", "coordinates": [CORNERS]}).encode()),
        ("site.kml", "application/vnd.google-earth.kml+xml", kml()),
        ("site.kmz", "application/vnd.google-earth.kmz", zipped({"doc.kml": kml()})),
        ("site.zip", "application/zip", zipped(shapefile_parts())),
    ],
)
def test_the_site_may_come_as_a_file_and_the_milestones_as_a_table(
    client: FlaskClient, bearer: Bearer, name: str, media_type: str, data: bytes
) -> None:
    preview = post_form(client, bearer, f"{ADDRESS}/preview", "POST", (data, name, media_type)).get_json()
    imported = post_form(client, bearer, ADDRESS, "PUT", (data, name, media_type))
    again = client.post(f"{ADDRESS}/preview", json=school(), headers=bearer("administrator")).get_json()

    assert (preview["creates"], preview["faults"]) == (True, [])
    assert imported.status_code == 201, imported.get_json()
    assert (again["changes"], again["faults"]) == ([], []), "the files say the same as the document would"


def test_a_fault_of_a_file_is_named_by_its_part_row_and_column(client: FlaskClient, bearer: Bearer) -> None:
    site = (b"no shape at all", "site.kml", "application/vnd.google-earth.kml+xml")
    table = TABLE.replace("10000", "nine")

    preview = post_form(client, bearer, f"{ADDRESS}/preview", "POST", site, table).get_json()
    refused = assert_problem(post_form(client, bearer, ADDRESS, "PUT", site, table), 422, "import-refused")

    assert pointers(refused) == {fault["pointer"] for fault in preview["faults"]}
    assert "#/site/geometry" in pointers(refused)
    assert any("weight_bp" in pointer for pointer in pointers(refused))
    assert client.get("/api/v1/public/projects/SCHOOL-1").status_code == 404


def test_every_fault_is_named_at_once(client: FlaskClient, bearer: Bearer) -> None:
    milestones = school()["milestones"]
    milestones[0] |= {"weight_bp": 9_000, "stage": "x"}
    sent = school(area="NOWHERE", time_zone="Moon/Base", milestones=milestones)

    refused = assert_problem(client.put(ADDRESS, json=sent, headers=bearer("administrator")), 422, "import-refused")
    preview = client.post(f"{ADDRESS}/preview", json=sent, headers=bearer("administrator"))

    assert {"#/time_zone", "#/milestones/0/stage"} <= pointers(refused)
    assert preview.status_code == 200
    assert {fault["pointer"] for fault in preview.get_json()["faults"]} == pointers(refused)


def test_an_administrator_of_another_agency_imports_nothing(client: FlaskClient, bearer: Bearer) -> None:
    response = client.put(ADDRESS, json=school(), headers=bearer("other_administrator"))

    assert_problem(response, 403, "not-allowed")


def test_what_is_no_document_is_refused(client: FlaskClient, bearer: Bearer) -> None:
    administrator = bearer("administrator")

    assert_problem(
        client.put(ADDRESS, data="{", content_type="application/json", headers=administrator), 400, "bad-request"
    )
    assert_problem(
        client.put(ADDRESS, data="<kml/>", content_type="text/xml", headers=administrator),
        415,
        "media-type-unsupported",
    )
    assert client.put(ADDRESS, json=[1], headers=administrator).status_code == 422
    assert client.post(f"{ADDRESS}/preview", json=[1], headers=administrator).status_code == 422


def test_parts_that_there_are_not_are_named(client: FlaskClient, bearer: Bearer) -> None:
    form = {"document": json.dumps(school()), "drawing": (BytesIO(b"x"), "x.dwg")}
    response = client.put(ADDRESS, data=form, headers=bearer("administrator"), content_type="multipart/form-data")

    assert pointers(assert_problem(response, 422, "invalid")) == {"#/drawing"}
