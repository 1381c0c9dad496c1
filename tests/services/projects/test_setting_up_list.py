"""The list of an agency's projects: its order, its pages, and how far one page looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from server.access import Actor
from server.db import writing
from server.models import Grant, Organisation, Person, Project
from server.models.people import Role
from server.services import setting_up
from server.services.setting_up import Asked
from tests.personas import PERSONAS
from tests.programme import _project

People = Callable[[str], Actor]


@pytest.fixture
def many(app: Flask) -> list[str]:
    """The codes of the agency's projects, in order."""
    codes = [f"P-{number}" for number in range(5)]
    with writing() as session:
        road = session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one()
        session.add_all(_project(code, road.agency, road.area, datetime.now(UTC)) for code in codes)
    return [*codes, "ROAD-1"]


def pages(actor: Actor, asked: Asked, limit: int) -> list[list[str]]:
    found, cursor = [], None
    while True:
        page = setting_up.listing(actor, asked, cursor, limit)
        found.append([line.code for line in page.items])
        cursor = page.next
        if cursor is None:
            return found


def test_every_project_stands_once_in_order_of_code(many: list[str], actor: People) -> None:
    assert pages(actor("administrator"), Asked(), 4) == [many[:4], many[4:]]


def test_a_page_looks_no_further_than_it_may_and_its_cursor_goes_on(
    many: list[str], actor: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setting_up, "LOOKED_AT", 2)

    found = pages(actor("administrator"), Asked(text="road-1"), 4)

    assert found[:2] == [[], []]
    assert [code for page in found for code in page] == ["ROAD-1"]


def test_who_administers_two_agencies_has_one_list(many: list[str], actor: People) -> None:
    with writing() as session:
        person = session.scalars(sa.select(Person).where(Person.email == PERSONAS["administrator"].email)).one()
        other = session.scalars(sa.select(Organisation).where(Organisation.code == "other-agency")).one()
        session.add(Grant(person_id=person.id, role=Role.ADMINISTRATOR, agency_id=other.id))

    assert pages(actor("administrator"), Asked(), 3) == [["OTHER-1", *many[:2]], many[2:5], many[5:]]


def test_who_administers_none_has_an_empty_list(app: Flask, actor: People) -> None:
    assert pages(actor("supervisor"), Asked(), 3) == [[]]


def test_signs_of_a_pattern_are_looked_for_as_they_are(many: list[str], actor: People) -> None:
    assert pages(actor("administrator"), Asked(text="%"), 3) == [[]]
    assert pages(actor("administrator"), Asked(text="_"), 3) == [[]]


def test_the_file_holds_all_pages(many: list[str], actor: People) -> None:
    assert [line.code for line in setting_up.every(actor("administrator"), Asked())] == many
