"""Putting evidence forward for a milestone, and deciding on exactly what was put forward.

A submission is frozen: its digest names its photos, and a decision names the digest. Approval
opens the next milestones, publishes the photos and unlocks the money; how much that is, and who
may take it out, is the certificates' concern.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

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
from server.services import approval, duties

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
        raise duties.invalid("note", f"At most {duties.LONGEST_REASON} characters are kept.")
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
            submission = _locked_submission(session, submission_id)
            require(actor, submission.milestone.project, {Role.SUPERVISOR})
            _refuse_settled(submission)
            _refuse_other_digest(submission, digest)
            _take_decider_part(session, actor, submission)
            photos = approval.frozen_photos(session, submission)
            if decision is SubmissionDecisionWord.APPROVE:
                approval.refuse_incomplete(session, submission, photos)
            made = _record(session, actor, submission, decision, reason=reason, now=now)
            if decision is not SubmissionDecisionWord.APPROVE or made.position >= submission.approvals_needed:
                approval.settle(session, actor, submission, decision, photos, now=now)
            return submission
    except IntegrityError:
        _explain_decided(actor, submission_id)
        raise


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
        raise Problem("wrong-state", f"Milestone {milestone.code} is {milestone.state.value}; it must be open.")


def _explain_live(milestone_id: UUID) -> None:
    """Say that another submission was first, where that is why the database refused."""
    live = sa.select(Submission.id).where(
        Submission.milestone_id == milestone_id,
        Submission.state.in_([SubmissionState.PENDING, SubmissionState.APPROVED]),
    )
    if reading().scalar(live.limit(1)) is not None:
        raise Problem("wrong-state", "This milestone was put forward a moment ago.") from None


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
        raise duties.invalid("evidence", f"Milestone {milestone.code} has no photo that can be put forward.")
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
        raise Problem("invalid", "Some of these photos cannot be put forward.", errors=errors)


def _unfit(milestone: Milestone, photo: Evidence | None, spent: set[UUID], *, repeated: bool) -> str | None:
    """Why a photo cannot be put forward, or None."""
    if photo is None:
        return f"Milestone {milestone.code} has no photo with this id."
    if repeated:
        return "This photo is named twice."
    if photo.id in spent:
        return "This photo was in a submission that was rejected."
    if photo.state not in PRESENTABLE:
        return f"This photo is {photo.state.value}."
    return None


def _frozen(
    session: Session, actor: Actor, milestone: Milestone, photos: list[Evidence], *, note: str, now: datetime
) -> Submission:
    contract = duties.contract_of(milestone.project)
    submission = Submission(
        milestone_id=milestone.id,
        contractor_id=contract.supplier_id,
        digest=digest_of(milestone.id, photos),
        submitted_by=actor.person_id,
        submitted_at=now,
        note=note,
        approvals_needed=_approvals_needed(milestone, contract),
        state=SubmissionState.PENDING,
    )
    session.add(submission)
    # The rows go in the order of their foreign keys: items point at parties, parties at the submission.
    session.flush()
    _add_contributors(session, actor, submission, photos, milestone.project_id)
    session.add_all(
        SubmissionItem(submission_id=submission.id, evidence_id=p.id, sha256=p.sha256, uploader_id=p.uploader_id)
        for p in photos
    )
    milestone.state = MilestoneState.SUBMITTED
    session.flush()
    approval.log(session, actor, submission, "submission.made", now=now, photos=len(photos), note=note)
    approval.log_milestone(session, actor, submission, now=now)
    return submission


def _approvals_needed(milestone: Milestone, contract: Contract) -> int:
    rules = engines().policies.latest(milestone.project.policy).money
    return 2 if rules.needs_two_approvals(milestone.amount_minor, contract.currency) else 1


def _add_contributors(
    session: Session, actor: Actor, submission: Submission, photos: list[Evidence], project_id: UUID
) -> None:
    people = {actor.person_id, *(photo.uploader_id for photo in photos), *duties.site_changers(session, project_id)}
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


def _locked_submission(session: Session, submission_id: UUID) -> Submission:
    """The submission, held for this transaction so that decisions come one after the other."""
    submission = session.get(Submission, submission_id, with_for_update=True)
    if submission is None:
        raise duties.no_such("submission")
    return submission


def _refuse_settled(submission: Submission) -> None:
    if submission.state is not SubmissionState.PENDING:
        raise Problem("already-decided", f"This submission was {submission.state.value}.")


def _refuse_other_digest(submission: Submission, digest: str) -> None:
    if digest != submission.digest:
        raise Problem(
            "digest-conflict", "What you were shown is not what was put forward. Load the submission and look again."
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
    _refuse_settled(session.get_one(Submission, submission_id))
    duties.refuse_other_part(session, submission_id, actor, Part.DECIDER)


def _record(
    session: Session, actor: Actor, submission: Submission, word: SubmissionDecisionWord, *, reason: str, now: datetime
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
    said = {"decision": word.value, "reason": reason, "position": made.position}
    approval.log(session, actor, submission, "submission.decision", now=now, **said)
    return made
