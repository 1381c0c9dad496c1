"""Nothing that second looks ask, on a page or for a draw, is answered by reading a whole table."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa

from server.access import Actor
from server.db import reading
from server.models import Milestone, Submission
from server.models.second_look import Answer
from server.services.second_look import answering, desk, drawing, periods, published, records
from tests.pages.story import Road
from tests.services.search.test_plans import Asked, asked
from tests.services.second_look.story import commit, draw_all, drawn, look_at, looks, month_is_over

pytestmark = pytest.mark.sqlite_only(reason="the plans are SQLite's own words; the statements are the same elsewhere")
LARGE = "second_look|second_look_candidate|second_look_answer|second_look_side|evidence|evidence_finding"
LARGE += "|evidence_decision|submission|submission_decision|submission_item|submission_party|project|milestone"
#: What is left over is read from an index of its own, which holds nothing else.
WHOLE = re.compile(rf"SCAN ({LARGE})\b(?! USING (COVERING )?INDEX ix_second_look_un)")

People = Callable[[str], Actor]


def whole_tables(statements: list[Asked]) -> list[str]:
    connection = reading().connection()
    plans = [
        (row[3], statement)
        for statement, values in statements
        if statement.startswith(("SELECT", "WITH", "UPDATE")) and "0 = 1" not in statement
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    ]
    return [f"{step}: {statement}" for step, statement in plans if WHOLE.match(step)]


def test_a_draw_reads_no_table_from_end_to_end(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_all(monkeypatch)
    road.approved()
    name = commit()
    with asked() as statements:
        periods.run(name, now=month_is_over())

    assert len(statements) > 20
    assert whole_tables(statements) == []


def test_no_page_reads_a_table_from_end_to_end(road: Road, actor: People, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_all(monkeypatch)
    photo = road.approved()[0]
    name = drawn()
    milestone = reading().scalars(sa.select(Milestone.id).where(Milestone.code == "M1")).first()
    submission = reading().scalars(sa.select(Submission.id)).one()
    auditor, supervisor, now = actor("auditor"), actor("supervisor"), month_is_over()
    answering.answer(auditor, look_at(photo).id, Answer.DOES_NOT_HOLD, "Another road.", now=now)
    of_photo, of_submission, milestone_id = look_at(photo).id, look_at(submission).id, UUID(str(milestone))
    with asked() as statements:
        for person in (auditor, supervisor):
            desk.lists(person, cursor=None, unheard_after=None)
            records.counts(person)
            desk.look(person, of_photo)
            desk.look(person, of_submission)
        records.of_photo(photo)
        records.of_milestone(milestone_id)
        published.page(now=now)
        published.candidates(name, None, 50)
        published.candidates(name, published.candidates(name, None, 1).next, 50)
        list(published.candidate_lines(name))
        drawing.unassigned()

    assert len(looks()) == 3
    assert whole_tables(statements) == []
