"""The order of what waits: the oldest and the riskiest first, by a rule that a page can say in one sentence.

A thing gets one point for each day that it has waited, 10 more when the policy's time for an answer is over, 10 as an
appeal or a dispute, 10 where so much money is at stake that two people must approve, and for photos 5 where place
or time rest on a person's word (grade D), 2 where there is one witness only (grade C). More points stand higher, of
equal ones the older; what cannot be done yet stands last. Everything in it is on record; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from server.engines import engines
from server.policy import Policy
from server.services.progress import today
from server.services.waiting.things import Kind, Pressing, Waiting

OVERDUE, HEARD, LARGE = 10, 10, 10
OF_GRADE = {"C": 2, "D": 5}


def in_order(things: Iterable[Waiting], *, now: datetime) -> list[Waiting]:
    """The things, each told how pressing it is, the most pressing first."""
    found = list(things)
    for thing in found:
        thing.pressing = pressing(thing, today(now, thing.project.time_zone))
    return sorted(found, key=lambda each: (each.later, -each.at.points, each.since, each.key))


def pressing(thing: Waiting, on: date) -> Pressing:
    """How pressing a thing is on a day at its project."""
    policies, named = engines().policies, thing.policy
    policy = policies.get(named) if named else policies.latest(thing.project.policy)
    due_on = _due_on(thing, policy)
    overdue_days = max(0, (on - due_on).days)
    begun = due_on if thing.kind is Kind.PRESENT else today(thing.since, thing.project.time_zone)
    waited_days = max(0, (on - begun).days)
    large = policy.money.needs_two_approvals(thing.amount_minor, thing.project.currency)
    points = (
        waited_days
        + (OVERDUE if overdue_days else 0)
        + (HEARD if thing.kind in (Kind.APPEAL, Kind.DISPUTE) else 0)
        + (LARGE if large else 0)
        + OF_GRADE.get(thing.grade or "", 0)
    )
    return Pressing(points, waited_days, overdue_days, due_on, large)


def _due_on(thing: Waiting, policy: Policy) -> date:
    """The last day: of the milestone, of the window for payments, or of the time for an answer in working days."""
    since = today(thing.since, thing.project.time_zone)
    if thing.kind is Kind.PRESENT:
        return thing.milestone.ends_on if thing.milestone else since
    if thing.kind is Kind.PAY:
        return since + timedelta(days=policy.windows.payment_after_certificate_days)
    return working_day(since, policy.review.answer_within_working_days, thing.project.working_days)


@lru_cache(maxsize=4096)
def working_day(since: date, number: int, working_days: str) -> date:
    """The day that is so many working days after ``since``; ``working_days`` are ISO weekdays ("12345").

    A project without working days counts every day.
    """
    on = since
    while number > 0:
        on += timedelta(days=1)
        number -= not working_days or str(on.isoweekday()) in working_days
    return on
