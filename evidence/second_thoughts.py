"""What becomes of a photo's findings and verdict when more is known of it: they may get worse, never better."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evidence.findings import NOT_CHECKED, Finding, Outcome
from evidence.policy import EvidencePolicy
from evidence.verdict import Verdict, judge

_WEIGHT = {Outcome.UNKNOWN: 0, Outcome.PASS: 1, Outcome.WARN: 2, Outcome.FAIL: 3}
_RANK = {Verdict.VERIFIED: 0, Verdict.NEEDS_REVIEW: 1, Verdict.REJECTED: 2}


def changed(before: Iterable[Finding], later: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those of ``later`` that are to stand: new ones, and those worse than the finding of the same check before.

    A check that broke during the upload keeps saying so, for nothing may be verified past it.
    """
    known = {finding.check: finding for finding in before}
    return tuple(finding for finding in later if finding.check not in known or _worse(finding, known[finding.check]))


def lowered(verdict: Verdict, findings: Sequence[Finding], policy: EvidencePolicy) -> Verdict:
    """The verdict that follows from ``findings``, or the one that stood where that was lower."""
    return max(verdict, judge(findings, policy), key=_RANK.__getitem__)


def _worse(finding: Finding, standing: Finding) -> bool:
    if standing.measured == NOT_CHECKED:
        return finding.outcome in (Outcome.WARN, Outcome.FAIL)
    return _WEIGHT[finding.outcome] > _WEIGHT[standing.outcome]
