"""A certificate's lines with how each was reckoned: rate, base, what capped it, and the rule's source.

The account is drawn up as it stood when the certificate was unlocked, and reckoned again. Where that no longer comes
to the recorded lines, as after a change of the contract, the record counts and the page says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server import wording
from server.models import Certificate, Contract, Milestone, Submission
from server.models.payments import CertificateState
from server.money import (
    WHOLE_BP,
    CertificateLines,
    ContractAccount,
    MoneyError,
    calculate,
    divide_half_even,
    share_of,
)
from server.policy import MoneyPolicy, Policy
from server.services import duties, reckoning
from server.texts import _, counted


class ExplainedLine(NamedTuple):
    """One line: deductions are negative, the last is the net; ``source`` says where its rule stands."""

    label: str
    amount_minor: int
    sentences: tuple[str, ...]
    source: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The lines; ``as_recorded`` is false where reckoning anew gives other amounts than were recorded."""

    lines: tuple[ExplainedLine, ...]
    as_recorded: bool


@dataclass(frozen=True, slots=True)
class _Case:
    """All that the sentences tell of."""

    certificate: Certificate
    contract: Contract
    policy: Policy
    rules: MoneyPolicy
    account: ContractAccount
    days_late: int

    def money(self, minor: int) -> str:
        """An amount in the certificate's currency."""
        return wording.money(minor, self.certificate.currency)


def explain(session: Session, certificate: Certificate) -> Explanation:
    """The certificate line by line, each with how it was reckoned."""
    submission = session.get(Submission, certificate.submission_id) if certificate.submission_id else None
    if submission is None:
        plain = reckoning.calculation(session, certificate)
        return Explanation(tuple(ExplainedLine(*line[:2], (line.why,), None) for line in plain), True)
    case = _case(session, certificate, submission)
    lines = (
        ExplainedLine(_("Gross"), certificate.gross_minor, (_gross(case),), None),
        ExplainedLine(
            _("Advance recovery"), -certificate.advance_recovery_minor, _recovery(case), _contract_source(case)
        ),
        ExplainedLine(_("Retention"), -certificate.retention_minor, _retention(case), _retention_source(case)),
        ExplainedLine(
            _("Liquidated damages"),
            -certificate.liquidated_damages_minor,
            _damages(case),
            case.policy.sources["money.liquidated_damages_per_day_share"],
        ),
        ExplainedLine(_("Net"), certificate.net_minor, _net(session, case), None),
    )
    return Explanation(lines, _agrees(case))


def _case(session: Session, certificate: Certificate, submission: Submission) -> _Case:
    milestone = certificate.milestone
    contract, policy = duties.contract_of(milestone.project), reckoning.policy_of(certificate)
    earlier = _earlier(session, certificate)
    account = ContractAccount(
        value_minor=contract.value_minor + sum(each.amount_minor for each in contract.variations),
        advance_minor=contract.advance_minor,
        certified_minor=sum(each.gross_minor for each in earlier),
        recovered_minor=sum(each.advance_recovery_minor for each in earlier),
        damages_due_minor=earlier[-1].damages_left_minor if earlier else 0,
    )
    rules = replace(policy.money, retention_share_bp=contract.retention_bp)
    return _Case(certificate, contract, policy, rules, account, reckoning.days_late(milestone, submission))


def _earlier(session: Session, certificate: Certificate) -> list[Certificate]:
    """The project's certificates that were unlocked before this one, in that order."""
    query = (
        sa.select(Certificate)
        .join(Milestone, Milestone.id == Certificate.milestone_id)
        .where(
            Milestone.project_id == certificate.milestone.project_id,
            Certificate.id != certificate.id,
            Certificate.state != CertificateState.LOCKED,
            Certificate.unlocked_at <= certificate.unlocked_at,
        )
        .order_by(Certificate.unlocked_at, Milestone.position)
    )
    return list(session.scalars(query))


def _agrees(case: _Case) -> bool:
    """Whether the account as it stands now still comes to what was recorded."""
    kept = case.certificate
    try:
        lines = calculate(
            kept.gross_minor, case.account, case.rules, days_late=case.days_late, late_minor=kept.gross_minor
        )
    except MoneyError:
        return False
    return lines == CertificateLines(
        kept.gross_minor,
        kept.advance_recovery_minor,
        kept.retention_minor,
        kept.liquidated_damages_minor,
        kept.net_minor,
        kept.damages_left_minor,
    )


