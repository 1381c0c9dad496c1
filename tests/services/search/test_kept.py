"""What finds projects is at all times what it would be if it were made anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.db import db, reading, table_of, tried_again, writing
from server.models import (
    Area,
    Contract,
    Evidence,
    Findable,
    Organisation,
    Project,
    ProjectNews,
    ProjectTerm,
    Site,
    TermCount,
    search_index,
)
from server.models.projects import ProjectStatus
from server.services import directory
from tests.conftest import InThreads
from tests.pages.story import Road
from tests.services.search.conftest import NOW, Publish

PATIENCE_S = 30
TABLES = (ProjectTerm, Findable, TermCount, ProjectNews)


def kept() -> dict[str, list[Any]]:
    db.session.rollback()
    return {model.__tablename__: sorted(map(tuple, reading().execute(sa.select(table_of(model))))) for model in TABLES}


def made_anew() -> dict[str, list[Any]]:
    with writing() as session:
        search_index.rebuild(session)
    return kept()


def _projects(chance: Random) -> Any:
    return chance.choice(reading().scalars(sa.select(Project).order_by(Project.code)).all())


def _reword(chance: Random) -> None:
    project = _projects(chance)
    project.title = chance.choice(["Cañon bridge", "Road", "도로공사", ""])
    project.purpose = chance.choice(["", "bridge and road"])


def _hide_or_publish(chance: Random) -> None:
    project = _projects(chance)
    project.published_at = None if project.published_at else NOW


def _restate(chance: Random) -> None:
    _projects(chance).status = chance.choice(list(ProjectStatus))


def _reclass(chance: Random) -> None:
    project = _projects(chance)
    project.sector = chance.choice(["transport", "Water  and waste", "สุขภาพ"])
    project.starts_on = chance.choice([None, date(2024, 12, 31), date(2026, 1, 1)])
    project.ends_on = chance.choice([None, date(2026, 3, 1), date(2199, 1, 1)])


def _contract_anew(chance: Random) -> None:
    contract = reading().scalars(sa.select(Contract)).first()
    suppliers = reading().scalars(sa.select(Organisation).order_by(Organisation.code)).all()
    if contract is not None:
        contract.supplier = chance.choice(suppliers)


def _move(chance: Random) -> None:
    _projects(chance).area = chance.choice(reading().scalars(sa.select(Area).order_by(Area.code)).all())


def _rename_area(chance: Random) -> None:
    chance.choice(reading().scalars(sa.select(Area).order_by(Area.code)).all()).name = chance.choice(["Cebu", "Bridge"])


def _reshape(chance: Random) -> None:
    site = chance.choice(reading().scalars(sa.select(Site).order_by(Site.id)).all())
    site.west = chance.choice([122.0, 179.9, -179.0])
    site.east = site.west + chance.choice([0.001, 1.0])
    site.retired_at = chance.choice([None, NOW])


def _publish_photo(chance: Random) -> None:
    photo = chance.choice(reading().scalars(sa.select(Evidence).order_by(Evidence.id)).all())
    photo.published_at = chance.choice([None, NOW, NOW.replace(year=2027)])
    photo.project_id = _projects(chance).id


CHANGES: list[Callable[[Random], None]] = [
    _reword, _hide_or_publish, _restate, _reclass, _contract_anew, _move, _rename_area, _reshape, _publish_photo,
]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_after_any_changes_it_is_what_it_would_be_anew(road: Road, publish: Publish, seed: int) -> None:
    chance = Random(seed)
    directory.add_area("CEB", "Cebu", "province", parent="R6", now=NOW)
    road.send()
    publish("AAA-1", area="CEB")
    for _ in range(12):
        with writing():
            for change in chance.choices(CHANGES, k=chance.randint(1, 3)):
                change(chance)
    publish("ZZZ-1")
    found = kept()

    assert found["project_term"]
    assert found == made_anew()


def test_what_was_undone_changes_nothing(publish: Publish) -> None:
    before = kept()
    with pytest.raises(ZeroDivisionError):
        _change_and_fail()
    publish("AAA-1")
    after = kept()

    assert ("bridge", "ROAD-1") not in after["project_term"]
    assert set(after["project_term"]) - set(before["project_term"]) == {
        (term, "AAA-1") for term in ("*", "%transport", "1", "=implementation", "@R6", "aaa", "region", "six", "works")
    }


def _change_and_fail() -> None:
    with writing() as session:
        session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one().title = "Bridge"
        session.flush()
        raise ZeroDivisionError


def test_an_approval_is_news_and_an_upload_is_not(road: Road) -> None:
    road.send()
    assert kept()["project_news"] == []

    road.approved()

    assert [(code, term) for code, term, _at in kept()["project_news"]] == [("ROAD-1", "*"), ("ROAD-1", "@R6")]


def test_it_is_missing_until_it_is_made(publish: Publish) -> None:
    with writing() as session:
        assert not search_index.is_missing(session)
        session.execute(sa.delete(ProjectTerm))
        assert search_index.is_missing(session)
        search_index.rebuild(session)
        assert not search_index.is_missing(session)


def test_it_is_missing_where_it_was_made_before_sectors_were_sought(publish: Publish) -> None:
    with writing() as session:
        session.execute(sa.delete(ProjectTerm).where(ProjectTerm.term.startswith("%transport", autoescape=True)))
        assert search_index.is_missing(session)


GIVEN_UP_ONCE = """
CREATE SEQUENCE tries;
CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN IF nextval(''tries'') = 1 THEN RAISE ''given up'' USING ERRCODE = ''40001''; END IF; RETURN NULL; END';
CREATE TRIGGER give_up AFTER INSERT ON project_term FOR EACH STATEMENT EXECUTE FUNCTION give_up();
"""


@pytest.mark.postgresql_only(reason="SQLite gives no transaction up")
def test_what_is_given_up_while_it_is_written_is_run_again(publish: Publish) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql(GIVEN_UP_ONCE)

    tried_again(lambda: publish("AAA-1"))

    assert ("*", "AAA-1") in kept()["project_term"]


@pytest.mark.postgresql_only(reason="SQLite has one writer")
def test_making_it_anew_waits_for_who_publishes(publish: Publish, in_threads: InThreads) -> None:
    published = threading.Event()

    def either(number: int) -> None:
        if number:
            assert published.wait(PATIENCE_S)
            made_anew()
            return
        with writing() as session:
            session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one().title = "Bridge"
            search_index.keep(session)
            published.set()
            wait_until_somebody_waits(session)

    in_threads(either, range(2))

    assert ("bridge", "ROAD-1") in kept()["project_term"]
    assert kept() == made_anew()


def wait_until_somebody_waits(session: Session) -> None:
    """Wait until another transaction waits for what this one holds."""
    waiting = sa.text(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    )
    give_up_at = time.monotonic() + PATIENCE_S
    while not session.scalar(waiting):
        assert time.monotonic() < give_up_at, "nobody waited"
        time.sleep(0.01)
