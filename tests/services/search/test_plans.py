"""Nothing that a page asks is answered by reading a whole table.

SQLite is not told how many rows there are, so its plans for the few of these tests are those for millions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from evidence.context import Stage
from server import jobs
from server.access import Actor
from server.db import db, reading
from server.models import Project
from server.models.evidence import EvidenceVerdictWord
from server.models.facts import FactKind
from server.models.projects import ProjectStatus
from server.services import (
    assignments,
    desk,
    evidence_reading,
    finding,
    my_projects,
    near,
    public,
    public_photos,
    public_story,
    review,
    review_photo,
    risk,
    risk_behind,
    risk_counts,
    risk_subject,
    sitemap,
)
from server.services.finding import Question
from server.services.project_search import ProjectFilter
from server.services.public_photos import PhotoFilter
from server.times import utc_now
from tests.pages.story import Road
from tests.services.search.conftest import Publish

pytestmark = pytest.mark.sqlite_only(reason="the plans are SQLite's own words; the statements are the same elsewhere")
#: Tables that grow with the country; their names in a plan are followed by the index that is searched.
LARGE = (
    "evidence|project|milestone|site|area|submission|certificate|project_term|term_count|project_news|findable"
    "|fact_count"
)
WHOLE = re.compile(rf"SCAN ({LARGE})\b(?! USING (COVERING )?INDEX ix_evidence_received)")
SCHOOLS = Question(ProjectFilter(sector="transport", year=2026, contractor="builder", text="road"))
Asked = tuple[str, Any]
SOME_PHOTOS = PhotoFilter(Stage.DURING, f"{utc_now():%Y-%m}", "M1")


@contextmanager
def asked() -> Iterator[list[Asked]]:
    """Every statement that is sent meanwhile, with its values."""
    statements: list[Asked] = []

    def note(_c: object, _u: object, statement: str, values: Any, _x: object, _many: bool) -> None:
        statements.append((statement, values))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def whole_tables(statements: list[Asked]) -> list[str]:
    """The steps of the statements' plans that read a large table from end to end."""
    connection = reading().connection()
    plans = [
        (row[3], statement)
        for statement, values in statements
        # What a person's roles rule out is asked with "0 = 1", and then no row is read whatever the plan is.
        if statement.startswith(("SELECT", "WITH")) and "0 = 1" not in statement
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    ]
    return [f"{step}: {statement}" for step, statement in plans if WHOLE.match(step)]


PUBLIC: list[tuple[str, Callable[[], object]]] = [
    ("all", lambda: public.projects(ProjectFilter(), None, 24, now=utc_now())),
    ("words", lambda: public.projects(ProjectFilter(text="works road"), None, 24, now=utc_now())),
    ("area", lambda: public.projects(ProjectFilter(area="R6"), None, 24, now=utc_now())),
    (
        "all of it",
        lambda: public.projects(
            ProjectFilter((10.0, 120.0, 12.0, 125.0), "R6", ProjectStatus.IMPLEMENTATION, "works"),
            None,
            24,
            now=utc_now(),
        ),
    ),
    ("sector and year", lambda: finding.answer(SCHOOLS, None, 24, now=utc_now())),
    ("near", lambda: finding.answer(Question(ProjectFilter(), (11.0, 122.5)), None, 24, now=utc_now())),
    ("spots", lambda: finding.spots(SCHOOLS.which)),
    ("choices", finding.choices),
    ("extent", finding.extent),
    ("site map", lambda: [sitemap.part(kind, "") for kind in sitemap.Kind if sitemap.beginnings(kind)]),
    ("areas", public.areas),
    ("one area", lambda: public.area("R6")),
    ("news", lambda: public.newest_photos(8)),
    ("news of an area", lambda: public.newest_photos(8, area="R6")),
    ("project", lambda: public.project("ROAD-1", now=utc_now())),
    ("stages", lambda: public.photos_by_stage("ROAD-1", 8)),
    ("photos", lambda: public_photos.find(public_story.published("ROAD-1"), PhotoFilter())),
    ("photos of a month", lambda: public_photos.find(public_story.published("ROAD-1"), SOME_PHOTOS)),
    ("pairs", lambda: public_photos.pairs(public_story.published("ROAD-1").id)),
    ("story", lambda: public_story.story(public_story.published("ROAD-1"), now=utc_now())),
    ("news to follow of an area", lambda: public_story.news_of(public_story.latest("R6"))),
]
WORK: list[tuple[str, Callable[[Actor], object]]] = [
    ("desk", lambda who: desk.desk(who, desk.Asked(), now=utc_now())),
    ("filtered desk", lambda who: desk.desk(who, desk.Asked(area="R6", text="works"), now=utc_now())),
    ("projects", my_projects.page),
    ("all projects", lambda who: list(my_projects.every(who))),
    ("photos", lambda who: evidence_reading.search(who, evidence_reading.EvidenceFilter(), cursor=None, limit=50)),
    ("assignments", assignments.of),
]


