"""What a certificate comes to when it is unlocked, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from server.models import Certificate, Contract, Milestone
from server.services import certificates
from tests.services.money.road import Road

#: The road's contract: 1,000,000.00 PHP, 15 % advance, 10 % retention up to half of the works.
#: Milestones of 20, 50 and 30 %.


@dataclass(frozen=True)
class Lines:
    """A certificate's lines in minor units."""

    gross: int
    recovery: int
    retention: int
    damages: int
    net: int


def lines(road: Road, milestone: str = "M1") -> Lines:
    found = road.certificate(milestone)
    return Lines(
        found.gross_minor,
        found.advance_recovery_minor,
        found.retention_minor,
        found.liquidated_damages_minor,
        found.net_minor,
    )


def ended(road: Road, milestone: str, days_ago: int) -> None:
    road.change(Milestone, {"ends_on": road.today - timedelta(days=days_ago)}, Milestone.code == milestone)


def said(road: Road, milestone: str = "M1") -> dict[str, str]:
    return {line.label: line.why for line in certificates.calculation(road.certificate(milestone))}


def test_a_milestone_in_time_bears_recovery_and_retention(road: Road) -> None:
    road.approved()

    assert lines(road) == Lines(gross=20_000_000, recovery=3_000_000, retention=2_000_000, damages=0, net=15_000_000)


def test_over_all_milestones_the_advance_is_recovered_and_retention_ends_at_half(road: Road) -> None:
    for milestone in ("M1", "M2", "M3"):
        road.approved(milestone)

    assert [lines(road, m).recovery for m in ("M1", "M2", "M3")] == [3_000_000, 7_500_000, 4_500_000]
    assert [lines(road, m).retention for m in ("M1", "M2", "M3")] == [2_000_000, 3_000_000, 0]


@pytest.mark.parametrize(("days", "damages"), [(-1, 0), (0, 0), (1, 20_000), (12, 240_000)])
def test_each_day_late_costs_a_thousandth_of_the_milestone(road: Road, days: int, damages: int) -> None:
    ended(road, "M1", days_ago=days)
    road.approved()

    assert lines(road).damages == damages
    assert lines(road).net == 15_000_000 - damages


def test_delay_ends_when_the_approved_photos_were_put_forward(road: Road) -> None:
    ended(road, "M1", days_ago=2)
    road.photos(2)
    submission = road.submit()
    road.later(days=30)
    road.decide(submission)

    assert lines(road).damages == 40_000


def test_damages_that_a_certificate_cannot_bear_go_to_the_next(road: Road) -> None:
    ended(road, "M1", days_ago=1_000)
    road.approved("M1")
    assert lines(road, "M1") == Lines(20_000_000, 3_000_000, 2_000_000, 15_000_000, 0)

    road.approved("M2")
    assert lines(road, "M2").damages == 5_000_000

    road.approved("M3")
    assert lines(road, "M3").damages == 0, "nothing is charged twice"


def test_the_contracts_own_retention_counts(road: Road) -> None:
    road.change(Contract, {"retention_bp": 500}, Contract.project_id == road.project.id)
    road.approved()

    assert lines(road).retention == 1_000_000


def test_the_amount_is_the_milestones_at_approval(road: Road) -> None:
    road.worth(25_000_000)
    road.approved()

    assert lines(road).gross == 25_000_000


def test_the_lines_sum_to_the_net(road: Road) -> None:
    ended(road, "M1", days_ago=3)
    road.approved()

    *parts, net = certificates.calculation(road.certificate())

    assert [line.label for line in parts] == ["Gross", "Advance recovery", "Retention", "Liquidated damages"]
    assert sum(line.amount_minor for line in parts) == net.amount_minor == road.certificate().net_minor


def test_every_line_says_why(road: Road) -> None:
    ended(road, "M1", days_ago=3)
    road.approved()

    why = said(road)
    assert "milestone M1" in why["Gross"]
    assert "₱150,000.00" in why["Advance recovery"]
    assert "10 %" in why["Retention"]
    assert "50 %" in why["Retention"]
    assert "3 days after" in why["Liquidated damages"]
    assert "0.1 %" in why["Liquidated damages"]
    assert "ph-1" in why["Net"]


def test_the_paymaster_is_told_that_progress_payments_have_not_begun(road: Road) -> None:
    road.worth(10_000_000)
    road.approved("M1")
    assert "begin when 20 % of the contract's value is approved; so far 10 % is." in said(road, "M1")["Net"]

    road.approved("M2")
    assert "begin" not in said(road, "M1")["Net"] + said(road, "M2")["Net"]


def test_a_locked_certificate_says_that_nothing_is_due(road: Road) -> None:
    assert [line.label for line in certificates.calculation(road.certificate())] == ["Gross", "At most"]
    assert "before the milestone is approved" in said(road)["At most"]


def test_a_certificate_names_the_policy_it_was_reckoned_under(road: Road) -> None:
    assert road.certificate().policy is None

    road.approved()

    found: Certificate = road.certificate()
    assert found.policy == "ph-1"
