"""A fresh installation in a temporary folder with the small programme of the tests in it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask

import config
from server import migrate
from server.access import Actor
from server.app import create_app
from server.auth import token_for
from server.db import db, reading, writing
from server.services import job_desk, sessions
from tests.personas import PASSWORD, PERSONAS
from tests.programme import plant

UPLOADER = PERSONAS["inspector"].email


@dataclass(frozen=True, slots=True)
class Installation:
    """A running application with an inspector signed in."""

    app: Flask
    settings: config.Settings
    actor: Actor
    token: str


@contextmanager
def installation(database_url: str | None = None) -> Iterator[Installation]:
    """Make the installation on SQLite, or on an empty PostgreSQL database, and take its folder away afterwards."""
    with tempfile.TemporaryDirectory(prefix="saksi-bench-") as folder:
        settings = config.load(
            {"SAKSI_DATA_ROOT": folder} | ({"SAKSI_DATABASE_URL": database_url} if database_url else {})
        )
        app = create_app(settings)
        with app.app_context():
            migrate.upgrade(db.engine)
            now = datetime.now(UTC)
            with writing() as session:
                plant(session, now)
            begun = sessions.sign_in(UPLOADER, PASSWORD, address="127.0.0.1", now=now, settings=settings)
            actor = sessions.actor(begun.id, now=now)
            assert actor is not None
            # A transaction left open here would be ended by the server while the bench runs.
            db.session.remove()
            yield Installation(app, settings, actor, token_for(begun.id))
            db.session.remove()
            db.engine.dispose()


def jobs_waiting() -> int:
    """How many jobs are queued or running now."""
    reading().rollback()
    found = job_desk.counts()
    return found.queued + found.running
