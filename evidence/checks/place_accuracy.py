"""``place.accuracy``: how good the position is, by the 68 % radius that its maker stated.

Two machines are two chances: the better one counts. Where it fails, no position is good
enough and every other place check is unknown.
"""

from __future__ import annotations

from evidence.checks._weigh import better
from evidence.checks._words import metres
from evidence.claims import PositionClaim
from evidence.context import Context
from evidence.findings import ClaimName, Finding, Outcome
from evidence.policy import EvidencePolicy
from evidence.witness import machine_positions, stated_r68_m

NAME = "place.accuracy"


def check(context: Context) -> Finding:
    """Judge the stated radius of the better machine position; unknown where there is none."""
    positions = machine_positions(context.claims)
    if not positions:
        return Finding(NAME, Outcome.UNKNOWN, _why_unknown(context), expected=_expected(context.policy))
    sharpest_first = sorted(positions, key=lambda stated: stated_r68_m(stated[1]) or float("inf"))
    return better([_judge(name, position, context.policy) for name, position in sharpest_first])


def _why_unknown(context: Context) -> str:
    """Say that there is no position; who gave a reason for it has no use for being told to switch it on."""
    advice = (
        "the reason for it was given." if context.claims.device.gave_reason else "retake with location switched on."
    )
    return f"There is no position whose accuracy could be judged; {advice}"


def _judge(claim: ClaimName, position: PositionClaim, policy: EvidencePolicy) -> Finding:
    """What one position's radius is worth."""
    radius_m = stated_r68_m(position)
    if radius_m is None:
        message = f"The position does not say how accurate it is; {metres(policy.assumed_r68_m)} is assumed."
        return Finding(NAME, Outcome.WARN, message, "not stated", _expected(policy), claim)
    measured = f"± {metres(radius_m)}"
    outcome, message = _answer(radius_m, policy)
    return Finding(NAME, outcome, message, measured, _expected(policy), claim)


def _answer(radius_m: float, policy: EvidencePolicy) -> tuple[Outcome, str]:
    """The outcome and the sentence for one radius in metres."""
    if radius_m <= policy.accuracy_pass_r68_m:
        return Outcome.PASS, f"The position is good to {metres(radius_m)}."
    advice = "wait under open sky for a better one and retake."
    if radius_m <= policy.accuracy_fail_r68_m:
        return Outcome.WARN, f"The position is only good to {metres(radius_m)}; {advice}"
    return Outcome.FAIL, f"The position is only good to {metres(radius_m)} and cannot be used; {advice}"


def _expected(policy: EvidencePolicy) -> str:
    """What the rule asks for."""
    return f"± {metres(policy.accuracy_pass_r68_m)} or better"
