"""Putting evidence forward for a milestone, and deciding on exactly what was put forward.

A submission is frozen: its digest names its photos, and a decision names the digest. Approval
opens the next milestones, publishes the photos and unlocks the money; how much that is, and who
may take it out, is the certificates' concern.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server import wording
from server.access import Actor, require
from server.canonical import sha256_of
from server.db import reading, writing
from server.engines import engines
from server.models import (
    Contract,
    Evidence,
    Milestone,
    Person,
    Submission,
    SubmissionDecision,
    SubmissionItem,
    SubmissionParty,
)
from server.models.evidence import HOLDS, EvidenceState
from server.models.milestones import MilestoneState
from server.models.people import Role
from server.models.submissions import Part, SubmissionDecisionWord, SubmissionState
from server.problems import FieldError, Problem, pointer
from server.services import approval, decision_reasons, duties, faces
from server.services import review_changes as changes
from server.services.decision_reasons import Reason
from server.texts import _

SUBMITTERS = frozenset({Role.INSPECTOR, Role.CONTRACTOR})
OPEN_FOR_SUBMISSION = frozenset({MilestoneState.OPEN, MilestoneState.RETURNED})
#: What can be put forward: a photo that waits may still be accepted before the decision.
PRESENTABLE = HOLDS | {EvidenceState.NEEDS_REVIEW}


def submit(
    actor: Actor, milestone_id: UUID, *, evidence_ids: list[UUID] | None = None, note: str = "", now: datetime
) -> Submission:
    """Freeze photos of a milestone and put them forward for approval.

    ``evidence_ids`` None means every photo of the milestone that can be put forward.

    Raises:
        Problem: ``not-found``, ``not-allowed``, ``wrong-state`` (the milestone is not open, or is
            put forward already), ``invalid`` (a photo that cannot be put forward, or none).
    """
    if len(note) > duties.LONGEST_REASON:
        raise duties.invalid("note", _("At most %(most)s characters are kept.", most=duties.LONGEST_REASON))
    try:
        with writing() as session:
            milestone = _locked_milestone(session, milestone_id)
            require(actor, milestone.project, SUBMITTERS)
            _refuse_closed(milestone)
            photos = _chosen(session, milestone, evidence_ids)
            return _frozen(session, actor, milestone, photos, note=note.strip(), now=now)
    except IntegrityError:
        _explain_live(milestone_id)
        raise


def decide(
    actor: Actor,
    submission_id: UUID,
    decision: SubmissionDecisionWord,
    reason: str,
    digest: str,
    *,
    now: datetime,
    reasons: Sequence[Reason] = (),
    seen: str | None = None,
) -> Submission:
    """Approve, return or reject exactly the evidence whose ``digest`` the decider was shown.

    Above the policy's threshold the first approval leaves the submission pending, and a second
    person completes it.

    Raises:
        Problem: ``not-found``, ``not-allowed``, ``already-decided``, ``digest-conflict``,
            ``separation-of-duties``, ``requirements-not-met``, ``wrong-state``, ``invalid``.
    """
    reason = duties.written(reason, "reason")
    try:
        with writing() as session:
            submission = held(session, submission_id)
            require(actor, submission.milestone.project, {Role.SUPERVISOR})
            changes.refuse_settled(session, submission, seen)
            refuse_other_digest(submission, digest)
            _take_decider_part(session, actor, submission)
            photos = approval.frozen_photos(session, submission)
            changes.refuse_changed(submission, photos, seen)
            if decision is SubmissionDecisionWord.APPROVE:
                approval.refuse_incomplete(session, submission, photos)
            made = _record(session, actor, submission, decision, reason=reason, reasons=reasons, now=now)
            if decision is not SubmissionDecisionWord.APPROVE or made.position >= submission.approvals_needed:
                approval.settle(session, actor, submission, decision, photos, now=now)
            return submission
    except IntegrityError:
        _explain_decided(actor, submission_id)
        raise


def renew(session: Session, actor: Actor, returned: Submission, *, now: datetime) -> Submission:
    """Put the photos of a returned submission forward again as they were, inside the caller's transaction.

    It stays in the name of who put them forward, at the instant of then; ``actor`` is who took the return back.

    Raises:
        sqlalchemy.exc.IntegrityError: the milestone was put forward otherwise at this moment.
    """
    ids = [item.evidence_id for item in returned.items]
    photos = list(session.scalars(sa.select(Evidence).where(Evidence.id.in_(ids)).order_by(Evidence.id)))
    made = _made(session, returned.milestone, photos, by=returned.submitted_by, at=returned.submitted_at)
    made.note = returned.note
    _settle_made(session, actor, made, photos, now, renews=str(returned.id))
    return made


def digest_of(milestone_id: UUID, photos: Iterable[Evidence]) -> str:
    """The sha256 (lowercase hex) of exactly these photos and claims, in an order of their own."""
    items = [
        {
            "evidence": str(photo.id),
            "sha256": photo.sha256,
            "requirement": photo.requirement.code if photo.requirement else None,
            "claim": photo.claim_digest,
        }
        for photo in photos
    ]
    return sha256_of({"milestone": str(milestone_id), "items": sorted(items, key=lambda item: str(item["evidence"]))})


def _locked_milestone(session: Session, milestone_id: UUID) -> Milestone:
    milestone = session.get(Milestone, milestone_id, with_for_update=True)
    if milestone is None:
        raise duties.no_such("milestone")
    return milestone


def _refuse_closed(milestone: Milestone) -> None:
    if milestone.state not in OPEN_FOR_SUBMISSION:
        raise Problem(
            "wrong-state",
            _(
                "Milestone %(code)s is “%(state)s”; it must be open.",
                code=milestone.code,
                state=wording.state(milestone.state),
            ),
        )


def _explain_live(milestone_id: UUID) -> None:
    """Say that another submission was first, where that is why the database refused."""
    live = sa.select(Submission.id).where(
        Submission.milestone_id == milestone_id,
        Submission.state.in_([SubmissionState.PENDING, SubmissionState.APPROVED]),
    )
    if reading().scalar(live.limit(1)) is not None:
        raise Problem("wrong-state", _("This milestone was put forward a moment ago.")) from None


def _chosen(session: Session, milestone: Milestone, evidence_ids: list[UUID] | None) -> list[Evidence]:
    """The photos to freeze, in the order of their ids."""
    spent = _spent(session, milestone)
    found = {
        photo.id: photo for photo in session.scalars(sa.select(Evidence).where(Evidence.milestone_id == milestone.id))
    }
    if evidence_ids is not None:
        _refuse_unfit(milestone, found, spent, evidence_ids)
    wanted = found.keys() if evidence_ids is None else set(evidence_ids)
    chosen = [
        photo for photo in found.values() if photo.id in wanted and photo.id not in spent and photo.state in PRESENTABLE
    ]
    if not chosen:
        raise duties.invalid(
            "evidence", _("Milestone %(code)s has no photo that can be put forward.", code=milestone.code)
        )
    return sorted(chosen, key=lambda photo: photo.id)


def _spent(session: Session, milestone: Milestone) -> set[UUID]:
    """Photos of rejected submissions, which cannot be put forward again."""
    return set(
        session.scalars(
            sa.select(SubmissionItem.evidence_id)
            .join(Submission, Submission.id == SubmissionItem.submission_id)
            .where(Submission.milestone_id == milestone.id, Submission.state == SubmissionState.REJECTED)
        )
    )


def _refuse_unfit(
    milestone: Milestone, found: dict[UUID, Evidence], spent: set[UUID], evidence_ids: list[UUID]
) -> None:
    """Name every photo that cannot be put forward, by its place in the list."""
    errors: list[FieldError] = []
    seen: set[UUID] = set()
    for place, evidence_id in enumerate(evidence_ids):
        fault = _unfit(milestone, found.get(evidence_id), spent, repeated=evidence_id in seen)
        seen.add(evidence_id)
        if fault:
            errors.append(FieldError(pointer("evidence", place), fault))
    if errors:
        raise Problem("invalid", _("Some of these photos cannot be put forward."), errors=errors)


def _unfit(milestone: Milestone, photo: Evidence | None, spent: set[UUID], *, repeated: bool) -> str | None:
    """Why a photo cannot be put forward, or None."""
    if photo is None:
        return _("Milestone %(code)s has no photo with this id.", code=milestone.code)
    if repeated:
        return _("This photo is named twice.")
    if photo.id in spent:
        return _("This photo was in a submission that was rejected.")
    if photo.state not in PRESENTABLE:
        return _("This photo is %(state)s.", state=wording.state(photo.state))
    return None


def _frozen(
    session: Session, actor: Actor, milestone: Milestone, photos: list[Evidence], *, note: str, now: datetime
) -> Submission:
    made = _made(session, milestone, photos, by=actor.person_id, at=now)
    made.note = note
    _settle_made(session, actor, made, photos, now, note=note)
    return made


def _made(session: Session, milestone: Milestone, photos: list[Evidence], *, by: UUID, at: datetime) -> Submission:
    """The submission's row, pending, not yet written."""
    contract = duties.contract_of(milestone.project)
    return Submission(
        milestone=milestone,
        milestone_id=milestone.id,
        contractor_id=contract.supplier_id,
        digest=digest_of(milestone.id, photos),
        submitted_by=by,
        submitted_at=at,
        approvals_needed=_approvals_needed(milestone, contract),
        state=SubmissionState.PENDING,
    )


