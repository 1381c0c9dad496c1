"""/.well-known/saksi-keys.json: whoever holds a receipt can check it, whatever became of its key."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from joserfc.util import urlsafe_b64decode
from sqlalchemy.exc import OperationalError

import config
import wsgi
from server.app import create_app
from server.db import db, new_id, reading, writing
from server.engines import engines
from server.models import ReceiptKey
from server.services import receipts
from tests.api.calls import Headers, assert_problem, good_photo, put_photo, road_claim

Bearer = Callable[[str], Headers]


def announced(settings: config.Settings) -> str:
    """Start an application and let it put its key on record; gives the key's id."""
    app = create_app(settings)
    with app.app_context():
        receipts.announce(now=datetime.now(UTC))
        receipts.announce(now=datetime.now(UTC))
        kid = engines().receipt_key.kid
        db.session.remove()
        db.engine.dispose()
    return kid


ROW = {"id": new_id(), "sha256": "0" * 64, "received_at": datetime(2026, 5, 6, tzinfo=UTC)}


def away(*_args: object, **_named: object) -> NoReturn:
    """A database that does not answer."""
    raise OperationalError("INSERT", {}, Exception("away"))


def kids(client: FlaskClient) -> list[str]:
    return [key["kid"] for key in client.get("/.well-known/saksi-keys.json").get_json()["keys"]]


def test_anyone_may_ask_for_the_keys_and_keep_them(client: FlaskClient) -> None:
    response = client.get("/.well-known/saksi-keys.json")

    (key,) = response.get_json()["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "EdDSA", "sig")
    assert "d" not in key
    again = client.get("/.well-known/saksi-keys.json", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_a_key_that_is_no_longer_used_stays_in_the_list(settings: config.Settings) -> None:
    old = announced(replace(settings, receipt_key="o" * 42 + "A"))
    new = announced(replace(settings, receipt_key="n" * 42 + "A"))
    app = create_app(replace(settings, receipt_key="n" * 42 + "A"))

    assert old != new
    assert kids(app.test_client()) == [old, new]
    with app.app_context():
        db.engine.dispose()


def on_record(app: Flask) -> bool:
    """Whether the key of this application is on record."""
    reading().rollback()
    return reading().get(ReceiptKey, engines().receipt_key.kid) is not None


def test_a_key_that_could_not_be_announced_at_the_start_is_on_record_once_it_signed(
    app: Flask, client: FlaskClient, bearer: Bearer, settings: config.Settings
) -> None:
    assert not on_record(app)

    answer = put_photo(client, bearer("inspector"), good_photo(), road_claim())

    signed_by = json.loads(urlsafe_b64decode(answer.get_json()["receipt"].partition(".")[0].encode()))["kid"]
    later = create_app(replace(settings, receipt_key="n" * 42 + "A"))
    assert signed_by in kids(later.test_client())
    with later.app_context():
        db.engine.dispose()


def test_of_many_photos_each_has_its_receipt_though_the_first_puts_the_key_on_record(
    app: Flask, client: FlaskClient, bearer: Bearer
) -> None:
    headers = bearer("inspector")
    for number in range(3):
        put_photo(client, headers, good_photo() + bytes([number]), road_claim())
    with writing() as session:
        session.execute(sa.delete(ReceiptKey))
    engines().receipt_key_on_record.clear()

    listed = client.get("/api/v1/evidence?project=ROAD-1", headers=headers).get_json()["items"]

    assert len({each["receipt"] for each in listed}) == 3
    assert on_record(app)


def test_inside_another_transaction_the_key_is_on_record_if_that_is(app: Flask) -> None:
    with writing() as session:
        receipts.receipt_of(ROW, size=1, leaf=None)
        session.rollback()
    undone = on_record(app)

    with writing():
        receipts.receipt_of(ROW, size=1, leaf=None)

    assert (undone, on_record(app)) == (False, True)


def test_a_key_that_cannot_be_put_on_record_signs_nothing(
    client: FlaskClient, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers, evidence_id = bearer("inspector"), new_id()
    put_photo(client, headers, good_photo(), road_claim(), evidence_id=evidence_id)
    engines().receipt_key_on_record.clear()

    with monkeypatch.context() as patched:
        patched.setattr(receipts, "insert_if_new", away)
        refused = client.get(f"/api/v1/evidence/{evidence_id}/receipt", headers=headers)

    assert_problem(refused, 503, "store-away")
    assert client.get(f"/api/v1/evidence/{evidence_id}/receipt", headers=headers).status_code == 200


def test_the_sweep_of_a_serving_process_puts_it_on_record(app: Flask) -> None:
    wsgi.sweep(app, datetime.now(UTC))

    assert on_record(app)


def test_the_key_is_made_once_and_is_its_owners_alone(app: Flask, settings: config.Settings) -> None:
    path = settings.data_root / "receipt.key"
    kept = path.read_text()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert config.receipt_key(settings) == kept
    assert announced(settings) == engines().receipt_key.kid


def test_processes_that_start_at_once_end_up_with_one_key(tmp_path: Path) -> None:
    ask = "import config; print(config.receipt_key(config.load()))"
    environment = os.environ | {"SAKSI_DATA_ROOT": str(tmp_path)}
    at_once = [
        subprocess.Popen([sys.executable, "-c", ask], cwd=config.ROOT, env=environment, stdout=subprocess.PIPE)
        for _ in range(4)
    ]

    told = {each.communicate()[0].strip() for each in at_once}

    assert told == {(tmp_path / "receipt.key").read_bytes()}
    assert len(told.pop()) == 43


@pytest.mark.parametrize("text", ["short", "A" * 44, "A" * 42 + "B", "A" * 42 + "="])
def test_a_key_that_is_none_is_refused_at_the_start(tmp_path: Path, text: str) -> None:
    with pytest.raises(config.SettingsError, match="SAKSI_RECEIPT_KEY"):
        config.load({"SAKSI_DATA_ROOT": str(tmp_path), "SAKSI_RECEIPT_KEY": text})
