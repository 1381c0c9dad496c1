"""How PostgreSQL is spoken to: its address, its pool, its time limits, its copy for readers, and faults that pass.

Nothing here knows a table or a request. SQLite needs none of it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError

from config import DatabaseSettings, Settings

LOG = logging.getLogger("saksi.database")
APPLICATION = "saksi"
#: Connections beside those of the threads that answer and of those that work: health, figures, a command.
SPARE_CONNECTIONS = 4
POOL_WAIT_S = 10
#: A connection is made anew after this long, so that one that fell back from the copy returns to it.
REPLICA_CONNECTION_S = 60
REPLICA_AWAY_S = 30
#: Serialisation failure, deadlock; the server was told to stop, crashed, or still starts (PostgreSQL, appendix A).
PASSING = frozenset({"40001", "40P01", "57P01", "57P02", "57P03"})
CONNECTION_CLASS = "08"


def url_of(text: str) -> URL:
    """The address for SQLAlchemy; a plain ``postgresql://`` is spoken to with psycopg 3."""
    url = sa.make_url(text)
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgresql", "postgres"} else url


def engine_options(settings: Settings, *, read_only: bool = False) -> dict[str, Any]:
    """Arguments of ``create_engine`` for the pool and for each connection."""
    return {
        "pool_size": settings.threads + settings.job_threads + SPARE_CONNECTIONS,
        "max_overflow": 0,
        "pool_timeout": POOL_WAIT_S,
        # A server that was restarted leaves dead connections behind; they are noticed before they are used.
        "pool_pre_ping": True,
        "connect_args": connect_arguments(settings.database, read_only=read_only),
    }


def connect_arguments(limits: DatabaseSettings, *, read_only: bool) -> dict[str, Any]:
    """Arguments of ``psycopg.connect`` beside the address: time limits, and how a dead server is noticed."""
    server_settings = {
        "statement_timeout": f"{limits.statement_seconds}s",
        "lock_timeout": f"{limits.lock_seconds}s",
        "idle_in_transaction_session_timeout": f"{limits.idle_seconds}s",
        "default_transaction_read_only": "on" if read_only else "off",
    }
    return {
        "connect_timeout": limits.connect_seconds,
        "application_name": APPLICATION,
        "options": " ".join(f"-c {name}={value}" for name, value in server_settings.items()),
        # Without them a server that lost its power would be waited for by the hour.
        "keepalives": 1,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }


def lift_statement_limit(connection: Connection) -> None:
    """Let each statement take its time until the transaction ends: making something anew is no answer for a caller."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


@contextmanager
def faults_of(statement: str) -> Iterator[None]:
    """Raise the faults of a statement that is sent past SQLAlchemy as SQLAlchemy's, which callers know."""
    try:
        yield
    except psycopg.Error as error:
        raise as_sqlalchemy(error, statement) from error


def as_sqlalchemy(error: psycopg.Error, statement: str) -> DBAPIError:
    """The fault that the same statement would have raised through SQLAlchemy."""
    return cast(DBAPIError, DBAPIError.instance(statement, None, error, psycopg.Error))


def is_passing(error: DBAPIError) -> bool:
    """Whether the same transaction may well succeed if it is run again from its beginning."""
    cause = error.orig
    if not isinstance(cause, psycopg.Error):
        return False
    if cause.sqlstate is None:
        # The server said nothing at all: it could not be reached, or the connection broke.
        return isinstance(cause, psycopg.OperationalError)
    return cause.sqlstate in PASSING or cause.sqlstate.startswith(CONNECTION_CLASS)


def fall_back(replica: Engine, primary: Engine, settings: Settings) -> None:
    """Let connections of ``replica`` go to ``primary`` while the copy is away; they stay read-only."""
    away = _Away()
    manners = connect_arguments(settings.database, read_only=True)

    @sa.event.listens_for(replica, "do_connect")
    def connect(dialect: Dialect, _record: object, places: list[Any], arguments: dict[str, Any]) -> Any:
        if not away.now():
            try:
                return dialect.connect(*places, **arguments)
            except psycopg.OperationalError as error:
                LOG.warning("the copy of the database for readers is away, the database itself is read: %s", error)
                away.note()
        elsewhere = dialect.create_connect_args(primary.url)
        return dialect.connect(*elsewhere[0], **elsewhere[1], **manners)


class _Away:
    """Whether a server was found away a moment ago, so that not every connection waits for it again."""

    def __init__(self) -> None:
        self._until = float("-inf")
        self._lock = threading.Lock()

    def note(self) -> None:
        with self._lock:
            self._until = time.monotonic() + REPLICA_AWAY_S

    def now(self) -> bool:
        with self._lock:
            return time.monotonic() < self._until
