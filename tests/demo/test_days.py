"""Days that are counted from the day of loading."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from demo.days import dated, dated_table, taken

MANILA = ZoneInfo("Asia/Manila")
WEDNESDAY = datetime(2026, 3, 18, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "day"), [("day 0", "2026-03-18"), ("day -18", "2026-02-28"), ("day +14", "2026-04-01")]
)
def test_a_relative_day_becomes_a_date(said: str, day: str) -> None:
    assert dated({"a": [said, 3, None]}, date(2026, 3, 18)) == {"a": [day, 3, None]}


def test_a_text_that_only_mentions_a_day_stays() -> None:
    assert dated("by day 3 of the month", date(2026, 3, 18)) == "by day 3 of the month"


def test_whole_cells_of_a_table_become_dates_and_titles_stay() -> None:
    table = "a,b\nday -1,Works by day 3\nx,day 2\r\n"

    assert dated_table(table, date(2026, 3, 18)) == "a,b\n2026-03-17,Works by day 3\nx,2026-03-20\r\n"


def test_what_falls_on_a_sunday_is_taken_on_the_saturday_before() -> None:
    assert taken(WEDNESDAY, MANILA, -3, time(9)) == datetime(2026, 3, 14, 9, tzinfo=MANILA)


def test_nothing_is_taken_after_the_load_began() -> None:
    assert taken(WEDNESDAY, MANILA, 0, time(17)) == datetime(2026, 3, 18, 2, 25, tzinfo=UTC)
