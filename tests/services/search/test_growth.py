"""The work behind a page does not grow with the country: counted in the steps of SQLite's machine, not in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from server.db import db, new_id, reading, table_of, writing
from server.models import Area, Organisation, Project, search_index
from server.models.projects import ProjectStatus
from server.services import project_search, public
from server.services.project_search import ProjectFilter, find
from tests.services.search.conftest import NOW

pytestmark = pytest.mark.sqlite_only(reason="the steps counted are those of SQLite's machine")
FEW, MANY = 300, 3000
KINDS = ("road", "bridge", "school", "drainage", "seawall")


def fill(numbers: range) -> None:
    """Published projects of two areas, five kinds and two states, spread evenly over their codes."""
    with writing() as session:
        agency = session.scalars(sa.select(Organisation).where(Organisation.code == "agency")).one()
        area = session.scalars(sa.select(Area).where(Area.code == "R6")).one()
        plain = {"sector": "x", "asset_kind": "x", "budget_minor": 1, "currency": "PHP", "time_zone": "Asia/Manila"}
        plain |= {"policy": "ph", "published_at": NOW, "changed_at": NOW, "agency_id": agency.id, "area_id": area.id}
        rows = [plain | one(number) for number in numbers]
        session.connection().execute(sa.insert(table_of(Project)), rows)
        search_index.rebuild(session)


def one(number: int) -> dict[str, Any]:
    state = ProjectStatus.CANCELLED if number % 4 == 0 else ProjectStatus.COMPLETED
    title = f"{KINDS[number % 5]} of barangay {number % 7}"
    # Digits in reverse spread what comes later among what was there.
    return {"id": new_id(), "code": f"P{str(number)[::-1]:0<5}-{number}", "title": title, "status": state}


@contextmanager
def steps() -> Iterator[list[int]]:
    """How many steps of ten the machine takes meanwhile."""
    counted = [0]

    def count() -> int:
        counted[0] += 1
        return 0

    connection = reading().connection().connection.driver_connection
    assert connection is not None
    connection.set_progress_handler(count, 10)
    try:
        yield counted
    finally:
        connection.set_progress_handler(None, 10)


def taken(ask: Callable[[], object]) -> int:
    db.session.rollback()
    with steps() as counted:
        ask()
    return counted[0]


ASKED: dict[str, Callable[[], object]] = {
    "all": lambda: find(ProjectFilter(), None, 24),
    "far down": lambda: find(ProjectFilter(), "P8", 24),
    "a word": lambda: find(ProjectFilter(text="road"), None, 24),
    "a beginning": lambda: find(ProjectFilter(text="dra"), None, 24),
    "a code": lambda: find(ProjectFilter(text="P12000-21"), None, 24),
    "two words": lambda: find(ProjectFilter(text="road barangay"), None, 24),
    "an area and a state": lambda: find(ProjectFilter(area="R6", state=ProjectStatus.CANCELLED), None, 24),
    "nothing": lambda: find(ProjectFilter(text="hospital"), None, 24),
    "areas": public.areas,
    "one area": lambda: public.area("R6"),
    "news": lambda: public.newest_photos(8),
}


def test_ten_times_as_many_projects_are_no_more_work(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    # Shorter than the shortest list already with few projects, as they are in a country.
    monkeypatch.setattr(project_search, "STEPS", (30, 60))
    fill(range(FEW))
    before = {name: taken(ask) for name, ask in ASKED.items()}
    fill(range(FEW, MANY))
    after = {name: taken(ask) for name, ask in ASKED.items()}

    assert {name: (before[name], after[name]) for name in ASKED if after[name] > 1.3 * before[name] + 20} == {}


def test_more_work_would_be_seen(app: Flask) -> None:
    def ask() -> object:
        return reading().execute(sa.text("SELECT count(*) FROM project WHERE title LIKE '%x%'")).all()

    fill(range(FEW))
    before = taken(ask)
    fill(range(FEW, MANY))

    assert taken(ask) > 5 * before
