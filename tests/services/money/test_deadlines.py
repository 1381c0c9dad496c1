"""What is late: days on the project's calendar, by the windows of the policy the certificate was reckoned under."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from server.services import certificates, deadlines
from server.services.deadlines import Step
from tests.services.money.road import Road


def test_nothing_is_due_before_the_certificate(road: Road) -> None:
    road.approved()

    assert deadlines.of(road.certificate(), road.now) == []


def test_payment_is_late_the_moment_after_the_last_day_at_the_project(road: Road) -> None:
    kept = road.certified()
    last = certificates.due_on(kept)
    assert last is not None
    midnight = datetime(last.year, last.month, last.day, tzinfo=ZoneInfo("Asia/Manila")) + timedelta(days=1)

    before = deadlines.running(kept, midnight.astimezone(UTC) - timedelta(seconds=1))
    after = deadlines.running(kept, midnight.astimezone(UTC))
    assert before is not None
    assert after is not None
    assert (before.late, after.late, after.days_late) == (False, True, 1)
    assert kept.turn_at == midnight


def test_what_was_paid_late_is_told_and_is_not_late_any_more(road: Road) -> None:
    kept = road.certified()
    road.later(days=30)
    road.pay(kept)

    payment, passing_on = deadlines.of(road.certificate(), road.now)
    assert (payment.step, payment.days_late, payment.late) == (Step.PAYMENT, 2, False)
    assert (passing_on.step, passing_on.due_on - passing_on.since) == (Step.PASSING_ON, timedelta(days=15))
    assert passing_on.source


def test_each_step_gives_the_certificate_its_turn(road: Road) -> None:
    road.approved()
    assert road.certificate().turn_at == road.now
    paid = road.pay(certificates.certify(road.actor("paymaster"), road.certificate().id, now=road.now))
    turn = paid.turn_at
    assert turn is not None
    assert (turn.astimezone(ZoneInfo("Asia/Manila")).date() - road.today).days == 16
