from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from evidence.context import Stage
from server import assets
from server.access import Actor
from server.db import writing
from server.models import Evidence, Milestone, Project, Requirement
from server.times import utc_now
from tests.pages.browse import Visitor
from tests.pages.story import Road

DISPLAY = "/display/ROAD-1"


def change_project(**values: object) -> None:
    with writing() as session:
        road = session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one()
        for name, value in values.items():
            setattr(road, name, value)


def demand_a_fixed_view() -> None:
    """The first milestone asks for one photo from before and one from during, of the same view."""
    with writing() as session:
        query = sa.select(Requirement).join(Requirement.milestone).join(Milestone.project)
        during = session.scalars(query.where(Project.code == "ROAD-1", Milestone.code == "M1")).one()
        during.view, during.photos = "the gate", 1
        before = Requirement(code="before", stage=Stage.BEFORE, title="Before", photos=1, view="the gate")
        before.milestone_id = during.milestone_id
        session.add(before)


def test_shows_progress_payments_the_next_milestone_and_whose_it_is(anyone: Visitor, road: Road) -> None:
    road.paid()
    anyone.go(DISPLAY)

    assert anyone.status == 200
    for told in (
        "The works of ROAD-1",
        "Agency",
        "Verified on photos 20 %",
        "Planned by today",
        "Next: Milestone 2, planned until",
        "1 of 3 milestones are approved",
        "Paid out",
        "paid of ₱1,000,000.00",
        "Last news:",
    ):
        assert told in anyone.text, told


def test_shows_the_newest_verified_photos_and_no_other(anyone: Visitor, road: Road) -> None:
    published = road.approved()
    waiting = road.send(milestone="M2", caption="Not approved yet")
    anyone.go(DISPLAY)

    assert {each.split("/")[2] for each in anyone.page.images} == {str(photo) for photo in published}
    assert str(waiting) not in anyone.html
    assert "The kerb" in anyone.text


def test_shows_before_and_after_of_a_fixed_view_side_by_side(anyone: Visitor, road: Road) -> None:
    demand_a_fixed_view()
    first = datetime.now(UTC) - timedelta(minutes=50)
    before = road.send(stage=Stage.BEFORE, caption="How it was", taken=first)
    after = road.send(stage=Stage.DURING, caption="How it is")
    with writing() as session:
        for photo in session.scalars(sa.select(Evidence)):
            wanted = sa.select(Requirement).where(Requirement.milestone_id == photo.milestone_id)
            photo.requirement_id = session.scalars(wanted.where(Requirement.stage == photo.stage)).one().id
    road.approve(road.put_forward())
    anyone.go(DISPLAY)

    assert anyone.page.images[-2:] == [f"/photos/{each}/web.jpg" for each in (before, after)]
    assert "Before and after" in anyone.text


def test_shows_a_project_that_has_nothing_yet(anyone: Visitor) -> None:
    anyone.go(DISPLAY)

    assert anyone.status == 200
    assert "Verified on photos 0 %" in anyone.text
    assert "No verified photo yet" in anyone.text


def test_says_what_is_late(anyone: Visitor) -> None:
    with writing() as session:
        for milestone in session.scalars(sa.select(Milestone)):
            milestone.starts_on -= timedelta(days=200)
            milestone.ends_on -= timedelta(days=200)
    anyone.go(DISPLAY)

    assert "Next: Milestone 1, planned until" in anyone.text
    assert "and late" in anyone.text


def test_an_area_shows_its_projects_in_turn_the_one_with_news_first(anyone: Visitor, road: Road) -> None:
    road.approved()
    anyone.go("/display/area/R6")

    assert "2 public projects" in anyone.text
    assert anyone.text.index("The works of ROAD-1") < anyone.text.index("The works of OTHER-1")


def test_an_area_without_projects_says_so(anyone: Visitor) -> None:
    with writing() as session:
        for project in session.scalars(sa.select(Project)):
            project.published_at = None
    anyone.go("/display/area/R6")

    assert anyone.status == 200
    assert "No project is published here yet." in anyone.text


@pytest.mark.parametrize("path", ["/display/NONE", "/display/area/NONE"])
def test_what_is_not_there_is_a_quiet_screen_that_asks_again(anyone: Visitor, path: str) -> None:
    anyone.go(path)

    assert anyone.status == 404
    assert "Nothing is published here at the moment" in anyone.text
    assert 'http-equiv="refresh"' in anyone.html


def test_a_project_that_is_withdrawn_leaves_the_screen(anyone: Visitor, road: Road) -> None:
    road.approved()
    change_project(published_at=None)

    assert anyone.go(DISPLAY).page.images == []


def test_holds_no_script_or_style_and_refreshes_by_itself_without_scripts(anyone: Visitor, road: Road) -> None:
    road.approved()
    change_project(title="<script>alert('x')</script> \u202e “ถนน”")
    anyone.go(DISPLAY)

    assert anyone.page.inline == []
    assert '<meta http-equiv="refresh" content="60">' in anyone.html


def test_is_asked_for_again_and_answers_that_nothing_changed(anyone: Visitor, road: Road) -> None:
    road.approved()
    answer = anyone.client.get(DISPLAY)
    again = anyone.client.get(DISPLAY, headers={"If-None-Match": answer.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")


def test_names_no_person(anyone: Visitor, road: Road, actor: Callable[[str], Actor]) -> None:
    road.paid()
    anyone.go(DISPLAY)

    for name in ("inspector", "supervisor", "paymaster"):
        assert actor(name).name not in anyone.text


def test_speaks_the_language_of_its_address(anyone: Visitor) -> None:
    assert '<html lang="th">' in anyone.go(f"{DISPLAY}?language=th").html
    assert str(utc_now().year + 543) in anyone.text or str(utc_now().year + 544) in anyone.text


def test_its_worker_stands_at_an_address_of_its_own_and_is_asked_for_every_time(
    app: Flask, anyone: Visitor, tmp_path: Path
) -> None:
    app.config[assets.BUILD] = tmp_path
    answer = anyone.client.get("/display/worker.js")

    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
