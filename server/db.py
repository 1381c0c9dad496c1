"""The database: one engine, times in UTC, and the one way to write.

A use case reads freely and changes things inside ``writing()``, which is one transaction.
What the two engines do differently (SQLite's locking, its foreign keys, its times without a
zone) is settled here and nowhere else; how PostgreSQL is reached is ``postgres``'s.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

import sqlalchemy as sa
import uuid6
from flask import Flask, g, has_app_context
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy.dialects import postgresql as postgres_types
from sqlalchemy.dialects import sqlite as sqlite_types
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.orm import DeclarativeBase, Session

from config import Settings
from server import postgres

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLITE_BUSY_MS = 20_000
REPLICA = "replica"
FROM_REPLICA = "saksi_from_replica"
COMMIT_SENT = "saksi_commit_sent"
#: What a failed statement was given, names and hashes of passwords among it, is written into no log.
UNTOLD = {"hide_parameters": True}
#: How long to wait before a transaction is run again, give or take a half; a restarted server is back within these.
PAUSES_S = (0.05, 0.2, 0.8, 2.0)
_ONE_WRITER = threading.Lock()
_TURN = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
LOG = logging.getLogger("saksi.database")
Result = TypeVar("Result")


class Base(DeclarativeBase):
    """The parent of every table."""

    metadata = sa.MetaData(naming_convention=NAMING)


class PlacedSession(FlaskSession):
    """A session that reads from the copy of the database where the request may, and writes to the database alone."""

    def get_bind(self, *args: Any, **named: Any) -> Engine | Connection:
        """The engine for what is asked next."""
        engines = db.engines
        if REPLICA in engines and g.get(FROM_REPLICA, False) and not self.info.get("writing"):
            return engines[REPLICA]
        return super().get_bind(*args, **named)

    def close(self) -> None:
        """Give the connections back, and those that broke up.

        It ends a request whose answer is made and whose changes are committed: what cannot be rolled back any
        more is no fault of that answer, and raising would have the server send another one in its place.
        """
        begun = self.get_transaction()
        try:
            super().close()
        except DBAPIError as error:
            LOG.warning("a connection to the database broke before it was given back: %s", error.orig)
            # Those that were closed before the broken one say so.
            with suppress(DBAPIError, InvalidRequestError):
                if begun is not None:
                    begun.close(invalidate=True)


db = SQLAlchemy(model_class=Base, session_options={"class_": PlacedSession})


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware instant, kept in UTC on every engine; a naive one is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant to UTC; a naive one is a ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give an instant its zone back on engines that store none."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def code_of(values: type[StrEnum], name: str) -> sa.Enum:
    """A column type for the codes of ``values``: text with a CHECK, the same on every engine."""
    return sa.Enum(
        values,
        native_enum=False,
        create_constraint=True,
        name=name,
        length=24,
        values_callable=lambda codes: [code.value for code in codes],
    )


def bytewise(length: int) -> sa.types.TypeEngine[str]:
    """Text that every engine orders by its bytes, so that lists stand in one order and a beginning is one range."""
    return sa.String(length).with_variant(postgres_types.VARCHAR(length, collation="C"), "postgresql")


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562): sortable by time of making."""
    return UUID(int=uuid6.uuid7().int)


def init(app: Flask, settings: Settings) -> None:
    """Attach the engine to ``app``, and the one of the copy for readers where there is one."""
    url = postgres.url_of(settings.database_url)
    on_postgres = url.get_backend_name() == "postgresql"
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = UNTOLD | (postgres.engine_options(settings) if on_postgres else {})
    replica_url = settings.database.replica_url
    if replica_url is not None:
        options = postgres.engine_options(settings, read_only=True) | {"pool_recycle": postgres.REPLICA_CONNECTION_S}
        app.config["SQLALCHEMY_BINDS"] = {REPLICA: {"url": postgres.url_of(replica_url), **UNTOLD, **options}}
    db.init_app(app)
    with app.app_context():
        sa.event.listen(db.engine, "commit", _note_commit)
        if not on_postgres:
            _teach_sqlite(db.engine)
        if replica_url is not None:
            postgres.fall_back(db.engines[REPLICA], db.engine, settings)


def _note_commit(_connection: Connection) -> None:
    if has_app_context():
        setattr(g, COMMIT_SENT, True)


def read_from_replica(allowed: bool) -> None:
    """Say for this request whether what it reads may be a moment old."""
    setattr(g, FROM_REPLICA, allowed)


