"""The ``file.*`` checks, row by row of the design's table."""

from __future__ import annotations

import pytest

from evidence.claims import DeviceClaim
from evidence.context import Requirement
from evidence.findings import Outcome

from .build import SHA256, ask, photo


def test_a_file_with_the_declared_fingerprint_passes_in_either_case() -> None:
    assert ask("file.sealed", device=DeviceClaim(sha256=SHA256)).outcome is Outcome.PASS
    assert ask("file.sealed", device=DeviceClaim(sha256=SHA256.upper())).outcome is Outcome.PASS


def test_a_file_without_a_declared_fingerprint_warns() -> None:
    assert ask("file.sealed").outcome is Outcome.WARN


def test_a_file_with_another_fingerprint_fails_and_shows_both() -> None:
    finding = ask("file.sealed", device=DeviceClaim(sha256="cd" * 32))

    assert finding.outcome is Outcome.FAIL
    assert (finding.measured, finding.expected) == (f"sha256 {SHA256}", f"sha256 {'cd' * 32}")


def test_a_whole_picture_passes() -> None:
    finding = ask("file.decodes")

    assert (finding.outcome, finding.measured) == (Outcome.PASS, "whole image/jpeg")


def test_bytes_after_the_picture_are_measured_and_not_judged() -> None:
    finding = ask("file.decodes", file=photo(trailing_bytes=123_456))

    assert (finding.outcome, finding.measured) == (Outcome.PASS, "whole image/jpeg, 123,456 bytes after its end")


@pytest.mark.parametrize(
    ("defect", "advice"),
    [("truncated", "cut off"), ("bomb", "larger"), ("damaged", "damaged"), ("new kind", "damaged")],
)
def test_a_defective_picture_fails_with_advice(defect: str, advice: str) -> None:
    finding = ask("file.decodes", file=photo(defect=defect, defect_detail="no end of image"))

    assert (finding.outcome, finding.measured) == (Outcome.FAIL, f"{defect}: no end of image")
    assert advice in finding.message


@pytest.mark.parametrize(("width", "outcome"), [(3200, Outcome.PASS), (3199, Outcome.WARN)])
def test_the_policy_asks_for_3_2_megapixels(width: int, outcome: Outcome) -> None:
    assert ask("file.resolution", file=photo(width=width, height=1000)).outcome is outcome


def test_a_requirement_may_ask_for_more_or_for_less() -> None:
    assert ask("file.resolution", requirement=Requirement("A", minimum_megapixels=12.5)).outcome is Outcome.WARN
    small = photo(width=1000, height=1000)
    asked = Requirement("A", minimum_megapixels=0.5)
    assert ask("file.resolution", file=small, requirement=asked).outcome is Outcome.PASS


def test_a_picture_of_unknown_size_is_unknown() -> None:
    assert ask("file.resolution", file=photo(width=None)).outcome is Outcome.UNKNOWN
