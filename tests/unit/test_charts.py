from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import charts
from server.charts import Series

MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in (3, 4, 5, 6))
PLAN = Series("planned", ((MARCH, 0), (APRIL, 4_000), (JUNE, 10_000)))


def drawn(*series: Series, today: date | None = None) -> charts.Chart:
    chart = charts.draw(series, today=today)
    assert chart is not None
    return chart


def numbers(path: str) -> list[float]:
    return [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?", path)]


def test_nothing_is_drawn_of_nothing() -> None:
    assert charts.draw([Series("planned", ())]) is None


def test_a_plan_runs_from_the_lower_left_to_the_upper_right() -> None:
    chart = drawn(PLAN)
    line = chart.lines[0]

    assert line.path.startswith(f"M{chart.left},{chart.bottom}L")
    assert (line.end_x, line.end_y) == (chart.right, chart.top)
    assert line.area == f"{line.path}V{chart.bottom}H{chart.left}Z"


def test_a_step_stands_still_until_the_day_it_rises() -> None:
    chart = drawn(Series("verified", ((MARCH, 0), (APRIL, 5_000), (JUNE, 5_000)), steps=True))

    assert chart.lines[0].path == f"M{chart.left},{chart.bottom}H224.4V140H{chart.right}V140"


def test_all_lines_share_the_axes() -> None:
    chart = drawn(PLAN, Series("verified", ((date(2026, 2, 1), 0), (MAY, 2_000)), steps=True))

    assert chart.lines[1].path.startswith(f"M{chart.left},")
    assert not chart.lines[0].path.startswith(f"M{chart.left},")


def test_more_than_the_whole_stays_on_the_canvas() -> None:
    chart = drawn(Series("planned", ((MARCH, 0), (JUNE, 12_000))))

    assert chart.lines[0].end_y == chart.top
    assert chart.shares[-1].y > chart.top


@pytest.mark.parametrize(("day", "shown"), [(date(2026, 2, 28), False), (MARCH, True), (MAY, True), (JUNE, True)])
def test_today_is_marked_where_it_lies_in_the_picture(day: date, shown: bool) -> None:
    assert (drawn(PLAN, today=day).today is not None) == shown


def test_words_near_an_edge_run_inward() -> None:
    assert [drawn(PLAN, today=day).today.anchor for day in (MARCH, MAY, JUNE)] == ["start", "middle", "end"]  # type: ignore[union-attr]


def test_firsts_of_months_are_named_below() -> None:
    assert [mark.day for mark in drawn(PLAN).days] == [MARCH, APRIL, MAY, JUNE]


def test_a_picture_of_one_day_names_that_day() -> None:
    day = date(2026, 5, 12)

    assert [mark.day for mark in drawn(Series("planned", ((day, 10_000),))).days] == [day]


def test_a_picture_of_a_few_days_names_its_ends() -> None:
    ends = date(2026, 5, 12), date(2026, 5, 20)

    assert [mark.day for mark in drawn(Series("planned", ((ends[0], 0), (ends[1], 10_000)))).days] == list(ends)


@given(st.dates(date(1990, 1, 1), date(2080, 1, 1)), st.integers(0, 20_000), st.integers(0, 15_000))
def test_whatever_the_span_few_days_are_named_and_all_is_on_the_canvas(first: date, span: int, most: int) -> None:
    chart = drawn(Series("planned", ((first, 0), (first + timedelta(days=span), most))))
    xs, ys = numbers(chart.lines[0].path)[::2], numbers(chart.lines[0].path)[1::2]

    assert 1 <= len(chart.days) <= charts.MOST_DAYS
    assert all(chart.left <= x <= chart.right for x in (*xs, *(mark.x for mark in chart.days)))
    assert all(chart.top <= y <= chart.bottom for y in ys)


def test_what_comes_on_one_day_is_one_point() -> None:
    assert charts.cumulated([(MAY, 1), (MARCH, 2), (MAY, 3)]) == ((MARCH, 2), (MAY, 6))


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([], ((MARCH, 0), (JUNE, 0))),
        ([(MAY, 5)], ((MARCH, 0), (MAY, 5), (JUNE, 5))),
        ([(JUNE, 5)], ((MARCH, 0), (JUNE, 5))),
        ([(date(2026, 2, 1), 5)], ((date(2026, 2, 1), 0), (date(2026, 2, 1), 5), (JUNE, 5))),
    ],
)
def test_a_stepped_line_begins_at_nothing_and_reaches_the_end(
    points: list[charts.Point], expected: tuple[charts.Point, ...]
) -> None:
    assert charts.stepped(points, begin=MARCH, end=JUNE) == expected


def test_a_step_counts_from_its_own_day_on() -> None:
    points = charts.stepped([(APRIL, 3), (MAY, 7)], begin=MARCH, end=JUNE)

    assert [charts.value_on(points, day) for day in (MARCH, APRIL, date(2026, 4, 30), MAY, JUNE)] == [0, 3, 3, 7, 7]
