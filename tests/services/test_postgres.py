"""PostgreSQL as it is spoken to: limits on every connection, faults that pass, a copy for readers."""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

import config
from server import migrate
from server.app import create_app
from server.db import REPLICA, commit_was_sent, db, reading, tried_again, writing
from server.models import Area, Project
from server.postgres import url_of
from tests.conftest import InThreads, Planted, settings_in
from tests.postgres import PostgresCluster

PATIENCE_S = 30
HOME = "/api/v1/public/projects"
AWAY = "postgresql+psycopg://saksi@/saksi?host=/nowhere"

pytestmark = pytest.mark.postgresql_only(reason="SQLite has neither a server nor a copy of itself")


@pytest.fixture
def areas(app: Flask) -> tuple[str, str]:
    with writing() as session:
        session.add_all(Area(code=code, name="before", level="region", path=f"{code}/") for code in ("A", "B"))
    return "A", "B"


def rename(code: str, name: str) -> None:
    db.session.execute(sa.update(Area).where(Area.code == code).values(name=name))


def names() -> set[str]:
    reading().rollback()
    return set(reading().scalars(sa.select(Area.name).where(Area.code.in_(["A", "B"]))))


def own_process() -> int:
    number = db.session.scalar(sa.text("SELECT pg_backend_pid()"))
    assert isinstance(number, int)
    return number


def break_off(process: int) -> None:
    """End a connection as a server does that is stopped."""
    with db.engine.connect() as other:
        assert other.scalar(sa.text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})


# -- the connection ----------------------------------------------------------------------------


def test_a_plain_address_is_spoken_to_with_psycopg() -> None:
    assert str(url_of("postgresql://one/two")) == str(url_of("postgres://one/two")) == "postgresql+psycopg://one/two"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("application_name", "saksi"),
        ("statement_timeout", "30s"),
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("server_encoding", "UTF8"),
    ],
)
def test_every_connection_has_its_limits(app: Flask, name: str, value: str) -> None:
    assert reading().scalar(sa.text(f"SHOW {name}")) == value


def test_there_is_a_connection_for_every_thread(app: Flask, settings: config.Settings) -> None:
    assert isinstance(db.engine.pool, sa.QueuePool)
    assert db.engine.pool.size() > settings.threads + settings.job_threads


# -- faults that pass --------------------------------------------------------------------------


def test_of_two_that_wait_for_each_other_the_one_given_up_is_run_again(
    areas: tuple[str, str], in_threads: InThreads
) -> None:
    both_hold, runs = threading.Barrier(2), []

    def cross(number: int) -> None:
        def step() -> None:
            with writing():
                runs.append(number)
                rename(areas[number], f"by {number}")
                if len(runs) <= 2:
                    both_hold.wait(PATIENCE_S)
                rename(areas[1 - number], f"by {number}")

        tried_again(step)

    in_threads(cross, range(2))

    assert len(runs) == 3
    assert len(names()) == 1


def test_a_transaction_whose_connection_breaks_is_run_again(areas: tuple[str, str]) -> None:
    runs = []

    def step() -> None:
        with writing():
            runs.append(1)
            rename("A", f"run {len(runs)}")
            if len(runs) == 1:
                break_off(own_process())
            rename("B", f"run {len(runs)}")

    tried_again(step)

    assert names() == {"run 2"}


def test_a_fault_that_does_not_pass_is_raised_at_once(areas: tuple[str, str]) -> None:
    runs = []

    def step() -> None:
        with writing():
            runs.append(1)
            db.session.execute(sa.text("SELECT 1 / 0"))

    with pytest.raises(DBAPIError):
        tried_again(step)

    assert len(runs) == 1


def test_nothing_is_run_twice_after_its_first_transaction_was_committed(areas: tuple[str, str]) -> None:
    runs = []

    def step() -> None:
        runs.append(1)
        with writing():
            rename("A", "committed")
        with writing():
            break_off(own_process())
            rename("B", "never")

    with pytest.raises(DBAPIError):
        tried_again(step)

    assert len(runs) == 1
    assert names() == {"committed", "before"}


BROKEN_COMMIT = """
CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER break_off AFTER UPDATE ON sign_in_session DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION break_off();
"""


