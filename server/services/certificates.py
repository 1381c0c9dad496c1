"""Payment certificates: unlocked by an approval, certified and paid by a paymaster, passed on.

Every step is taken once, by a person who had no other part in the submission behind it. What a
certificate comes to is reckoned in ``reckoning``.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload

from server import wording
from server.access import READERS, Actor, require
from server.db import reading, writing
from server.models import Certificate, Dispute, Milestone, PassingOn, Payment, Project, Submission
from server.models.milestones import MilestoneState
from server.models.payments import CertificateState
from server.models.people import Role
from server.models.submissions import Part, SubmissionState
from server.problems import Problem
from server.services import custody, deadlines, duties, reckoning
from server.services.progress import today
from server.services.reckoning import CalculationLine, due_on
from server.texts import _

__all__ = [
    "CalculationLine",
    "calculation",
    "certify",
    "dispute",
    "due_on",
    "of_project",
    "pass_on",
    "pay",
    "settle",
    "unlock",
]

DISPUTERS = frozenset({Role.CONTRACTOR, Role.SUPERVISOR, Role.PAYMASTER, Role.ADMINISTRATOR, Role.AUDITOR})
LONGEST_REFERENCE = 100
LONGEST_RECIPIENT = 200


def of_project(actor: Actor | None, code: str) -> list[Certificate]:
    """The certificates of a project in the order of its milestones.

    Nobody in particular (None) sees those of a published project.

    Raises:
        Problem: ``not-found``, ``not-allowed``.
    """
    session = reading()
    project = session.scalar(sa.select(Project).where(Project.code == code))
    if project is None or (actor is None and project.published_at is None):
        raise Problem("not-found", _("There is no project with this code."))
    if actor is not None:
        require(actor, project, READERS)
    query = (
        sa.select(Certificate)
        .join(Certificate.milestone)
        .where(Milestone.project_id == project.id)
        .order_by(Milestone.position)
        .options(joinedload(Certificate.milestone), joinedload(Certificate.payment))
        .options(joinedload(Certificate.passing_on), selectinload(Certificate.disputes))
    )
    return list(session.scalars(query))


def calculation(certificate: Certificate) -> list[CalculationLine]:
    """The certificate as lines of (label, minor units, why); deductions are negative, the last is the net."""
    return reckoning.calculation(reading(), certificate)


def unlock(session: Session, actor: Actor, submission: Submission, *, now: datetime) -> Certificate:
    """Unlock the certificate of an approved submission's milestone, inside the caller's transaction.

    Raises:
        Problem: ``wrong-state``, where there is no certificate to unlock or nothing to reckon with.
        sqlalchemy.exc.IntegrityError: the submission is not approved.
    """
    query = sa.select(Certificate).where(Certificate.milestone_id == submission.milestone_id).with_for_update()
    certificate = session.scalar(query)
    if certificate is None or certificate.state is not CertificateState.LOCKED:
        raise Problem("wrong-state", _("This milestone has no locked payment certificate."))
    lines, certificate.policy = reckoning.reckon(session, certificate, submission)
    certificate.gross_minor = lines.gross_minor
    certificate.advance_recovery_minor = lines.advance_recovery_minor
    certificate.retention_minor = lines.retention_minor
    certificate.liquidated_damages_minor = lines.liquidated_damages_minor
    certificate.net_minor = lines.net_minor
    certificate.damages_left_minor = lines.damages_left_minor
    certificate.submission_id, certificate.submission_state = submission.id, SubmissionState.APPROVED
    certificate.state, certificate.unlocked_at = CertificateState.UNLOCKED, now
    certificate.turn_at = now
    session.flush()
    _log(session, actor, certificate, now, submission=str(submission.id), net_minor=lines.net_minor)
    return certificate


def certify(actor: Actor, certificate_id: UUID, *, now: datetime) -> Certificate:
    """Certify an unlocked certificate as its paymaster.

    Raises:
        Problem: ``not-found``, ``not-allowed``, ``separation-of-duties``, ``wrong-state`` (not
            unlocked, or before the works reach the share at which payments begin).
    """
    try:
        with writing() as session:
            certificate = _locked_row(session, certificate_id)
            _require_paymaster(actor, certificate)
            _refuse_unless(certificate, CertificateState.UNLOCKED)
            _refuse_too_early(session, certificate)
            duties.take_part(session, _submission_of(session, certificate), actor, Part.PAYMASTER)
            certificate.certified_by, certificate.certifier_part = actor.person_id, Part.PAYMASTER
            certificate.state, certificate.certified_at = CertificateState.CERTIFIED, now
            certificate.turn_at = deadlines.payment_late_from(certificate)
            session.flush()
            _log(session, actor, certificate, now)
            return certificate
    except IntegrityError:
        _explain_part(actor, certificate_id)
        raise


def pay(actor: Actor, certificate_id: UUID, *, reference: str, paid_on: date, now: datetime) -> Certificate:
    """Record the one payment of a certified certificate.

    Raises:
        Problem: ``not-found``, ``not-allowed``, ``separation-of-duties``, ``already-paid``,
            ``wrong-state`` (not certified, or disputed), ``invalid``.
    """
    reference = duties.written(reference, "reference", most=LONGEST_REFERENCE)
    try:
        with writing() as session:
            certificate = _locked_row(session, certificate_id)
            _require_paymaster(actor, certificate)
            _refuse_before_certified(certificate)
            # The row goes first: a second payment is refused by its key, however it came about.
            _insert_payment(session, actor, certificate, reference=reference, paid_on=paid_on, now=now)
            _refuse_disputed(session, certificate)
            _refuse_day(paid_on, "paid_on", _day_certified(certificate), _today(certificate, now))
            certificate.turn_at = deadlines.passing_on_late_from(certificate, paid_on)
            _mark_paid(session, actor, certificate, now, reference=reference, paid_on=paid_on.isoformat())
            return certificate
    except IntegrityError:
        _explain_paid(certificate_id)
        _explain_part(actor, certificate_id)
        raise


def pass_on(
    actor: Actor,
    certificate_id: UUID,
    *,
    recipient: str,
    amount_minor: int,
    reference: str,
    passed_on: date,
    now: datetime,
) -> Certificate:
    """State, as the contractor, that a paid certificate's money was passed on to those below.

    Raises:
        Problem: ``not-found``, ``not-allowed`` (not the contractor's organisation), ``wrong-state``, ``invalid``.
    """
    stated: dict[str, Any] = {
        "recipient": duties.written(recipient, "recipient", most=LONGEST_RECIPIENT),
        "reference": duties.written(reference, "reference", most=LONGEST_REFERENCE),
        "amount_minor": amount_minor,
    }
    try:
        with writing() as session:
            certificate = _locked_row(session, certificate_id)
            _require_contractor(actor, certificate)
            payment = _payment_of(session, certificate)
            _refuse_unless(certificate, CertificateState.PAID)
            _refuse_amount(amount_minor, payment)
            _refuse_day(passed_on, "passed_on", payment.paid_on, _today(certificate, now))
            row = {"certificate_id": certificate.id, "stated_by": actor.person_id, "recorded_at": now}
            session.add(PassingOn(**stated, passed_on=passed_on, **row))
            certificate.state, certificate.turn_at = CertificateState.PASSED_ON, now
            session.flush()
            _log(session, actor, certificate, now, **stated, passed_on=passed_on.isoformat())
            return certificate
    except IntegrityError:
        if reading().get_one(Certificate, certificate_id).state is not CertificateState.PASSED_ON:
            raise
        raise Problem("wrong-state", _("It was passed on a moment ago.")) from None


def dispute(actor: Actor, certificate_id: UUID, reason: str, *, now: datetime) -> Dispute:
    """Say, as a party to a certificate, that it is wrong; it cannot be paid until that is settled.

    Raises:
        Problem: ``not-found``, ``not-allowed``, ``wrong-state`` (still locked), ``invalid``.
    """
    reason = duties.written(reason, "reason")
    with writing() as session:
        certificate = _locked_row(session, certificate_id)
        require(actor, certificate.milestone.project, DISPUTERS)
        if certificate.state is CertificateState.LOCKED:
            raise Problem("wrong-state", _("Nothing was unlocked yet, so there is nothing to dispute."))
        raised = Dispute(certificate_id=certificate.id, reason=reason, raised_by=actor.person_id, raised_at=now)
        session.add(raised)
        session.flush()
        _log(session, actor, certificate, now, "certificate.disputed", dispute=str(raised.id), reason=reason)
    return raised


def settle(actor: Actor, dispute_id: UUID, settlement: str, *, now: datetime) -> Dispute:
    """Settle a dispute, as an administrator of the agency who did not raise it.

    Raises:
        Problem: ``not-found``, ``not-allowed``, ``separation-of-duties``, ``already-decided``, ``invalid``.
    """
    settlement = duties.written(settlement, "settlement")
    with writing() as session:
        open_dispute = session.get(Dispute, dispute_id, with_for_update=True)
        if open_dispute is None:
            raise duties.no_such("dispute")
        certificate = session.get_one(Certificate, open_dispute.certificate_id)
        _require_settler(actor, certificate, open_dispute)
        if open_dispute.settled_at is not None:
            raise Problem("already-decided", _("This dispute was settled before."))
        open_dispute.settlement, open_dispute.settled_by, open_dispute.settled_at = settlement, actor.person_id, now
        details = {"dispute": str(open_dispute.id), "settlement": settlement}
        _log(session, actor, certificate, now, "certificate.settled", **details)
    return open_dispute


# -- who may -----------------------------------------------------------------------------------


def _require_paymaster(actor: Actor, certificate: Certificate) -> None:
    project = certificate.milestone.project
    require(actor, project, {Role.PAYMASTER})
    duties.refuse_builders(actor, duties.contract_of(project))


def _require_contractor(actor: Actor, certificate: Certificate) -> None:
    project = certificate.milestone.project
    require(actor, project, {Role.CONTRACTOR})
    if actor.organisation_id != duties.contract_of(project).supplier_id:
        raise Problem("not-allowed", _("Only the contractor that was paid can say whom it paid."))


def _require_settler(actor: Actor, certificate: Certificate, open_dispute: Dispute) -> None:
    project = certificate.milestone.project
    require(actor, project, {Role.ADMINISTRATOR})
    duties.refuse_builders(actor, duties.contract_of(project))
    if open_dispute.raised_by == actor.person_id:
        raise Problem("separation-of-duties", _("You raised this dispute, so someone else has to settle it."))


def _explain_part(actor: Actor, certificate_id: UUID) -> None:
    """Say which part the person has, where that is why the database refused another."""
    session = reading()
    submission_id = session.get_one(Certificate, certificate_id).submission_id
    if submission_id is not None:
        duties.refuse_other_part(session, submission_id, actor, Part.PAYMASTER)


# -- what state --------------------------------------------------------------------------------


def _locked_row(session: Session, certificate_id: UUID) -> Certificate:
    """The certificate, its row held for this transaction so that steps come one after the other."""
    certificate = session.get(Certificate, certificate_id, with_for_update=True)
    if certificate is None:
        raise duties.no_such("certificate")
    return certificate


def _submission_of(session: Session, certificate: Certificate) -> Submission:
    return session.get_one(Submission, certificate.submission_id)


def _refuse_unless(certificate: Certificate, wanted: CertificateState) -> None:
    if certificate.state is not wanted:
        words = {"now": wording.certificate(certificate.state), "needed": wording.certificate(wanted)}
        raise Problem("wrong-state", _("The certificate is %(now)s; it must be %(needed)s.", **words))


def _refuse_too_early(session: Session, certificate: Certificate) -> None:
    waiting = reckoning.awaited(session, certificate)
    if waiting is not None:
        raise Problem("wrong-state", waiting)


def _refuse_before_certified(certificate: Certificate) -> None:
    if certificate.state in {CertificateState.LOCKED, CertificateState.UNLOCKED}:
        now = wording.certificate(certificate.state)
        raise Problem("wrong-state", _("The certificate is %(now)s; it must be certified first.", now=now))


def _refuse_disputed(session: Session, certificate: Certificate) -> None:
    open_ones = sa.select(Dispute.id).where(Dispute.certificate_id == certificate.id, Dispute.settled_at.is_(None))
    if session.scalar(open_ones.limit(1)) is not None:
        raise Problem("wrong-state", _("A dispute about this certificate is open; it must be settled before payment."))


def _refuse_amount(amount_minor: int, payment: Payment) -> None:
    if not 0 < amount_minor <= payment.amount_minor:
        paid = wording.money(payment.amount_minor, payment.currency)
        told = _("It must be more than nothing, and at most the %(paid)s that were paid.", paid=paid)
        raise duties.invalid("amount_minor", told)


def _refuse_day(day: date, field: str, earliest: date, latest: date) -> None:
    if not earliest <= day <= latest:
        told = _("It must be a day from %(first)s to %(last)s.", first=earliest, last=latest)
        raise duties.invalid(field, told)


def _today(certificate: Certificate, now: datetime) -> date:
    return today(now, certificate.milestone.project.time_zone)


def _day_certified(certificate: Certificate) -> date:
    # Past “unlocked” a certificate was certified by someone, says its constraint.
    return _today(certificate, cast(datetime, certificate.certified_at))


# -- paying ------------------------------------------------------------------------------------


def _insert_payment(
    session: Session, actor: Actor, certificate: Certificate, *, reference: str, paid_on: date, now: datetime
) -> None:
    submission = _submission_of(session, certificate)
    duties.take_part(session, submission, actor, Part.PAYMASTER)
    session.add(
        Payment(
            certificate_id=certificate.id,
            submission_id=submission.id,
            certified_by=certificate.certified_by,
            amount_minor=certificate.net_minor,
            currency=certificate.currency,
            reference=reference,
            paid_on=paid_on,
            paid_by=actor.person_id,
            recorded_at=now,
        )
    )
    session.flush()


def _mark_paid(session: Session, actor: Actor, certificate: Certificate, now: datetime, **stated: Any) -> None:
    certificate.state = CertificateState.PAID
    milestone = session.get_one(Milestone, certificate.milestone_id)
    milestone.state = MilestoneState.PAID
    session.flush()
    _log(session, actor, certificate, now, amount_minor=certificate.net_minor, **stated)
    details = {"project": milestone.project.code, "milestone": milestone.code, "certificate": str(certificate.id)}
    custody.append(session, actor.person_id, "milestone.paid", "milestone", str(milestone.id), now=now, **details)


def _explain_paid(certificate_id: UUID) -> None:
    paid = sa.select(Payment.id).where(Payment.certificate_id == certificate_id)
    if reading().scalar(paid) is not None:
        raise Problem("already-paid", _("The payment of this certificate is recorded already.")) from None


def _payment_of(session: Session, certificate: Certificate) -> Payment:
    payment = session.scalar(sa.select(Payment).where(Payment.certificate_id == certificate.id))
    if payment is None:
        raise Problem("wrong-state", _("The certificate was not paid yet, so nothing can be passed on."))
    return payment


def _log(
    session: Session, actor: Actor, certificate: Certificate, now: datetime, action: str | None = None, **details: Any
) -> None:
    """One line of the custody log about a certificate; without ``action`` it names the new state."""
    action = action or f"certificate.{certificate.state.value}"
    milestone = session.get_one(Milestone, certificate.milestone_id)
    details |= {"project": milestone.project.code, "milestone": milestone.code}
    custody.append(session, actor.person_id, action, "certificate", str(certificate.id), now=now, **details)
