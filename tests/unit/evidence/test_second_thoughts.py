"""What is found later may make a photo worse, and never better."""

from __future__ import annotations

import pytest

from evidence.findings import NOT_CHECKED, ClaimName, Finding, Outcome
from evidence.policy import EvidencePolicy
from evidence.second_thoughts import changed, lowered
from evidence.verdict import Verdict

HELD = (
    Finding("place.inside_site", Outcome.PASS, "Here.", claim=ClaimName.FILE),
    Finding("time.in_schedule", Outcome.PASS, "Now.", claim=ClaimName.FILE),
)


def finding(outcome: Outcome, check: str = "origin.first_use", measured: str | None = None) -> Finding:
    return Finding(check, outcome, "Said.", measured=measured)


@pytest.mark.parametrize(
    ("before", "later", "stands"),
    [
        (Outcome.PASS, Outcome.WARN, True),
        (Outcome.PASS, Outcome.FAIL, True),
        (Outcome.WARN, Outcome.FAIL, True),
        (Outcome.UNKNOWN, Outcome.PASS, True),
        (Outcome.WARN, Outcome.PASS, False),
        (Outcome.FAIL, Outcome.WARN, False),
        (Outcome.FAIL, Outcome.PASS, False),
        (Outcome.WARN, Outcome.UNKNOWN, False),
        (Outcome.FAIL, Outcome.FAIL, False),
    ],
)
def test_a_finding_gives_way_to_a_worse_one_alone(before: Outcome, later: Outcome, stands: bool) -> None:
    assert bool(changed([finding(before)], [finding(later)])) is stands


def test_a_check_that_was_not_there_before_is_added() -> None:
    new = finding(Outcome.PASS, "picture.screen")

    assert changed([finding(Outcome.PASS)], [new]) == (new,)


def test_a_check_that_broke_is_not_mended_by_a_pass() -> None:
    broke = finding(Outcome.UNKNOWN, measured=NOT_CHECKED)

    assert changed([broke], [finding(Outcome.PASS)]) == ()
    assert changed([broke], [finding(Outcome.WARN)]) == (finding(Outcome.WARN),)


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [(Outcome.PASS, Verdict.VERIFIED), (Outcome.WARN, Verdict.NEEDS_REVIEW), (Outcome.FAIL, Verdict.REJECTED)],
)
def test_the_verdict_falls_with_the_findings(outcome: Outcome, verdict: Verdict) -> None:
    assert lowered(Verdict.VERIFIED, [*HELD, finding(outcome)], EvidencePolicy()) is verdict


@pytest.mark.parametrize("verdict", [Verdict.NEEDS_REVIEW, Verdict.REJECTED])
def test_the_verdict_never_rises(verdict: Verdict) -> None:
    assert lowered(verdict, HELD, EvidencePolicy()) is verdict
