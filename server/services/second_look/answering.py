"""What the second person says, that they take it back, and what whoever answers for the project says to it.

Only the reviewer to whom a thing was given answers, once; none of their words is erased. The photo and the milestone
stay as they are: what follows from an answer is decided by people, in the ways that they have for it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from evidence.second_look import Kind
from server.access import Actor, require
from server.db import writing
from server.models import SecondLook, SecondLookAnswer, SecondLookPeriod
from server.models.second_look import Answer
from server.problems import Problem
from server.services import custody, duties
from server.services.second_look.records import HEARERS
from server.services.second_look.reviewers import REVIEWERS
from server.texts import _


def answer(actor: Actor, look_id: UUID, said: Answer, reason: str, *, now: datetime) -> SecondLook:
    """Say whether what was drawn holds, for a written reason.

    Raises:
        Problem: ``not-found``, ``not-allowed`` (it was given to somebody else), ``already-decided``, ``invalid``.
    """
    reason = duties.written(reason, "reason")
    with writing() as session:
        look = _own(session, actor, look_id)
        if look.answer is not None:
            raise Problem("already-decided", _("You have answered already; take that back to answer anew."))
        made = SecondLookAnswer(
            look_id=look.id,
            number=_answers(session, look) + 1,
            answer=said,
            reason=reason,
            answered_by=actor.person_id,
            answered_at=now,
        )
        session.add(made)
        look.answer, look.answered_at = said, now
        _count(session, look.period, said, 1)
        _log(session, actor, look, "second_look.answered", now=now, answer=said.value, reason=reason)
    return look


def take_back(actor: Actor, look_id: UUID, reason: str, *, now: datetime) -> SecondLook:
    """Take an answer back, for a written reason, so that another can be given; the first stays on record.

    Raises:
        Problem: ``not-found``, ``not-allowed``, ``wrong-state`` (nothing is answered, or somebody has written what
            follows from it), ``invalid``.
    """
    reason = duties.written(reason, "reason")
    with writing() as session:
        look = _own(session, actor, look_id)
        if look.answer is None:
            raise Problem("wrong-state", _("You have not answered yet."))
        if look.heard_at is not None:
            raise Problem("wrong-state", _("Somebody has written what follows from your answer, so it stands."))
        standing = sa.select(SecondLookAnswer).where(
            SecondLookAnswer.look_id == look.id, SecondLookAnswer.taken_back_at.is_(None)
        )
        row = session.scalars(standing).one()
        row.taken_back_at, row.taken_back_reason = now, reason
        _count(session, look.period, look.answer, -1)
        look.answer, look.answered_at = None, None
        _log(session, actor, look, "second_look.taken_back", now=now, answer=row.answer.value, reason=reason)
    return look


def hear(actor: Actor, look_id: UUID, words: str, *, now: datetime) -> SecondLook:
    """Write what follows from an answer that something does not hold; it leaves the list of what nobody has heard.

    Raises:
        Problem: ``not-found``, ``not-allowed`` (neither supervisor nor auditor of the project),
            ``separation-of-duties`` (the reviewer, whoever sent or approved it, or the builders' people),
            ``wrong-state``, ``invalid``.
    """
    words = duties.written(words, "words")
    with writing() as session:
        look = _held(session, look_id)
        require(actor, look.project, HEARERS)
        if look.project.contract is not None:
            duties.refuse_builders(actor, look.project.contract)
        if actor.person_id == look.reviewer_id:
            raise Problem("separation-of-duties", _("You gave the answer, so someone else says what follows from it."))
        if actor.person_id == look.by_id:
            told = _("Your own word or photo is what does not hold, so someone else says what follows from it.")
            raise Problem("separation-of-duties", told)
        if look.answer is not Answer.DOES_NOT_HOLD or look.heard_at is not None:
            raise Problem("wrong-state", _("Nothing here waits for a word on what follows."))
        look.heard_by, look.heard_at, look.heard_words = actor.person_id, now, words
        _log(session, actor, look, "second_look.heard", now=now, reason=words)
    return look


def _held(session: Session, look_id: UUID) -> SecondLook:
    look = session.get(SecondLook, look_id, with_for_update=True, populate_existing=True)
    if look is None:
        raise Problem("not-found", _("There is no second look with this id."))
    return look


def _own(session: Session, actor: Actor, look_id: UUID) -> SecondLook:
    look = _held(session, look_id)
    if look.reviewer_id != actor.person_id or not actor.roles & REVIEWERS:
        raise Problem("not-allowed", _("This was given to somebody else to look at."))
    return look


def _answers(session: Session, look: SecondLook) -> int:
    query = sa.select(sa.func.count()).select_from(SecondLookAnswer).where(SecondLookAnswer.look_id == look.id)
    return session.scalar(query) or 0


def _count(session: Session, period: str, said: Answer, more: int) -> None:
    """Keep the period's own counts with what they count."""
    column = getattr(SecondLookPeriod, said.value)
    counted = sa.update(SecondLookPeriod).where(SecondLookPeriod.name == period).values({column: column + more})
    session.execute(counted, execution_options={"synchronize_session": False})


def _log(
    session: Session, actor: Actor, look: SecondLook, action: str, *, now: datetime, reason: str, answer: str = ""
) -> None:
    """A line of the custody log on the photo or the submission itself, so that its own story tells it."""
    record = "evidence" if look.kind is Kind.PHOTO else "submission"
    told = {"project": look.project.code, "period": look.period, "look": str(look.id), "reason": reason}
    if answer:
        told["answer"] = answer
    custody.append(session, actor.person_id, action, record, str(look.subject_id), now=now, **told)
