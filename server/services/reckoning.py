"""What a certificate comes to: its lines at the moment of approval, and those lines in words.

The arithmetic is ``server.money``'s; here the contract's account is drawn up from the records.
A certificate names the version of the policy it was reckoned under, and keeps to it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server import wording
from server.engines import engines
from server.models import Certificate, Contract, Milestone, Submission
from server.models.payments import CertificateState
from server.money import WHOLE_BP, CertificateLines, ContractAccount, MoneyError, calculate, reaches_first_payment
from server.policy import MoneyPolicy, Policy
from server.problems import Problem
from server.services import duties
from server.services.progress import today
from server.texts import _, counted


class CalculationLine(NamedTuple):
    """One line of a certificate; deductions are negative, so that the lines above the net sum to it."""

    label: str
    amount_minor: int
    why: str


@dataclass(frozen=True, slots=True)
class _Earlier:
    """What the certificates unlocked before have taken, in minor units."""

    gross_minor: int
    recovered_minor: int
    damages_left_minor: int


def reckon(
    session: Session, certificate: Certificate, submission: Submission, *, lock: bool = True
) -> tuple[CertificateLines, str]:
    """The lines of a certificate on the approval of ``submission``, and the policy's name.

    Retention is the contract's own share, up to the policy's part of the works. Liquidated damages
    are the policy's daily share of the milestone's amount for each day that its approved evidence
    was put forward after the milestone's last planned day, where the works are; each milestone
    answers for its own delay, so no day is charged twice. Without ``lock`` it is what the approval would come to.

    Raises:
        Problem: ``wrong-state``, where the contract has no value to reckon with.
    """
    milestone = submission.milestone
    policy = engines().policies.latest(milestone.project.policy)
    # Two approvals on one contract must see each other's lines.
    contract = session.get_one(
        Contract, duties.contract_of(milestone.project).id, with_for_update=lock or None, populate_existing=lock
    )
    try:
        lines = calculate(
            milestone.amount_minor,
            _account(session, contract, certificate),
            _rules(policy, contract),
            days_late=days_late(milestone, submission),
            late_minor=milestone.amount_minor,
        )
    except MoneyError as error:
        raise Problem("wrong-state", _("The certificate cannot be reckoned: %(why)s.", why=error)) from error
    return lines, policy.name


def days_late(milestone: Milestone, submission: Submission) -> int:
    """Whole days from the milestone's last planned day to the submission, on the project's calendar."""
    put_forward_on = today(submission.submitted_at, milestone.project.time_zone)
    return max(0, (put_forward_on - milestone.ends_on).days)


def calculation(session: Session, certificate: Certificate) -> list[CalculationLine]:
    """The certificate line by line, each with its reason in words."""
    milestone = certificate.milestone
    amount = _("The amount of milestone %(code)s.", code=milestone.code)
    gross = CalculationLine(_("Gross"), certificate.gross_minor, amount)
    submission = session.get(Submission, certificate.submission_id) if certificate.submission_id else None
    if submission is None:
        why = _("Nothing is due before the milestone is approved; what is deducted is worked out then.")
        return [gross, CalculationLine(_("At most"), certificate.net_minor, why)]
    contract, policy = duties.contract_of(milestone.project), policy_of(certificate)
    return [
        gross,
        CalculationLine(_("Advance recovery"), -certificate.advance_recovery_minor, _why_recovery(contract)),
        CalculationLine(_("Retention"), -certificate.retention_minor, _why_retention(contract, policy.money)),
        CalculationLine(
            _("Liquidated damages"),
            -certificate.liquidated_damages_minor,
            _why_damages(milestone, days_late(milestone, submission), policy.money),
        ),
        CalculationLine(_("Net"), certificate.net_minor, _why_net(session, certificate, policy)),
    ]


def due_on(certificate: Certificate) -> date | None:
    """The last day for payment under the policy's window; None before certification."""
    if certificate.certified_at is None:
        return None
    window = timedelta(days=policy_of(certificate).windows.payment_after_certificate_days)
    return today(certificate.certified_at, certificate.milestone.project.time_zone) + window


