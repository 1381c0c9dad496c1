"""Taking back an approval or a return: a new decision of its own, never an erasure (docs/decisions/0019).

The order of holding rows is that of the other steps: submission, photos, milestone, contract, certificate.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.access import Actor, require
from server.db import writing
from server.models import Certificate, Contract, Evidence, Milestone, Submission, SubmissionTakingBack
from server.models.milestones import MilestoneState
from server.models.payments import CertificateState
from server.models.people import Role
from server.models.submissions import Part, SubmissionState, TakenBackWord
from server.problems import Problem
from server.services import approval, duties, public_copies, submissions
from server.texts import _


def take_back(
    actor: Actor, submission_id: UUID, word: TakenBackWord, reason: str, digest: str, *, now: datetime
) -> Submission:
    """Take back the approval or the return of a submission; answers the submission that stands for it now.

    That is the same one, returned, after an approval was taken back, and a new one with the same photos after a return.

    Raises:
        Problem: ``not-found``, ``not-allowed``, ``separation-of-duties``, ``digest-conflict``, ``wrong-state``
            (certified already, a later certificate counts on it, put forward since), ``invalid``.
    """
    reason = duties.written(reason, "reason")
    try:
        with writing() as session:
            submission = submissions.held(session, submission_id)
            require(actor, submission.milestone.project, {Role.SUPERVISOR})
            submissions.refuse_other_digest(submission, digest)
            _refuse_state(session, submission, word)
            _take_part(session, actor, submission)
            row = _row(actor, submission, word, reason, now)
            if word is TakenBackWord.APPROVE:
                return _unapproved(session, actor, submission, row, now)
            return _unreturned(session, actor, submission, row, now)
    except IntegrityError as error:
        raise Problem("wrong-state", _("It was taken back, or put forward again, a moment ago.")) from error


def why_not(session: Session, submission: Submission, word: TakenBackWord) -> str | None:
    """Why this word of a submission cannot be taken back as things stand, whoever asks; None where it can."""
    try:
        _refuse_state(session, submission, word)
    except Problem as problem:
        return problem.detail
    return None


def _refuse_state(session: Session, submission: Submission, word: TakenBackWord) -> None:
    if word is TakenBackWord.APPROVE:
        if submission.state is not SubmissionState.APPROVED:
            raise Problem("wrong-state", _("Only what is approved can have its approval taken back."))
        _refuse_counted_on(session, _certificate(session, submission))
    elif submission.state is not SubmissionState.RETURNED or not _is_newest(session, submission):
        raise Problem("wrong-state", _("Only a return after which nothing was put forward can be taken back."))


def _certificate(session: Session, submission: Submission, *, lock: bool = False) -> Certificate:
    query = sa.select(Certificate).where(Certificate.submission_id == submission.id)
    held = query.with_for_update().execution_options(populate_existing=True) if lock else query
    found = session.scalar(held)
    if found is None:
        raise Problem("wrong-state", _("This approval has no payment certificate that could be locked again."))
    return found


def _refuse_counted_on(session: Session, certificate: Certificate) -> None:
    if certificate.state is not CertificateState.UNLOCKED:
        raise Problem(
            "wrong-state", _("The certificate is certified, so the approval stands. Dispute the certificate.")
        )
    later = session.scalar(
        sa.select(Milestone.code)
        .join(Certificate, Certificate.milestone_id == Milestone.id)
        .where(
            Milestone.project_id == certificate.milestone.project_id,
            Certificate.id != certificate.id,
            Certificate.unlocked_at >= certificate.unlocked_at,
        )
        .order_by(Certificate.unlocked_at.desc())
        .limit(1)
    )
    if later is not None:
        told = _(
            "Milestone %(code)s was approved later and its money counts on this one; take that back first.", code=later
        )
        raise Problem("wrong-state", told)


def _is_newest(session: Session, submission: Submission) -> bool:
    newest = (
        sa.select(Submission.id)
        .where(Submission.milestone_id == submission.milestone_id)
        .order_by(Submission.submitted_at.desc(), Submission.id.desc())
        .limit(1)
    )
    return session.scalar(newest) == submission.id


def _take_part(session: Session, actor: Actor, submission: Submission) -> None:
    project = submission.milestone.project
    duties.refuse_builders(actor, duties.contract_of(project))
    if duties.part_of(session, submission.id, actor.person_id) is not Part.DECIDER:
        duties.take_part(session, submission, actor, Part.DECIDER)
    duties.refuse_site_changer(session, actor, project)


def _row(actor: Actor, submission: Submission, word: TakenBackWord, reason: str, now: datetime) -> SubmissionTakingBack:
    return SubmissionTakingBack(
        submission_id=submission.id,
        word=word,
        reason=reason,
        digest=submission.digest,
        taken_back_by=actor.person_id,
        taken_back_at=now,
    )


def _unapproved(
    session: Session, actor: Actor, submission: Submission, row: SubmissionTakingBack, now: datetime
) -> Submission:
    photos = approval.frozen_photos(session, submission)
    # Whoever approves the next milestone holds this one meanwhile, and comes to the contract after it, as here.
    session.get_one(Milestone, submission.milestone_id, with_for_update=True, populate_existing=True)
    _lock_money(session, actor, submission, now)
    submission.state, submission.milestone.state = SubmissionState.RETURNED, MilestoneState.RETURNED
    _withdraw(session, actor, submission, photos, now)
    _write(session, actor, submission, row, now)
    approval.log_milestone(session, actor, submission, now=now)
    return submission


def _lock_money(session: Session, actor: Actor, submission: Submission, now: datetime) -> None:
    """Bring the certificate back to what it was before the approval, where nothing rests on it."""
    contract_id = duties.contract_of(submission.milestone.project).id
    session.get_one(Contract, contract_id, with_for_update=True, populate_existing=True)
    certificate = _certificate(session, submission, lock=True)
    _refuse_counted_on(session, certificate)
    certificate.state, certificate.unlocked_at, certificate.policy = CertificateState.LOCKED, None, None
    certificate.submission_id, certificate.submission_state = None, None
    certificate.advance_recovery_minor = certificate.retention_minor = 0
    certificate.liquidated_damages_minor = certificate.damages_left_minor = 0
    certificate.gross_minor = certificate.net_minor = submission.milestone.amount_minor
    # The foreign key lets the submission go only after this is written.
    session.flush()
    record = ("certificate", certificate.id)
    approval.event(session, actor, submission.milestone, "certificate.locked", record, now=now)


def _withdraw(
    session: Session, actor: Actor, submission: Submission, photos: Sequence[Evidence], now: datetime
) -> None:
    for photo in photos:
        photo.published_at, photo.map_key = None, None
        approval.event(session, actor, submission.milestone, "evidence.withdrawn", ("evidence", photo.id), now=now)
        public_copies.renew(session, photo, now=now)


def _unreturned(
    session: Session, actor: Actor, submission: Submission, row: SubmissionTakingBack, now: datetime
) -> Submission:
    renewed = submissions.renew(session, actor, submission, now=now)
    row.renewed_id = renewed.id
    _write(session, actor, submission, row, now)
    return renewed


def _write(session: Session, actor: Actor, submission: Submission, row: SubmissionTakingBack, now: datetime) -> None:
    session.flush()
    session.add(row)
    session.flush()
    said = {"word": row.word.value, "reason": row.reason}
    approval.log(session, actor, submission, "submission.taken_back", now=now, **said)
