"""An answer is given once, by whom the thing was given to, changes nothing but the record, and is never erased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from server.access import Actor
from server.db import reading, writing
from server.models import CustodyEvent, Evidence, Grant, Person, SecondLook, SecondLookAnswer, Submission
from server.models.evidence import EvidenceState
from server.models.people import Role
from server.models.second_look import Answer
from server.problems import Problem
from server.services.second_look import answering, drawing, published, records
from tests.conftest import InThreads
from tests.pages.story import Road
from tests.services.second_look.story import draw_all, drawn, look_at, month_is_over, period

People = Callable[[str], Actor]
REASON = "The culvert of the photo is not the one of the drawing."


@pytest.fixture
def photo(road: Road, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """A verified photo that was drawn and given to the auditor."""
    draw_all(monkeypatch)
    sent = road.send()
    drawn()
    return sent


def at(minutes: int) -> datetime:
    return month_is_over() + timedelta(minutes=minutes)


def answers() -> list[SecondLookAnswer]:
    return list(reading().scalars(sa.select(SecondLookAnswer).order_by(SecondLookAnswer.number)))


def test_an_answer_is_on_record_and_the_photo_stays_as_it_is(photo: UUID, actor: People) -> None:
    look = look_at(photo)
    answering.answer(actor("auditor"), look.id, Answer.DOES_NOT_HOLD, f"  {REASON} ", now=at(1))

    assert look_at(photo).answer is Answer.DOES_NOT_HOLD
    assert [each.reason for each in answers()] == [REASON]
    assert reading().get_one(Evidence, photo).state is EvidenceState.VERIFIED
    event = reading().scalars(sa.select(CustodyEvent).where(CustodyEvent.action == "second_look.answered")).one()
    assert (event.record_id, event.project_code, event.details["answer"]) == (str(photo), "ROAD-1", "does_not_hold")


@pytest.mark.parametrize("name", ["supervisor", "administrator", "contractor", "other_supervisor", "nobody"])
def test_nobody_else_answers(photo: UUID, actor: People, name: str) -> None:
    with pytest.raises(Problem, match="given to somebody else"):
        answering.answer(actor(name), look_at(photo).id, Answer.HOLDS, REASON, now=at(1))
    assert answers() == []


def test_an_answer_is_given_once(photo: UUID, actor: People) -> None:
    look = look_at(photo)
    answering.answer(actor("auditor"), look.id, Answer.HOLDS, REASON, now=at(1))

    with pytest.raises(Problem, match="answered already"):
        answering.answer(actor("auditor"), look.id, Answer.DOES_NOT_HOLD, REASON, now=at(2))
    assert period(look.period).holds == 1


def test_answers_at_the_same_moment_are_one(photo: UUID, actor: People, in_threads: InThreads) -> None:
    auditor, look_id, refused = actor("auditor"), look_at(photo).id, []

    def say(_number: int) -> None:
        try:
            answering.answer(auditor, look_id, Answer.HOLDS, REASON, now=at(1))
        except Problem as problem:
            refused.append(problem.name)

    in_threads(say, range(4))

    assert refused == ["already-decided"] * 3
    assert len(answers()) == 1
    assert period(look_at(photo).period).holds == 1


def test_an_answer_without_a_reason_is_refused(photo: UUID, actor: People) -> None:
    with pytest.raises(Problem) as refused:
        answering.answer(actor("auditor"), look_at(photo).id, Answer.HOLDS, "  ", now=at(1))
    assert [error.pointer for error in refused.value.errors] == ["#/reason"]


def test_an_answer_that_is_taken_back_stays_on_record_and_another_can_follow(photo: UUID, actor: People) -> None:
    look, auditor = look_at(photo), actor("auditor")
    answering.answer(auditor, look.id, Answer.DOES_NOT_HOLD, REASON, now=at(1))
    answering.take_back(auditor, look.id, "I looked at the wrong drawing.", now=at(2))
    counted = period(look.period)
    assert (counted.does_not_hold, counted.holds) == (0, 0)
    assert records.counts(actor("supervisor")).unheard == 0

    answering.answer(auditor, look.id, Answer.HOLDS, "It is the culvert of the drawing.", now=at(3))

    assert [(each.answer, each.taken_back_at is None) for each in answers()] == [
        (Answer.DOES_NOT_HOLD, False),
        (Answer.HOLDS, True),
    ]
    counted = period(look.period)
    assert (counted.does_not_hold, counted.holds) == (0, 1)


def test_what_was_never_answered_cannot_be_taken_back(photo: UUID, actor: People) -> None:
    with pytest.raises(Problem, match="not answered yet"):
        answering.take_back(actor("auditor"), look_at(photo).id, REASON, now=at(1))


def test_what_does_not_hold_waits_for_supervisor_and_auditor_until_one_says_what_follows(
    photo: UUID, actor: People
) -> None:
    look = look_at(photo)
    answering.answer(actor("auditor"), look.id, Answer.DOES_NOT_HOLD, REASON, now=at(1))
    another = actor("nobody")
    with writing() as session:
        session.add(Grant(person_id=another.person_id, role=Role.AUDITOR, agency_id=another.organisation_id))
    for name in ("supervisor", "second_supervisor", "nobody"):
        assert records.counts(actor(name)).unheard == 1, name
    # The auditor gave the answer.
    for name in ("inspector", "contractor", "builders_supervisor", "paymaster", "other_supervisor", "auditor"):
        assert records.counts(actor(name)).unheard == 0, name

    answering.hear(actor("supervisor"), look.id, "We stand there tomorrow.", now=at(2))

    assert records.counts(actor("second_supervisor")).unheard == 0
    (told,) = records.of_photo(photo)
    assert told.heard_words == "We stand there tomorrow."
    with pytest.raises(Problem, match="so it stands"):
        answering.take_back(actor("auditor"), look.id, REASON, now=at(3))


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("auditor", "separation-of-duties"),
        ("builders_supervisor", "separation-of-duties"),
        ("inspector", "not-allowed"),
        ("other_supervisor", "not-allowed"),
    ],
)
def test_who_answered_or_builds_does_not_say_what_follows(photo: UUID, actor: People, name: str, refusal: str) -> None:
    look = look_at(photo)
    answering.answer(actor("auditor"), look.id, Answer.DOES_NOT_HOLD, REASON, now=at(1))

    with pytest.raises(Problem) as refused:
        answering.hear(actor(name), look.id, "All is well.", now=at(2))
    assert refused.value.name == refusal


def test_nothing_follows_from_what_holds(photo: UUID, actor: People) -> None:
    look = look_at(photo)
    answering.answer(actor("auditor"), look.id, Answer.HOLDS, REASON, now=at(1))

    with pytest.raises(Problem, match="Nothing here waits"):
        answering.hear(actor("supervisor"), look.id, "All is well.", now=at(2))


def test_the_hit_rate_is_that_of_the_answers_that_say_whether_it_holds(
    road: Road, actor: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_all(monkeypatch)
    said = (Answer.HOLDS, Answer.HOLDS, Answer.DOES_NOT_HOLD, Answer.CANNOT_TELL)
    sent = [road.send() for _ in (*said, "unanswered")]
    name = drawn()
    for photo, each in zip(sent, said, strict=False):
        answering.answer(actor("auditor"), look_at(photo).id, each, REASON, now=at(1))

    told = published.period(name, now=at(2))
    assert (told.candidates, told.drawn, told.answered) == (5, 5, 4)
    assert (told.holds, told.does_not_hold, told.cannot_tell) == (2, 1, 1)
    assert told.hit_rate_bp == 3_333


def test_the_database_refuses_an_answer_by_anyone_but_the_reviewer(photo: UUID) -> None:
    other = reading().scalars(sa.select(Person.id).where(Person.email == "supervisor@example.org")).one()
    look = look_at(photo)
    row = SecondLookAnswer(
        look_id=look.id, number=1, answer=Answer.HOLDS, reason=REASON, answered_by=other, answered_at=at(1)
    )
    with pytest.raises(IntegrityError), writing() as session:
        session.add(row)


def test_the_database_refuses_a_second_answer_that_stands(photo: UUID, actor: People) -> None:
    look = look_at(photo)
    answering.answer(actor("auditor"), look.id, Answer.HOLDS, REASON, now=at(1))
    row = SecondLookAnswer(
        look_id=look.id, number=2, answer=Answer.HOLDS, reason=REASON, answered_by=look.reviewer_id, answered_at=at(1)
    )
    with pytest.raises(IntegrityError), writing() as session:
        session.add(row)


def test_what_was_answered_stays_with_its_reviewer(photo: UUID, actor: People) -> None:
    look = look_at(photo)
    answering.answer(actor("auditor"), look.id, Answer.HOLDS, REASON, now=at(1))
    with pytest.raises(IntegrityError), writing() as session:
        session.execute(sa.update(SecondLook).values(reviewer_id=None, reviewer_organisation_id=None))


def test_whoever_approved_what_does_not_hold_does_not_say_what_follows(
    road: Road, actor: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_all(monkeypatch)
    road.approved()
    drawn()
    (submission,) = reading().scalars(sa.select(Submission.id))
    look = look_at(submission)
    answering.answer(actor("auditor"), look.id, Answer.DOES_NOT_HOLD, REASON, now=at(1))
    assert records.counts(actor("supervisor")).unheard == 0
    assert records.counts(actor("second_supervisor")).unheard == 1

    with pytest.raises(Problem, match="Your own word"):
        answering.hear(actor("supervisor"), look.id, "All is well.", now=at(2))
    theirs = {"heard_by": actor("supervisor").person_id, "heard_at": at(2), "heard_words": "All is well."}
    with pytest.raises(IntegrityError), writing() as session:
        session.execute(sa.update(SecondLook).values(**theirs))


def test_whose_role_was_taken_away_no_longer_answers_and_somebody_else_is_asked(photo: UUID, actor: People) -> None:
    look, auditor, another = look_at(photo), actor("auditor"), actor("nobody")
    with writing() as session:
        session.execute(sa.delete(Grant).where(Grant.person_id == auditor.person_id))
        moved = sa.update(Person).where(Person.id == another.person_id)
        session.execute(moved.values(organisation_id=auditor.organisation_id))
        session.add(Grant(person_id=another.person_id, role=Role.AUDITOR, agency_id=look.agency_id))

    with pytest.raises(Problem) as refused:
        answering.answer(actor("auditor"), look.id, Answer.HOLDS, REASON, now=at(1))
    assert refused.value.name == "not-allowed"
    drawing.give_anew(now=at(1))
    reading().expire_all()
    assert look_at(photo).reviewer_id == another.person_id