def _gross(case: _Case) -> str:
    milestone = case.certificate.milestone
    return _("The amount that the contract sets for milestone %(code)s.", code=milestone.code)


def _contract_source(case: _Case) -> str:
    return _("Contract %(reference)s", reference=case.contract.reference)


def _retention_source(case: _Case) -> str:
    return _(
        "Share: contract %(reference)s. Limit: %(source)s",
        reference=case.contract.reference,
        source=case.policy.sources["money.retention_until_share"],
    )


def _recovery(case: _Case) -> tuple[str, ...]:
    account, taken = case.account, case.certificate.advance_recovery_minor
    if not account.advance_minor:
        return (_("No advance was paid."),)
    if not account.value_minor:
        return ()
    done = min(account.certified_minor + case.certificate.gross_minor, account.value_minor)
    target = divide_half_even(account.advance_minor * done, account.value_minor)
    told = _(
        "%(advance)s advance × %(done)s of works certified ÷ %(value)s contract = %(target)s to be back by now, "
        "less %(before)s taken back before.",
        advance=case.money(account.advance_minor),
        done=case.money(done),
        value=case.money(account.value_minor),
        target=case.money(target),
        before=case.money(account.recovered_minor),
    )
    if taken < target - account.recovered_minor:
        return told, _("No more can be taken than this certificate's gross.")
    return (told,)


def _retention(case: _Case) -> tuple[str, ...]:
    account, rules, gross = case.account, case.rules, case.certificate.gross_minor
    limit = share_of(account.value_minor, rules.retention_until_share_bp)
    liable = min(gross, max(0, limit - account.certified_minor))
    rate, until = wording.share(rules.retention_share_bp), wording.share(rules.retention_until_share_bp)
    if not rules.retention_share_bp:
        return (_("The contract keeps nothing back."),)
    if not liable:
        return (
            _(
                "Nothing: %(before)s were certified before, and retention ends at %(until)s of the "
                "contract, %(limit)s.",
                before=case.money(account.certified_minor),
                until=until,
                limit=case.money(limit),
            ),
        )
    told = _("%(rate)s × %(liable)s.", rate=rate, liable=case.money(liable))
    if liable == gross:
        return (told,)
    return told, _(
        "The cap is reached: only this part lies before %(until)s of the contract, %(limit)s, after %(before)s before.",
        until=until,
        limit=case.money(limit),
        before=case.money(account.certified_minor),
    )


def _damages(case: _Case) -> tuple[str, ...]:
    kept, planned = case.certificate, wording.day(case.certificate.milestone.ends_on)
    if not case.days_late and not case.account.damages_due_minor:
        return (_("None: put forward by %(day)s, as planned.", day=planned),)
    told = [_by_day(case, planned)] if case.days_late else []
    if case.account.damages_due_minor:
        due = case.money(case.account.damages_due_minor)
        told.append(_("%(due)s were left over from the certificate before.", due=due))
    if kept.damages_left_minor:
        left = case.money(kept.damages_left_minor)
        told.append(_("The cap is reached: no certificate falls below nothing; %(left)s go to the next.", left=left))
    return tuple(told)


def _by_day(case: _Case, planned: str) -> str:
    rate = case.rules.liquidated_damages_per_day_share_bp
    return _(
        "%(days)s after %(day)s × %(rate)s a day × %(base)s = %(damages)s.",
        days=counted("%(num)s day", "%(num)s days", case.days_late),
        day=planned,
        rate=wording.share(rate),
        base=case.money(case.certificate.gross_minor),
        damages=case.money(divide_half_even(case.certificate.gross_minor * case.days_late * rate, WHOLE_BP)),
    )


def _net(session: Session, case: _Case) -> tuple[str, ...]:
    told = _("Gross less the deductions, under policy %(policy)s.", policy=case.policy.name)
    waiting = reckoning.awaited(session, case.certificate)
    return (told,) if waiting is None or case.certificate.certified_at else (told, waiting)
