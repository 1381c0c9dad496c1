"""What a milestone's approval unlocks, line by line: before the approval as a preview, after it as it was reckoned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from server.db import reading
from server.engines import engines
from server.models import Certificate, Milestone, Submission
from server.models.payments import CertificateState
from server.models.submissions import SubmissionState
from server.problems import Problem
from server.services import reckoning
from server.services.reckoning import CalculationLine


@dataclass(frozen=True, slots=True)
class MilestoneMoney:
    """The certificate with its calculation; ``preview`` is true where nothing is reckoned for good yet."""

    certificate: Certificate
    lines: Sequence[CalculationLine]
    preview: bool


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """From which amount two approvals are needed, under which policy; ``applies`` tells whether here."""

    from_minor: int
    currency: str
    policy: str
    applies: bool


def money(milestone: Milestone, pending: Submission | None) -> MilestoneMoney | None:
    """What the milestone's money comes to; None where no certificate belongs to it."""
    certificate = reading().scalar(sa.select(Certificate).where(Certificate.milestone_id == milestone.id))
    if certificate is None:
        return None
    if pending is not None and certificate.state is CertificateState.LOCKED:
        previewed = _preview(certificate, pending)
        if previewed is not None:
            return MilestoneMoney(certificate, previewed, preview=True)
    locked = certificate.state is CertificateState.LOCKED
    return MilestoneMoney(certificate, reckoning.calculation(reading(), certificate), preview=locked)


def approval_rule(milestone: Milestone, currency: str, needed: int) -> ApprovalRule:
    """Why a submission of this milestone needs the approvals that it does."""
    policy = engines().policies.latest(milestone.project.policy)
    return ApprovalRule(policy.money.two_approvals_from_minor, currency, policy.name, applies=needed > 1)


def _preview(certificate: Certificate, pending: Submission) -> list[CalculationLine] | None:
    """The lines as an approval at this moment would write them; None where it could not be reckoned."""
    try:
        lines, policy = reckoning.reckon(reading(), certificate, pending, lock=False)
    except Problem:
        return None
    # A certificate of the same identity that belongs to no session, and so is never written.
    likeness = Certificate(
        id=certificate.id,
        milestone_id=certificate.milestone_id,
        state=CertificateState.UNLOCKED,
        currency=certificate.currency,
        gross_minor=lines.gross_minor,
        advance_recovery_minor=lines.advance_recovery_minor,
        retention_minor=lines.retention_minor,
        liquidated_damages_minor=lines.liquidated_damages_minor,
        net_minor=lines.net_minor,
        damages_left_minor=lines.damages_left_minor,
        policy=policy,
        submission_id=pending.id,
        submission_state=SubmissionState.APPROVED,
    )
    set_committed_value(likeness, "milestone", pending.milestone)
    return reckoning.calculation(reading(), likeness)
