"""How the tests of the API speak to it: sending photos, and saying what a refusal must be."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from server.db import new_id
from server.problems import CATALOGUE
from tests.photos import jpeg
from tests.programme import ON_SITE

Headers = dict[str, str]
FORGED = {"Authorization": "Bearer forged"}


def assert_problem(response: TestResponse, status: int, name: str) -> dict[str, Any]:
    """The answer is this very problem, told as RFC 9457 wants it; gives its document."""
    document = response.get_json(force=True, silent=True)
    assert response.status_code == status, (response.status_code, document)
    assert response.content_type == "application/problem+json"
    assert document["type"] == f"/problems/{name}", document
    assert document["status"] == status == CATALOGUE[name].status
    assert document["title"] == CATALOGUE[name].title
    assert document["detail"]
    return dict(document)


def pointers(document: dict[str, Any]) -> set[str]:
    """The fields at fault."""
    return {error["pointer"] for error in document.get("errors", [])}


def good_photo(shade: int = 120, **options: Any) -> bytes:
    """A photo as a phone on the road would make it a minute ago."""
    latitude, longitude = ON_SITE
    taken = datetime.now(UTC) - timedelta(minutes=1)
    return jpeg(**{"latitude": latitude, "longitude": longitude, "taken": taken, "shade": shade} | options)


def put_photo(
    client: FlaskClient,
    headers: Headers,
    photo: bytes,
    claim: Any = None,
    *,
    evidence_id: UUID | str | None = None,
    name: str = "IMG_0001.jpg",
    media_type: str = "image/jpeg",
) -> TestResponse:
    """Send a photo in; ``claim`` is told as JSON unless it is text already."""
    file = FileStorage(BytesIO(photo), filename=name, content_type=media_type)
    form: dict[str, Any] = {"photo": file}
    if claim is not None:
        form["claim"] = claim if isinstance(claim, str) else json.dumps(claim)
    address = f"/api/v1/evidence/{evidence_id or new_id()}"
    # Encoded here, because the test client leaves a temporary file open for a large form.
    boundary, body = encode_multipart(form)
    return client.put(address, data=body, headers=headers, content_type=f"multipart/form-data; boundary={boundary}")


def road_claim(**more: Any) -> dict[str, Any]:
    """A claim that a phone on the road would send."""
    return {"project": "ROAD-1", "stage": "during"} | more
