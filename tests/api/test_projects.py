"""PUT /api/v1/projects/{code} and its preview: whole projects in, every fault named."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient

from tests.api.calls import assert_problem, pointers
from tests.api.road import Bearer

ADDRESS = "/api/v1/projects/SCHOOL-1"


def school(**more: Any) -> dict[str, Any]:
    """A project that can be imported as it stands."""
    corners = [[122.6, 11.1], [122.601, 11.1], [122.601, 11.101], [122.6, 11.101], [122.6, 11.1]]
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
            "geometry": {"type": "Polygon", "coordinates": [corners]},
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


def test_a_preview_says_what_an_import_then_does(client: FlaskClient, bearer: Bearer) -> None:
    administrator = bearer("administrator")
    preview = client.post(f"{ADDRESS}/preview", json=school(), headers=administrator).get_json()
    nothing_yet = client.get("/api/v1/public/projects/SCHOOL-1")
    imported = client.put(ADDRESS, json=school(), headers=administrator)
    again = client.post(f"{ADDRESS}/preview", json=school(), headers=administrator).get_json()

    assert (preview["creates"], preview["faults"]) == (True, [])
    assert {"pointer", "before", "after"} == set(preview["changes"][0])
    assert nothing_yet.status_code == 404
    assert imported.status_code == 200, imported.get_json()
    assert client.get("/api/v1/public/projects/SCHOOL-1").get_json()["title"] == "Two classrooms"
    assert (again["creates"], again["changes"]) == (False, [])


def test_the_site_may_come_as_a_file_and_the_milestones_as_a_table(client: FlaskClient, bearer: Bearer) -> None:
    document = school()
    geometry = document["site"].pop("geometry")
    form = {
        "document": json.dumps(document),
        "site": (BytesIO(json.dumps(geometry).encode()), "site.geojson", "application/geo+json"),
    }

    response = client.put(ADDRESS, data=form, headers=bearer("administrator"), content_type="multipart/form-data")

    assert response.status_code == 200, response.get_json()


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
