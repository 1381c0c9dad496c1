"""GET /api/v1/assignments: what a phone takes along, and a short answer when it has that already."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from flask.testing import FlaskClient

from evidence.context import Stage
from server import jobs
from server.db import writing
from server.models import Requirement
from tests.api.calls import Headers, assert_problem, good_photo, put_photo, road_claim

Bearer = Callable[[str], Headers]
ASSIGNMENTS = "/api/v1/assignments"


def test_a_person_sees_their_own_projects_with_all_a_phone_needs(client: FlaskClient, bearer: Bearer) -> None:
    told = client.get(ASSIGNMENTS, headers=bearer("inspector")).get_json()
    (road,) = told["projects"]

    assert (road["code"], road["roles"], road["time_zone"]) == ("ROAD-1", ["inspector"], "Asia/Manila")
    assert road["site"]["geometry"]["type"] == "LineString"
    longitude, latitude = road["site"]["geometry"]["coordinates"][0]
    assert (round(latitude), round(longitude)) == (11, 122), "GeoJSON has the longitude first"
    assert [milestone["state"] for milestone in road["milestones"]] == ["open", "planned", "planned"]
    assert road["milestones"][0]["requirements"][0]["photos"] == 2
    assert road["policy"]["tolerance_corridor_m"] > 0


def test_an_administrator_has_no_assignments(client: FlaskClient, bearer: Bearer) -> None:
    assert client.get(ASSIGNMENTS, headers=bearer("administrator")).get_json()["projects"] == []


def test_who_has_this_answer_already_is_sent_none(client: FlaskClient, bearer: Bearer) -> None:
    headers = bearer("inspector")
    first = client.get(ASSIGNMENTS, headers=headers)

    again = client.get(ASSIGNMENTS, headers=headers | {"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert not first.headers["ETag"].startswith("W/")
    assert first.headers["Cache-Control"] == "private, no-cache"


def test_a_new_photo_makes_a_new_answer(client: FlaskClient, bearer: Bearer) -> None:
    headers = bearer("inspector")
    first = client.get(ASSIGNMENTS, headers=headers)
    put_photo(client, headers, good_photo(), road_claim(requirement="during"))

    again = client.get(ASSIGNMENTS, headers=headers | {"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 200


def test_an_accept_header_that_leaves_nothing_is_told_so(client: FlaskClient, bearer: Bearer) -> None:
    response = client.get(ASSIGNMENTS, headers=bearer("inspector") | {"Accept": "text/html"})

    assert_problem(response, 406, "not-acceptable")


def test_a_ghost_is_fetched_from_the_address_that_is_told(client: FlaskClient, bearer: Bearer) -> None:
    headers = bearer("inspector")
    with writing() as session:
        for requirement in session.scalars(sa.select(Requirement)):
            requirement.view, requirement.stage = "From the bridge", Stage.BEFORE
    claim = road_claim(requirement="during", stage="before")
    photo = put_photo(client, headers, good_photo(size=(2400, 1800)), claim).get_json()
    jobs.run_all_due()

    (road,) = client.get(ASSIGNMENTS, headers=headers).get_json()["projects"]

    ghost = road["milestones"][0]["requirements"][0]["ghost"]
    assert ghost == {"evidence": photo["id"], "web": f"/api/v1/evidence/{photo['id']}/web"}
    assert client.get(ghost["web"], headers=headers).status_code == 200
