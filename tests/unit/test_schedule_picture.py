from __future__ import annotations

from datetime import date

from server.schedule_picture import WIDTH, Window, draw


def window(start: date, end: date) -> Window:
    return Window("Base course", start, end, "open")


def test_windows_fill_the_canvas_from_the_first_day_to_the_last() -> None:
    picture = draw(
        [window(date(2026, 1, 1), date(2026, 1, 10)), window(date(2026, 1, 11), date(2026, 1, 20))], date(2026, 1, 11)
    )

    assert [(strip.x, strip.width) for strip in picture.strips] == [(0.0, WIDTH / 2), (WIDTH / 2, WIDTH / 2)]
    assert picture.today_x == WIDTH / 2 + WIDTH / 40


def test_today_stretches_the_picture_where_it_is_near() -> None:
    picture = draw([window(date(2026, 1, 1), date(2026, 1, 9))], date(2026, 1, 10))

    assert picture.last == date(2026, 1, 10)
    assert picture.strips[0].width == WIDTH * 0.9
    assert picture.today_x < WIDTH - 1


def test_today_far_off_stands_on_the_edge() -> None:
    windows = [window(date(2026, 1, 1), date(2026, 1, 10))]

    assert draw(windows, date(2027, 1, 1)).today_x == WIDTH - 1
    assert draw(windows, date(2025, 1, 1)).today_x == 1


def test_a_single_day_can_be_seen() -> None:
    windows = [window(date(2026, 1, 1), date(2036, 1, 1)), window(date(2026, 1, 1), date(2026, 1, 1))]

    assert draw(windows, date(2026, 1, 1)).strips[1].width == 2.0
