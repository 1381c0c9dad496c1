from __future__ import annotations

from datetime import date

from server.gantt import MARGIN, WIDTH, Work, draw

TODAY = date(2026, 3, 15)


def works(*rows: tuple[str, str, str]) -> list[Work]:
    return [Work(code, code, date.fromisoformat(first), date.fromisoformat(last)) for code, first, last in rows]


def test_a_bar_runs_from_the_first_day_to_the_end_of_the_last() -> None:
    picture = draw(works(("M1", "2026-01-01", "2026-01-10"), ("M2", "2026-01-11", "2026-01-20")), TODAY)
    first, second = picture.bars

    assert first.x == MARGIN
    assert first.x + first.width == second.x
    assert second.x + second.width == WIDTH - MARGIN


def test_one_day_is_still_seen() -> None:
    picture = draw(works(("M1", "2026-01-01", "2045-01-01"), ("M2", "2030-01-01", "2030-01-01")), TODAY)

    assert picture.bars[1].width == 4


def test_today_stands_on_the_picture_only_within_the_schedule() -> None:
    assert draw(works(("M1", "2026-03-01", "2026-03-31")), TODAY).today_x is not None
    assert draw(works(("M1", "2026-04-01", "2026-04-30")), TODAY).today_x is None


def test_months_are_so_few_that_they_can_be_read() -> None:
    for last in ("2026-02-01", "2026-12-31", "2035-12-31", "2199-12-31"):
        ticks = draw(works(("M1", "2026-01-01", last)), TODAY).ticks
        assert 1 <= len(ticks) <= 8
        assert all(tick.day.day == 1 for tick in ticks)


def test_what_waits_for_another_is_joined_to_it() -> None:
    first, second = works(("M1", "2026-01-01", "2026-01-10"), ("M2", "2026-01-11", "2026-01-20"))
    joined = Work(second.code, second.title, second.starts_on, second.ends_on, predecessor="M1")

    assert len(draw([first, joined], TODAY).links) == 1
    assert draw([first, second], TODAY).links == ()
    # A predecessor that comes later, or the work itself, is a slip while typing.
    assert draw([joined, first], TODAY).links == ()


def test_days_that_are_missing_or_the_wrong_way_round_leave_an_empty_row() -> None:
    unknown = Work("M2", "Later", None, date(2026, 1, 1))
    backwards = Work("M3", "Backwards", date(2026, 2, 1), date(2026, 1, 1))
    picture = draw([*works(("M1", "2026-01-01", "2026-01-10")), unknown, backwards], TODAY)

    assert [bar.width > 0 for bar in picture.bars] == [True, False, False]
    assert picture.ends_on == date(2026, 1, 10)


def test_nothing_dated_is_an_empty_picture() -> None:
    picture = draw([Work("M1", "Later", None, None)], TODAY)

    assert (picture.ticks, picture.today_x, picture.starts_on) == ((), None, None)
    assert len(picture.bars) == 1
    assert draw([], TODAY).bars == ()


def test_the_last_year_that_can_be_planned_is_drawn() -> None:
    picture = draw(works(("M1", "9999-01-01", "9999-12-31")), TODAY)

    assert picture.ends_on == date(9999, 12, 31)