def _settle_made(
    session: Session, actor: Actor, submission: Submission, photos: list[Evidence], now: datetime, **said: Any
) -> None:
    """Write the submission with its parties and photos, and what it means for the milestone."""
    session.add(submission)
    # The rows go in the order of their foreign keys: items point at parties, parties at the submission.
    session.flush()
    _add_contributors(session, submission, photos)
    session.add_all(
        SubmissionItem(submission_id=submission.id, evidence_id=p.id, sha256=p.sha256, uploader_id=p.uploader_id)
        for p in photos
    )
    submission.milestone.state = MilestoneState.SUBMITTED
    session.flush()
    faces.look_later(session, submission.id, photos, now=now)
    approval.log(session, actor, submission, "submission.made", now=now, photos=len(photos), **said)
    approval.log_milestone(session, actor, submission, now=now)


def _approvals_needed(milestone: Milestone, contract: Contract) -> int:
    rules = engines().policies.latest(milestone.project.policy).money
    return 2 if rules.needs_two_approvals(milestone.amount_minor, contract.currency) else 1


def _add_contributors(session: Session, submission: Submission, photos: list[Evidence]) -> None:
    changers = duties.site_changers(session, submission.milestone.project_id)
    people = {submission.submitted_by, *(photo.uploader_id for photo in photos), *changers}
    session.add_all(
        SubmissionParty(
            submission_id=submission.id,
            person_id=person_id,
            part=Part.CONTRIBUTOR,
            organisation_id=organisation_id,
            contractor_id=submission.contractor_id,
        )
        for person_id, organisation_id in session.execute(
            sa.select(Person.id, Person.organisation_id).where(Person.id.in_(people))
        )
    )
    session.flush()


