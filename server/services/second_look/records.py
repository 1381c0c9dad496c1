"""Which second looks there are at something, and how much of them waits for a person; reading only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from server.access import Actor
from server.db import reading
from server.models import Evidence, Project, SecondLook, Submission
from server.models.people import Role
from server.models.second_look import Answer

#: Who reads what did not hold, and writes what follows.
HEARERS = frozenset({Role.SUPERVISOR, Role.AUDITOR})
#: The answers that are told beside a photo or a milestone.
MOST_TOLD = 10
#: What waits is counted no further than to one above this.
MOST_COUNTED = 999


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits for a person, counted no further than to one above ``MOST_COUNTED``."""

    mine: int
    unheard: int


def counts(actor: Actor) -> Counts:
    """How much of second looks waits for this person."""
    own = sa.select(SecondLook.id).where(SecondLook.reviewer_id == actor.person_id, SecondLook.answered_at.is_(None))
    return Counts(_counted(own), _counted(sa.select(SecondLook.id).where(*unheard(actor))))


def of_photo(evidence_id: UUID) -> Sequence[SecondLook]:
    """The second looks at a photo that were answered, the newest first; who may see them is the caller's to ask."""
    return _answered(SecondLook.evidence_id == evidence_id)


def of_milestone(milestone_id: UUID) -> Sequence[SecondLook]:
    """The second looks at what was approved for a milestone that were answered, the newest first."""
    inside = sa.select(Submission.id).where(Submission.milestone_id == milestone_id)
    return _answered(SecondLook.submission_id.in_(inside))


def _answered(which: sa.ColumnElement[bool]) -> Sequence[SecondLook]:
    query = lines().options(joinedload(SecondLook.hearer), selectinload(SecondLook.answers))
    query = query.where(which, SecondLook.answer.is_not(None))
    return reading().scalars(query.order_by(SecondLook.answered_at.desc()).limit(MOST_TOLD)).all()


def lines() -> sa.Select[SecondLook]:
    """Second looks with all that a line of a list tells."""
    milestone = joinedload(SecondLook.submission).joinedload(Submission.milestone)
    return sa.select(SecondLook).options(
        joinedload(SecondLook.project).joinedload(Project.agency),
        joinedload(SecondLook.evidence).joinedload(Evidence.milestone),
        joinedload(SecondLook.reviewers),
        milestone,
    )


def unheard(actor: Actor) -> tuple[sa.ColumnElement[bool], ...]:
    """What does not hold, on the projects whose supervisor or auditor this person is, and nobody has said a word to."""
    held = [h for h in actor.held if h.role in HEARERS]
    projects = sa.select(Project.id).where(Project.agency_id.in_([h.agency_id for h in held if h.agency_id]))
    own = [h.project_id for h in held if h.project_id]
    theirs = sa.or_(SecondLook.project_id.in_(own), SecondLook.project_id.in_(projects))
    # Whoever gave the answer, sent or approved what does not hold, or builds, has no word on what follows.
    builders = sa.func.coalesce(SecondLook.contractor_id == actor.organisation_id, sa.false())
    others = sa.and_(SecondLook.reviewer_id != actor.person_id, SecondLook.by_id != actor.person_id)
    waits = (SecondLook.answer == Answer.DOES_NOT_HOLD, SecondLook.heard_at.is_(None))
    return (*waits, theirs, others, ~builders)


def _counted(query: sa.Select[UUID]) -> int:
    few = query.limit(MOST_COUNTED + 1).subquery()
    return reading().scalar(sa.select(sa.func.count()).select_from(few)) or 0
