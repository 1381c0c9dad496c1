"""An administrator makes a project part by part, from nothing to published, without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from server.access import Actor
from server.db import reading
from server.models import CustodyEvent, Project
from server.services import project_import
from server.services.project_import import ImportParts
from server.times import utc_now
from tests.pages.browse import Visitor
from tests.pages.setup_story import FACTS, Administrator

People = Callable[[str], Visitor]


@pytest.fixture
def administrator(app: Flask, visitor: People) -> Administrator:
    return Administrator(visitor("administrator"))


def project(code: str) -> Project | None:
    return reading().scalar(sa.select(Project).where(Project.code == code))


def test_the_list_shows_the_agencys_projects_and_no_others(visitor: People) -> None:
    page = visitor("administrator").go("/review/setup")

    assert "The works of ROAD-1" in page.text
    assert "OTHER-1" not in page.text


def test_the_list_is_searched_by_title_code_state_and_publication(visitor: People) -> None:
    page = visitor("administrator")

    assert "ROAD-1" in page.go("/review/setup?text=works of road").text
    assert "ROAD-1" not in page.go("/review/setup?text=bridge").text
    assert "ROAD-1" in page.go("/review/setup?state=implementation&published=true").text
    assert "ROAD-1" not in page.go("/review/setup?published=false").text
    assert "ROAD-1" not in page.go("/review/setup?state=cancelled").text


def test_the_list_is_a_file_too(visitor: People) -> None:
    answer = visitor("administrator").client.get("/review/setup.csv?text=ROAD")

    assert answer.mimetype == "text/csv"
    assert "ROAD-1,The works of ROAD-1,implementation" in answer.get_data(as_text=True)


def test_a_project_is_made_from_nothing_to_published(administrator: Administrator) -> None:
    administrator.makes_project()
    administrator.makes_contract()
    administrator.records_source("contract")
    administrator.uses_source("contract")
    administrator.makes_schedule()
    administrator.publishes()

    made = project("SCHOOL-9")
    assert made is not None
    assert made.published_at is not None
    assert made.budget_minor == 1_250_000_050
    assert made.contract is not None
    assert made.contract.retention_bp == 1050
    assert "Two classrooms" in administrator.visitor.go("/projects/SCHOOL-9").text


def test_nothing_is_saved_by_looking_at_the_changes(administrator: Administrator) -> None:
    page = administrator.visitor.go("/review/setup/new").press("Show what would change", **FACTS)

    assert "Nothing is saved yet." in page.text
    assert "₱12,500,000.50" in page.text
    assert project("SCHOOL-9") is None


def test_every_fault_stands_beside_its_field_and_nothing_typed_is_lost(administrator: Administrator) -> None:
    typed = FACTS | {"budget": "12,50", "time_zone": "Manila", "title": ""}
    page = administrator.visitor.go("/review/setup/new").press("Show what would change", **typed)

    assert page.status == 422
    assert "Write an amount such as ₱1,250,000.00." in page.text
    assert "No such time zone" in page.text
    assert 'id="budget-amount_minor-fault"' in page.html
    assert 'value="12,50"' in page.html
    assert 'value="Manila"' in page.html
    assert "Save these changes" not in page.text


def test_a_code_that_another_agency_has_is_told_beside_the_field(administrator: Administrator) -> None:
    page = administrator.visitor.go("/review/setup/new").press("Show what would change", **FACTS | {"code": "ROAD-1"})

    assert page.status == 422
    assert "There is a project with the code ROAD-1 already." in page.text


def test_what_was_changed_meanwhile_is_shown_again_and_not_overwritten(
    administrator: Administrator, actor: Callable[[str], Actor]
) -> None:
    administrator.makes_project()
    page = administrator.visitor.go("/review/setup/projects/SCHOOL-9/facts")
    page.press("Show what would change", **administrator.selects, title="Three classrooms")
    another = project_import.apply(
        actor("administrator"), "SCHOOL-9", ImportParts(administrator.document(title="Four classrooms")), now=utc_now()
    )
    assert another.project.title == "Four classrooms"

    page.press("Save these changes", **administrator.selects)

    assert page.status == 409
    assert "The project was changed since this was shown" in page.text
    made = project("SCHOOL-9")
    assert made is not None
    assert made.title == "Four classrooms"


def test_the_same_values_change_nothing(administrator: Administrator) -> None:
    administrator.makes_project()
    page = administrator.visitor.go("/review/setup/projects/SCHOOL-9/facts")
    page.press("Show what would change", **administrator.selects)

    assert "Nothing would change" in page.text


def test_earlier_values_are_put_back_as_a_change_of_its_own(administrator: Administrator) -> None:
    administrator.makes_project()
    page = administrator.visitor.go("/review/setup/projects/SCHOOL-9/facts")
    page.press("Show what would change", **administrator.selects, title="Three classrooms", budget="1,000.00")
    page.press("Save these changes", **administrator.selects)
    created = reading().scalars(sa.select(CustodyEvent).where(CustodyEvent.action == "project.created")).one()

    page.go(f"/review/setup/projects/SCHOOL-9/history/{created.sequence}")
    assert "Three classrooms" in page.text
    page.press("Put these values back")

    made = project("SCHOOL-9")
    assert made is not None
    assert (made.title, made.budget_minor) == ("Two classrooms", 1_250_000_050)
    assert "Put back what it was then" in page.go("/review/setup/projects/SCHOOL-9/history").text


def test_a_project_with_hostile_names_is_shown_as_it_is(administrator: Administrator) -> None:
    administrator.makes_project(title='<script>alert("x")</script> مدرسة')
    page = administrator.visitor.go("/review/setup")

    assert "<script>alert" not in page.html
    assert 'alert("x")' in page.text
