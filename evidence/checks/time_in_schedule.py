"""``time.in_schedule``: whether the day of capture fits the milestone and the contract.

Days are whole days in the site's zone. The milestone's window is widened by the policy's grace on
both sides; a limit that is not on record does not bind. A photo of stage *before* may be older
than the contract, as its purpose is to show what was there; the window still decides pass or warn.
"""

from __future__ import annotations

from datetime import date, timedelta

from evidence.checks._time import no_time, times
from evidence.checks._weigh import weigh
from evidence.checks._words import day
from evidence.context import Context, Schedule, Stage
from evidence.findings import ClaimName, Finding, Outcome
from evidence.policy import EvidencePolicy

NAME = "time.in_schedule"


def check(context: Context) -> Finding:
    """Judge each machine's day of capture; unknown without a schedule or a time."""
    schedule, witnesses = context.schedule, times(context)
    if schedule is None:
        return Finding(NAME, Outcome.UNKNOWN, "No schedule is on record to compare with.")
    if not witnesses:
        return no_time(NAME)
    days = [(witness.claim, witness.instant.astimezone(schedule.zone).date()) for witness in witnesses]
    return weigh([_judge(claim, taken, schedule, context) for claim, taken in days])


def _judge(claim: ClaimName, taken: date, schedule: Schedule, context: Context) -> Finding:
    """What one day of capture says."""
    outcome, message = _against_contract(taken, schedule, context) or _against_window(taken, schedule, context.policy)
    return Finding(NAME, outcome, f"Taken on {day(taken)}, {message}", day(taken), _expected(schedule), claim)


def _against_contract(taken: date, schedule: Schedule, context: Context) -> tuple[Outcome, str] | None:
    """The failures: before the contract, or after its end and the defects period."""
    start, end = schedule.contract_start, schedule.contract_end
    if start is not None and taken < start and context.stage is not Stage.BEFORE:
        return Outcome.FAIL, f"before the contract began on {day(start)}; take a new photo of the work as it is now."
    # Differences, as no day can be moved past the calendar's ends; where one day is later, the last one can be told.
    defects_period = timedelta(days=context.policy.defects_period_days)
    if end is not None and taken - end > defects_period:
        last = day(end + defects_period)
        return Outcome.FAIL, f"after the contract and its defects period ended on {last}; ask your supervisor."
    return None


def _against_window(taken: date, schedule: Schedule, policy: EvidencePolicy) -> tuple[Outcome, str]:
    """Inside or outside the milestone's window with its grace."""
    start, end, grace = schedule.window_start, schedule.window_end, timedelta(days=policy.schedule_grace_days)
    if start is None and end is None:
        return Outcome.UNKNOWN, "but no milestone with planned dates is named; choose the milestone it belongs to."
    early, late = start is not None and start - taken > grace, end is not None and taken - end > grace
    if not early and not late:
        return Outcome.PASS, "within the milestone's planned dates."
    side = "before" if early else "after"
    return Outcome.WARN, f"{side} the milestone's planned dates; check that it is the right milestone."


def _expected(schedule: Schedule) -> str | None:
    """The milestone's planned dates in words, if any are known."""
    start, end = schedule.window_start, schedule.window_end
    if start is not None and end is not None:
        return f"{day(start)} to {day(end)}"
    if start is not None:
        return f"from {day(start)}"
    return None if end is None else f"until {day(end)}"
