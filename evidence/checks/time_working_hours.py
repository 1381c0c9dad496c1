"""``time.working_hours``: whether the photo was taken on a working day and in working hours of the site.

A shift that ends past midnight belongs to the day on which it began.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from evidence.checks._time import no_time, times
from evidence.checks._weigh import weigh
from evidence.context import Context, Schedule
from evidence.findings import ClaimName, Finding, Outcome

NAME = "time.working_hours"

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def check(context: Context) -> Finding:
    """Pass inside the working hours, both ends included; warn outside them."""
    schedule, witnesses = context.schedule, times(context)
    if schedule is None:
        return Finding(NAME, Outcome.UNKNOWN, "No working hours are on record to compare with.")
    if not witnesses:
        return no_time(NAME)
    local = [(witness.claim, witness.instant.astimezone(schedule.zone)) for witness in witnesses]
    return weigh([_judge(claim, moment, schedule) for claim, moment in local])


def _judge(claim: ClaimName, moment: datetime, schedule: Schedule) -> Finding:
    """What one local time of capture says."""
    measured, expected = f"{_WEEKDAYS[moment.weekday()]} {moment:%H:%M}", _expected(schedule)
    if _working(moment, schedule):
        return Finding(NAME, Outcome.PASS, "Taken in working hours.", measured, expected, claim)
    message = f"Taken on {measured}, outside working hours; say in the caption why."
    return Finding(NAME, Outcome.WARN, message, measured, expected, claim)


def _working(moment: datetime, schedule: Schedule) -> bool:
    """Whether a local time lies in a shift of a working day."""
    clock, starts, ends = moment.time(), schedule.work_starts, schedule.work_ends
    if starts <= ends:
        return moment.isoweekday() in schedule.working_days and starts <= clock <= ends
    if clock >= starts:
        return moment.isoweekday() in schedule.working_days
    return clock <= ends and (moment - timedelta(days=1)).isoweekday() in schedule.working_days


def _expected(schedule: Schedule) -> str:
    """The working days and hours in words."""
    days = ", ".join(_WEEKDAYS[number - 1][:3] for number in sorted(schedule.working_days))
    return f"{days} {schedule.work_starts:%H:%M} to {schedule.work_ends:%H:%M}"
