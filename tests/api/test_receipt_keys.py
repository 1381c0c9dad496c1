"""/.well-known/saksi-keys.json: whoever holds a receipt can check it, whatever became of its key."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import config
from server.app import create_app
from server.db import db
from server.engines import engines
from server.services import receipts


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
