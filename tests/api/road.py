"""The road walked over HTTP: from photos to an approved milestone, for tests that begin further on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from server import jobs
from tests.api.calls import Headers, good_photo, put_photo, road_claim
from tests.pages.story import nobody_in_them

Bearer = Callable[[str], Headers]


def verified_photos(client: FlaskClient, headers: Headers, count: int = 2) -> list[dict[str, Any]]:
    """Photos of the road's open milestone, sharp enough to be verified."""
    claim = road_claim(requirement="during")
    sent = [
        put_photo(client, headers, good_photo(40 * shade, size=(2400, 1800)), claim).get_json()
        for shade in range(count)
    ]
    # Nothing is approved whose pixels the worker has not looked at.
    jobs.run_all_due()
    nobody_in_them()
    return sent


def submitted(client: FlaskClient, bearer: Bearer) -> dict[str, Any]:
    """A submission of the first milestone with all it needs."""
    photos = verified_photos(client, bearer("inspector"))
    address = f"/api/v1/milestones/{photos[0]['milestone']}/submissions"
    return dict(client.post(address, json={"note": "All of it."}, headers=bearer("inspector")).get_json())


def decide(client: FlaskClient, headers: Headers, submission: dict[str, Any], **body: Any) -> Any:
    """The answer to a decision on a submission; approved unless ``body`` says otherwise."""
    told = {"decision": "approve", "reason": "All is there.", "digest": submission["digest"]} | body
    return client.post(f"/api/v1/submissions/{submission['id']}/decisions", json=told, headers=headers)


def approved(client: FlaskClient, bearer: Bearer) -> dict[str, Any]:
    """The approved submission of the first milestone, by as many as the policy asks for."""
    submission = submitted(client, bearer)
    for persona in ("supervisor", "second_supervisor")[: submission["approvals_needed"]]:
        response = decide(client, bearer(persona), submission)
        assert response.status_code == 201, response.get_json()
    assert response.get_json()["state"] == "approved"
    # What the public sees is made by the worker.
    jobs.run_all_due()
    return submission


def certificate(client: FlaskClient, headers: Headers) -> dict[str, Any]:
    """The certificate of the first milestone."""
    return dict(client.get("/api/v1/projects/ROAD-1/certificates", headers=headers).get_json()["items"][0])
