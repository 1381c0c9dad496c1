"""Photos on S3 through the API: sent by form or straight to the store, fetched from it, and the store being away."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import config
from evidence.errors import StoreAwayError
from evidence.storage.base import DirectAddress, key_for
from evidence.storage.s3 import S3Store
from server import jobs
from server.app import create_app
from server.db import db, new_id, reading
from server.engines import engines
from server.models import CustodyEvent, Evidence, Original
from tests.api.calls import Headers, assert_problem, good_photo, pointers, put_photo, road_claim
from tests.s3 import Gateway, S3Service
from tests.s3_stores import fetch, prepared, send

Bearer = Callable[[str], Headers]


@pytest.fixture
def on_s3(settings: config.Settings, s3_service: S3Service) -> config.Settings:
    """The installation's settings, with its photos on S3."""
    return replace(settings, s3=prepared(s3_service))


@contextmanager
def running(settings: config.Settings) -> Iterator[Flask]:
    """One more process of the installation, as it were."""
    app = create_app(settings)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def s3_client(app: Flask, on_s3: config.Settings) -> Iterator[FlaskClient]:
    """A caller of the same installation with its photos on S3."""
    with running(on_s3) as other:
        yield other.test_client()


def announce(client: FlaskClient, headers: Headers, evidence_id: UUID, photo: bytes, **more: Any) -> TestResponse:
    told = {"sha256": hashlib.sha256(photo).hexdigest(), "size": len(photo), "media_type": "image/jpeg"} | more
    return client.post(f"/api/v1/evidence/{evidence_id}/upload", json=told, headers=headers)


def send_directly(client: FlaskClient, headers: Headers, evidence_id: UUID, photo: bytes) -> str:
    """Announce a photo and put it where the answer says; gives the address at which to finish."""
    told = announce(client, headers, evidence_id, photo).get_json()
    assert (told["way"], told["method"]) == ("direct", "POST")
    assert send(DirectAddress(told["url"], told["form_fields"]), photo) == 204
    return str(told["finish"])


def counted() -> dict[str, int]:
    reading().rollback()
    return {
        model.__name__: reading().scalar(sa.select(sa.func.count()).select_from(model)) or 0
        for model in (Evidence, Original, CustodyEvent)
    }


def test_a_photo_sent_directly_is_answered_as_one_sent_by_form(s3_client: FlaskClient, bearer: Bearer) -> None:
    headers, photo = bearer("inspector"), good_photo()
    direct_id, form_id = new_id(), new_id()
    form = put_photo(s3_client, headers, photo, road_claim(), evidence_id=form_id)
    finish = send_directly(s3_client, headers, direct_id, photo)
    direct = s3_client.post(finish, json=road_claim(), headers=headers)

    assert (form.status_code, direct.status_code) == (201, 201)
    assert direct.headers["Location"] == f"/api/v1/evidence/{direct_id}"
    of_its_own = {"id", "receipt", "received_at", "links", "findings", "verdict", "grade", "state", "advice"}
    told, expected = direct.get_json(), form.get_json()
    assert {name: told[name] for name in told.keys() - of_its_own} == {
        name: expected[name] for name in expected.keys() - of_its_own
    }
    assert {each["check"] for each in told["findings"]} == {each["check"] for each in expected["findings"]}


def test_finishing_again_answers_the_same_evidence(s3_client: FlaskClient, bearer: Bearer) -> None:
    headers, photo, evidence_id = bearer("inspector"), good_photo(), new_id()
    finish = send_directly(s3_client, headers, evidence_id, photo)
    first = s3_client.post(finish, json=road_claim(), headers=headers)
    again = s3_client.post(finish, json=road_claim(), headers=headers)
    send_directly(s3_client, headers, evidence_id, photo)
    once_more = s3_client.post(finish, json=road_claim(), headers=headers)

    assert [each.status_code for each in (first, again, once_more)] == [201, 200, 200]
    assert first.get_json()["id"] == again.get_json()["id"] == once_more.get_json()["id"]
    assert counted()["Evidence"] == 1


def test_what_was_put_is_judged_by_its_own_bytes_and_not_by_what_was_announced(
    s3_client: FlaskClient, bearer: Bearer
) -> None:
    headers, evidence_id = bearer("inspector"), new_id()
    finish = send_directly(s3_client, headers, evidence_id, b"no photo at all")
    refused = s3_client.post(finish, json=road_claim(), headers=headers)
    assert_problem(refused, 415, "photo-type-unsupported")

    finish = send_directly(s3_client, headers, evidence_id, good_photo(1))
    changed = s3_client.post(finish, json=road_claim(sha256="0" * 64), headers=headers)
    assert_problem(changed, 409, "photo-digest-mismatch")

    told = announce(s3_client, headers, evidence_id, good_photo(1)).get_json()
    assert send(DirectAddress(told["url"], told["form_fields"]), b"." * len(good_photo(1))) == 204
    assert_problem(s3_client.post(finish, json=road_claim(), headers=headers), 409, "photo-digest-mismatch")
    assert (counted()["Evidence"], counted()["Original"]) == (0, 0)


def test_what_is_on_record_is_answered_though_the_store_goes_away_before_it_is_tidied(
    s3_client: FlaskClient, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_store: S3Store, _name: str) -> None:
        raise StoreAwayError("the store went away")

    monkeypatch.setattr(S3Store, "forget", away)
    headers = bearer("inspector")
    finish = send_directly(s3_client, headers, new_id(), good_photo())

    assert s3_client.post(finish, json=road_claim(), headers=headers).status_code == 201


