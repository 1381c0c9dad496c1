"""A connection that breaks once the answer is made: the answer stands, and the connection is given up."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask, Response

import config
from server.app import create_app
from server.db import REPLICA, db, read_from_replica, reading
from server.models import Evidence
from tests.api.calls import good_photo, put_photo, road_claim

GIVEN_UP = "broke before it was given back"


def break_connection() -> None:
    """Close the session's connection as a server that dies does: nobody is told."""
    driver = db.session.connection().connection.driver_connection
    assert driver is not None
    driver.close()


@pytest.fixture
def breaking(settings: config.Settings) -> Iterator[Callable[..., Flask]]:
    """Start an application whose connections break when an answer is made, before it is sent."""
    started: list[Flask] = []

    def make(*, replica: bool = False) -> Flask:
        database = config.DatabaseSettings(replica_url=settings.database_url) if replica else settings.database
        app = create_app(dataclasses.replace(settings, database=database))
        app.config["BREAK"] = [False, True] if replica else [False]
        started.append(app)

        @app.after_request
        def break_off(response: Response) -> Response:
            for from_replica in app.config["BREAK"]:
                read_from_replica(from_replica)
                break_connection()
            return response

        return app

    yield make
    for app in started:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


def connections_held(app: Flask) -> int:
    with app.app_context():
        return sum(engine.pool.checkedout() for engine in db.engines.values())  # type: ignore[attr-defined]


def test_a_page_is_answered_although_its_connection_broke(
    breaking: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    app = breaking()

    answers = [app.test_client().get(address) for address in ("/", "/api/v1/public/projects", "/")]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert all(answer.data for answer in answers)
    assert caplog.text.count(GIVEN_UP) == 3
    assert connections_held(app) == 0


def test_a_photo_on_record_is_answered_as_such_although_its_connection_broke(
    breaking: Callable[..., Flask], bearer: Callable[[str], dict[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    headers = bearer("inspector")

    answer = put_photo(breaking().test_client(), headers, good_photo(), road_claim())

    assert answer.status_code == 201
    assert GIVEN_UP in caplog.text
    assert reading().scalar(sa.select(sa.func.count()).select_from(Evidence)) == 1


@pytest.mark.postgresql_only(reason="SQLite has no copy of itself")
@pytest.mark.parametrize("broken", [[True], [False], [False, True]])
def test_with_a_copy_for_readers_either_may_break(breaking: Callable[..., Flask], broken: list[bool]) -> None:
    app = breaking(replica=True)
    app.config["BREAK"] = broken
    assert REPLICA == "replica"

    answers = [app.test_client().get("/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert connections_held(app) == 0
