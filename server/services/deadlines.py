"""What is late: payment after the certificate, and the passing on of what was paid, by the policy's windows.

Days are those of the project's own calendar. A certificate keeps to the version of the policy it was reckoned under.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from server.models import Certificate
from server.services.progress import today
from server.services.reckoning import due_on, policy_of


class Step(StrEnum):
    """What a window is for, by the key of its rule in the policy."""

    PAYMENT = "payment_after_certificate"
    PASSING_ON = "subcontractor_paid_within"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One window: since which day it runs, until which, when it was met, and by which rule.

    ``days_late`` counts whole days after ``due_on``, up to ``done_on`` or to today; 0 is in time.
    """

    step: Step
    since: date
    due_on: date
    done_on: date | None
    days: int
    days_late: int
    policy: str
    source: str

    @property
    def late(self) -> bool:
        """Whether it is late now: what was late and is done now is not."""
        return self.done_on is None and self.days_late > 0


def of(certificate: Certificate, now: datetime) -> list[Deadline]:
    """The windows that run for a certificate, or ran, in their order."""
    here, first = today(now, _zone(certificate)), due_on(certificate)
    if certificate.certified_at is None or first is None:
        return []
    payment, passing_on = certificate.payment, certificate.passing_on
    certified = today(certificate.certified_at, _zone(certificate))
    found = [_deadline(certificate, Step.PAYMENT, certified, payment.paid_on if payment else None, here)]
    if payment is not None:
        passed = passing_on.passed_on if passing_on else None
        found.append(_deadline(certificate, Step.PASSING_ON, payment.paid_on, passed, here))
    return found


def running(certificate: Certificate, now: datetime) -> Deadline | None:
    """The window that runs now, late or not; None where nothing is due by a rule."""
    return next((each for each in of(certificate, now) if each.done_on is None), None)


def payment_late_from(certificate: Certificate) -> datetime:
    """The first instant at which payment of a certified certificate is late."""
    last = due_on(certificate)
    if last is None:
        raise ValueError("nothing is to be paid before it is certified")
    return _end_of(last, _zone(certificate))


def passing_on_late_from(certificate: Certificate, paid_on: date) -> datetime:
    """The first instant at which it is late to pass on what was paid on this day."""
    return _end_of(paid_on + timedelta(days=_days(certificate, Step.PASSING_ON)), _zone(certificate))


def _deadline(certificate: Certificate, step: Step, since: date, done_on: date | None, here: date) -> Deadline:
    days, policy = _days(certificate, step), policy_of(certificate)
    last = since + timedelta(days=days)
    late = max(0, ((done_on or here) - last).days)
    return Deadline(step, since, last, done_on, days, late, policy.name, policy.sources[f"windows.{step}"])


def _days(certificate: Certificate, step: Step) -> int:
    days: int = getattr(policy_of(certificate).windows, f"{step}_days")
    return days


def _zone(certificate: Certificate) -> str:
    return certificate.milestone.project.time_zone


def _end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
