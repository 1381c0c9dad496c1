"""Putting evidence forward and deciding on it over HTTP."""

from __future__ import annotations

from flask.testing import FlaskClient

from server import jobs
from server.db import new_id
from tests.api.calls import assert_problem, good_photo, pointers, put_photo, road_claim
from tests.api.road import Bearer, approved, decide, submitted, verified_photos


def test_a_submission_freezes_the_photos_and_names_them_by_a_digest(client: FlaskClient, bearer: Bearer) -> None:
    submission = submitted(client, bearer)
    put_photo(client, bearer("inspector"), good_photo(99), road_claim())

    assert submission["state"] == "pending"
    assert len(submission["digest"]) == 64
    assert len(submission["items"]) == 2


def test_photos_may_be_chosen(client: FlaskClient, bearer: Bearer) -> None:
    first, second = verified_photos(client, bearer("inspector"))
    address = f"/api/v1/milestones/{first['milestone']}/submissions"

    response = client.post(address, json={"evidence": [second["id"]]}, headers=bearer("inspector"))

    assert response.headers["Location"] == f"/api/v1/submissions/{response.get_json()['id']}"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert [item["evidence"] for item in response.get_json()["items"]] == [second["id"]]


def test_a_photo_that_is_none_of_the_milestones_is_named_by_its_place(client: FlaskClient, bearer: Bearer) -> None:
    first, _second = verified_photos(client, bearer("inspector"))
    address = f"/api/v1/milestones/{first['milestone']}/submissions"

    response = client.post(address, json={"evidence": [first["id"], str(new_id())]}, headers=bearer("inspector"))

    assert pointers(assert_problem(response, 422, "invalid")) == {"#/evidence/1"}


def test_a_milestone_is_put_forward_once(client: FlaskClient, bearer: Bearer) -> None:
    submission = submitted(client, bearer)
    address = f"/api/v1/milestones/{submission['milestone']}/submissions"

    assert_problem(client.post(address, json={}, headers=bearer("inspector")), 409, "wrong-state")


def test_an_approval_unlocks_and_is_made_once(client: FlaskClient, bearer: Bearer) -> None:
    submission = approved(client, bearer)

    assert_problem(decide(client, bearer("second_supervisor"), submission), 409, "already-decided")


def test_another_digest_is_refused(client: FlaskClient, bearer: Bearer) -> None:
    submission = submitted(client, bearer)

    assert_problem(decide(client, bearer("supervisor"), submission, digest="0" * 64), 409, "digest-conflict")


def test_a_digest_that_is_none_is_named(client: FlaskClient, bearer: Bearer) -> None:
    submission = submitted(client, bearer)

    document = assert_problem(decide(client, bearer("supervisor"), submission, digest="abc"), 422, "invalid")

    assert pointers(document) == {"#/digest"}


def test_what_lacks_a_photo_is_not_approved_but_may_be_returned(client: FlaskClient, bearer: Bearer) -> None:
    (photo,) = verified_photos(client, bearer("inspector"), 1)
    address = f"/api/v1/milestones/{photo['milestone']}/submissions"
    submission = client.post(address, json={}, headers=bearer("inspector")).get_json()

    refused = assert_problem(decide(client, bearer("supervisor"), submission), 409, "requirements-not-met")
    returned = decide(client, bearer("supervisor"), submission, decision="return", reason="One is missing.")

    assert refused["errors"]
    assert (returned.status_code, returned.get_json()["state"]) == (201, "returned")
    assert returned.get_json()["decisions"][0]["reason"] == "One is missing."


def test_nothing_is_approved_while_the_worker_still_looks_at_it(client: FlaskClient, bearer: Bearer) -> None:
    claim = road_claim(requirement="during")
    photos = [
        put_photo(client, bearer("inspector"), good_photo(40 * shade, size=(2400, 1800)), claim).get_json()
        for shade in range(2)
    ]
    address = f"/api/v1/milestones/{photos[0]['milestone']}/submissions"
    submission = client.post(address, json={}, headers=bearer("inspector")).get_json()

    refused = assert_problem(decide(client, bearer("supervisor"), submission), 409, "requirements-not-met")
    assert "2 photos are still being looked at; try again in a minute" in refused["detail"]

    jobs.run_all_due()
    assert decide(client, bearer("supervisor"), submission).status_code == 201


