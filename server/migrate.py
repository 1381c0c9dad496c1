"""Bringing the database to the newest tables, and asking whether it is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from config import ROOT
from server.db import Base


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run every migration up to ``revision`` that has not run yet; whoever else does so at the same time waits."""
    with _alone(engine) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Undo migrations down to ``revision``."""
    with _alone(engine) as connection:
        command.downgrade(_config(connection), revision)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A connection on which a statement may take hours; on PostgreSQL only one process has it at a time."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # It is closed afterwards, not given back, which ends the limits and the lock with it.
            connection.detach()
            for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
                connection.exec_driver_sql(f"SET {limit} = 0")
            connection.exec_driver_sql("SELECT pg_advisory_lock(hashtextextended('saksi.migrate', 0))")
            # Nobody is to queue for long behind a table that a migration in turn waits for.
            connection.exec_driver_sql("RESET lock_timeout")
            connection.commit()
        yield connection


def is_current(engine: Engine) -> bool:
    """Whether every migration has run on this database."""
    with engine.connect() as connection:
        applied = MigrationContext.configure(connection).get_current_heads()
    return set(applied) == _heads()


@cache
def _heads() -> frozenset[str]:
    """The newest revisions of this code, read once: a balancer asks every second whether they are there."""
    return frozenset(ScriptDirectory.from_config(_config(None)).get_heads())


def _config(connection: object) -> Config:
    config = Config(str(Path(ROOT) / "alembic.ini"))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = Base.metadata
    return config