def awaited(session: Session, certificate: Certificate) -> str | None:
    """Why progress payments have not begun, in words; None once they have.

    They begin when the works approved reach the policy's share of the contract's value. The final
    certificate, behind which nothing is locked any more, waits for nothing.
    """
    contract, policy = duties.contract_of(certificate.milestone.project), policy_of(certificate)
    account = _account(session, contract, certificate)
    if reaches_first_payment(account, certificate.gross_minor, policy.money) or _is_final(session, certificate):
        return None
    first = wording.share(policy.money.first_payment_min_share_bp)
    approved = wording.share((account.certified_minor + certificate.gross_minor) * WHOLE_BP // account.value_minor)
    return _(
        "Progress payments begin when %(first)s of the contract's value is approved; so far %(approved)s is.",
        first=first,
        approved=approved,
    )


def policy_of(certificate: Certificate) -> Policy:
    """The version under which the certificate was reckoned; while locked, the newest of the project's."""
    policies = engines().policies
    if certificate.policy is not None:
        return policies.get(certificate.policy)
    return policies.latest(certificate.milestone.project.policy)


def _account(session: Session, contract: Contract, certificate: Certificate) -> ContractAccount:
    earlier = _earlier(session, contract.project_id, certificate.id)
    return ContractAccount(
        value_minor=_value(contract),
        advance_minor=contract.advance_minor,
        certified_minor=earlier.gross_minor,
        recovered_minor=earlier.recovered_minor,
        damages_due_minor=earlier.damages_left_minor,
    )


def _value(contract: Contract) -> int:
    return contract.value_minor + sum(variation.amount_minor for variation in contract.variations)


def _earlier(session: Session, project_id: UUID, certificate_id: UUID) -> _Earlier:
    """Sums over the project's other unlocked certificates; the latest carries all damages still left."""
    others = session.scalars(
        sa.select(Certificate)
        .join(Milestone, Milestone.id == Certificate.milestone_id)
        .where(
            Milestone.project_id == project_id,
            Certificate.id != certificate_id,
            Certificate.state != CertificateState.LOCKED,
        )
        .order_by(Certificate.unlocked_at, Milestone.position)
    ).all()
    return _Earlier(
        gross_minor=sum(other.gross_minor for other in others),
        recovered_minor=sum(other.advance_recovery_minor for other in others),
        damages_left_minor=others[-1].damages_left_minor if others else 0,
    )


def _is_final(session: Session, certificate: Certificate) -> bool:
    """Whether all other milestones of the project are approved, so that no later certificate is to come."""
    locked = (
        sa.select(Certificate.id)
        .join(Milestone, Milestone.id == Certificate.milestone_id)
        .where(
            Milestone.project_id == certificate.milestone.project_id,
            Certificate.id != certificate.id,
            Certificate.state == CertificateState.LOCKED,
        )
    )
    return session.scalar(locked.limit(1)) is None


def _rules(policy: Policy, contract: Contract) -> MoneyPolicy:
    return replace(policy.money, retention_share_bp=contract.retention_bp)


def _why_recovery(contract: Contract) -> str:
    if not contract.advance_minor:
        return _("No advance was paid.")
    advance = wording.money(contract.advance_minor, contract.currency)
    return _("The advance of %(advance)s is taken back in the proportion of the works certified.", advance=advance)


def _why_retention(contract: Contract, rules: MoneyPolicy) -> str:
    kept, until = wording.share(contract.retention_bp), wording.share(rules.retention_until_share_bp)
    return _("%(kept)s is kept back of works up to %(until)s of the contract's value.", kept=kept, until=until)


def _why_damages(milestone: Milestone, late: int, rules: MoneyPolicy) -> str:
    if not late:
        return _("Put forward by %(day)s, as planned.", day=wording.day(milestone.ends_on))
    daily = wording.share(rules.liquidated_damages_per_day_share_bp)
    return _(
        "Put forward %(days)s after %(day)s; each day costs %(daily)s of the amount.",
        days=counted("%(num)s day", "%(num)s days", late),
        day=wording.day(milestone.ends_on),
        daily=daily,
    )


def _why_net(session: Session, certificate: Certificate, policy: Policy) -> str:
    """Where the sum comes from; and, for the paymaster's eyes, that progress payments have not begun."""
    told = _("Gross less the deductions, under policy %(policy)s.", policy=policy.name)
    waiting = awaited(session, certificate)
    return told if waiting is None else " ".join([told, waiting])