def tried_again(step: Callable[[], Result]) -> Result:
    """Take ``step``, and take it again from its beginning where the database gave it up for a reason that passes.

    After a commit was sent nobody knows what holds, so nothing is run twice then. ``step`` begins with no
    transaction of its own, and what it does besides must bear being done again.

    Raises:
        sqlalchemy.exc.DBAPIError: it failed for another reason, or each time, or during its commit.
    """
    for pause_s in PAUSES_S:
        setattr(g, COMMIT_SENT, False)
        try:
            return step()
        except DBAPIError as error:
            if commit_was_sent() or not postgres.is_passing(error):
                raise
            LOG.warning("the database gave a transaction up, it is run again: %s", error.orig)
        db.session.remove()
        time.sleep(pause_s * random.uniform(0.5, 1.5))
    return step()


def commit_was_sent() -> bool:
    """Whether a commit was sent since the step that runs began; if it then failed, it may hold all the same."""
    return bool(g.get(COMMIT_SENT, False))


def take_turn(session: Session, *names: str) -> None:
    """Hold these names until the transaction ends, so that rivals come one after the other.

    On SQLite they do so anyway.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        # In the order of the names, so that no two transactions wait for each other.
        for name in sorted(names):
            connection.execute(_TURN, {"name": name})


def _teach_sqlite(engine: Engine) -> None:
    """Foreign keys, write-ahead log, a commit that survives a power cut, and honest transactions."""

    @sa.event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        # The driver must not open transactions by itself: ``begun`` below does.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={SQLITE_BUSY_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-32000",
            # The search for near pictures reads some three thousand places of an index; without this each costs a call.
            "mmap_size=8000000000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # A writer takes its lock at once; upgrading a read lock later could only fail.
        immediate = connection.get_execution_options().get("saksi_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def writing() -> Iterator[Session]:
    """One transaction that changes records: committed at the end, undone on any error.

    Raises:
        RuntimeError: the caller is inside such a transaction already; a use case is one transaction.
    """
    session = db.session()
    if session.info.get("writing"):
        raise RuntimeError("a transaction that writes was begun inside another")
    # What was read before may be stale; a writer starts from what holds now.
    session.rollback()
    with _one_writer():
        session.info["writing"] = True
        try:
            session.connection(execution_options={"saksi_writes": True})
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            del session.info["writing"]


@contextmanager
def _one_writer() -> Iterator[None]:
    """On SQLite, the writers of this process take turns.

    SQLite lets one write at a time and makes the others poll, so that an unlucky one may wait for
    ever; a lock wakes the next at once. Writers of other processes are still waited for by polling.
    """
    if db.engine.dialect.name != "sqlite":
        yield
        return
    with _ONE_WRITER:
        yield


def table_of(model: type[Base]) -> sa.Table:
    """The bare table of a model, for statements that need none of the mapper's work."""
    return cast(sa.Table, model.__table__)


def insert_if_new(session: Session, model: type[Base], **values: Any) -> bool:
    """Insert one row unless its key is taken; False where it was. Waits for a rival's transaction."""
    connection = session.connection()
    statement = _insert_or_leave(table_of(model), connection.dialect.name)
    # Otherwise the number is kept of changes and deletions alone, and is -1 here on PostgreSQL.
    inserted = connection.execute(statement, values, execution_options={"preserve_rowcount": True})
    return cast("sa.CursorResult[Any]", inserted).rowcount == 1


def insert_missing(connection: Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Insert the rows whose keys are not taken; those that are there stay as they are."""
    connection.execute(_insert_or_leave(table, connection.dialect.name), rows)


@cache
def _insert_or_leave(table: sa.Table, dialect: str) -> sa.Insert:
    return _insert(table, dialect).on_conflict_do_nothing()


def add_to_counts(connection: Connection, table: sa.Table, column: str, rows: list[dict[str, Any]]) -> None:
    """Add to ``column`` of the rows with these keys; a row that is not there yet begins with what is added."""
    insert = _insert(table, connection.dialect.name)
    more = table.c[column] + insert.excluded[column]
    connection.execute(insert.on_conflict_do_update(index_elements=table.primary_key, set_={column: more}), rows)


def _insert(table: sa.Table, dialect: str) -> postgres_types.Insert | sqlite_types.Insert:
    return (postgres_types.insert if dialect == "postgresql" else sqlite_types.insert)(table)


def reading() -> Session:
    """The session of this request, for reading."""
    return db.session()
