"""The sentences behind a certificate's lines: they give the numbers that lead to the recorded amounts."""

from __future__ import annotations

from datetime import timedelta

from server.db import reading
from server.models import Contract, Milestone
from server.services import explaining
from server.services.explaining import Explanation
from tests.services.money.road import Road


def explained(road: Road, milestone: str = "M1") -> Explanation:
    return explaining.explain(reading(), road.certificate(milestone))


def said(road: Road, label: str, milestone: str = "M1") -> str:
    return next(" ".join(line.sentences) for line in explained(road, milestone).lines if line.label == label)


def test_the_lines_are_those_of_the_certificate_and_sum_to_its_net(road: Road) -> None:
    road.approved()

    *parts, net = explained(road).lines
    assert net.amount_minor == road.certificate().net_minor == sum(line.amount_minor for line in parts)
    assert explained(road).as_recorded


def test_a_locked_certificate_is_told_as_the_most_it_can_be(road: Road) -> None:
    assert [line.label for line in explained(road).lines] == ["Gross", "At most"]


def test_the_recovery_of_an_advance_gives_every_number_of_its_formula(road: Road) -> None:
    road.change(Contract, {"advance_minor": 10_000_000}, Contract.project_id == road.project.id)
    road.approved()

    told = said(road, "Advance recovery")
    assert "₱100,000.00 advance × " in told
    assert "less ₱0.00 taken back before" in told
    assert explained(road).as_recorded


def test_retention_says_when_its_cap_is_reached(road: Road) -> None:
    milestone = road.milestone()
    road.change(
        Contract, {"value_minor": milestone.amount_minor, "retention_bp": 1000}, Contract.project_id == road.project.id
    )
    road.approved()

    assert "The cap is reached: only this part lies before 50 % of the contract" in said(road, "Retention")
    assert explained(road).as_recorded


def test_delay_is_days_times_rate_times_base(road: Road) -> None:
    ended = road.today - timedelta(days=12)
    road.change(Milestone, {"ends_on": ended, "starts_on": ended - timedelta(days=5)}, Milestone.code == "M1")
    road.approved()

    told = said(road, "Liquidated damages")
    assert told.startswith("12 days after ")
    assert "× 0.1 % a day ×" in told
    assert explained(road).as_recorded


def test_a_contract_that_changed_since_is_not_passed_off_as_the_reason(road: Road) -> None:
    road.change(Contract, {"retention_bp": 1000}, Contract.project_id == road.project.id)
    road.approved()
    road.change(Contract, {"retention_bp": 2000}, Contract.project_id == road.project.id)

    assert not explained(road).as_recorded
