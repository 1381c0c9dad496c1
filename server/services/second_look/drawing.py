"""Revealing a period's seed and drawing by it; what was drawn is given to somebody who may look.

The candidates are frozen by then. A draw takes them a chunk at a time and remembers how far it came, so that a
killed one goes on, and two at once do each candidate once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from evidence.second_look import Candidate, Kind, check_seed, is_drawn
from server.db import new_id, reading, writing
from server.models import (
    Evidence,
    Grant,
    Person,
    Project,
    SecondLook,
    SecondLookAnswer,
    SecondLookCandidate,
    SecondLookPeriod,
    SecondLookSeed,
    SecondLookSide,
    Submission,
    SubmissionDecision,
)
from server.models.second_look import Side
from server.models.submissions import Part
from server.services import custody
from server.services.second_look import reviewers
from server.services.second_look.freezing import CHUNK, held
from server.services.second_look.reviewers import Pool, Reviewer

#: A transaction ends when so much was drawn in it: each is looked up by itself, and nobody else writes meanwhile.
ASKED_AT_ONCE = 25
#: So many things that nobody may look at, or whose reviewer left, are given out anew at a time.
GIVEN_ANEW = 200


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is looked at again: whose word it is, and which organisations had a part in it."""

    candidate: Candidate
    project: Project
    by: Person
    parties: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class _Lot:
    """By what a period is drawn, and who may look."""

    period: str
    seed: bytes
    pool: Pool

    def reviewer(self, subject: _Subject) -> Reviewer | None:
        """Who looks at it."""
        told = {"seed": self.seed, "period": self.period}
        return self.pool.chosen(subject.candidate, subject.parties, subject.project.agency_id, **told)  # type: ignore[arg-type]


def reveal(name: str, *, now: datetime) -> None:
    """Publish the seed of a period whose candidates are frozen; does nothing where that is done.

    Raises:
        evidence.second_look.WrongSeedError: it is not the seed that was committed to.
    """
    with writing() as session:
        period = held(session, name)
        if period.seed is not None or period.frozen_at is None:
            return
        kept = session.get_one(SecondLookSeed, name)
        check_seed(bytes.fromhex(kept.seed), period.commitment)
        period.seed, period.revealed_at = kept.seed, now
        session.delete(kept)
        custody.append(session, None, "second_look.revealed", "second_look", name, now=now, seed=kept.seed)


def draw(name: str, *, now: datetime) -> None:
    """Draw a period whose seed is revealed, to its end; does nothing where that is done."""
    after: Candidate | None = None
    while True:
        with writing() as session:
            period = held(session, name)
            if period.seed is None or period.drawn_at is not None:
                return
            rows = session.scalars(_undrawn(name, after)).all()
            if not rows:
                _finish(session, period, now)
                return
            lot = _Lot(name, bytes.fromhex(period.seed), reviewers.pool(session))
            after = _draw(session, lot, rows, now)


def give_anew(*, now: datetime) -> int:
    """Give what nobody could look at, or waits for somebody who may no more, to others; answers how much."""
    given, after = 0, None
    while True:
        with writing() as session:
            looks = session.scalars(_left_over(after).with_for_update(of=SecondLook)).all()
            if not looks:
                return given
            pool = reviewers.pool(session)
            given += sum(_give(session, look, pool, now) for look in looks)
            after = looks[-1].id


# -- a chunk ---------------------------------------------------------------------------------------


def _undrawn(name: str, after: Candidate | None) -> sa.Select[SecondLookCandidate]:
    row = SecondLookCandidate
    query = sa.select(row).where(row.period == name, row.drawn.is_(None))
    if after is not None:
        last = sa.tuple_(sa.literal(after.kind, row.kind.type), sa.literal(after.id, row.subject_id.type))
        query = query.where(sa.tuple_(row.kind, row.subject_id) > last)
    return query.order_by(row.kind, row.subject_id).limit(CHUNK)


def _draw(session: Session, lot: _Lot, rows: Sequence[SecondLookCandidate], now: datetime) -> Candidate:
    """Draw among these until enough were; answers how far that was."""
    asked, candidate = 0, _as_candidate(rows[0])
    for row in rows:
        candidate = _as_candidate(row)
        row.drawn = is_drawn(lot.seed, lot.period, candidate)
        if row.drawn:
            _ask(session, lot, _subject(session, candidate), now)
            asked += 1
        if asked == ASKED_AT_ONCE:
            break
    return candidate


def _as_candidate(row: SecondLookCandidate) -> Candidate:
    return Candidate(row.kind, row.subject_id, row.share_bp, row.weight_bp)


def _finish(session: Session, period: SecondLookPeriod, now: datetime) -> None:
    count = sa.select(sa.func.count()).select_from(SecondLook).where(SecondLook.period == period.name)
    period.drawn, period.drawn_at = session.scalar(count) or 0, now
    told = {"candidates": period.candidates, "drawn": period.drawn}
    custody.append(session, None, "second_look.drawn", "second_look", period.name, now=now, **told)


# -- one thing -------------------------------------------------------------------------------------