def test_finishing_what_was_never_put_finds_nothing(s3_client: FlaskClient, bearer: Bearer) -> None:
    address = f"/api/v1/evidence/{new_id()}/upload/completion"

    assert_problem(s3_client.post(address, json=road_claim(), headers=bearer("inspector")), 404, "not-found")


def test_nobody_finishes_what_another_person_put(s3_client: FlaskClient, bearer: Bearer) -> None:
    finish = send_directly(s3_client, bearer("inspector"), new_id(), good_photo())

    assert_problem(s3_client.post(finish, json=road_claim(), headers=bearer("contractor")), 404, "not-found")


def test_a_photo_that_is_too_large_gets_no_address(s3_client: FlaskClient, bearer: Bearer) -> None:
    refused = announce(s3_client, bearer("inspector"), new_id(), b"x", size=60 * 1024 * 1024 + 1)

    assert pointers(assert_problem(refused, 413, "too-large")) == {"#/size"}


def test_where_photos_are_kept_in_a_folder_the_address_is_that_of_the_form(client: FlaskClient, bearer: Bearer) -> None:
    headers, photo, evidence_id = bearer("inspector"), good_photo(), new_id()
    told = announce(client, headers, evidence_id, photo).get_json()

    assert told == {
        "way": "form",
        "method": "PUT",
        "url": f"/api/v1/evidence/{evidence_id}",
        "form_fields": {},
        "expires_at": None,
        "finish": None,
    }
    assert put_photo(client, headers, photo, road_claim(), evidence_id=evidence_id).status_code == 201
    finishing = f"/api/v1/evidence/{evidence_id}/upload/completion"
    assert client.post(finishing, json=road_claim(), headers=headers).status_code == 200, "it is there already"


def test_an_original_is_fetched_from_the_store_and_the_look_is_on_record(
    s3_client: FlaskClient, bearer: Bearer
) -> None:
    headers, photo = bearer("inspector"), good_photo()
    told = put_photo(s3_client, headers, photo, road_claim()).get_json()
    before = counted()["CustodyEvent"]
    answer = s3_client.get(told["links"]["original"], headers=headers)

    assert (answer.status_code, answer.data) == (302, b"")
    assert "no-store" in answer.headers["Cache-Control"]
    status, sent, body = fetch(answer.headers["Location"])
    assert (status, body) == (200, photo)
    assert sent["Content-Disposition"] == f"attachment; filename*=UTF-8''ROAD-1-{told['id']}.jpg"
    assert counted()["CustodyEvent"] == before + 1


def test_copies_are_made_from_originals_on_s3_and_sent_by_us(
    on_s3: config.Settings, app: Flask, bearer: Bearer
) -> None:
    headers = bearer("inspector")
    with running(on_s3) as there, there.app_context():
        told = put_photo(there.test_client(), headers, good_photo(size=(800, 600)), road_claim()).get_json()
        jobs.run_all_due()
        thumbnail = there.test_client().get(told["links"]["thumbnail"], headers=headers)
        assert engines().store.verify(key_for(told["sha256"]))

    assert (thumbnail.status_code, thumbnail.content_type) == (200, "image/jpeg")
    assert thumbnail.data.startswith(b"\xff\xd8")


def test_an_upload_while_the_store_is_away_leaves_nothing_and_is_taken_when_it_is_back(
    app: Flask, on_s3: config.Settings, own_gateway: Gateway, bearer: Bearer
) -> None:
    assert on_s3.s3 is not None
    here = replace(on_s3, s3=replace(on_s3.s3, endpoint=own_gateway.service.endpoint))
    headers, photo, evidence_id = bearer("inspector"), good_photo(), new_id()
    before = counted()
    with running(here) as there:
        client = there.test_client()
        own_gateway.halt()
        away = put_photo(client, headers, photo, road_claim(), evidence_id=evidence_id)
        finishing = client.post(f"/api/v1/evidence/{evidence_id}/upload/completion", json=road_claim(), headers=headers)
        for answer in (away, finishing):
            assert_problem(answer, 503, "store-away")
            assert answer.headers["Retry-After"] == "30"
        assert counted() == before

        own_gateway.start()
        back = put_photo(client, headers, photo, road_claim(), evidence_id=evidence_id)
    assert back.status_code == 201
    assert counted()["Evidence"] == before["Evidence"] + 1


def test_an_installation_starts_while_its_store_is_away(
    settings: config.Settings, app: Flask, own_gateway: Gateway, on_s3: config.Settings
) -> None:
    assert on_s3.s3 is not None
    own_gateway.halt()
    here = replace(on_s3, s3=replace(on_s3.s3, endpoint=own_gateway.service.endpoint))

    with running(here) as there:
        assert there.test_client().get("/healthz").status_code == 200


def test_the_photo_from_before_comes_through_the_server_and_not_from_the_store(
    s3_client: FlaskClient, bearer: Bearer
) -> None:
    headers = bearer("inspector")
    photo = put_photo(s3_client, headers, good_photo(size=(2400, 1800)), road_claim()).get_json()
    with s3_client.application.app_context():
        jobs.run_all_due()

    answer = s3_client.get(f"/api/v1/evidence/{photo['id']}/web", headers=headers)

    # The phone app's page may load nothing from another origin, and needs not know the bucket's.
    assert (answer.status_code, answer.content_type, answer.data[:2]) == (200, "image/jpeg", b"\xff\xd8")