def test_a_connection_lost_during_the_commit_is_told_as_uncertain_and_not_run_again(
    app: Flask, client: FlaskClient, bearer: Callable[[str], dict[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    headers = bearer("inspector")
    db.session.remove()
    with db.engine.begin() as connection:
        connection.exec_driver_sql(BROKEN_COMMIT)

    response = client.delete("/api/v1/session", headers=headers)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert response.json is not None
    assert response.json["type"] == "/problems/store-away"
    assert "not certain" in response.json["detail"]
    assert "run again" not in caplog.text
    assert commit_was_sent()


def test_a_value_that_the_database_has_no_room_for_is_refused_and_not_a_500(
    app: Flask, client: FlaskClient, bearer: Callable[[str], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_long(*_any: object, **_named: object) -> None:
        with writing() as session:
            session.add(Area(code="A", name="A", level="x" * 41, path="A/"))

    monkeypatch.setattr("field_api.session.sessions.sign_out", too_long)

    response = client.delete("/api/v1/session", headers=bearer("inspector"))

    assert response.status_code == 422, response.text
    assert response.json is not None
    assert response.json["type"] == "/problems/invalid"
    assert "longer or larger" in response.json["detail"]


# -- a server that is restarted ----------------------------------------------------------------


@pytest.fixture
def restarted(own_cluster: PostgresCluster, tmp_path: Path) -> Iterator[Flask]:
    """An application on a server that a test may stop and start."""
    app = create_app(settings_in(tmp_path, own_cluster.url))
    with app.app_context():
        migrate.upgrade(db.engine)
    yield app
    with app.app_context():
        db.engine.dispose()


def test_a_request_waits_for_a_server_that_is_being_restarted(own_cluster: PostgresCluster, restarted: Flask) -> None:
    client = restarted.test_client()
    assert client.get(HOME).status_code == 200
    own_cluster.stop(immediate=True)
    back = threading.Timer(0.3, own_cluster.start)
    back.start()

    response = client.get(HOME)

    back.join()
    assert response.status_code == 200


def test_while_the_server_is_away_the_answer_is_503(own_cluster: PostgresCluster, restarted: Flask) -> None:
    own_cluster.stop(immediate=True)

    response = restarted.test_client().get(HOME)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert response.json is not None
    assert "Nothing was recorded" in response.json["detail"]


# -- a copy for readers ------------------------------------------------------------------------


@pytest.fixture
def with_copy(planted: Planted, settings: config.Settings, tmp_path: Path) -> Iterator[config.Settings]:
    """Settings with a copy whose projects have other titles, so that it is seen which one answered."""
    with planted.copied_to(tmp_path / "copy") as copy:
        engine = sa.create_engine(copy.database_url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE project SET title = 'of the copy'")
        yield reading_from(settings, copy.database_url)


def reading_from(settings: config.Settings, url: str) -> config.Settings:
    return dataclasses.replace(settings, database=config.DatabaseSettings(replica_url=url))


@pytest.fixture
def start() -> Iterator[Callable[[config.Settings], Flask]]:
    """Start an application, which is tidied away at the end."""
    started: list[Flask] = []

    def make(settings: config.Settings) -> Flask:
        started.append(create_app(settings))
        return started[-1]

    yield make
    for app in started:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


def titles(app: Flask, address: str, headers: dict[str, str] | None = None) -> set[str]:
    response = app.test_client().get(address, headers=headers)
    assert response.status_code == 200, response.text
    document: Any = response.json
    return {project["title"] for project in document["items"]}


def test_the_public_reads_the_copy_and_others_the_database(
    with_copy: config.Settings,
    start: Callable[[config.Settings], Flask],
    bearer: Callable[[str], dict[str, str]],
) -> None:
    client = start(with_copy).test_client()

    assert "of the copy" in client.get(HOME).text
    assert "of the copy" in client.get("/").text
    certificates = client.get("/api/v1/projects/ROAD-1/certificates", headers=bearer("paymaster"))
    assert certificates.status_code == 200
    with client.application.app_context():
        assert "of the copy" not in reading().scalars(sa.select(Project.title)).all()


def test_who_is_signed_in_is_asked_of_the_database_also_on_public_pages(
    with_copy: config.Settings,
    start: Callable[[config.Settings], Flask],
    bearer: Callable[[str], dict[str, str]],
) -> None:
    """The copy does not know the session, which began after it was made."""
    assert titles(start(with_copy), HOME, bearer("inspector")) == {"of the copy"}


def test_what_is_written_is_never_written_to_the_copy(
    with_copy: config.Settings, start: Callable[[config.Settings], Flask]
) -> None:
    with start(with_copy).app_context():
        with db.engines[REPLICA].connect() as copy, pytest.raises(DBAPIError, match="read-only"):
            copy.exec_driver_sql("DELETE FROM sign_in_session")
        with writing() as session:
            session.add(Area(code="A", name="A", level="region", path="A/"))
        assert reading().scalar(sa.select(Area.name).where(Area.code == "A")) == "A"


def test_a_copy_that_is_away_is_done_without_and_that_is_logged(
    settings: config.Settings, start: Callable[[config.Settings], Flask], caplog: pytest.LogCaptureFixture
) -> None:
    app = start(reading_from(settings, AWAY))
    with caplog.at_level(logging.WARNING, "saksi.database"):
        found = titles(app, HOME)

    assert found
    assert "the copy of the database for readers is away" in caplog.text
    with app.app_context(), db.engines[REPLICA].connect() as fallen_back:
        assert fallen_back.exec_driver_sql("SHOW default_transaction_read_only").scalar() == "on"
