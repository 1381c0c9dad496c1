"""The checks of pixels, both sides of each bound; none of them is more than advice or a question."""

from __future__ import annotations

import pytest

from evidence import pixel_checks
from evidence.findings import Finding, Outcome
from evidence.policy import EvidencePolicy
from evidence.seen import Seen
from evidence.verdict import Verdict, judge

from .build import ask, pixels

UNKNOWN, PASS, WARN = Outcome.UNKNOWN, Outcome.PASS, Outcome.WARN


def weighed(name: str, seen: Seen) -> Finding:
    return pixel_checks.REGISTRY.checks[name](pixels(seen))


@pytest.mark.parametrize(("value", "outcome"), [(None, UNKNOWN), (15.9, PASS), (16.0, WARN), (40.0, WARN)])
def test_a_pattern_of_colours_asks_whether_it_is_a_screen(value: float | None, outcome: Outcome) -> None:
    assert weighed("picture.screen", Seen(screen=value)).outcome is outcome


@pytest.mark.parametrize(("value", "outcome"), [(None, UNKNOWN), (0.69, PASS), (0.70, WARN), (1.0, WARN)])
def test_lost_detail_is_advice_to_retake(value: float | None, outcome: Outcome) -> None:
    assert weighed("picture.sharpness", Seen(blur=value)).outcome is outcome


@pytest.mark.parametrize(("value", "outcome"), [(None, UNKNOWN), (0.25, PASS), (0.24, WARN), (0.0, WARN)])
def test_darkness_is_advice_to_retake(value: float | None, outcome: Outcome) -> None:
    assert weighed("picture.exposure", Seen(light=value)).outcome is outcome


def test_a_picture_of_which_nothing_was_measured_is_unknown_to_all() -> None:
    names = ("file.untouched", "picture.exposure", "picture.screen", "picture.sharpness")

    assert {weighed(name, Seen()).outcome for name in names} == {UNKNOWN}


def test_the_worst_picture_alone_does_not_take_a_verdict_away() -> None:
    """Recapture, blur, darkness and an odd thumbnail are questions; which of them hold a photo back, a policy says."""
    good = [ask(name) for name in ("place.inside_site", "time.in_schedule")]
    worst = pixel_checks.run_all(pixels(Seen(blur=1.0, light=0.0, thumbnail_unlike=1.0, screen=60.0)))

    assert judge([*good, *worst], EvidencePolicy()) is Verdict.VERIFIED
    strict = EvidencePolicy(decisive=frozenset({"picture.screen"}))
    assert judge([*good, *worst], strict) is Verdict.NEEDS_REVIEW
