"""Rows on their way into a table, column by column, and the quickest way in that each engine has.

SQLite takes prepared tuples, PostgreSQL its COPY. Which rows there are is not known here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg
import sqlalchemy as sa

Value = str | int | float | bytes | None
Column = Sequence[Value]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one table: columns of one length, ids as hex, times as text in UTC, truth as 0 and 1."""

    table: str
    columns: dict[str, Column]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))


class Writer(Protocol):
    """A way into the tables of one engine."""

    def write(self, batch: Batch) -> None:
        """Put the rows of ``batch`` into its table."""
        ...


@contextmanager
def writer(url: sa.URL) -> Iterator[Writer]:
    """Open the quick way into a migrated, empty database.

    While it is open nothing is durable and foreign keys are not asked; the indexes that no constraint
    owns are taken away at the start and made again at the end.
    """
    if url.get_backend_name() == "sqlite":
        with _sqlite(str(url.database)) as found:
            yield found
    else:
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with _postgres(plain) as found:
            yield found


class _SqliteWriter:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def write(self, batch: Batch) -> None:
        marks = ", ".join("?" * len(batch.columns))
        statement = f"INSERT INTO {batch.table} ({', '.join(batch.columns)}) VALUES ({marks})"
        self._connection.executemany(statement, zip(*batch.columns.values(), strict=True))


@contextmanager
def _sqlite(path: str) -> Iterator[Writer]:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-3000000"):
            connection.execute(f"PRAGMA {pragma}")
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        indexes = found.fetchall()
        connection.execute("BEGIN")
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        yield _SqliteWriter(connection)
        for _, statement in indexes:
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


class _PostgresWriter:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def write(self, batch: Batch) -> None:
        columns = [[_told(value) for value in column] for column in batch.columns.values()]
        lines = "\n".join(map("\t".join, zip(*columns, strict=True)))
        statement = f"COPY {batch.table} ({', '.join(batch.columns)}) FROM STDIN"
        with self._connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            copy.write(lines + "\n")


def _told(value: Value) -> str:
    """A value in COPY's text format; no text of the generator has a tab, a line end or a backslash."""
    if value is None:
        return "\\N"
    return "\\\\x" + value.hex() if isinstance(value, bytes) else str(value)


_OWN_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    JOIN pg_class ON pg_class.oid = indrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'public' AND relname NOT LIKE 'procrastinate%'
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


@contextmanager
def _postgres(url: str) -> Iterator[Writer]:
    with psycopg.connect(url) as connection:
        for setting in ("session_replication_role = replica", "synchronous_commit = off", "TimeZone = 'UTC'"):
            connection.execute(f"SET {setting}".encode())
        connection.execute("SET maintenance_work_mem = '1GB'")
        indexes = connection.execute(_OWN_INDEXES.encode()).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}".encode())
        yield _PostgresWriter(connection)
        for _, statement in indexes:
            connection.execute(statement.encode())
    with psycopg.connect(url, autocommit=True) as connection:
        # As the server does of its own accord, sooner or later. SQLite does no such thing, and is asked for none.
        connection.execute("VACUUM ANALYZE")
