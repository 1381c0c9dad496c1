"""Migrations: up and down with data in the tables, and no difference between tables and models."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy.exc import IntegrityError

from config import ROOT
from server import migrate
from server.app import create_app
from server.db import Base, db, new_id, writing
from server.engines import engines
from server.models import (
    Certificate,
    CustodyEvent,
    Device,
    MapCount,
    Milestone,
    Nonce,
    Person,
    Project,
    ResumableUpload,
)
from server.models.uploads import UploadState
from server.services import custody, public_map, sequencer
from tests.conftest import EmptyInstallation
from tests.map_rows import put_photos
from tests.programme import AMOUNTS_MINOR, ON_SITE, OTHER_SITE, plant
from tests.services.test_sequencer import chain_of


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


@pytest.mark.postgresql_only(reason="SQLite orders every text by its bytes")
def test_what_the_models_order_by_bytes_the_database_does_too(empty: Flask) -> None:
    migrate.upgrade(db.engine)

    asked = "SELECT table_name, column_name FROM information_schema.columns WHERE collation_name = 'C' AND "
    with db.engine.connect() as connection:
        there = {tuple(row) for row in connection.exec_driver_sql(asked + "table_schema = 'public'")}
    wanted = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if getattr(column.type.dialect_impl(db.engine.dialect), "collation", None) == "C"
    }
    assert wanted
    assert there == wanted


@pytest.mark.postgresql_only(reason="on SQLite a migration is one writer among others")
def test_two_processes_migrating_at_once_do_it_once(empty: Flask) -> None:
    at_once = [sys.executable, "-c", "from server.cli import main; main()", "migrate"]
    environment = os.environ | {
        "SAKSI_DATABASE_URL": empty.config["SQLALCHEMY_DATABASE_URI"].render_as_string(hide_password=False),
        "SAKSI_DATA_ROOT": str(engines().settings.data_root),
    }
    both = [subprocess.Popen(at_once, cwd=ROOT, env=environment, stderr=subprocess.PIPE) for _ in range(2)]

    assert [(each.communicate()[1], each.returncode) for each in both] == [(b"", 0)] * 2
    assert migrate.is_current(db.engine)


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


def deep_cells() -> int | None:
    found = db.session.scalar(sa.select(sa.func.count()).where(MapCount.level >= 18))
    db.session.rollback()
    return found


def test_deeper_cells_of_the_map_are_counted_from_what_it_shows(empty: Flask) -> None:
    migrate.upgrade(db.engine)
    with writing() as session:
        plant(session, datetime.now(UTC))
        put_photos(session, session.scalars(sa.select(Project).limit(1)).one(), [ON_SITE, ON_SITE, OTHER_SITE])
    with writing() as session:
        public_map.rebuild(session)
    before = deep_cells()
    assert before

    migrate.downgrade(db.engine, "0008")
    assert deep_cells() == 0
    migrate.upgrade(db.engine)

    assert deep_cells() == before
    assert public_map.faults(db.session()) == 0


def test_unfinished_uploads_come_and_go_with_their_table(empty: Flask) -> None:
    migrate.upgrade(db.engine)
    now = datetime.now(UTC)
    with writing() as session:
        plant(session, now)
        uploader = session.scalars(sa.select(Person.id).limit(1)).one()
        session.add(
            ResumableUpload(
                uploader_id=uploader,
                evidence_id=new_id(),
                length=3,
                received=2,
                pieces=[("a/b", 2)],
                claim={"stage": "during"},
                announced="",
                state=UploadState.OPEN,
                created_at=now,
                expires_at=now,
            )
        )

    migrate.downgrade(db.engine, "0011")
    assert "resumable_upload" not in tables()
    migrate.upgrade(db.engine)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(ResumableUpload)) == 0
    assert len(db.session.scalars(sa.select(Certificate)).all()) == len(AMOUNTS_MINOR)


def test_lists_of_money_and_the_record_are_filled_from_what_is_there(empty: Flask) -> None:
    migrate.upgrade(db.engine)
    now = datetime.now(UTC)
    with writing() as session:
        plant(session, now)
        custody.append(session, None, "milestone.opened", "milestone", "m", now=now, project="ROAD-1")
        custody.append(session, None, "project.created", "project", "ROAD-1", now=now)
        custody.append(session, None, "session.begun", "session", "s", now=now)
    before = set(db.session.execute(sa.select(Certificate.id, Certificate.agency_id)))
    assert None not in {agency_id for _id, agency_id in before}
    db.session.rollback()

    migrate.downgrade(db.engine, "0012")
    migrate.upgrade(db.engine)

    assert set(db.session.execute(sa.select(Certificate.id, Certificate.agency_id))) == before
    named = sa.select(CustodyEvent.project_code).order_by(CustodyEvent.sequence)
    assert list(db.session.scalars(named)) == ["ROAD-1", "ROAD-1", None]
    assert custody.broken_link(custody.export()) is None


def test_a_log_that_is_a_tree_goes_back_to_a_chain_and_becomes_a_tree_again(empty: Flask) -> None:
    migrate.upgrade(db.engine)
    linked = chain_of(3)
    with writing() as session:
        for number in range(4):
            custody.append(session, None, "tried", "thing", "x", now=datetime.now(UTC), n=number)
    sequencer.sequence()
    before = [(event["at"], event["action"], event["details"]) for event in custody.export()]
    db.session.rollback()

    migrate.downgrade(db.engine, "0019")
    assert not {"log_node", "log_checkpoint", "log_key"} & tables()
    with db.engine.connect() as connection:
        chain = connection.exec_driver_sql("SELECT previous, hash FROM custody_event ORDER BY sequence").all()
    assert [own for _previous, own in chain[:3]] == linked
    assert [previous for previous, _own in chain[1:]] == [own for _previous, own in chain[:-1]]

    migrate.upgrade(db.engine)
    assert sequencer.sequence() == 7
    events = list(custody.export())
    assert [(event["at"], event["action"], event["details"]) for event in events] == before
    # The links that going back made are those that the code of before would have made.
    assert custody.broken_link(events) is None
    assert all("hash" in event for event in events)


def test_a_nonce_is_spent_on_no_photo_that_is_not_there_when_all_is_written(empty: Flask) -> None:
    migrate.upgrade(db.engine)
    now, device = datetime.now(UTC), uuid4()
    with writing() as session:
        plant(session, now)
        person = session.scalars(sa.select(Person.id).limit(1)).one()
        session.add(Device(id=device, person_id=person, name="x", public_key={}, thumbprint="t" * 43, enrolled_at=now))

    spent = Nonce(nonce="n" * 32, device_id=device, issued_at=now, expires_at=now, used_by=uuid4())

    with pytest.raises(IntegrityError), writing() as session:
        session.add(spent)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Nonce)) == 0


@pytest.mark.parametrize("step", ["0010", "0003", "0002", "0001", "base"])
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
