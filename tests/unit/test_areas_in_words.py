from __future__ import annotations

from datetime import date

from server.wording import month, square_metres


def test_areas_are_said_in_square_metres_and_then_in_hectares() -> None:
    assert square_metres(430.4) == "430 m²"
    assert square_metres(-4_628) == "−4,628 m²"
    assert square_metres(12_500) == "1.25 ha"


def test_nothing_is_not_below_nothing() -> None:
    assert square_metres(-0.3) == "0 m²"


def test_a_month_is_said_with_its_year() -> None:
    assert month(date(2026, 3, 1)) == "March 2026"
    assert month(date(2026, 3, 1), short=True) == "Mar 2026"