def _subject(session: Session, candidate: Candidate) -> _Subject:
    if candidate.kind is Kind.PHOTO:
        photo = session.get_one(Evidence, candidate.id)
        return _Subject(candidate, photo.project, photo.uploader, reviewers.parties_to_photo(session, photo))
    submission = session.get_one(Submission, candidate.id)
    decided = sa.select(Person).join(SubmissionDecision, SubmissionDecision.decided_by == Person.id)
    decided = decided.where(SubmissionDecision.submission_id == submission.id)
    last = session.scalars(decided.order_by(SubmissionDecision.position.desc()).limit(1)).one()
    parties = reviewers.parties_to_submission(session, submission)
    return _Subject(candidate, submission.milestone.project, last, parties)


def _ask(session: Session, lot: _Lot, subject: _Subject, now: datetime) -> None:
    """Put a thing that was drawn on record, with the sides that organisations have in it."""
    reviewer, candidate = lot.reviewer(subject), subject.candidate
    sides = dict.fromkeys(sorted(subject.parties), Side.PARTY)
    if reviewer is not None:
        sides[reviewer.organisation_id] = Side.REVIEWER
    key = {"period": lot.period, "kind": candidate.kind, "subject_id": candidate.id}
    # The thing points at its candidate and its sides, which have to be there first.
    session.add_all(SecondLookSide(**key, organisation_id=each, side=side) for each, side in sides.items())
    session.flush()
    contract, of_photo = subject.project.contract, candidate.kind is Kind.PHOTO
    look = SecondLook(
        **key,
        id=new_id(),
        evidence_id=candidate.id if of_photo else None,
        submission_id=None if of_photo else candidate.id,
        project_id=subject.project.id,
        agency_id=subject.project.agency_id,
        contractor_id=contract.supplier_id if contract else None,
        by_id=subject.by.id,
        by_organisation_id=subject.by.organisation_id,
        by_part=None if of_photo else Part.DECIDER,
        drawn_at=now,
    )
    _assign(look, reviewer)
    session.add(look)
    _log(session, look, subject.project, "second_look.asked", now)


def _assign(look: SecondLook, reviewer: Reviewer | None) -> None:
    look.reviewer_id = reviewer.person_id if reviewer else None
    look.reviewer_organisation_id = reviewer.organisation_id if reviewer else None


def _log(session: Session, look: SecondLook, project: Project, action: str, now: datetime) -> None:
    """A line of the custody log on the photo or the submission itself."""
    record = "evidence" if look.kind is Kind.PHOTO else "submission"
    reviewer = str(look.reviewer_organisation_id) if look.reviewer_organisation_id else None
    told = {"project": project.code, "period": look.period, "look": str(look.id), "reviewers": reviewer}
    custody.append(session, None, action, record, str(look.subject_id), now=now, **told)


# -- given to others ---------------------------------------------------------------------------------


def _left_over(after: UUID | None) -> sa.Select[SecondLook]:
    """Things without an answer that nobody may look at, or whose reviewer may no more, in their order."""
    shut = SecondLook.reviewer_id.in_(sa.select(Person.id).where(Person.disabled_at.is_not(None)))
    holds = sa.exists().where(Grant.person_id == SecondLook.reviewer_id, Grant.role.in_(reviewers.REVIEWERS))
    said = sa.exists().where(SecondLookAnswer.look_id == SecondLook.id)
    query = sa.select(SecondLook).where(SecondLook.answer.is_(None), ~said)
    query = query.where(sa.or_(SecondLook.reviewer_id.is_(None), shut, ~holds))
    if after is not None:
        query = query.where(SecondLook.id > after)
    return query.order_by(SecondLook.id).limit(GIVEN_ANEW)


def _give(session: Session, look: SecondLook, pool: Pool, now: datetime) -> bool:
    """Give one thing to somebody else; False where there is still nobody."""
    period = session.get_one(SecondLookPeriod, look.period)
    row = session.get_one(SecondLookCandidate, (look.period, look.kind, look.subject_id))
    subject = _with_recorded(session, _subject(session, _as_candidate(row)), look)
    reviewer = _Lot(look.period, bytes.fromhex(period.seed or ""), pool).reviewer(subject)
    if reviewer is None and look.reviewer_id is None:
        return False
    key = (look.period, look.kind, look.subject_id)
    before = look.reviewer_organisation_id
    _assign(look, None)
    session.flush()
    if before is not None:
        session.delete(session.get_one(SecondLookSide, (*key, before)))
        session.flush()
    if reviewer is not None:
        names = dict(zip(("period", "kind", "subject_id"), key, strict=True))
        session.add(SecondLookSide(**names, organisation_id=reviewer.organisation_id, side=Side.REVIEWER))
        session.flush()
        _assign(look, reviewer)
    _log(session, look, subject.project, "second_look.asked", now)
    return reviewer is not None


def _with_recorded(session: Session, subject: _Subject, look: SecondLook) -> _Subject:
    """With the organisations that were party to it on the day of the draw, such as the agency of that day."""
    row = SecondLookSide
    query = sa.select(row.organisation_id).where(
        row.period == look.period,
        row.kind == look.kind,
        row.subject_id == look.subject_id,
        row.side == Side.PARTY,
    )
    return replace(subject, parties=subject.parties | frozenset(session.scalars(query)))


def unassigned() -> int:
    """How many things that were drawn wait for somebody who may look at them."""
    query = sa.select(sa.func.count()).select_from(SecondLook).where(SecondLook.reviewer_id.is_(None))
    return reading().scalar(query) or 0