def held(session: Session, submission_id: UUID) -> Submission:
    """The submission, held for this transaction so that decisions come one after the other.

    Raises:
        Problem: ``not-found``.
    """
    submission = session.get(Submission, submission_id, with_for_update=True)
    if submission is None:
        raise duties.no_such("submission")
    return submission


def refuse_other_digest(submission: Submission, digest: str) -> None:
    """Refuse a word on other photos than those that were put forward.

    Raises:
        Problem: ``digest-conflict``.
    """
    if digest != submission.digest:
        raise Problem(
            "digest-conflict", _("What you were shown is not what was put forward. Load the submission and look again.")
        )


def _take_decider_part(session: Session, actor: Actor, submission: Submission) -> None:
    project = submission.milestone.project
    duties.refuse_builders(actor, duties.contract_of(project))
    duties.take_part(session, submission, actor, Part.DECIDER)
    # The site may have been changed after the submission was frozen.
    duties.refuse_site_changer(session, actor, project)


def _explain_decided(actor: Actor, submission_id: UUID) -> None:
    """Say what another transaction did at the same moment, where that is why the database refused."""
    session = reading()
    changes.refuse_settled(session, session.get_one(Submission, submission_id))
    duties.refuse_other_part(session, submission_id, actor, Part.DECIDER)


def _record(
    session: Session,
    actor: Actor,
    submission: Submission,
    word: SubmissionDecisionWord,
    *,
    reason: str,
    reasons: Sequence[Reason],
    now: datetime,
) -> SubmissionDecision:
    """Write the decision down; its key refuses a third one and a second one by the same person."""
    counted = sa.select(sa.func.count()).where(SubmissionDecision.submission_id == submission.id)
    made = SubmissionDecision(
        submission_id=submission.id,
        position=(session.scalar(counted) or 0) + 1,
        decision=word,
        reason=reason,
        digest=submission.digest,
        decided_by=actor.person_id,
        decided_at=now,
    )
    session.add(made)
    session.flush()
    said: dict[str, Any] = {"decision": word.value, "reason": reason, "position": made.position}
    told = decision_reasons.add(session, submission, made, reasons)
    if told:
        said["reasons"] = told
    approval.log(session, actor, submission, "submission.decision", now=now, **said)
    return made
