"""The sun's height against almanacs, and where it neither rises nor sets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from geo.sun import elevation_deg, elevations_deg


@pytest.mark.parametrize(
    ("latitude", "longitude", "instant", "degrees"),
    [
        # NOAA's solar calculator.
        (0.0, 0.0, datetime(2026, 3, 20, 12, 7, tzinfo=UTC), 90.0),
        (51.4769, 0.0, datetime(2026, 6, 21, 12, 2, tzinfo=UTC), 61.9),
        # The pole at midsummer and midwinter: the obliquity of the ecliptic, all day.
        (90.0, 0.0, datetime(2026, 6, 21, 0, 0, tzinfo=UTC), 23.4),
        (90.0, 0.0, datetime(2026, 12, 21, 12, 0, tzinfo=UTC), -23.4),
    ],
)
def test_the_height_is_the_almanac_s(latitude: float, longitude: float, instant: datetime, degrees: float) -> None:
    assert elevation_deg(latitude, longitude, instant) == pytest.approx(degrees, abs=0.3)


def test_within_a_span_the_least_and_the_greatest_are_found() -> None:
    noon = datetime(2026, 3, 20, 12, 7, tzinfo=UTC)

    low, high = elevations_deg(0.0, 0.0, noon, timedelta(hours=1))

    assert high == pytest.approx(90, abs=0.5)
    assert low == pytest.approx(75, abs=0.5)


def test_the_last_minute_of_the_calendar_is_borne() -> None:
    assert elevations_deg(0.0, 0.0, datetime.max.replace(tzinfo=UTC), timedelta(hours=1))
