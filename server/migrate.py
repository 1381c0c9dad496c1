"""Bringing the database to the newest tables, and asking whether it is there."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from config import ROOT
from server.db import Base


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run every migration up to ``revision`` that has not run yet."""
    with engine.connect() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Undo migrations down to ``revision``."""
    with engine.connect() as connection:
        command.downgrade(_config(connection), revision)


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
