"""What the tests that break things ask for: an installation with real processes, phones, and photos to send."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

import config
from server import migrate
from server.app import create_app
from server.db import db, writing
from tests.conftest import settings_in
from tests.faults.fleet import Fleet
from tests.faults.phones import Phones
from tests.postgres import PostgresCluster, programs
from tests.programme import plant


def pytest_configure(config: pytest.Config) -> None:
    """The long ones can be left out by hand: ``-m "not faults"``."""
    config.addinivalue_line("markers", "faults: real processes are killed or cut off while photos come in")


@pytest.fixture
def fleet(app: Flask, settings: config.Settings) -> Iterator[Fleet]:
    """The processes of this test's installation; none runs yet, and none is left behind."""
    with Fleet(settings) as fleet:
        yield fleet


@pytest.fixture
def phones(fleet: Fleet, bearer: Callable[[str], dict[str, str]]) -> Iterator[Phones]:
    """The phones of one inspector, which know where the fleet's server is."""
    with Phones(fleet.address, bearer("inspector")) as phones:
        yield phones


@pytest.fixture
def cluster() -> Iterator[PostgresCluster]:
    """A PostgreSQL of this test's own."""
    cluster = PostgresCluster(programs())
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.remove()


def planted_in(folder: Path, database_url: str) -> config.Settings:
    """A new installation on this empty database, with the programme in it."""
    settings = settings_in(folder, database_url)
    with create_app(settings).app_context():
        migrate.upgrade(db.engine)
        with writing() as session:
            plant(session, datetime.now(UTC))
        db.session.remove()
        db.engine.dispose()
    return settings
