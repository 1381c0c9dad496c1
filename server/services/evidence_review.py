"""A person's word on one photo: accept or refuse with a reason, and the uploader's one appeal.

Nothing is erased: the findings stay as they were, every decision is a new row, and a decision
is undone by making another. What the checks say is not this room's concern.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server import wording
from server.access import Actor, require
from server.db import reading, writing
from server.models import Appeal, Contract, Evidence, EvidenceDecision, Submission, SubmissionItem
from server.models.evidence import CopiesState, EvidenceState, EvidenceVerdictWord
from server.models.people import Role
from server.models.submissions import SubmissionState
from server.problems import Problem
from server.services import custody, duties, statement
from server.texts import _

#: From which states a word may be said. A photo that the checks rejected comes here by appeal only.
FROM = {
    EvidenceVerdictWord.ACCEPT: frozenset({EvidenceState.NEEDS_REVIEW, EvidenceState.REFUSED}),
    EvidenceVerdictWord.REFUSE: frozenset({EvidenceState.NEEDS_REVIEW, EvidenceState.VERIFIED, EvidenceState.ACCEPTED}),
}
TO = {
    EvidenceVerdictWord.ACCEPT: EvidenceState.ACCEPTED,
    EvidenceVerdictWord.REFUSE: EvidenceState.REFUSED,
}
APPEALABLE = frozenset({EvidenceState.REJECTED, EvidenceState.REFUSED})


def decide(actor: Actor, evidence_id: UUID, decision: EvidenceVerdictWord, reason: str, *, now: datetime) -> Evidence:
    """Accept or refuse a photo, for a written reason.

    Raises:
        Problem: ``not-found``, ``not-allowed`` (no supervisor of the project),
            ``separation-of-duties`` (uploader, contractor's or subcontractor's people, who changed the
            site's shape, who refused the photo before its appeal), ``wrong-state``, ``invalid``.
    """
    reason = duties.written(reason, "reason")
    with writing() as session:
        evidence = locked(session, evidence_id)
        require(actor, evidence.project, {Role.SUPERVISOR})
        contract = duties.contract_of(evidence.project)
        refuse_party(session, actor, evidence, contract)
        _refuse_state(session, evidence, decision)
        made = _row(actor, evidence, contract, decision, reason=reason, now=now)
        session.add(made)
        evidence.state = TO[decision]
        session.flush()
        custody.append(
            session,
            actor.person_id,
            f"evidence.{evidence.state.value}",
            "evidence",
            str(evidence.id),
            now=now,
            project=evidence.project.code,
            decision=str(made.id),
            reason=made.reason,
            # What exactly was decided on: the machine's verdict and findings as they stood.
            verdict=evidence.verdict.value,
            statement=statement.digest_of(evidence),
        )
    return evidence


def appeal(actor: Actor, evidence_id: UUID, reason: str, *, now: datetime) -> Evidence:
    """Ask once, as the uploader, that another person look at a rejected or refused photo.

    Raises:
        Problem: ``not-found``, ``not-allowed`` (not the uploader), ``already-appealed``,
            ``wrong-state``, ``invalid``.
    """
    try:
        with writing() as session:
            return _appealed(session, actor, evidence_id, duties.written(reason, "reason"), now)
    except IntegrityError:
        if reading().get(Appeal, evidence_id) is None:
            raise
        raise Problem("already-appealed", _("You have appealed for this photo before.")) from None


def _appealed(session: Session, actor: Actor, evidence_id: UUID, reason: str, now: datetime) -> Evidence:
    evidence = locked(session, evidence_id)
    if evidence.uploader_id != actor.person_id:
        raise Problem("not-allowed", _("Only the person who sent a photo can appeal for it."))
    session.add(Appeal(evidence_id=evidence.id, uploader_id=actor.person_id, reason=reason, appealed_at=now))
    # The row goes first: a second appeal is refused by its key, whatever the state is by now.
    session.flush()
    if evidence.state not in APPEALABLE:
        raise _wrong_state(evidence)
    evidence.state = EvidenceState.NEEDS_REVIEW
    details = {"project": evidence.project.code, "reason": reason}
    custody.append(session, actor.person_id, "evidence.appealed", "evidence", str(evidence.id), now=now, **details)
    return evidence


def locked(session: Session, evidence_id: UUID) -> Evidence:
    """The photo, held for this transaction so that no approval passes it meanwhile."""
    evidence = session.get(Evidence, evidence_id, with_for_update=True)
    if evidence is None:
        raise duties.no_such("photo")
    return evidence


def refuse_party(session: Session, actor: Actor, evidence: Evidence, contract: Contract) -> None:
    """Refuse those who may not decide on a photo whatever their role.

    Raises:
        Problem: ``separation-of-duties``.
    """
    if actor.person_id == evidence.uploader_id:
        raise Problem("separation-of-duties", _("You sent this photo, so someone else has to decide on it."))
    duties.refuse_builders(actor, contract)
    duties.refuse_site_changer(session, actor, evidence.project)
    if _refused_before_appeal(session, actor, evidence):
        raise Problem(
            "separation-of-duties", _("You refused this photo before the appeal, so someone else has to look at it.")
        )


def _refused_before_appeal(session: Session, actor: Actor, evidence: Evidence) -> bool:
    refused = (
        sa.select(EvidenceDecision.id)
        .join(Appeal, Appeal.evidence_id == EvidenceDecision.evidence_id)
        .where(
            EvidenceDecision.evidence_id == evidence.id,
            EvidenceDecision.decided_by == actor.person_id,
            EvidenceDecision.decision == EvidenceVerdictWord.REFUSE,
            EvidenceDecision.decided_at <= Appeal.appealed_at,
        )
    )
    return session.scalar(refused.limit(1)) is not None


def _refuse_state(session: Session, evidence: Evidence, decision: EvidenceVerdictWord) -> None:
    if evidence.state not in FROM[decision]:
        raise _wrong_state(evidence)
    if decision is EvidenceVerdictWord.ACCEPT and evidence.copies is CopiesState.IMPOSSIBLE:
        raise Problem("wrong-state", _("The picture cannot be shown, so no one can vouch for it. Ask for a new photo."))
    approved = (
        sa.select(SubmissionItem.submission_id)
        .join(Submission, Submission.id == SubmissionItem.submission_id)
        .where(SubmissionItem.evidence_id == evidence.id, Submission.state == SubmissionState.APPROVED)
    )
    if session.scalar(approved.limit(1)) is not None:
        raise Problem("wrong-state", _("The photo is part of an approved submission and stands as it was approved."))


def _wrong_state(evidence: Evidence) -> Problem:
    standing = wording.state(evidence.state)
    return Problem(
        "wrong-state", _("The photo is “%(standing)s”, and from there this cannot be done.", standing=standing)
    )


def _row(
    actor: Actor, evidence: Evidence, contract: Contract, decision: EvidenceVerdictWord, *, reason: str, now: datetime
) -> EvidenceDecision:
    return EvidenceDecision(
        evidence_id=evidence.id,
        project_id=evidence.project_id,
        uploader_id=evidence.uploader_id,
        contractor_id=contract.supplier_id,
        decision=decision,
        reason=reason,
        decided_by=actor.person_id,
        decider_organisation_id=actor.organisation_id,
        decided_at=now,
    )
