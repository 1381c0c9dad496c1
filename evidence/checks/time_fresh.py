"""``time.fresh``: whether the photo was received soon after it was taken.

A requirement may set its own oldest age; else the policy's holds.
"""

from __future__ import annotations

from evidence.checks._time import no_time, times
from evidence.checks._weigh import weigh
from evidence.checks._words import span
from evidence.context import Context
from evidence.findings import Finding, Outcome
from evidence.witness import TimeWitness

NAME = "time.fresh"


def check(context: Context) -> Finding:
    """Pass up to the policy's hours, warn later, fail beyond the oldest acceptable age."""
    witnesses = times(context)
    if not witnesses:
        return no_time(NAME)
    return weigh([_judge(witness, context) for witness in witnesses])


def _judge(witness: TimeWitness, context: Context) -> Finding:
    """What one time of capture says; a slightly fast clock counts as age zero."""
    age_s = (context.received_at - witness.instant).total_seconds()
    if age_s < -context.policy.future_limit_s:
        message = "The age of a photo from the future cannot be told; let the network set the phone's time and retake."
        return Finding(NAME, Outcome.UNKNOWN, message, claim=witness.claim)
    fresh_h, oldest_h = _limits_h(context)
    outcome, message = _answer(max(0.0, age_s), fresh_h, oldest_h)
    measured = f"{span(max(0.0, age_s))} old"
    return Finding(NAME, outcome, message, measured, f"at most {span(fresh_h * 3600)} old", witness.claim)


def _answer(age_s: float, fresh_h: float, oldest_h: float) -> tuple[Outcome, str]:
    """The outcome and the sentence for one age in seconds."""
    if age_s <= fresh_h * 3600:
        return Outcome.PASS, "The photo is fresh."
    if age_s <= oldest_h * 3600:
        return Outcome.WARN, f"The photo was {span(age_s)} old when it arrived; send photos soon after taking them."
    message = (
        f"The photo was {span(age_s)} old when it arrived, older than the {span(oldest_h * 3600)} allowed; retake it."
    )
    return Outcome.FAIL, message


def _limits_h(context: Context) -> tuple[float, float]:
    """Hours up to which a photo is fresh and up to which it is acceptable."""
    own = context.requirement.oldest_age_h if context.requirement else None
    oldest_h = context.policy.fresh_fail_h if own is None else own
    return min(context.policy.fresh_pass_h, oldest_h), oldest_h
