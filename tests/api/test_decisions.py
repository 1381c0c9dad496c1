"""Accepting, refusing and appealing over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from server.db import new_id
from tests.api.calls import Headers, assert_problem, good_photo, pointers, put_photo, road_claim
from tests.api.road import Bearer, verified_photos

ACCEPT = {"decision": "accept", "reason": "The culvert is plain to see."}
REFUSE = {"decision": "refuse", "reason": "This is another culvert."}


@pytest.fixture
def unsure(client: FlaskClient, bearer: Bearer) -> dict[str, Any]:
    """A photo that needs review: it says nothing of place or time."""
    photo = good_photo(latitude=None, longitude=None, taken=None)
    return dict(put_photo(client, bearer("inspector"), photo, road_claim()).get_json())


def decide(client: FlaskClient, headers: Headers, photo: dict[str, Any], body: Any) -> Any:
    return client.post(f"/api/v1/evidence/{photo['id']}/decisions", json=body, headers=headers)


def appeal(client: FlaskClient, headers: Headers, photo: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/evidence/{photo['id']}/appeals", json={"reason": "Look again."}, headers=headers)


def test_a_supervisor_accepts_what_needs_review(client: FlaskClient, bearer: Bearer, unsure: dict[str, Any]) -> None:
    assert unsure["state"] == "needs_review"

    response = decide(client, bearer("supervisor"), unsure, ACCEPT)

    assert response.status_code == 201
    assert (response.get_json()["state"], response.get_json()["verdict"]) == ("accepted", "needs_review")


def test_a_refused_photo_is_appealed_once_and_decided_by_another(
    client: FlaskClient, bearer: Bearer, unsure: dict[str, Any]
) -> None:
    assert decide(client, bearer("supervisor"), unsure, REFUSE).get_json()["state"] == "refused"
    assert appeal(client, bearer("inspector"), unsure).get_json()["state"] == "needs_review"

    assert_problem(appeal(client, bearer("inspector"), unsure), 409, "already-appealed")
    assert_problem(decide(client, bearer("supervisor"), unsure, ACCEPT), 403, "separation-of-duties")
    assert decide(client, bearer("second_supervisor"), unsure, ACCEPT).get_json()["state"] == "accepted"


def test_the_contractors_own_supervisor_decides_nothing(
    client: FlaskClient, bearer: Bearer, unsure: dict[str, Any]
) -> None:
    assert_problem(decide(client, bearer("builders_supervisor"), unsure, ACCEPT), 403, "separation-of-duties")


def test_a_verified_photo_needs_no_acceptance(client: FlaskClient, bearer: Bearer) -> None:
    (photo,) = verified_photos(client, bearer("inspector"), 1)

    assert_problem(decide(client, bearer("supervisor"), photo, ACCEPT), 409, "wrong-state")


@pytest.mark.parametrize("reason", ["", "   ", "\n\t", "\u2003", "x" * 2001, "\x00", None])
def test_a_reason_must_be_written(
    client: FlaskClient, bearer: Bearer, unsure: dict[str, Any], reason: str | None
) -> None:
    response = decide(client, bearer("supervisor"), unsure, {"decision": "accept", "reason": reason})

    assert pointers(assert_problem(response, 422, "invalid")) == {"#/reason"}


def test_a_decision_on_no_photo_is_not_found(client: FlaskClient, bearer: Bearer) -> None:
    assert_problem(decide(client, bearer("supervisor"), {"id": new_id()}, ACCEPT), 404, "not-found")
