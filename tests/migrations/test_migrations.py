"""Migrations: up and down with data in the tables, and no difference between tables and models."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from server import migrate
from server.app import create_app
from server.db import Base, db, writing
from server.models import Certificate, Milestone
from tests.conftest import EmptyInstallation
from tests.programme import AMOUNTS_MINOR, plant


@pytest.fixture
def empty(empty_installation: EmptyInstallation, tmp_path: Path) -> Iterator[Flask]:
    with empty_installation(tmp_path) as settings:
        app = create_app(settings)
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Procrastinate's tables on PostgreSQL have no models."""
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def test_the_tables_are_those_of_the_models(empty: Flask) -> None:
    migrate.upgrade(db.engine)

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        assert compare_metadata(context, Base.metadata) == []


def test_every_check_of_the_models_is_in_the_database(empty: Flask) -> None:
    migrate.upgrade(db.engine)
    inspector = sa.inspect(db.engine)

    for table in Base.metadata.sorted_tables:
        wanted = {str(c.name) for c in table.constraints if isinstance(c, sa.CheckConstraint)}
        there = {str(check["name"]) for check in inspector.get_check_constraints(table.name)}
        assert wanted <= there, table.name


def test_the_database_says_whether_it_is_current(empty: Flask) -> None:
    assert not migrate.is_current(db.engine)
    migrate.upgrade(db.engine, "0002")
    assert not migrate.is_current(db.engine)
    migrate.upgrade(db.engine)
    assert migrate.is_current(db.engine)


def test_migrating_again_keeps_the_data(empty: Flask) -> None:
    migrate.upgrade(db.engine)
    with writing() as session:
        plant(session, datetime.now(UTC))

    migrate.upgrade(db.engine)

    amounts = db.session.scalars(sa.select(Certificate.gross_minor).order_by(Certificate.gross_minor)).all()
    assert sorted(amounts) == sorted(AMOUNTS_MINOR)


@pytest.mark.parametrize("step", ["0003", "0002", "0001", "base"])
def test_each_step_down_and_up_again_works_with_data_in_the_tables(empty: Flask, step: str) -> None:
    migrate.upgrade(db.engine)
    with writing() as session:
        plant(session, datetime.now(UTC))
    before = tables()

    migrate.downgrade(db.engine, step)
    assert tables() < before
    migrate.upgrade(db.engine)

    assert tables() == before
    if step == "0003":
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Milestone)) == len(AMOUNTS_MINOR)
