"""``origin.first_use`` by sha256, row by row of the design's table."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from evidence.claims import DeviceClaim, FileClaim
from evidence.context import Stage
from evidence.findings import Outcome

from .build import CAPTURED, RECEIVED, ask, photo, use


def test_a_file_never_sent_before_passes() -> None:
    assert ask("origin.first_use").outcome is Outcome.PASS


def test_the_same_file_for_the_same_purpose_warns() -> None:
    finding = ask("origin.first_use", earlier=(use(),))

    assert finding.outcome is Outcome.WARN
    assert finding.message == "This photo was already sent on 6 May 2026; there is no need to send it again."


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"project": "P2"}, "another project"),
        ({"milestone": "M2"}, "another milestone"),
        ({"stage": "before"}, "another stage"),
        ({"captured_at": CAPTURED - timedelta(days=1)}, "another day"),
    ],
)
def test_the_same_file_for_another_purpose_fails(changes: dict[str, object], words: str) -> None:
    finding = ask("origin.first_use", earlier=(use(**changes),))

    assert finding.outcome is Outcome.FAIL
    assert words in finding.message


@pytest.mark.parametrize("changes", [{"project": None}, {"milestone": None}, {"stage": None}])
def test_what_an_earlier_record_does_not_name_does_not_count(changes: dict[str, None]) -> None:
    assert ask("origin.first_use", earlier=(use(**changes),)).outcome is Outcome.WARN


def test_a_photo_that_names_no_milestone_yet_is_not_held_to_another() -> None:
    assert ask("origin.first_use", earlier=(use(),), milestone=None).outcome is Outcome.WARN


def test_one_other_use_among_many_is_enough_to_fail_and_is_the_one_named() -> None:
    finding = ask("origin.first_use", earlier=(use(), use(evidence="elsewhere", project="P2")))

    assert (finding.outcome, finding.measured) == (Outcome.FAIL, "same file as evidence elsewhere")


def test_days_are_those_of_the_site_and_not_of_utc() -> None:
    late_evening_utc = CAPTURED.replace(hour=17)  # 01:00 of the next day in Manila.

    assert ask("origin.first_use", earlier=(use(captured_at=late_evening_utc),)).outcome is Outcome.FAIL


def test_a_phone_that_dates_an_old_file_anew_is_found_out() -> None:
    yesterday = CAPTURED - timedelta(days=1)
    stale, phone = photo(time=None), DeviceClaim(captured_at=CAPTURED)

    assert (
        ask("origin.first_use", file=stale, device=phone, earlier=(use(captured_at=yesterday),)).outcome is Outcome.FAIL
    )


@pytest.mark.parametrize(("days", "outcome"), [(0, Outcome.WARN), (1, Outcome.FAIL)])
def test_days_of_receipt_stand_in_where_nothing_dates_the_photo(days: int, outcome: Outcome) -> None:
    earlier = use(captured_at=None, received_at=RECEIVED - timedelta(days=days))

    assert ask("origin.first_use", earlier=(earlier,), file=photo(time=None)).outcome is outcome


@pytest.mark.parametrize(
    ("file", "captured"), [(photo(), None), (photo(time=None), CAPTURED - timedelta(days=9))], ids=["earlier", "new"]
)
def test_days_of_receipt_stand_in_where_only_one_of_the_two_is_dated(
    file: FileClaim, captured: datetime | None
) -> None:
    assert ask("origin.first_use", earlier=(use(captured_at=captured),), file=file).outcome is Outcome.WARN


def test_the_day_of_the_earlier_use_is_said_as_the_site_counts_it() -> None:
    late_evening_utc = RECEIVED.replace(day=5, hour=17)

    assert "on 6 May 2026" in ask("origin.first_use", earlier=(use(received_at=late_evening_utc),)).message


def test_without_a_schedule_days_are_those_of_utc() -> None:
    next_day_in_manila = CAPTURED.replace(hour=17)

    finding = ask("origin.first_use", earlier=(use(captured_at=next_day_in_manila),), without=("schedule",))

    assert finding.outcome is Outcome.WARN


def test_stages_are_compared_by_their_words() -> None:
    assert ask("origin.first_use", earlier=(use(stage="safety"),), stage=Stage.SAFETY).outcome is Outcome.WARN
