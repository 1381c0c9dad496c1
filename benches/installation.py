"""A fresh installation in a temporary folder with the small programme of the tests in it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from flask import Flask

import config
from server import migrate
from server.access import Actor
from server.app import create_app
from server.auth import token_for
from server.db import db, reading, writing
from server.models import Job
from server.models.jobs import JobState
from server.services import sessions
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
def installation() -> Iterator[Installation]:
    """Make the installation, and take it away afterwards."""
    with tempfile.TemporaryDirectory(prefix="saksi-bench-") as folder:
        settings = config.load({"SAKSI_DATA_ROOT": folder})
        app = create_app(settings)
        with app.app_context():
            migrate.upgrade(db.engine)
            now = datetime.now(UTC)
            with writing() as session:
                plant(session, now)
            begun = sessions.sign_in(UPLOADER, PASSWORD, address="127.0.0.1", now=now, settings=settings)
            actor = sessions.actor(begun.id, now=now)
            assert actor is not None
            yield Installation(app, settings, actor, token_for(begun.id))
            db.session.remove()
            db.engine.dispose()


def jobs_waiting() -> int:
    """How many jobs are queued or running now."""
    reading().rollback()
    unfinished = Job.state.in_([JobState.QUEUED, JobState.RUNNING])
    return reading().scalar(sa.select(sa.func.count()).where(unfinished)) or 0
