"""The arithmetic of certificates: exact, never negative, and whole over all certificates of a contract."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.money import (
    CertificateLines,
    ContractAccount,
    MoneyError,
    advance_limit,
    calculate,
    divide_half_even,
    reaches_first_payment,
    share_of,
)
from server.policy import MoneyPolicy

PHILIPPINES = MoneyPolicy(
    advance_share_max_bp=1500,
    retention_share_bp=1000,
    retention_until_share_bp=5000,
    first_payment_min_share_bp=2000,
    liquidated_damages_per_day_share_bp=10,
    wage_arrears_per_year_share_bp=0,
    two_approvals_from_minor=0,
    currency="PHP",
)
SHARES = st.integers(0, 10_000)
POLICIES = st.builds(
    replace,
    st.just(PHILIPPINES),
    retention_share_bp=SHARES,
    retention_until_share_bp=SHARES,
    liquidated_damages_per_day_share_bp=SHARES,
)


@st.composite
def contracts(draw: st.DrawFn) -> tuple[ContractAccount, list[int]]:
    """A contract with an advance up to its whole value, and gross amounts that complete it exactly."""
    value = draw(st.integers(1, 10**15))
    advance = draw(st.integers(0, value))
    cuts = sorted(draw(st.lists(st.integers(0, value), max_size=12)))
    return ContractAccount(value, advance), [after - before for before, after in pairwise([0, *cuts, value])]


def certify(
    account: ContractAccount, grosses: list[int], policy: MoneyPolicy, days_late: int = 0
) -> list[CertificateLines]:
    """All certificates of a contract, each on the account that the one before left."""
    certificates = []
    for gross in grosses:
        lines = calculate(gross, account, policy, days_late=days_late)
        certificates.append(lines)
        account = replace(
            account,
            certified_minor=account.certified_minor + gross,
            recovered_minor=account.recovered_minor + lines.advance_recovery_minor,
            damages_due_minor=lines.damages_left_minor,
        )
    return certificates


def test_a_certificate_worked_by_hand() -> None:
    # PHP 10,000,000.00 with 15 % advance; 40 % certified before, 20 % now, 3 days late.
    account = ContractAccount(1_000_000_000, 150_000_000, certified_minor=400_000_000, recovered_minor=60_000_000)

    lines = calculate(200_000_000, account, PHILIPPINES, days_late=3)

    assert lines == CertificateLines(
        gross_minor=200_000_000,
        advance_recovery_minor=30_000_000,  # 15 % of the gross.
        retention_minor=10_000_000,  # 10 % of the half that lies before 50 % completion.
        liquidated_damages_minor=1_800_000,  # 0.1 % of the 600,000,000 not yet certified, for 3 days.
        net_minor=158_200_000,
    )


@pytest.mark.parametrize(("numerator", "quotient"), [(4, 0), (5, 0), (6, 1), (14, 1), (15, 2), (25, 2), (26, 3)])
def test_halves_go_to_the_even_neighbour(numerator: int, quotient: int) -> None:
    assert divide_half_even(numerator, 10) == quotient


@given(st.integers(0, 10**24), st.integers(1, 10**12))
def test_division_rounds_as_exact_fractions_do(numerator: int, denominator: int) -> None:
    assert divide_half_even(numerator, denominator) == round(Fraction(numerator, denominator))


@given(contracts(), POLICIES, st.integers(0, 400))
def test_the_lines_sum_to_the_net_and_none_is_negative(
    contract: tuple[ContractAccount, list[int]], policy: MoneyPolicy, days_late: int
) -> None:
    for lines in certify(*contract, policy, days_late):
        deductions = (lines.advance_recovery_minor, lines.retention_minor, lines.liquidated_damages_minor)
        assert lines.gross_minor - sum(deductions) == lines.net_minor
        assert min(*deductions, lines.net_minor, lines.damages_left_minor) >= 0


@given(contracts(), POLICIES, st.integers(0, 400))
def test_the_advance_is_wholly_recovered_and_never_more(
    contract: tuple[ContractAccount, list[int]], policy: MoneyPolicy, days_late: int
) -> None:
    account, grosses = contract

    certificates = certify(account, grosses, policy, days_late)

    assert sum(lines.advance_recovery_minor for lines in certificates) == account.advance_minor


@given(contracts(), st.integers(1, 10**12))
def test_works_beyond_the_contracts_value_recover_nothing_more(
    contract: tuple[ContractAccount, list[int]], extra: int
) -> None:
    account, grosses = contract

    *_, beyond = certify(account, [*grosses, extra], PHILIPPINES)

    assert (beyond.advance_recovery_minor, beyond.retention_minor, beyond.net_minor) == (0, 0, extra)


@given(contracts(), SHARES)
def test_retention_is_taken_only_until_the_share_is_complete(
    contract: tuple[ContractAccount, list[int]], until_bp: int
) -> None:
    policy = replace(PHILIPPINES, retention_until_share_bp=until_bp)
    account, grosses = replace(contract[0], advance_minor=0), contract[1]
    limit = share_of(account.value_minor, until_bp)
    certified, retained = 0, 0

    for lines in certify(account, grosses, policy):
        if certified >= limit:
            assert lines.retention_minor == 0
        certified, retained = certified + lines.gross_minor, retained + lines.retention_minor

    assert abs(Fraction(limit, 10) - retained) <= Fraction(len(grosses), 2)


@given(contracts(), st.integers(1, 400))
def test_damages_that_a_certificate_cannot_bear_are_carried_and_not_lost(
    contract: tuple[ContractAccount, list[int]], days_late: int
) -> None:
    account, grosses = contract
    gross = grosses[0]

    lines = calculate(gross, account, PHILIPPINES, days_late=days_late)

    whole = share_of(account.value_minor * days_late, PHILIPPINES.liquidated_damages_per_day_share_bp)
    assert lines.liquidated_damages_minor + lines.damages_left_minor == whole
    if lines.damages_left_minor:
        assert lines.net_minor == 0


def test_the_late_part_of_the_works_may_be_named() -> None:
    lines = calculate(100_000, ContractAccount(1_000_000), PHILIPPINES, days_late=10, late_minor=50_000)

    assert lines.liquidated_damages_minor == 500


@pytest.mark.parametrize(("gross", "reached"), [(199, False), (200, True)])
def test_the_first_payment_waits_for_its_share(gross: int, reached: bool) -> None:
    assert reaches_first_payment(ContractAccount(1_000), gross, PHILIPPINES) is reached
    assert reaches_first_payment(ContractAccount(1_000, certified_minor=1), 199, PHILIPPINES)


def test_the_limit_of_the_advance_is_rounded_down() -> None:
    assert advance_limit(99, PHILIPPINES) == 14


@pytest.mark.parametrize(
    ("gross", "account", "days_late"),
    [
        (-1, ContractAccount(100), 0),
        (1, ContractAccount(100), -1),
        (1, ContractAccount(0), 0),
        (1, ContractAccount(100, advance_minor=101), 0),
        (1, ContractAccount(100, recovered_minor=-1), 0),
    ],
)
def test_amounts_that_no_contract_has_are_refused(gross: int, account: ContractAccount, days_late: int) -> None:
    with pytest.raises(MoneyError):
        calculate(gross, account, PHILIPPINES, days_late=days_late)
