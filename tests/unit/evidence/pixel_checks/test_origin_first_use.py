"""``origin.first_use`` by looks: what an earlier picture that is alike says, row by row of the design's table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from evidence.context import Stage
from evidence.findings import Outcome, other_photo, without_other
from evidence.pixel_checks.origin_first_use import check
from evidence.pixel_context import NearPicture, PixelContext, Standpoint
from evidence.policy import EvidencePolicy
from evidence.seen import Seen

TAKEN = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
OTHER = "01a218f6-512f-74a5-9650-f5f939b39c1f"
HERE = Standpoint("", 11.0, 122.5, 90.0)
CONTEXT = PixelContext(
    evidence="01a218f6-51e5-7991-a4e3-059e48847cff",
    seen=Seen(),
    stage=Stage.DURING,
    project="P1",
    milestone="m1",
    requirement=None,
    captured_at=TAKEN,
    received_at=TAKEN,
    zone=ZoneInfo("Asia/Manila"),
    policy=EvidencePolicy(),
)
NEAR = NearPicture(OTHER, 12, False, False, "P1", "m1", None, Stage.DURING, TAKEN, TAKEN)
LAST_WEEK = replace(NEAR, captured_at=TAKEN - WEEK, received_at=TAKEN - WEEK)


def outcome(near: NearPicture, context: PixelContext = CONTEXT) -> Outcome:
    return check(replace(context, near=(near,))).outcome


def at(near: NearPicture, standpoint: Standpoint) -> tuple[NearPicture, PixelContext]:
    return replace(near, standpoint=standpoint), replace(CONTEXT, standpoint=standpoint)


def test_a_picture_that_nothing_is_like_passes() -> None:
    assert check(CONTEXT).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "elsewhere",
    [{"project": "P2"}, {"milestone": "m2"}, {"stage": Stage.BEFORE}, {"captured_at": TAKEN - WEEK}],
)
@pytest.mark.parametrize("same", [{"bits": 20}, {"bits": 0, "same_pixels": True}, {"bits": 5, "turned": True}])
def test_the_same_picture_for_something_else_fails(elsewhere: dict[str, object], same: dict[str, object]) -> None:
    assert outcome(replace(NEAR, **elsewhere, **same)) is Outcome.FAIL  # type: ignore[arg-type]


@pytest.mark.parametrize("bits", [0, 20])
def test_the_same_picture_for_the_same_site_stage_and_day_is_a_warning(bits: int) -> None:
    assert outcome(replace(NEAR, bits=bits)) is Outcome.WARN


@pytest.mark.parametrize("bits", [21, 31])
def test_a_similar_picture_is_a_warning_also_for_another_project(bits: int) -> None:
    assert outcome(replace(NEAR, project="P2", bits=bits)) is Outcome.WARN


def test_a_fixed_view_a_week_later_is_expected_to_be_alike() -> None:
    near, context = at(replace(LAST_WEEK, bits=24), Standpoint("east gate@"))

    assert outcome(near, context) is Outcome.PASS


@pytest.mark.parametrize("bits", [0, 20])
def test_an_old_photo_coded_anew_for_the_same_view_is_a_warning(bits: int) -> None:
    near, context = at(replace(LAST_WEEK, bits=bits), Standpoint("east gate@"))

    assert outcome(near, context) is Outcome.WARN


def test_the_same_pixels_on_another_day_are_used_twice_even_in_a_fixed_view() -> None:
    near, context = at(replace(LAST_WEEK, bits=0, same_pixels=True), Standpoint("east gate@"))

    assert outcome(near, context) is Outcome.FAIL


def test_a_mirrored_picture_is_of_no_fixed_view() -> None:
    near, context = at(replace(LAST_WEEK, turned=True), Standpoint("east gate@"))

    assert outcome(near, context) is Outcome.FAIL


def test_another_fixed_view_excuses_nothing() -> None:
    near, context = at(LAST_WEEK, Standpoint("east gate@"))

    assert outcome(near, replace(context, standpoint=Standpoint("west gate@"))) is Outcome.FAIL


def test_the_same_place_and_heading_are_a_view_of_their_own() -> None:
    near, context = at(replace(LAST_WEEK, bits=24), HERE)

    assert outcome(near, context) is Outcome.PASS
    assert outcome(near, replace(context, standpoint=replace(HERE, heading_deg=200.0))) is Outcome.WARN


def test_the_same_place_without_a_heading_may_be_the_same_view_so_that_a_person_looks() -> None:
    near, context = at(LAST_WEEK, replace(HERE, heading_deg=None))

    assert outcome(near, context) is Outcome.WARN


def test_the_gravest_is_told_and_names_its_photo() -> None:
    elsewhere = replace(NEAR, evidence=OTHER.replace("01a2", "01a3"), bits=15, project="P2")

    found = check(replace(CONTEXT, near=(NEAR, elsewhere)))

    assert found.outcome is Outcome.FAIL
    assert other_photo(found.measured) == elsewhere.evidence
    assert without_other(found.measured) == "15 of 256 bits from another photo"


def test_when_a_photo_of_another_project_was_sent_is_not_told() -> None:
    assert "2026" not in check(replace(CONTEXT, near=(replace(NEAR, project="P2"),))).message
    assert "6 May 2026" in check(replace(CONTEXT, near=(NEAR,))).message


def test_views_that_milestones_name_apart_are_one_from_the_same_spot() -> None:
    """The bug: the notice board and the first trusses, a week apart from one spot, were put before a person."""
    near = replace(LAST_WEEK, bits=30, milestone="m0", standpoint=replace(HERE, view="r1"))
    context = replace(CONTEXT, standpoint=replace(HERE, view="r2"))

    assert outcome(near, context) is Outcome.PASS
    assert outcome(replace(near, standpoint=replace(HERE, view="r1", heading_deg=200.0)), context) is Outcome.WARN
