"""Looking at submissions: one by its id, and those of a milestone; whoever decides learns the digest here.

Putting evidence forward and deciding on it are ``submissions``'s.
"""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from server.access import READERS, Actor, require
from server.db import reading
from server.models import DecisionReason, Milestone, Submission, SubmissionDecision, SubmissionTakingBack
from server.services import duties


def get(actor: Actor, submission_id: UUID) -> Submission:
    """One submission with its photos and decisions, for someone with a role on its project.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    found = reading().scalar(_whole().where(Submission.id == submission_id))
    if found is None:
        raise duties.no_such("submission")
    require(actor, found.milestone.project, READERS)
    return found


def of_milestone(actor: Actor, milestone_id: UUID) -> list[Submission]:
    """A milestone's submissions, newest first, for someone with a role on its project.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    session = reading()
    milestone = session.get(Milestone, milestone_id)
    if milestone is None:
        raise duties.no_such("milestone")
    require(actor, milestone.project, READERS)
    newest_first = (Submission.submitted_at.desc(), Submission.id.desc())
    return list(session.scalars(_whole().where(Submission.milestone_id == milestone_id).order_by(*newest_first)))


def _whole() -> sa.Select[Submission]:
    decisions = selectinload(Submission.decisions)
    return sa.select(Submission).options(
        selectinload(Submission.items),
        decisions.joinedload(SubmissionDecision.decider),
        decisions.selectinload(SubmissionDecision.reasons).joinedload(DecisionReason.requirement),
        selectinload(Submission.taken_back).joinedload(SubmissionTakingBack.person),
    )
