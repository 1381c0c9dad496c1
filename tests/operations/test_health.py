"""/healthz and /readyz: what a balancer is told, and that asking often costs little."""

from __future__ import annotations

import shutil
import threading

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

import config
from server import health
from server.db import db
from tests.api.calls import assert_problem


def test_the_process_is_alive_without_asking_the_database(client: FlaskClient) -> None:
    asked: list[object] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given))

    response = client.get("/healthz")

    assert (response.status_code, response.get_json()) == (200, {"status": "alive"})
    assert response.headers["Cache-Control"] == "no-store"
    assert asked == []


def test_it_is_ready_where_the_database_and_the_store_are_there(client: FlaskClient) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.get_json()) == (200, {"status": "ready"})


def test_a_store_that_is_away_is_named(client: FlaskClient, settings: config.Settings) -> None:
    shutil.rmtree(settings.originals_root)

    response = client.get("/readyz")

    assert_problem(response, 503, "not-ready")
    assert response.get_json()["detail"] == "The store for photos does not answer."
    assert response.headers["Retry-After"] == "5"


def test_tables_of_an_older_version_are_named(client: FlaskClient) -> None:
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))

    assert "saksi migrate" in assert_problem(client.get("/readyz"), 503, "not-ready")["detail"]


def test_a_database_that_is_away_is_named(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, OSError("connection refused"))

    monkeypatch.setattr(db.engine, "connect", refuse)

    assert assert_problem(client.get("/readyz"), 503, "not-ready")["detail"] == "The database does not answer."
    assert client.get("/healthz").status_code == 200


def test_the_answer_is_kept_for_a_second() -> None:
    now = 0.0
    asked: list[float] = []

    def ask() -> list[str]:
        asked.append(now)
        return []

    kept = health.Kept(ask, clock=lambda: now)
    kept()
    now = 0.99
    kept()
    now = 1.0
    kept()

    assert asked == [0.0, 1.0]


def test_others_do_not_wait_for_ever_for_the_one_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE_S", 0.01)
    asking, answered = threading.Event(), threading.Event()

    def ask() -> list[str]:
        asking.set()
        answered.wait()
        return []

    kept = health.Kept(ask)
    first = threading.Thread(target=kept)
    first.start()
    asking.wait()

    assert kept() == ["What was asked of the database and the store is not answered yet."]

    answered.set()
    first.join()
    assert kept() == []
