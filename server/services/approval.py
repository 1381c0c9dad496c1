"""What an approval asks for, and what a decision on a submission sets in motion.

Everything here runs inside the transaction of ``submissions``, which has asked who may decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server import wording
from server.access import Actor
from server.models import Evidence, Milestone, Submission, SubmissionItem
from server.models.evidence import HOLDS, CopiesState, EvidenceState
from server.models.milestones import MilestoneState
from server.models.submissions import SubmissionDecisionWord, SubmissionState
from server.problems import FieldError, Problem, pointer
from server.services import certificates, custody, public_copies, public_map
from server.services.coverage import coverage
from server.services.progress import DONE
from server.texts import _, counted

OUTCOMES = {
    SubmissionDecisionWord.APPROVE: (SubmissionState.APPROVED, MilestoneState.APPROVED),
    SubmissionDecisionWord.RETURN: (SubmissionState.RETURNED, MilestoneState.RETURNED),
    SubmissionDecisionWord.REJECT: (SubmissionState.REJECTED, MilestoneState.RETURNED),
}


def frozen_photos(session: Session, submission: Submission) -> Sequence[Evidence]:
    """The photos of the submission, held so that no review changes them before the decision stands."""
    ids = sa.select(SubmissionItem.evidence_id).where(SubmissionItem.submission_id == submission.id)
    return session.scalars(
        sa.select(Evidence)
        .where(Evidence.id.in_(ids))
        .order_by(Evidence.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def refuse_incomplete(session: Session, submission: Submission, photos: Sequence[Evidence]) -> None:
    """Refuse an approval with holes: an earlier milestone, a photo or a requirement that does not hold.

    Raises:
        Problem: ``wrong-state`` or ``requirements-not-met``, the latter naming every hole.
    """
    milestone = submission.milestone
    before = _held_before(session, milestone)
    if before is not None and before.state not in DONE:
        raise Problem("wrong-state", _("Milestone %(code)s comes first and is not approved yet.", code=before.code))
    holes = [*_photo_holes(photos), *_requirement_holes(submission, photos)]
    if holes:
        raise Problem("requirements-not-met", _refusal(milestone, photos), errors=holes)


def _refusal(milestone: Milestone, photos: Sequence[Evidence]) -> str:
    """Why the milestone cannot be approved, in a sentence: it most often has to wait for the worker alone."""
    waiting = sum(photo.state in HOLDS and photo.copies is CopiesState.WAITING for photo in photos)
    if not waiting:
        return _("Milestone %(code)s cannot be approved yet.", code=milestone.code)
    return counted(
        "Milestone %(code)s cannot be approved yet: %(num)s photo is still being looked at; try again in a minute.",
        "Milestone %(code)s cannot be approved yet: %(num)s photos are still being looked at; try again in a minute.",
        waiting,
        code=milestone.code,
    )


def _held_before(session: Session, milestone: Milestone) -> Milestone | None:
    """The milestone that comes first, held as it is, so that its approval is not taken back before this one stands."""
    if milestone.predecessor_id is None:
        return None
    shared = {"read": True}
    return session.get(Milestone, milestone.predecessor_id, with_for_update=shared, populate_existing=True)


def _photo_holes(photos: Sequence[Evidence]) -> list[FieldError]:
    told = ((photo, _hole(photo)) for photo in photos)
    return [FieldError(pointer("evidence", str(photo.id)), hole) for photo, hole in told if hole is not None]


def _hole(photo: Evidence) -> str | None:
    """Why a photo does not carry an approval, or None.

    A photo whose pixels no one has decoded yet may still turn out to be damaged, so it waits.
    """
    if photo.state is EvidenceState.NEEDS_REVIEW:
        return _("This photo still waits for a reviewer.")
    if photo.state not in HOLDS:
        return _("This photo is %(state)s.", state=wording.state(photo.state))
    if photo.copies is CopiesState.WAITING:
        return _("This photo is still being looked at. Try again in a minute; if it stays so, refuse the photo.")
    if photo.copies is CopiesState.IMPOSSIBLE:
        return _("This photo's picture cannot be shown.")
    return None


def _requirement_holes(submission: Submission, photos: Sequence[Evidence]) -> list[FieldError]:
    return [
        FieldError(
            pointer("requirements", each.requirement.code),
            counted(
                "“%(title)s” has %(holding)s of the %(num)s photo it needs.",
                "“%(title)s” has %(holding)s of the %(num)s photos it needs.",
                each.needed,
                title=each.requirement.title,
                holding=each.holding,
            ),
        )
        for each in coverage(submission.milestone, photos, submitted_at=submission.submitted_at)
        if not each.met
    ]


def settle(
    session: Session,
    actor: Actor,
    submission: Submission,
    word: SubmissionDecisionWord,
    photos: Sequence[Evidence],
    *,
    now: datetime,
) -> None:
    """Carry out what the decision means for the submission, the milestone, the photos and the money."""
    submission.state, submission.milestone.state = OUTCOMES[word]
    # The certificate's foreign key asks for an approved submission, so this must be written first.
    session.flush()
    log(session, actor, submission, f"submission.{submission.state.value}", now=now)
    log_milestone(session, actor, submission, now=now)
    if word is SubmissionDecisionWord.APPROVE:
        certificates.unlock(session, actor, submission, now=now)
        _publish(session, actor, submission, photos, now)
        _open_successors(session, actor, submission.milestone, now)


def _publish(session: Session, actor: Actor, submission: Submission, photos: Sequence[Evidence], now: datetime) -> None:
    for photo in photos:
        photo.published_at = now
        event(session, actor, submission.milestone, "evidence.published", ("evidence", photo.id), now=now)
        public_copies.renew(session, photo, now=now)
    public_map.show(session, submission.milestone.project, photos)


def _open_successors(session: Session, actor: Actor, milestone: Milestone, now: datetime) -> None:
    successors = sa.select(Milestone).where(
        Milestone.predecessor_id == milestone.id, Milestone.state == MilestoneState.PLANNED
    )
    for successor in session.scalars(successors.order_by(Milestone.position).with_for_update()):
        successor.state = MilestoneState.OPEN
        event(session, actor, successor, "milestone.opened", ("milestone", successor.id), now=now)


def log(session: Session, actor: Actor, submission: Submission, action: str, *, now: datetime, **details: Any) -> None:
    """One line of the custody log about a submission, with the digest it was about."""
    details |= {"digest": submission.digest}
    event(session, actor, submission.milestone, action, ("submission", submission.id), now=now, **details)


def log_milestone(session: Session, actor: Actor, submission: Submission, *, now: datetime) -> None:
    """One line of the custody log about the milestone's new state, naming the submission behind it."""
    milestone = submission.milestone
    action, record = f"milestone.{milestone.state.value}", ("milestone", milestone.id)
    event(session, actor, milestone, action, record, now=now, submission=str(submission.id))


def event(
    session: Session,
    actor: Actor,
    milestone: Milestone,
    action: str,
    record: tuple[str, UUID],
    *,
    now: datetime,
    **details: Any,
) -> None:
    """One line of the custody log about a record of a milestone."""
    record_type, record_id = record
    details |= {"project": milestone.project.code, "milestone": milestone.code}
    custody.append(session, actor.person_id, action, record_type, str(record_id), now=now, **details)
