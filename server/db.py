"""The database: one engine, times in UTC, and the one way to write.

A use case reads freely and changes things inside ``writing()``, which is one transaction.
What the two engines do differently (SQLite's locking, its foreign keys, its times without a
zone) is settled here and nowhere else.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
import uuid6
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Session

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLITE_BUSY_MS = 20_000
_ONE_WRITER = threading.Lock()


class Base(DeclarativeBase):
    """The parent of every table."""

    metadata = sa.MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base)


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


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562): sortable by time of making."""
    return UUID(int=uuid6.uuid7().int)


def init(app: Flask) -> None:
    """Attach the engine to ``app`` and teach it SQLite's manners where that is the engine."""
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _teach_sqlite(db.engine)


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
    with _turn(session):
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
def _turn(session: Session) -> Iterator[None]:
    """On SQLite, the writers of this process take turns.

    SQLite lets one write at a time and makes the others poll, so that an unlucky one may wait for
    ever; a lock wakes the next at once. Writers of other processes are still waited for by polling.
    """
    if session.get_bind().dialect.name != "sqlite":
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
    return cast("sa.CursorResult[Any]", connection.execute(statement, values)).rowcount == 1


@cache
def _insert_or_leave(table: sa.Table, dialect: str) -> sa.Insert:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing()


def reading() -> Session:
    """The session of this request, for reading."""
    return db.session()
