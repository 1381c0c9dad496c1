"""The map's tiles over HTTP: what is published is there at once, an unchanged tile is not sent again."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime
from typing import Any

import mapbox_vector_tile
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from geo import quadtile
from server.db import writing
from server.models import Project
from server.services import public_map
from tests.api.calls import Headers, assert_problem, good_photo, put_photo, road_claim
from tests.api.road import Bearer, approved, submitted
from tests.map_rows import put_photos
from tests.programme import ON_SITE

TYPE = "application/vnd.mapbox-vector-tile"


def tile_of(zoom: int) -> str:
    """The address of the tile of this zoom that holds the road."""
    x, y = quadtile.column_and_row(quadtile.key(*ON_SITE) >> 2 * (quadtile.BITS - zoom))
    return f"/api/v1/public/tiles/{zoom}/{x}/{y}.mvt"


def photos(client: FlaskClient, zoom: int = 14) -> list[Any]:
    response = client.get(tile_of(zoom))
    assert (response.status_code, response.content_type) == (200, TYPE)
    return list(mapbox_vector_tile.decode(response.data).get("photos", {"features": []})["features"])


def crowd(count: int) -> None:
    """So many photos at the road, all of them published."""
    with writing() as session:
        road = session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one()
        put_photos(session, road, [ON_SITE] * count)
        public_map.recount(session)


def test_a_photo_is_on_the_map_from_the_moment_its_milestone_is_approved(client: FlaskClient, bearer: Bearer) -> None:
    waiting = submitted(client, bearer)
    assert photos(client) == []
    before = client.get(tile_of(14)).headers["ETag"]

    supervisors = ("supervisor", "second_supervisor")[: waiting["approvals_needed"]]
    for persona in supervisors:
        told = {"decision": "approve", "reason": "All is there.", "digest": waiting["digest"]}
        client.post(f"/api/v1/submissions/{waiting['id']}/decisions", json=told, headers=bearer(persona))

    response = client.get(tile_of(14), headers={"If-None-Match": before})
    assert response.status_code == 200
    found = photos(client)
    assert {each["properties"]["id"] for each in found} == {item["evidence"] for item in waiting["items"]}
    assert {each["properties"]["project"] for each in found} == {"ROAD-1"}


def test_an_upload_leaves_the_map_as_it_is(client: FlaskClient, bearer: Bearer) -> None:
    approved(client, bearer)
    before = client.get(tile_of(0)).headers["ETag"]

    put_photo(client, bearer("inspector"), good_photo(200), road_claim())

    assert client.get(tile_of(0)).headers["ETag"] == before


def test_an_imported_project_is_on_the_map_while_it_is_published(client: FlaskClient, bearer: Bearer) -> None:
    headers = bearer("administrator")
    road = client.get("/api/v1/public/projects/ROAD-1").get_json()
    assert road["title"] == "The works of ROAD-1"
    for published, there in ((True, {"ROAD-1"}), (False, set()), (True, {"ROAD-1"})):
        told = document(published=published, title=f"Works at {datetime.now(UTC)}")
        response = client.put("/api/v1/projects/ROAD-1", json=told, headers=headers)
        assert response.status_code == 200, response.get_json()
        assert codes(client) == there


def document(**more: Any) -> dict[str, Any]:
    """The road as a document; what it has already and is not told stays."""
    return {
        "code": "ROAD-1",
        "title": "The works of ROAD-1",
        "sector": "transport",
        "asset_kind": "road",
        "agency": "agency",
        "area": "R6",
        "budget": {"amount_minor": 120_000_000, "currency": "PHP"},
        "status": "implementation",
        "time_zone": "Asia/Manila",
        "policy": "ph",
    } | more


def codes(client: FlaskClient) -> set[str]:
    read = mapbox_vector_tile.decode(client.get(tile_of(14)).data)
    return {each["properties"]["code"] for each in read.get("projects", {"features": []})["features"]}


def test_an_unchanged_tile_is_not_sent_again(client: FlaskClient) -> None:
    crowd(20)
    first = client.get(tile_of(14))
    again = client.get(tile_of(14), headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert not first.headers["ETag"].startswith("W/")
    assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_gzip_comes_only_to_those_who_name_it_and_under_an_etag_of_its_own(client: FlaskClient) -> None:
    crowd(200)
    plain = client.get(tile_of(14))
    packed = client.get(tile_of(14), headers={"Accept-Encoding": "br, gzip"})

    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.data == client.get(tile_of(14), headers={"Accept-Encoding": "gzip"}).data, "the same bytes each time"
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
    again = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert client.get(tile_of(14), headers=again).status_code == 304


@pytest.mark.parametrize("accepted", ["*", "identity", "br", "gzip;q=0", ""])
def test_nobody_else_is_sent_gzip(client: FlaskClient, accepted: str) -> None:
    crowd(200)
    response = client.get(tile_of(14), headers={"Accept-Encoding": accepted})

    assert "Content-Encoding" not in response.headers
    assert len(mapbox_vector_tile.decode(response.data)["photos"]["features"]) == 200


def test_an_empty_tile_is_an_answer_without_a_byte(client: FlaskClient) -> None:
    response = client.get("/api/v1/public/tiles/14/0/0.mvt")

    assert (response.status_code, response.data, response.content_type) == (200, b"", TYPE)
    assert "ETag" in response.headers


@pytest.mark.parametrize(
    "address",
    ["23/0/0", "0/1/0", "0/0/1", "2/4/3", "-1/0/0", "1/a/0", "1/1.0/0", "22/4194304/0", "0/00/0", "1/99999999/0"],
)
def test_a_tile_that_is_not_of_this_world_is_not_found(client: FlaskClient, address: str) -> None:
    assert_problem(client.get(f"/api/v1/public/tiles/{address}.mvt"), 404, "not-found")


def test_the_corners_of_the_deepest_zoom_are_there(client: FlaskClient) -> None:
    assert client.get("/api/v1/public/tiles/22/4194303/4194303.mvt").status_code == 200


def test_the_description_says_what_an_address_takes(client: FlaskClient) -> None:
    described = client.get("/openapi.json").get_json()["paths"]["/api/v1/public/tiles/{z}/{x}/{y}.mvt"]["get"]

    assert [each["schema"]["maximum"] for each in described["parameters"][:3]] == [22, 4194303, 4194303]
    assert TYPE in described["responses"]["200"]["content"]
    assert re.search(r"\b256\b", described["description"])
    assert described["security"] == []


def test_nobody_signed_in_sees_more(client: FlaskClient, bearer: Bearer) -> None:
    submitted(client, bearer)
    headers: Headers = bearer("supervisor")

    assert client.get(tile_of(14), headers=headers).data == client.get(tile_of(14)).data
