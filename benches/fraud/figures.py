"""Rates with the interval they may lie in, and the lines in which the bench tells them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from benches.fraud.world import Judged
from benches.rows import Row, row
from server.models.evidence import EvidenceState

_Z95 = 1.959964


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a rate (Wilson 1927, the score interval); (0, 1) where nothing was tried."""
    if not trials:
        return 0.0, 1.0
    share, z2 = hits / trials, _Z95**2
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    reach = _Z95 / (1 + z2 / trials) * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    return max(0.0, centre - reach), min(1.0, centre + reach)


def rate(
    name: str, hits: int, trials: int, *, goal: float | None, at_most: bool = False, note: str = "", **more: object
) -> Row:
    """One rate in per cent with its interval; ``at_most`` turns the goal round."""
    share = hits / trials if trials else 0.0
    low, high = wilson(hits, trials)
    met = None if goal is None else (share <= goal if at_most else share >= goal)
    sign = "<=" if at_most else ">="
    told = row(
        name,
        100 * share,
        "%",
        goal=None if goal is None else f"{sign} {100 * goal:g} %",
        met=met,
        note=note or None,
    )
    return told | {"hits": hits, "trials": trials, "interval_95": [round(100 * low, 2), round(100 * high, 2)], **more}


def detection(name: str, judged: Sequence[Judged], usual: frozenset[str], goal: float | None, told: str) -> list[Row]:
    """How often a class was seen, and how often it was stopped; by which checks stands beside it.

    Remarks that honest photos of the same channel get as well (``usual``) do not count.
    """
    by: Counter[str] = Counter(check for each in judged for check in each.raised - usual)
    seen = sum(bool(each.raised - usual) for each in judged)
    stopped = sum(each.verdict != EvidenceState.VERIFIED.value for each in judged)
    verdicts = Counter(each.verdict for each in judged)
    return [
        rate(
            f"fraud detected: {name}",
            seen,
            len(judged),
            goal=goal,
            note=told,
            checks=dict(by.most_common()),
            verdicts=dict(verdicts),
            not_verified=round(100 * stopped / max(1, len(judged)), 2),
        )
    ]


def honesty(name: str, judged: Sequence[Judged], note: str, *, goals: bool = False) -> list[Row]:
    """How many honest photos were rejected, and how many were held back for a person."""
    by: Counter[str] = Counter()
    for each in judged:
        if each.verdict != EvidenceState.VERIFIED.value:
            by.update(each.raised)
    count = Counter(each.verdict for each in judged)
    return [
        rate(
            f"honest rejected: {name}",
            count[EvidenceState.REJECTED.value],
            len(judged),
            goal=0.005 if goals else None,
            at_most=True,
            note=note,
            checks_of_those_not_verified=dict(by.most_common()),
        ),
        rate(
            f"honest held for review: {name}",
            count[EvidenceState.NEEDS_REVIEW.value],
            len(judged),
            goal=0.05 if goals else None,
            at_most=True,
            note=note,
        ),
    ]