@pytest.mark.parametrize("ask", [ask for _name, ask in PUBLIC], ids=[name for name, _ask in PUBLIC])
def test_what_the_public_reads_reads_no_whole_table(road: Road, ask: Callable[[], object]) -> None:
    road.approved()
    with asked() as statements:
        ask()

    assert statements
    assert whole_tables(statements) == []


@pytest.mark.parametrize("name", ["supervisor", "contractor", "paymaster", "administrator", "auditor"])
@pytest.mark.parametrize("ask", [ask for _name, ask in WORK], ids=[name for name, _ask in WORK])
def test_what_a_person_works_on_reads_no_whole_table(
    road: Road, actor: Callable[[str], Actor], name: str, ask: Callable[[Actor], object]
) -> None:
    road.approved()
    who = actor(name)
    with asked() as statements:
        ask(who)

    assert statements
    assert whole_tables(statements) == []


def test_a_desk_asks_as_often_for_one_milestone_as_for_many(road: Road, actor: Callable[[str], Actor]) -> None:
    who, numbers = actor("supervisor"), []
    for milestone in ("M1", "M2"):
        road.send_questionable(milestone=milestone)
        reading().rollback()
        reading().expunge_all()
        with asked() as statements:
            desk.desk(who, desk.Asked(), now=utc_now())
        numbers.append(sum(statement.startswith("SELECT") for statement, _values in statements))

    assert numbers[0] == numbers[1]


def test_the_way_to_the_next_reads_no_whole_table(road: Road, actor: Callable[[str], Actor]) -> None:
    photo, _other = road.send_questionable(), road.send_questionable()
    who = actor("supervisor")
    with asked() as statements:
        assert desk.following(who, desk.Asked(), f"photo:{photo}", 0, now=utc_now()) is not None

    assert whole_tables(statements) == []


def test_photos_that_wait_are_counted_in_their_own_index(road: Road, actor: Callable[[str], Actor]) -> None:
    road.send_questionable()
    who = actor("supervisor")
    with asked() as statements:
        desk.desk(who, desk.Asked(), now=utc_now())

    counted = [each for each in statements if "count(*) AS number" in each[0]]
    connection = reading().connection()
    steps = [
        row[3] for text, given in counted for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)
    ]
    assert any("SEARCH evidence USING COVERING INDEX ix_evidence_waiting" in step for step in steps), steps


def test_a_projects_page_for_its_people_reads_no_whole_table(road: Road, actor: Callable[[str], Actor]) -> None:
    road.send_questionable()
    who = actor("supervisor")
    with asked() as statements:
        review.project(who, "ROAD-1", now=utc_now())

    assert whole_tables(statements) == []


