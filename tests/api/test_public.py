"""What anyone may read over HTTP: only what is published, as JSON or GeoJSON, and kept by caches."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from server import jobs
from tests.api.calls import assert_problem, pointers
from tests.api.road import Bearer, approved, submitted

PROJECTS = "/api/v1/public/projects"
GEOJSON = {"Accept": "application/geo+json"}


def codes(client: FlaskClient, **query: str) -> list[str]:
    """The codes of the projects that fit."""
    response = client.get(PROJECTS, query_string=query)
    assert response.status_code == 200, response.get_json()
    return [each["code"] for each in response.get_json()["items"]]


def test_projects_are_found_by_place_area_state_and_text(client: FlaskClient) -> None:
    assert codes(client) == ["OTHER-1", "ROAD-1"]
    assert codes(client, bbox="122.4,10.9,122.6,11.1") == ["ROAD-1"]
    assert codes(client, bbox="122.4,11.1,122.6,10.9") == ["ROAD-1"], "the latitudes may come in either order"
    assert codes(client, bbox="170,-10,-170,10") == [], "a box across the antimeridian"
    assert codes(client, area="R6") == ["OTHER-1", "ROAD-1"]
    assert codes(client, area="R7") == []
    assert codes(client, state="completed") == []
    assert codes(client, text="road-1") == ["ROAD-1"]
    assert codes(client, text="%") == [], "no wildcard"


def test_pages_follow_one_another(client: FlaskClient) -> None:
    first = client.get(PROJECTS, query_string={"limit": 1})
    second = client.get(first.headers["Link"].partition(">")[0].removeprefix("<"))

    assert [each["code"] for each in first.get_json()["items"]] == ["OTHER-1"]
    assert [each["code"] for each in second.get_json()["items"]] == ["ROAD-1"]
    assert "Link" not in second.headers
    assert second.get_json()["next"] is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bbox", "1,2,3"),
        ("bbox", "nan,0,1,1"),
        ("bbox", "0,-91,1,1"),
        ("bbox", "0,0,181,1"),
        ("bbox", "a,b,c,d"),
        ("cursor", "!"),
        ("state", "ghost"),
        ("text", ""),
        ("text", "a\x00b"),
        ("limit", "1e2"),
        ("q", "x"),
    ],
)
def test_a_parameter_that_is_not_right_is_named(client: FlaskClient, name: str, value: str) -> None:
    response = client.get(PROJECTS, query_string={name: value})

    assert pointers(assert_problem(response, 422, "invalid")) == {f"#/{name}"}


def test_geojson_comes_where_it_is_asked_for(client: FlaskClient) -> None:
    listed = client.get(PROJECTS, headers=GEOJSON)
    one = client.get(f"{PROJECTS}/ROAD-1", headers=GEOJSON)

    assert listed.content_type == one.content_type == "application/geo+json"
    assert listed.get_json(force=True)["type"] == "FeatureCollection"
    assert [each["type"] for each in listed.get_json(force=True)["features"]] == ["Feature", "Feature"]
    longitude, latitude = one.get_json(force=True)["geometry"]["coordinates"][0]
    assert (round(longitude), round(latitude)) == (122, 11), "longitude first (RFC 7946)"
    assert "Accept" in listed.headers["Vary"]


def test_json_comes_where_both_are_wanted_alike(client: FlaskClient) -> None:
    for accept in ("*/*", "application/json, application/geo+json", "application/*"):
        assert client.get(PROJECTS, headers={"Accept": accept}).content_type == "application/json"


def test_an_accept_header_that_leaves_nothing_is_told_so(client: FlaskClient) -> None:
    assert_problem(client.get(PROJECTS, headers={"Accept": "text/csv"}), 406, "not-acceptable")


def test_an_unchanged_answer_is_not_sent_again(client: FlaskClient) -> None:
    for address in (PROJECTS, f"{PROJECTS}/ROAD-1"):
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        as_geojson = client.get(address, headers=GEOJSON | {"If-None-Match": first.headers["ETag"]})

        assert (again.status_code, again.data) == (304, b"")
        assert as_geojson.status_code == 200, "another form is another answer"
        assert "public" in first.headers["Cache-Control"]


@pytest.mark.parametrize("code", ["NO-SUCH", "..%2f..%2fetc", "%00", "x" * 65, "\u202e"])
def test_a_project_that_is_not_published_does_not_exist(client: FlaskClient, code: str) -> None:
    assert_problem(client.get(f"{PROJECTS}/{code}"), 404, "not-found")


def test_a_photo_is_public_only_once_its_milestone_is_approved(app: Flask, client: FlaskClient, bearer: Bearer) -> None:
    waiting = submitted(client, bearer)["items"][0]["evidence"]
    jobs.run_all_due()

    for address in ("", "/thumbnail", "/web"):
        assert_problem(client.get(f"/api/v1/public/photos/{waiting}{address}"), 404, "not-found")


class TestAPublishedPhoto:
    @pytest.fixture
    def photo(self, app: Flask, client: FlaskClient, bearer: Bearer) -> str:
        items: list[dict[str, Any]] = approved(client, bearer)["items"]
        jobs.run_all_due()
        return f"/api/v1/public/photos/{items[0]['evidence']}"

    def test_tells_its_checks_and_no_person(self, client: FlaskClient, photo: str) -> None:
        response = client.get(photo)

        assert response.get_json()["checks"]
        assert response.get_json()["organisation"] == "Agency"
        assert "Inspector" not in response.get_data(as_text=True)

    def test_is_a_point_in_geojson(self, client: FlaskClient, photo: str) -> None:
        assert client.get(photo, headers=GEOJSON).get_json(force=True)["geometry"]["type"] == "Point"

    @pytest.mark.parametrize(("name", "longest"), [("thumbnail", 400), ("web", 1500)])
    def test_has_copies_without_metadata_that_caches_may_keep(
        self, client: FlaskClient, photo: str, name: str, longest: int
    ) -> None:
        response = client.get(f"{photo}/{name}")
        picture = Image.open(BytesIO(response.data))
        again = client.get(f"{photo}/{name}", headers={"If-None-Match": response.headers["ETag"]})

        assert max(picture.size) == longest
        assert not picture.getexif()
        assert response.headers["Cache-Control"].startswith("public, max-age=")
        assert (again.status_code, again.data) == (304, b"")
