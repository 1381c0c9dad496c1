"""The arithmetic of a payment certificate, on integers only.

Amounts are minor units of one currency, shares are basis points. Every line is rounded once, half
to even, to the minor unit; the net is a difference of whole lines, so the lines always sum to it.
Which certificate is due, and who may sign it, is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.policy import MoneyPolicy

WHOLE_BP = 10_000
#: The greatest amount in minor units: a JSON number that every reader keeps exact (below 2^53).
MOST_MINOR = 9_000_000_000_000_000


class MoneyError(ValueError):
    """An amount or a count of days that no contract can have; a fault of the caller."""


@dataclass(frozen=True, slots=True)
class ContractAccount:
    """A contract before the certificate at hand, in minor units.

    ``value_minor`` is the contract's value with its variations; ``advance_minor`` what was paid in
    advance; ``certified_minor`` the gross of all earlier certificates; ``recovered_minor`` what they
    took back of the advance; ``damages_due_minor`` liquidated damages that earlier certificates were
    too small to bear (their ``damages_left_minor``).
    """

    value_minor: int
    advance_minor: int = 0
    certified_minor: int = 0
    recovered_minor: int = 0
    damages_due_minor: int = 0


@dataclass(frozen=True, slots=True)
class CertificateLines:
    """The lines of a certificate in minor units: gross less the three deductions is the net.

    ``damages_left_minor`` is no line: it is what the certificate was too small to bear.
    """

    gross_minor: int
    advance_recovery_minor: int
    retention_minor: int
    liquidated_damages_minor: int
    net_minor: int
    damages_left_minor: int = 0


def divide_half_even(numerator: int, denominator: int) -> int:
    """The quotient of two integers (numerator ≥ 0, denominator > 0), a half rounded to the even neighbour."""
    quotient, rest = divmod(numerator, denominator)
    return quotient + (2 * rest > denominator or (2 * rest == denominator and quotient % 2 == 1))


def share_of(amount_minor: int, share_bp: int) -> int:
    """A share in basis points of an amount, rounded half to even to the minor unit."""
    return divide_half_even(amount_minor * share_bp, WHOLE_BP)


def advance_limit(value_minor: int, policy: MoneyPolicy) -> int:
    """The largest advance on a contract of this value; rounded down, as it is a limit."""
    return value_minor * policy.advance_share_max_bp // WHOLE_BP


def reaches_first_payment(account: ContractAccount, gross_minor: int, policy: MoneyPolicy) -> bool:
    """Whether the works certified with this certificate reach the share at which payments begin."""
    done_minor = account.certified_minor + gross_minor
    return done_minor * WHOLE_BP >= account.value_minor * policy.first_payment_min_share_bp


def calculate(
    gross_minor: int,
    account: ContractAccount,
    policy: MoneyPolicy,
    *,
    days_late: int = 0,
    late_minor: int | None = None,
) -> CertificateLines:
    """Reckon one certificate; deductions are taken in the order of the lines, each from what is left.

    The advance is recovered in the proportion of the works certified, so that it is wholly recovered
    when the gross of all certificates reaches the contract's value, and never more. Retention is
    taken only from the part of the works before ``retention_until_share_bp``. Damages are the daily
    share of ``late_minor`` for each day late; the net is never negative, what damages exceed is left.

    Args:
        gross_minor: value of the works certified now.
        account: the contract before this certificate.
        policy: the shares.
        days_late: days of delay not yet charged by an earlier certificate.
        late_minor: value of the works that are late; by default what was not yet certified.

    Raises:
        MoneyError: a negative amount or count, no contract value, or an advance above that value.
    """
    _refuse_impossible(gross_minor, account, days_late, late_minor)
    recovery = min(gross_minor, _advance_recovery(gross_minor, account))
    retention = min(gross_minor - recovery, _retention(gross_minor, account, policy))
    left = gross_minor - recovery - retention
    damages = account.damages_due_minor + _damages(account, policy, days_late, late_minor)
    charged = min(left, damages)
    return CertificateLines(gross_minor, recovery, retention, charged, left - charged, damages - charged)


def _advance_recovery(gross_minor: int, account: ContractAccount) -> int:
    """What should be recovered after this certificate, less what was; rounding errors do not add up."""
    done_minor = min(account.certified_minor + gross_minor, account.value_minor)
    target = divide_half_even(account.advance_minor * done_minor, account.value_minor)
    return max(0, target - account.recovered_minor)


def _retention(gross_minor: int, account: ContractAccount, policy: MoneyPolicy) -> int:
    """The share of that part of this certificate which lies before the limit of retention."""
    limit_minor = share_of(account.value_minor, policy.retention_until_share_bp)
    liable_minor = min(gross_minor, max(0, limit_minor - account.certified_minor))
    return share_of(liable_minor, policy.retention_share_bp)


def _damages(account: ContractAccount, policy: MoneyPolicy, days_late: int, late_minor: int | None) -> int:
    """The daily share of the late works, times the days."""
    unperformed = max(0, account.value_minor - account.certified_minor)
    basis_minor = unperformed if late_minor is None else late_minor
    return share_of(basis_minor * days_late, policy.liquidated_damages_per_day_share_bp)


def _refuse_impossible(gross_minor: int, account: ContractAccount, days_late: int, late_minor: int | None) -> None:
    """Raise MoneyError for what no contract can have."""
    amounts = (account.advance_minor, account.certified_minor, account.recovered_minor, account.damages_due_minor)
    if min(gross_minor, days_late, late_minor or 0, *amounts) < 0:
        raise MoneyError("amounts and days must not be negative")
    if account.value_minor <= 0:
        raise MoneyError("the contract must have a value")
    if max(account.advance_minor, account.recovered_minor) > account.value_minor:
        raise MoneyError("the advance must not exceed the contract's value")