def test_a_photos_page_reads_no_whole_table(road: Road, actor: Callable[[str], Actor]) -> None:
    road.send(stage=Stage.BEFORE)
    photo, who = road.send(), actor("supervisor")
    with asked() as statements:
        page = review_photo.photo(who, photo)

    assert page.neighbours
    assert page.earlier
    assert whole_tables(statements) == []


def test_a_photos_neighbours_are_found_by_their_order_in_time(road: Road, actor: Callable[[str], Actor]) -> None:
    photo, who = road.send(), actor("supervisor")
    with asked() as statements:
        review_photo.photo(who, photo)
    steps = used_indexes(statements)

    assert "ix_evidence_uploader_captured" in steps
    assert "ix_evidence_before" in steps


def used_indexes(statements: list[Asked]) -> str:
    """The steps of the statements' plans."""
    connection = reading().connection()
    return "\n".join(
        row[3]
        for statement, values in statements
        if statement.startswith("SELECT")
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    )


def test_a_whole_table_would_be_seen(app: Flask) -> None:
    with asked() as statements:
        reading().execute(sa.text("SELECT code FROM project WHERE title LIKE '%a%'"))

    assert len(whole_tables(statements)) == 1


def test_a_page_of_projects_asks_as_often_for_one_as_for_many(publish: Publish) -> None:
    publish("ZZZ-1")
    numbers = []
    for limit in (1, 2):
        with asked() as statements:
            assert len(public.projects(ProjectFilter(text="works"), None, limit, now=utc_now()).items) == limit
        numbers.append(sum(statement.startswith("SELECT") for statement, _values in statements))

    assert numbers[0] == numbers[1]


def test_what_is_near_is_found_in_rings_without_reading_a_whole_table(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near, "ALL_MEASURED", 1)
    with asked() as statements:
        assert near.nearest(ProjectFilter(text="works road"), (11.0, 122.5), 24) is not None

    assert whole_tables(statements) == []


RISK: list[tuple[str, Callable[[Actor], object]]] = [
    ("projects", lambda who: risk.table(who, risk.Asked())),
    ("uploaders", lambda who: risk.table(who, risk.Asked(FactKind.UPLOADER, sort="late"))),
    ("contractors of an area", lambda who: risk.table(who, risk.Asked(FactKind.CONTRACTOR, area="R6"))),
    ("a project", lambda who: risk_subject.project(who, "ROAD-1")),
    ("photos behind", lambda who: behind(who, "photos")),
    ("findings behind", lambda who: behind(who, "time.fresh=pass")),
    ("decisions behind", lambda who: behind(who, "changed")),
]


def behind(who: Actor, fact: str) -> object:
    """What is behind a number of the road."""
    road = reading().scalars(sa.select(Project).where(Project.code == "ROAD-1")).one()
    return risk_behind.behind(who, risk_behind.Wanted(FactKind.PROJECT, road.id, fact), cursor=None)


@pytest.mark.parametrize("name", ["supervisor", "administrator", "auditor"])
@pytest.mark.parametrize("ask", [ask for _name, ask in RISK], ids=[name for name, _ask in RISK])
def test_the_risk_view_reads_no_whole_table(
    road: Road, actor: Callable[[str], Actor], name: str, ask: Callable[[Actor], object]
) -> None:
    road.send()
    road.say(road.send_questionable(), EvidenceVerdictWord.REFUSE)
    jobs.run_all_due()
    risk_counts.count_due()
    who = actor(name)
    with asked() as statements:
        ask(who)

    assert statements
    assert whole_tables(statements) == []


def test_an_agencys_table_stands_in_its_index_as_it_is_shown(road: Road, actor: Callable[[str], Actor]) -> None:
    road.send()
    risk_counts.count_due()
    who = actor("auditor")
    with asked() as statements:
        risk.table(who, risk.Asked(sort="photos"))

    ordered = [each for each in statements if "AS total" in each[0]]
    plan = used_indexes(ordered)
    assert "ix_fact_count_order" in plan
    assert "TEMP B-TREE" not in plan
