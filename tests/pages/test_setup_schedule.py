"""The schedule on the pages: rows without JavaScript, sums, the picture, and what a milestone asks for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.datastructures import MultiDict

from review_ui.setup_values import arranged
from server.db import reading
from server.models import Contract, Milestone, Project, Requirement
from tests.pages.browse import Visitor
from tests.pages.setup_story import Administrator
from tests.pages.story import Road

People = Callable[[str], Visitor]
SCHEDULE = "/review/setup/projects/SCHOOL-9/schedule"
FIRST = ("M1", "Walls", "40", "400,000.00", "2026-01-05", "2026-06-30", "")
SECOND = ("M2", "Roof", "60", "600,000.00", "2026-07-01", "2026-12-20", "M1")
NAMES = ("m_code", "m_title", "m_weight", "m_amount", "m_starts_on", "m_ends_on", "m_predecessor")


@pytest.fixture
def administrator(app: Flask, visitor: People) -> Administrator:
    made = Administrator(visitor("administrator"))
    made.makes_project()
    made.makes_contract()
    return made


def send(page: Visitor, *rows: tuple[str, ...], path: str = SCHEDULE, **more: str) -> Visitor:
    """Post rows as a browser does, each field as often as there are rows."""
    page.go(path)
    data: MultiDict[str, str] = MultiDict({"csrf_token": page.page.forms[-1].values["csrf_token"]} | more)
    for row in rows:
        for name, value in zip((*NAMES, "m_was", "m_must_exist"), (*row, row[0], ""), strict=True):
            data.add(name, value)
    return page._take(page.client.post(path, data=data, follow_redirects=True))


def saved(page: Visitor, *rows: tuple[str, ...]) -> Visitor:
    send(page, *rows, step="show")
    seen = page.form_with("seen").values["seen"]
    return send(page, *rows, step="save", seen=seen)


def milestones() -> list[Milestone]:
    query = sa.select(Milestone).join(Milestone.project).where(Project.code == "SCHOOL-9").order_by(Milestone.position)
    return list(reading().scalars(query))


def test_milestones_are_saved_in_their_order_and_drawn(administrator: Administrator) -> None:
    page = saved(administrator.visitor, FIRST, SECOND)

    assert page.status == 200
    assert [(each.code, each.weight_bp, each.amount_minor) for each in milestones()] == [
        ("M1", 4000, 40_000_000),
        ("M2", 6000, 60_000_000),
    ]
    assert page.html.count('class="bar is-') == 2
    assert 'class="follows"' in page.html


def test_sums_are_told_and_refused_by_the_server(administrator: Administrator) -> None:
    wrong = (*SECOND[:2], "50", "500,000.00", *SECOND[4:])
    page = send(administrator.visitor, FIRST, wrong, step="show")

    assert page.status == 422
    assert "The weights sum to 9000" in page.text
    assert "90 % of 100 %" in page.text
    assert "₱900,000.00 of ₱1,000,000.00" in page.text
    assert not milestones()


def test_a_fault_stands_in_its_row(administrator: Administrator) -> None:
    wrong = (*SECOND[:4], "2026-07-01", "2026-06-01", "M7")
    page = send(administrator.visitor, FIRST, wrong, step="show")

    assert 'id="milestones-1-ends_on-fault"' in page.html
    assert 'id="milestones-1-predecessor-fault"' in page.html
    assert 'value="M7"' in page.html


def test_rows_are_added_moved_and_taken_away_without_javascript(administrator: Administrator) -> None:
    page = send(administrator.visitor, FIRST, SECOND, rows="add")
    assert page.html.count('name="m_code"') == 3

    page = send(administrator.visitor, FIRST, SECOND, rows="up-1")
    assert page.html.index('value="Roof"') < page.html.index('value="Walls"')

    page = send(administrator.visitor, FIRST, SECOND, rows="remove-0")
    assert 'value="Walls"' not in page.html
    assert not milestones()


@pytest.mark.parametrize("asked", ["up-9", "down--1", "remove-", "jump-0x", "remove-²"])
def test_a_button_that_no_page_has_changes_no_row(asked: str) -> None:
    assert arranged([{"a": "1"}], asked) == [{"a": "1"}]


def test_a_schedule_that_was_put_forward_stays(road: Road, visitor: People) -> None:
    road.send()
    road.put_forward()
    page = visitor("administrator").go("/review/setup/projects/ROAD-1/schedule")

    assert "readonly" in page.html
    page.go("/review/setup/projects/ROAD-1/milestones/M1")
    assert "was put forward already" in page.text
    assert page.html.count('readonly="readonly"') == 8 * page.html.count('name="r_code"') > 0
    assert "Show what would change" not in page.buttons


def test_a_contract_of_another_value_is_saved_together_with_the_schedule(administrator: Administrator) -> None:
    saved(administrator.visitor, FIRST, SECOND)
    page = administrator.visitor.go("/review/setup/projects/SCHOOL-9/contract")
    page.press("Show what would change", value="1,200,000.00")
    assert page.status == 422

    page.press("Go on to the schedule")
    carried = page.form_with("carried").values["carried"]
    more = (*SECOND[:3], "800,000.00", *SECOND[4:])
    send(administrator.visitor, FIRST, more, step="show", carried=carried)
    seen = page.form_with("seen").values["seen"]
    send(administrator.visitor, FIRST, more, step="save", carried=carried, seen=seen)

    assert page.status == 200
    contract = reading().scalars(sa.select(Contract).join(Contract.project).where(Project.code == "SCHOOL-9")).one()
    assert contract.value_minor == 120_000_000
    assert milestones()[1].amount_minor == 80_000_000


@pytest.mark.parametrize("carried", ["{", "[]", '{"variations": 5}', '{"value_minor": "x"}'])
def test_a_contract_that_was_tampered_with_on_the_way_is_left_out(administrator: Administrator, carried: str) -> None:
    page = send(administrator.visitor, FIRST, SECOND, step="show", carried=carried)

    assert page.status == 200
    assert "goes along" not in page.text


def test_what_a_milestone_asks_for_is_saved(administrator: Administrator) -> None:
    saved(administrator.visitor, FIRST, SECOND)
    page = administrator.visitor.go("/review/setup/projects/SCHOOL-9/milestones/M2")
    typed = {"r_code": "roof", "r_stage": "completion", "r_title": "The roof from the yard", "r_photos": "3"}
    page.press("Show what would change", **typed, r_view="yard", r_minimum_megapixels="3.2", r_oldest_age_h="72")
    assert "M2 › Requirements" in page.text or "roof" in page.text
    page.press("Save these changes", r_stage="completion")

    assert page.status == 200
    asked = reading().scalars(sa.select(Requirement).where(Requirement.code == "roof")).one()
    assert (asked.photos, asked.view, asked.minimum_megapixels, asked.oldest_age_h) == (3, "yard", 3.2, 72)


def test_a_requirement_with_faults_tells_each_beside_its_field(administrator: Administrator) -> None:
    saved(administrator.visitor, FIRST, SECOND)
    page = administrator.visitor.go("/review/setup/projects/SCHOOL-9/milestones/M2")
    page.press("Show what would change", r_code="a b", r_stage="during", r_title="", r_photos="many")

    assert page.status == 422
    for name in ("code", "title", "photos"):
        assert f'id="milestones-1-requirements-0-{name}-fault"' in page.html
    assert 'value="many"' in page.html


def test_a_milestone_that_is_not_there_is_told(administrator: Administrator) -> None:
    assert administrator.visitor.go("/review/setup/projects/SCHOOL-9/milestones/M9").status == 404
