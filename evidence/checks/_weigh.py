"""How several claims' answers to one question become one finding.

Kept apart from the questions themselves, so that file and device are weighed the same way by all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evidence.checks._words import SPEAKER, sentence
from evidence.findings import Finding, Outcome

_RANK = {Outcome.PASS: 0, Outcome.WARN: 1, Outcome.UNKNOWN: 2, Outcome.FAIL: 3}


def better(findings: Sequence[Finding]) -> Finding:
    """The finding with the best outcome, the earlier one where two are equal; at least one is given."""
    return min(findings, key=lambda finding: _RANK[finding.outcome])


def weigh(findings: Sequence[Finding]) -> Finding:
    """Take the better claim's finding, the earlier one where two are equal.

    One machine claim that passes is enough (evidence-rules, "verified"), so a fix that went astray
    does not cost an honest inspector the photo, and a photo fails only where every machine claim
    fails. But where one passes and another fails, the two contradict each other, and showing a
    pass would hide it: the finding becomes a warning that quotes both, for a person to settle.

    Args:
        findings: one per claim, at least one, in order of preference.
    """
    best = better(findings)
    worst = max(findings, key=lambda finding: _RANK[finding.outcome])
    if best.outcome is Outcome.PASS and worst.outcome is Outcome.FAIL:
        return _contradiction(best, worst)
    return best


def _contradiction(best: Finding, worst: Finding) -> Finding:
    """Say that two machine claims exclude each other, quoting what each measured."""
    quotes = [f"{SPEAKER[finding.claim]} says {finding.measured}" for finding in (best, worst) if finding.claim]
    message = sentence(", but ".join(quotes)) + "; check the phone's location and clock, and retake."
    return replace(best, outcome=Outcome.WARN, message=message, measured="; ".join(quotes))