def test_a_supervisor_learns_the_digest_and_decides_with_it(client: FlaskClient, bearer: Bearer) -> None:
    milestone = submitted(client, bearer)["milestone"]
    supervisor = bearer("supervisor")

    (listed,) = client.get(f"/api/v1/milestones/{milestone}/submissions", headers=supervisor).get_json()["items"]
    shown = client.get(f"/api/v1/submissions/{listed['id']}", headers=supervisor).get_json()
    decided = decide(client, supervisor, shown)

    assert shown == listed
    assert (decided.status_code, decided.get_json()["state"]) == (201, "approved")
    assert client.get(f"/api/v1/submissions/{listed['id']}", headers=supervisor).get_json() == decided.get_json()


def test_the_newest_submission_comes_first(client: FlaskClient, bearer: Bearer) -> None:
    first = submitted(client, bearer)
    decide(client, bearer("supervisor"), first, decision="return", reason="Show the drain as well.")
    address = f"/api/v1/milestones/{first['milestone']}/submissions"
    second = client.post(address, json={"note": "With the drain."}, headers=bearer("inspector")).get_json()

    listed = client.get(address, headers=bearer("auditor")).get_json()["items"]

    assert [(each["id"], each["state"]) for each in listed] == [(second["id"], "pending"), (first["id"], "returned")]
    assert listed[1]["decisions"][0]["reason"] == "Show the drain as well."


def test_nothing_was_put_forward_yet(client: FlaskClient, bearer: Bearer) -> None:
    (photo,) = verified_photos(client, bearer("inspector"), 1)
    address = f"/api/v1/milestones/{photo['milestone']}/submissions"

    assert client.get(address, headers=bearer("supervisor")).get_json() == {"items": []}


def test_an_unknown_submission_or_milestone_is_not_found(client: FlaskClient, bearer: Bearer) -> None:
    for address in (f"/api/v1/submissions/{new_id()}", f"/api/v1/milestones/{new_id()}/submissions"):
        assert_problem(client.get(address, headers=bearer("supervisor")), 404, "not-found")


def test_a_return_tells_its_reasons_photo_by_photo(client: FlaskClient, bearer: Bearer) -> None:
    submission = submitted(client, bearer)
    photo = submission["items"][0]["evidence"]
    reasons = [{"evidence": photo, "reason": "Too dark."}, {"requirement": "during", "reason": "One from the north."}]

    returned = decide(client, bearer("supervisor"), submission, decision="return", reasons=reasons).get_json()

    assert returned["decisions"][0]["reasons"] == [
        {"evidence": photo, "requirement": None, "reason": "Too dark."},
        {"evidence": None, "requirement": "during", "reason": "One from the north."},
    ]


def test_a_reason_about_no_photo_of_the_submission_is_named_by_its_place(client: FlaskClient, bearer: Bearer) -> None:
    submission = submitted(client, bearer)
    reasons = [{"evidence": str(new_id()), "reason": "Not here."}]

    refused = decide(client, bearer("supervisor"), submission, decision="return", reasons=reasons)

    assert pointers(assert_problem(refused, 422, "invalid")) == {"#/reasons/0"}


def test_an_approval_is_taken_back_by_a_word_of_its_own(client: FlaskClient, bearer: Bearer) -> None:
    submission = approved(client, bearer)
    said = {"word": "approve", "reason": "The wrong milestone.", "digest": submission["digest"]}

    address = f"/api/v1/submissions/{submission['id']}/takings-back"
    response = client.post(address, json=said, headers=bearer("supervisor"))

    assert response.status_code == 201
    assert response.get_json()["state"] == "returned"
    assert [made["decision"] for made in response.get_json()["decisions"]] == ["approve"]
    assert response.get_json()["taken_back"][0]["reason"] == "The wrong milestone."
    assert_problem(client.post(address, json=said, headers=bearer("supervisor")), 409, "wrong-state")
