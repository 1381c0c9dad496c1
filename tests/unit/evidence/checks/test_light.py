"""``light.sun``: night and day contradicted, with every doubt for the photo, at every latitude and season."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evidence.checks.light_sun import exposure_value
from evidence.claims import DeviceClaim, FileClaim, TimeClaim, ZoneState
from evidence.findings import Outcome
from geo.sun import elevation_deg
from tests.corpus import needs_corpus, read_all

from .build import CAPTURED, ask, photo, position, stated, wall

NIGHT = CAPTURED + timedelta(hours=14)  # Midnight in Manila; CAPTURED is ten in the morning.


def lit(ev: float, **changes: Any) -> FileClaim:
    """A file exposed at so many EV: f/2, ISO 100 and the time that makes it."""
    return photo(**{"f_number": 2.0, "iso": 100.0, "exposure_s": 4 / 2**ev} | changes)


def outcome(file: FileClaim, **changes: Any) -> Outcome:
    return ask("light.sun", file=file, **changes).outcome


def test_the_exposure_value_is_that_of_the_tables() -> None:
    """Sunny 16: f/16 and 1/125 s at ISO 100 are EV 15."""
    assert exposure_value(photo(f_number=16.0, exposure_s=1 / 125, iso=100.0)) == pytest.approx(15, abs=0.05)
    assert exposure_value(photo(f_number=16.0, exposure_s=1 / 250, iso=200.0)) == pytest.approx(15, abs=0.05)


@pytest.mark.parametrize(("ev", "expected"), [(9.9, Outcome.PASS), (10.1, Outcome.WARN), (15.0, Outcome.WARN)])
def test_as_bright_as_day_at_midnight_warns(ev: float, expected: Outcome) -> None:
    assert outcome(lit(ev, time=stated(NIGHT))) is expected


@pytest.mark.parametrize(("ev", "expected"), [(0.2, Outcome.PASS), (-0.2, Outcome.WARN)])
def test_as_dark_as_night_in_the_morning_warns(ev: float, expected: Outcome) -> None:
    assert outcome(lit(ev, f_number=1.0, iso=12_800.0, exposure_s=1 / 2**ev / 128)) is expected


def test_a_long_exposure_by_day_was_meant() -> None:
    assert outcome(lit(-3.0, f_number=2.0, iso=400.0, exposure_s=8.0)) is Outcome.PASS


def test_a_flash_makes_its_own_light() -> None:
    assert outcome(lit(13.0, time=stated(NIGHT), flash_fired=True)) is Outcome.UNKNOWN


@pytest.mark.parametrize("missing", ["exposure_s", "f_number", "iso"])
def test_without_the_whole_exposure_nothing_is_said(missing: str) -> None:
    assert outcome(lit(13.0, time=stated(NIGHT), **{missing: None})) is Outcome.UNKNOWN


def test_without_place_or_time_nothing_is_said() -> None:
    assert outcome(lit(13.0, position=None)) is Outcome.UNKNOWN
    assert outcome(lit(13.0, time=None)) is Outcome.UNKNOWN


def test_the_device_s_place_and_time_serve_as_well() -> None:
    device = DeviceClaim(position=position(), captured_at=NIGHT)

    assert outcome(lit(13.0, position=None, time=None), device=device) is Outcome.WARN


def test_an_assumed_zone_is_given_an_hour_more() -> None:
    """At 18:55 in Manila the sun stands 7° low; an hour before, it did not."""
    evening = datetime(2026, 5, 6, 10, 55, tzinfo=UTC)
    assert elevation_deg(14.6, 121.0, evening) < -7

    assert outcome(lit(12.0, time=stated(evening))) is Outcome.WARN
    assert outcome(lit(12.0, time=wall(datetime(2026, 5, 6, 18, 55)))) is Outcome.PASS  # noqa: DTZ001


def test_the_edge_of_the_calendar_is_borne() -> None:
    last = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    time = TimeClaim(last.replace(tzinfo=None), last, ZoneState.STATED, "test")

    assert outcome(lit(12.0, time=time)) in Outcome


@pytest.mark.parametrize("latitude", range(-90, 91, 15))
@pytest.mark.parametrize("day", [15 + 30 * month for month in range(12)])
def test_honest_light_never_warns_at_any_latitude_and_season(latitude: int, day: int) -> None:
    """Outdoors by day from dusk's 3 EV to snow's 16, by night a moon's -3 to a floodlight's 9; rooms are 3 to 8."""
    for hour in range(24):
        instant = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day, hours=hour)
        height = elevation_deg(latitude, 20.0, instant)
        honest = (3.0, 8.0, 12.0, 16.0) if height > -5.5 else (-3.0, 3.0, 9.0)
        for ev in honest:
            file = lit(ev, position=position(latitude=float(latitude), longitude=20.0), time=stated(instant))
            assert outcome(file) is Outcome.PASS, (hour, height, ev)


@needs_corpus
def test_no_photo_of_the_corpus_is_blamed() -> None:
    """Their zones are the cameras' own where stated, else UTC is wrong by hours: those are left out."""
    said = {
        found.path: outcome(found.claim, without=("schedule",))
        for found in read_all()
        if found.claim.time is not None and found.claim.time.instant is not None
    }

    assert [path for path, each in said.items() if each is Outcome.WARN] == []
    assert sum(each is Outcome.PASS for each in said.values()) >= 15
