"""A period from its commitment to its draw: in that order, once, whoever runs it and however often it is killed."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from evidence.second_look import Candidate, Kind, WrongSeedError, commitment, digest, is_drawn
from server import jobs
from server.db import reading, writing
from server.models import (
    CustodyEvent,
    Evidence,
    Grant,
    Person,
    Project,
    SecondLook,
    SecondLookCandidate,
    SecondLookPeriod,
    SecondLookSeed,
    SecondLookSide,
    Submission,
)
from server.models.evidence import EvidenceVerdictWord
from server.models.people import Role
from server.models.second_look import Side
from server.problems import Problem
from server.services.second_look import drawing, freezing, periods, published
from tests.conftest import InThreads
from tests.pages.story import Road
from tests.personas import PERSONAS
from tests.services.second_look import story
from tests.services.second_look.story import SEED, commit, draw_all, look_at, looks, month_is_over, period, this_month

#: The weight of the photos of these tests: small ones, of which a check asks whether they have pixels enough.
QUESTIONED_BP = 15_000
IN_SPRING = datetime(2026, 4, 12, 9, tzinfo=UTC)


def events(action: str) -> list[CustodyEvent]:
    query = sa.select(CustodyEvent).where(CustodyEvent.action == action).order_by(CustodyEvent.sequence)
    return list(reading().scalars(query))


def candidates() -> list[SecondLookCandidate]:
    return list(reading().scalars(sa.select(SecondLookCandidate).order_by(SecondLookCandidate.subject_id)))


def named(name: str) -> Person:
    return reading().scalars(sa.select(Person).where(Person.email == PERSONAS[name].email)).one()


# -- the calendar ----------------------------------------------------------------------------------


def test_the_next_calendar_month_is_committed_to_before_it_begins(app: Flask) -> None:
    periods.keep_up(now=IN_SPRING)

    made = period("2026-05")
    assert (made.starts_at, made.ends_at) == (datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
    assert made.committed_at == IN_SPRING
    (event,) = events("second_look.committed")
    assert event.record_id == "2026-05"
    assert event.details["commitment"] == made.commitment


def test_nothing_more_is_committed_to_until_that_month_has_begun(app: Flask) -> None:
    for day in (0, 1, 10):
        periods.keep_up(now=IN_SPRING + timedelta(days=day))
    assert reading().scalars(sa.select(SecondLookPeriod.name)).all() == ["2026-05"]

    periods.keep_up(now=datetime(2026, 5, 1, 0, 30, tzinfo=UTC))
    assert period("2026-06").starts_at == period("2026-05").ends_at


def test_a_server_that_was_away_for_months_leaves_a_gap_and_commits_to_no_month_that_has_begun(app: Flask) -> None:
    periods.keep_up(now=IN_SPRING)
    periods.keep_up(now=datetime(2026, 9, 20, tzinfo=UTC))

    assert reading().scalars(sa.select(SecondLookPeriod.name)).all() == ["2026-05", "2026-10"]


def test_the_year_turns(app: Flask) -> None:
    assert periods.commit_next(now=datetime(2026, 12, 31, 23, 59, tzinfo=UTC)) == "2027-01"


def test_the_database_takes_no_commitment_to_a_month_that_has_begun(app: Flask) -> None:
    periods.keep_up(now=IN_SPRING)

    with pytest.raises(IntegrityError, match="committed_before_it_starts"), writing() as session:
        session.execute(sa.update(SecondLookPeriod).values(committed_at=datetime(2026, 5, 1, tzinfo=UTC)))


def test_two_processes_commit_to_one_seed(app: Flask, in_threads: InThreads) -> None:
    in_threads(lambda _number: periods.keep_up(now=IN_SPRING), range(4))

    (kept,) = reading().scalars(sa.select(SecondLookSeed))
    assert commitment(bytes.fromhex(kept.seed)) == period("2026-05").commitment
    assert len(events("second_look.committed")) == 1


# -- the order of a draw -----------------------------------------------------------------------------


def test_a_month_is_not_drawn_before_it_is_over_and_settled(road: Road) -> None:
    name = commit()

    with pytest.raises(Problem, match="is drawn after"):
        periods.run(name, now=month_is_over() - timedelta(seconds=1))
    assert period(name).seed is None
    assert events("second_look.revealed") == []


def test_a_draw_freezes_then_reveals_then_draws(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_all(monkeypatch)
    photo = road.send()
    name = commit(SEED)
    periods.run(name, now=month_is_over())

    made = period(name)
    assert made.seed == SEED.hex()
    assert made.digest == digest([Candidate(Kind.PHOTO, photo, 10_000, QUESTIONED_BP)])
    assert (made.candidates, made.drawn) == (1, 1)
    steps = ("committed", "frozen", "revealed", "asked", "drawn")
    order = [events(f"second_look.{step}")[0].sequence for step in steps]
    assert order == sorted(order)
    assert reading().scalar(sa.select(SecondLookSeed)) is None


def test_a_seed_that_was_not_committed_to_is_not_revealed_and_nothing_is_drawn(road: Road) -> None:
    road.send()
    name = commit()
    with writing() as session:
        session.execute(sa.update(SecondLookSeed).values(seed="00" * 32))

    with pytest.raises(WrongSeedError):
        periods.run(name, now=month_is_over())
    assert period(name).seed is None
    assert looks() == []


def test_the_draw_is_that_of_the_seed(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    story.shares(monkeypatch, 5_000)
    sent = [road.send() for _ in range(6)]
    name = commit(SEED)
    periods.run(name, now=month_is_over())

    wanted = {each for each in sent if is_drawn(SEED, name, Candidate(Kind.PHOTO, each, 5_000, QUESTIONED_BP))}
    assert {each.subject_id for each in looks()} == wanted


def test_a_due_draw_is_queued_once_and_done_by_a_job(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    road.send()
    name = commit()
    for _ in range(2):
        periods.keep_up(now=month_is_over())

    assert [job.subject for job in jobs.unfinished(reading()) if job.kind == periods.JOB] == [name]
    monkeypatch.setattr(periods, "utc_now", month_is_over)
    # On one engine the job is due a month from now.
    periods._run(name)
    assert period(name).drawn_at == month_is_over()


def test_running_a_draw_again_changes_nothing(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_all(monkeypatch)
    road.approved()
    name = story.drawn()
    before = ([each.id for each in looks()], period(name).drawn_at, len(events("second_look.asked")))

    road.send()
    periods.run(name, now=month_is_over() + timedelta(hours=1))
    freezing.freeze(name, now=month_is_over() + timedelta(hours=1))
    drawing.reveal(name, now=month_is_over() + timedelta(hours=1))
    drawing.draw(name, now=month_is_over() + timedelta(hours=1))

    assert ([each.id for each in looks()], period(name).drawn_at, len(events("second_look.asked"))) == before


@pytest.mark.parametrize("step", ["frozen", "revealed", "chunk"])
def test_a_draw_that_was_killed_goes_on_where_it_stopped(
    road: Road, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    draw_all(monkeypatch)
    monkeypatch.setattr(drawing, "CHUNK", 1)
    monkeypatch.setattr(freezing, "CHUNK", 1)
    sent = {road.send() for _ in range(3)}
    name = commit()
    with monkeypatch.context() as killed:
        if step == "frozen":
            killed.setattr(drawing, "reveal", _dies)
        elif step == "revealed":
            killed.setattr(drawing, "draw", _dies)
        else:
            killed.setattr(drawing, "_finish", _dies)
        with pytest.raises(KeyboardInterrupt):
            periods.run(name, now=month_is_over())
    assert period(name).drawn_at is None

    periods.run(name, now=month_is_over() + timedelta(minutes=5))

    assert {each.subject_id for each in looks()} == sent
    assert len(looks()) == period(name).drawn == 3
    assert len(events("second_look.asked")) == 3


def _dies(*_args: object, **_named: object) -> None:
    raise KeyboardInterrupt


def test_two_runners_at_once_draw_each_thing_once(
    road: Road, in_threads: InThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_all(monkeypatch)
    monkeypatch.setattr(drawing, "CHUNK", 1)
    sent = {road.send() for _ in range(4)}
    name, now = commit(), month_is_over()

    in_threads(lambda _number: periods.run(name, now=now), range(3))

    assert {each.subject_id for each in looks()} == sent
    assert len(looks()) == period(name).drawn == 4
    for action in ("frozen", "revealed", "drawn"):
        assert len(events(f"second_look.{action}")) == 1


# -- who is a candidate ------------------------------------------------------------------------------


def test_candidates_are_what_counts_verified_accepted_and_approved(road: Road) -> None:
    verified = road.approved()
    (submission,) = reading().scalars(sa.select(Submission.id))
    accepted = road.send_questionable(milestone=None)
    road.say(accepted, EvidenceVerdictWord.ACCEPT)
    road.send_questionable(milestone=None)
    road.send_rejected(milestone=None)
    refused = road.send(milestone=None)
    road.say(refused, EvidenceVerdictWord.REFUSE)
    story.drawn()

    found = {(each.kind, each.subject_id) for each in candidates()}
    assert found == {(Kind.MILESTONE, submission), *((Kind.PHOTO, each) for each in [*verified, accepted])}


def test_what_came_before_or_after_the_month_is_no_candidate(road: Road) -> None:
    before, after, inside = road.send(), road.send(), road.send()
    end = periods.months_later(this_month(), 1)
    with writing() as session:
        for photo, received_at in ((before, this_month() - timedelta(microseconds=1)), (after, end)):
            session.get_one(Evidence, photo).received_at = received_at
    story.drawn()

    assert [each.subject_id for each in candidates()] == [inside]


def test_what_is_on_record_weighs(road: Road) -> None:
    plain = road.send()
    late = road.send(taken=datetime.now(UTC) - timedelta(hours=80))
    overridden = road.send_questionable()
    road.say(overridden, EvidenceVerdictWord.ACCEPT)
    story.drawn()

    weights = {each.subject_id: each.weight_bp for each in candidates()}
    assert weights == {plain: QUESTIONED_BP, late: QUESTIONED_BP + 5_000, overridden: QUESTIONED_BP + 10_000}


# -- who looks -------------------------------------------------------------------------------------


def test_an_oversight_bodys_auditor_looks_first(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_all(monkeypatch)
    photo = road.send()
    story.drawn()

    assert look_at(photo).reviewer_id == named("auditor").id


def test_without_an_oversight_body_another_agencys_supervisor_looks(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_all(monkeypatch)
    photo = road.send()
    _take_role("auditor")
    story.drawn()

    assert look_at(photo).reviewer_id == named("other_supervisor").id


def test_with_nobody_of_another_organisation_it_waits_until_there_is_someone(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_all(monkeypatch)
    photo = road.send()
    auditor, agency = (
        named("auditor").id,
        reading().scalars(sa.select(Project.agency_id).where(Project.code == "ROAD-1")).one(),
    )
    _take_role("auditor")
    _take_role("other_supervisor")
    story.drawn()
    assert look_at(photo).reviewer_id is None
    assert drawing.unassigned() == 1
    assert drawing.give_anew(now=month_is_over()) == 0

    with writing() as session:
        session.add(Grant(person_id=auditor, role=Role.AUDITOR, agency_id=agency))
    assert drawing.give_anew(now=month_is_over()) == 1
    assert look_at(photo).reviewer_id == auditor


def test_what_waits_for_a_shut_account_is_given_to_another(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_all(monkeypatch)
    photo = road.send()
    story.drawn()
    with writing() as session:
        session.get_one(Person, named("auditor").id).disabled_at = month_is_over()

    assert drawing.give_anew(now=month_is_over()) == 1
    assert look_at(photo).reviewer_id == named("other_supervisor").id
    assert drawing.give_anew(now=month_is_over()) == 0


def test_the_database_refuses_a_reviewer_whose_organisation_had_a_part_in_it(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_all(monkeypatch)
    photo = road.send()
    story.drawn()
    for name in ("second_supervisor", "contractor", "inspector"):
        with pytest.raises(IntegrityError):
            _give_to(photo, named(name).id, named(name).organisation_id)
    # Nor can the organisation be put on the other side.
    with pytest.raises(IntegrityError):
        _take_side(photo, named("supervisor").organisation_id)


def test_the_database_refuses_an_organisation_that_is_not_the_reviewers_own(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_all(monkeypatch)
    photo = road.send()
    story.drawn()

    with pytest.raises(IntegrityError):
        _give_to(photo, named("supervisor").id, named("auditor").organisation_id)
    # The honest rows are taken.
    _give_to(photo, named("auditor").id, named("auditor").organisation_id)


def _give_to(photo: UUID, person: UUID, organisation: UUID) -> None:
    with writing() as session:
        look = session.scalars(sa.select(SecondLook).where(SecondLook.subject_id == photo)).one()
        look.reviewer_id, look.reviewer_organisation_id = person, organisation


def _take_side(photo: UUID, organisation: UUID) -> None:
    key = {"period": look_at(photo).period, "kind": Kind.PHOTO, "subject_id": photo}
    with writing() as session:
        session.add(SecondLookSide(**key, organisation_id=organisation, side=Side.REVIEWER))


def _take_role(name: str) -> None:
    person = named(name).id
    with writing() as session:
        session.execute(sa.delete(Grant).where(Grant.person_id == person))


# -- what everyone reads -----------------------------------------------------------------------------


def test_the_seed_is_nowhere_in_what_is_published_before_it_is_revealed(road: Road) -> None:
    commit(SEED)

    told = repr(published.page(now=datetime.now(UTC))) + repr(
        [event.details for event in events("second_look.committed")]
    )
    assert SEED.hex() not in told
    assert published.page(now=datetime.now(UTC)).coming[0].seed is None


def test_the_published_list_has_the_digest_that_is_on_record(road: Road) -> None:
    road.approved()
    name = story.drawn()

    text = "".join(published.candidate_lines(name))
    assert hashlib.sha256(text.encode()).hexdigest() == period(name).digest
    assert text.count("\n") == 1 + 3
