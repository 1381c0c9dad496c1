"""Procrastinate's tables: those of the installed library, and made without losing a job that waits."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from config import ROOT
from server import jobs, migrate
from server.app import create_app
from server.db import db, new_id, writing
from tests.conftest import EmptyInstallation
from tests.jobs.queueing import START, job, queue

ON_POSTGRESQL = pytest.mark.postgresql_only("Procrastinate needs PostgreSQL")


@pytest.fixture
def empty(empty_installation: EmptyInstallation, tmp_path: Path) -> Iterator[Flask]:
    with empty_installation(tmp_path) as settings:
        app = create_app(settings)
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


def test_the_schema_is_that_of_the_installed_library() -> None:
    """Where this fails after an upgrade, its new scripts in ``sql/migrations`` become our next migration."""
    installed = importlib.resources.files("procrastinate.sql").joinpath("schema.sql").read_text()

    assert (ROOT / "migrations" / "procrastinate_3_4.sql").read_text().endswith(installed)


@ON_POSTGRESQL
def test_jobs_that_wait_move_along_up_and_down(empty: Flask, done: list[str]) -> None:
    migrate.upgrade(db.engine, "0004")
    _queue_as_before("early", "queued")
    _queue_as_before("finished", "done")

    migrate.upgrade(db.engine)
    queue("late")
    assert jobs.run_all_due() == 2
    assert done == ["early", "late"]

    queue("later")
    db.session.remove()
    migrate.downgrade(db.engine, "0004")
    with db.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT subject, state FROM job")).all() == [("later", "queued")]


@pytest.mark.sqlite_only("where the table of jobs is used")
def test_jobs_that_are_done_are_cleared_away(empty: Flask, done: list[str]) -> None:
    migrate.upgrade(db.engine, "0004")
    _queue_as_before("early", "queued")
    _queue_as_before("finished", "done")

    migrate.upgrade(db.engine)

    assert job("finished") is None
    assert jobs.run_all_due() == 1
    assert done == ["early"]


@ON_POSTGRESQL
def test_nothing_of_procrastinate_stays_behind(empty: Flask) -> None:
    names = sa.text(
        "SELECT relname FROM pg_class WHERE relname LIKE 'procrastinate%'"
        " UNION SELECT proname FROM pg_proc WHERE proname LIKE 'procrastinate%'"
        " UNION SELECT typname FROM pg_type WHERE typname LIKE 'procrastinate%'"
    )
    migrate.upgrade(db.engine)
    with db.engine.connect() as connection:
        assert connection.scalars(names).all()

    migrate.downgrade(db.engine, "0004")

    with db.engine.connect() as connection:
        assert connection.scalars(names).all() == []


def _queue_as_before(subject: str, state: str) -> None:
    row = {"id": new_id(), "subject": subject, "state": state, "now": START}
    with writing() as session:
        session.execute(
            sa.text(
                "INSERT INTO job (id, kind, subject, state, attempts, queued_at, due_at)"
                " VALUES (:id, 'note', :subject, :state, 0, :now, :now)"
            ).bindparams(sa.bindparam("id", type_=sa.Uuid()), sa.bindparam("now", type_=sa.DateTime(timezone=True))),
            row,
        )
