"""``saksi serve --tls-self-signed``: HTTPS that whoever installed its authority believes."""

from __future__ import annotations

import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

import config
from server import tls
from server.db import reading
from server.models import ReceiptKey
from tests.operations.serving import PATIENCE_S, ROOT, environ, free_port


@pytest.mark.sqlite_only(reason="the database has no part in it")
def test_it_is_served_over_https_alone(app: Flask, settings: config.Settings, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "server.log"
    own = environ(settings, SAKSI_PORT=str(port), SAKSI_HOST="127.0.0.1", PYTHONUNBUFFERED="1")
    command = [sys.executable, "-m", "server.cli", "serve", "--tls-self-signed"]
    with log.open("wb") as told:
        process = subprocess.Popen(command, env=own, stdout=told, stderr=told, cwd=ROOT)
    try:
        address = f"https://127.0.0.1:{port}"
        with _trusting(settings.data_root, process) as client:
            answer = _first_answer(client, address, process, log)
            authority = client.get(f"{address}/.well-known/saksi-ca.crt")
            keys = client.get(f"{address}/.well-known/saksi-keys.json").json()["keys"]

        assert answer.status_code == 200
        assert authority.content == tls.authority_file(settings.data_root).read_bytes()
        assert authority.headers["Content-Type"] == "application/x-x509-ca-cert"
        # Whoever serves puts the key of its receipts on record first.
        assert [key["kid"] for key in keys] == list(reading().scalars(sa.select(ReceiptKey.kid)))
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(address, trust_env=False)
        with pytest.raises(httpx.TransportError):
            httpx.get(address.replace("https", "http"), trust_env=False)
        assert f"Saksi listens on {address}/" in log.read_text()
        assert tls.fingerprint(settings.data_root) in log.read_text()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)


def _trusting(data_root: Path, process: subprocess.Popen[bytes]) -> httpx.Client:
    until = time.monotonic() + PATIENCE_S
    while not tls.authority_file(data_root).exists() and time.monotonic() < until and process.poll() is None:
        time.sleep(0.1)
    return httpx.Client(verify=ssl.create_default_context(cafile=tls.authority_file(data_root)), trust_env=False)


def _first_answer(client: httpx.Client, address: str, process: subprocess.Popen[bytes], log: Path) -> httpx.Response:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        try:
            return client.get(f"{address}/readyz")
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_without_it_no_authority_is_there_to_install(client: FlaskClient) -> None:
    response = client.get("/.well-known/saksi-ca.crt")

    assert (response.status_code, response.get_json()["type"]) == (404, "/problems/not-found")
