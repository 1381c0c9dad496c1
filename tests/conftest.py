"""What every test may ask for: an application on a fresh database with the small programme in it.

The database is migrated and planted once per process and copied for each test, so that no test sees
what another one did. All of it happens twice: on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
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
from tests import compiled_once, in_memory
from tests.personas import PERSONAS
from tests.postgres import VARIABLE, Databases, NoPostgresError, PostgresCluster, PostgresForRun, programs
from tests.programme import plant

pytest_plugins = ["tests.s3_plugin"]

# A busy machine is no fault of the code, so properties have no deadline. What CI tries must be the same
# at every run; a person's run tries something new each time, and what it finds becomes a test of its own.
hypothesis.settings.register_profile("person", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "person")

SQLITE, POSTGRESQL = ENGINES = ("sqlite", "postgresql")
POSTGRES = pytest.StashKey[PostgresForRun]()
IN_MEMORY = pytest.StashKey[Path]()
InThreads = Callable[[Callable[[int], None], Iterable[int]], None]
EmptyInstallation = Callable[[Path], AbstractContextManager[config.Settings]]
CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--database`` picks one engine; without it everything that touches a database runs on both."""
    parser.addoption("--database", choices=ENGINES, help="run the tests on this engine alone")


def pytest_configure(config: pytest.Config) -> None:
    """Look for PostgreSQL before any test runs, so that a run without it says so at once."""
    folder = in_memory.keep_files_in_memory()
    if folder is not None:
        config.stash[IN_MEMORY] = folder
    compiled_once.share()
    config.addinivalue_line("markers", "sqlite_only(reason): the test is about SQLite itself")
    config.addinivalue_line("markers", "postgresql_only(reason): the test is about PostgreSQL itself")
    if config.getoption("database") == SQLITE:
        return
    given = getattr(config, "workerinput", {}).get("postgres")
    try:
        config.stash[POSTGRES] = PostgresForRun({VARIABLE: given} if given else os.environ)
    except NoPostgresError as error:
        raise pytest.UsageError(f"{error} Install one, or run with --database sqlite.") from error
    if given is None:
        # Whoever stops a run this way is told what failed, and finds no server left behind, as after Ctrl-C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process of a parallel run where the run's one server is."""
    if POSTGRES in node.config.stash:
        node.workerinput["postgres"] = node.config.stash[POSTGRES].url


def pytest_report_header(config: pytest.Config) -> str:
    """Say which databases the tests run on."""
    postgres = config.stash.get(POSTGRES, None)
    if postgres is None:
        return "databases: SQLite alone"
    alone = config.getoption("database") == POSTGRESQL
    return f"databases: {'' if alone else 'SQLite, and '}PostgreSQL ({postgres.told})"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server that this run started, also after Ctrl-C, and give the memory back."""
    postgres = config.stash.get(POSTGRES, None)
    if postgres is not None:
        postgres.stop()
    folder = config.stash.get(IN_MEMORY, None)
    if folder is not None:
        in_memory.take_away(folder)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run whatever touches a database once per engine."""
    if "engine" not in metafunc.fixturenames:
        return
    only = {name for name in ENGINES if metafunc.definition.get_closest_marker(f"{name}_only")}
    chosen = metafunc.config.getoption("database")
    asked = {chosen} if chosen else set(ENGINES)
    metafunc.parametrize("engine", sorted(asked & (only or set(ENGINES)), reverse=True), scope="session")


@dataclass(frozen=True, slots=True)
class Planted:
    """An installation with the programme in it, to be copied and never used."""

    settings: config.Settings
    databases: Databases | None

    @contextmanager
    def copied_to(self, folder: Path) -> Iterator[config.Settings]:
        """The settings of a copy that lives in ``folder``; its database is gone after the block."""
        shutil.copytree(self.settings.data_root, folder)
        if self.databases is None:
            yield settings_in(folder)
            return
        url = self.databases.create(self.settings.database_url)
        yield settings_in(folder, url)
        self.databases.drop(url)


def settings_in(folder: Path, database_url: str | None = None) -> config.Settings:
    """Settings for an installation that lives in ``folder`` alone, but for its database where one is named."""
    return config.Settings(
        data_root=folder,
        database_url=database_url or f"sqlite:///{folder / 'saksi.sqlite3'}",
        secret_key="a secret for tests only, long enough",
        cookie_secure=False,
        job_threads=0,
    )


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, engine: str) -> Databases | None:
    """Where databases are made, on PostgreSQL; SQLite needs no such place."""
    return Databases(request.config.stash[POSTGRES].url) if engine == POSTGRESQL else None


@pytest.fixture(scope="session")
def empty_installation(databases: Databases | None) -> EmptyInstallation:
    """The settings of an installation in a folder, with nothing in its database, for as long as a block runs."""

    @contextmanager
    def make(folder: Path) -> Iterator[config.Settings]:
        if databases is None:
            yield settings_in(folder)
            return
        url = databases.create()
        yield settings_in(folder, url)
        databases.drop(url)

    return make


@pytest.fixture(scope="session")
def planted(
    databases: Databases | None, empty_installation: EmptyInstallation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Planted]:
    """A migrated installation with the programme in it; to be copied, never used."""
    with empty_installation(tmp_path_factory.mktemp("planted")) as settings:
        app = create_app(settings)
        with app.app_context():
            migrate.upgrade(db.engine)
            with writing() as session:
                plant(session, datetime.now(UTC))
            db.session.remove()
            if databases is None:
                _put_into_one_file()
            db.engine.dispose()
        yield Planted(settings, databases)


def _put_into_one_file() -> None:
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.fixture
def settings(planted: Planted, tmp_path: Path) -> Iterator[config.Settings]:
    """The settings of this test's own copy of the installation."""
    with planted.copied_to(tmp_path / "installation") as copied:
        yield copied


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


@pytest.fixture
def in_threads(app: Flask) -> InThreads:
    """Run a function once for each number, each in a thread with a session of its own; a fault of any is raised."""

    def run(function: Callable[[int], None], numbers: Iterable[int]) -> None:
        def one(number: int) -> None:
            with app.app_context():
                function(number)

        numbers = list(numbers)
        # What this thread has read must not hold the others up.
        db.session.remove()
        with ThreadPoolExecutor(len(numbers)) as threads:
            list(threads.map(one, numbers))

    return run


@pytest.fixture
def own_cluster() -> Iterator[PostgresCluster]:
    """A PostgreSQL of this test's own, running; it may be stopped and started."""
    cluster = PostgresCluster(programs())
    cluster.start()
    yield cluster
    cluster.remove()


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
