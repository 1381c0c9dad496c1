"""What every test may ask for: an application on a fresh database with the small programme in it.

The database is migrated and planted once for the whole run and copied for each test, so that
no test sees what another one did.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import hypothesis
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

import config
from server import migrate
from server.access import Actor
from server.app import create_app
from server.auth import token_for
from server.db import db, writing
from server.models import Person, SignInSession
from server.services import sessions
from tests.personas import PERSONAS
from tests.programme import plant

# A busy machine is no fault of the code, so properties have no deadline. What CI tries must be the same
# at every run; a person's run tries something new each time, and what it finds becomes a test of its own.
hypothesis.settings.register_profile("person", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "person")

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"


def settings_in(folder: Path) -> config.Settings:
    """Settings for an installation that lives in ``folder`` alone."""
    return config.Settings(
        data_root=folder,
        database_url=f"sqlite:///{folder / 'saksi.sqlite3'}",
        secret_key="a secret for tests only, long enough",
        cookie_secure=False,
        job_threads=0,
    )


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a migrated database and the programme in it; to be copied, never used."""
    folder = tmp_path_factory.mktemp("planted")
    app = create_app(settings_in(folder))
    with app.app_context():
        migrate.upgrade(db.engine)
        with writing() as session:
            plant(session, datetime.now(UTC))
        with db.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return folder


@pytest.fixture
def settings(planted: Path, tmp_path: Path) -> config.Settings:
    """The settings of this test's own copy of the installation."""
    folder = tmp_path / "installation"
    shutil.copytree(planted, folder)
    return settings_in(folder)


@pytest.fixture
def app(settings: config.Settings) -> Iterator[Flask]:
    """The application on this test's own database, inside an application context."""
    app = create_app(settings)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller that is not signed in."""
    return app.test_client()


@pytest.fixture
def token(app: Flask) -> Callable[[str], str]:
    """A bearer token for a persona by name."""

    def give(name: str) -> str:
        return token_for(_begin_session(name))

    return give


@pytest.fixture
def bearer(token: Callable[[str], str]) -> Callable[[str], dict[str, str]]:
    """The Authorization header of a persona by name."""
    return lambda name: {"Authorization": f"Bearer {token(name)}"}


@pytest.fixture
def actor(app: Flask) -> Callable[[str], Actor]:
    """The signed-in person of a persona by name, for calling services without HTTP."""

    def give(name: str) -> Actor:
        found = sessions.actor(_begin_session(name), now=datetime.now(UTC))
        assert found is not None
        return found

    return give


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The real photos; tests that need them are skipped, and say so, where they are not there."""
    if not CORPUS.is_dir():
        pytest.skip(f"the real photos are not at {CORPUS}")
    return CORPUS


def _begin_session(name: str) -> UUID:
    now = datetime.now(UTC)
    with writing() as session:
        person = session.scalars(sa.select(Person).where(Person.email == PERSONAS[name].email)).one()
        begun = SignInSession(person_id=person.id, created_at=now, expires_at=now.replace(year=now.year + 1))
        session.add(begun)
        session.flush()
        return begun.id
