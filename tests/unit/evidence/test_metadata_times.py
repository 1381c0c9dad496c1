"""When a photo was taken, and how far its zone is known."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from evidence.claims import FileClaim, TimeClaim, ZoneState
from evidence.metadata import in_zone, read
from tests.unit.evidence.photo_maker import Tag, Tags, dms, gps, jpeg, ratio, text, tiff

MANILA = ZoneInfo("Asia/Manila")
DATE_TIME_ORIGINAL, DIGITIZED, SUBSEC_ORIGINAL, OFFSET_ORIGINAL = 0x9003, 0x9004, 0x9291, 0x9011
OFFSET_OF_EDIT = 0x9010
NOON = "2026:02:03 12:00:00"


def claim(photo: Tags, satellite: Tags | None = None) -> FileClaim:
    made = jpeg(tiff(photo=photo, gps=satellite))
    return read(io.BytesIO(made), size=len(made))


def time(photo: Tags, satellite: Tags | None = None) -> TimeClaim:
    found = claim(photo, satellite).time
    assert found is not None
    return found


def utc(hour: int, minute: int, second: int = 0, *, day: str = "2026:02:03") -> Tags:
    return {0x07: ratio((hour, 1), (minute, 1), (second, 1)), 0x1D: text(day)}


def wall(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def test_a_stated_offset_gives_the_instant() -> None:
    found = time({DATE_TIME_ORIGINAL: text(NOON), OFFSET_ORIGINAL: text("+08:00")})

    assert found.zone is ZoneState.STATED
    assert found.wall == wall(2026, 2, 3, 12)
    assert found.instant == datetime(2026, 2, 3, 4, tzinfo=UTC)


def test_the_offset_of_the_last_edit_is_never_used() -> None:
    found = time({DATE_TIME_ORIGINAL: text(NOON), OFFSET_OF_EDIT: text("+08:00")})

    assert (found.zone, found.instant) == (ZoneState.UNKNOWN, None)


@pytest.mark.parametrize("offset", ["", "   :  ", "+8", "+25:00", "+08:75", "+14:01", "local"])
def test_an_offset_that_is_none_leaves_the_zone_unknown_and_not_utc(offset: str) -> None:
    found = time({DATE_TIME_ORIGINAL: text(NOON), OFFSET_ORIGINAL: text(offset)})

    assert (found.zone, found.instant) == (ZoneState.UNKNOWN, None)


def test_fractions_of_a_second_narrow_the_uncertainty() -> None:
    found = time({DATE_TIME_ORIGINAL: text(NOON), SUBSEC_ORIGINAL: text("25")})

    assert found.wall == wall(2026, 2, 3, 12, 0, 0, 250_000)
    assert found.uncertainty_s == pytest.approx(0.01)


@pytest.mark.parametrize("fraction", ["", "  ", "x9", "-1"])
def test_a_fraction_that_is_none_leaves_a_second_of_uncertainty(fraction: str) -> None:
    found = time({DATE_TIME_ORIGINAL: text(NOON), SUBSEC_ORIGINAL: text(fraction)})

    assert (found.wall, found.uncertainty_s) == (wall(2026, 2, 3, 12), 1.0)


@pytest.mark.parametrize(
    "value",
    [
        "0000:00:00 00:00:00",
        "    :  :     :  :  ",
        "2026:02:30 12:00:00",
        "2026:02:03 24:00:00",
        "0001:01:01 00:00:00",
        "yesterday",
        "",
    ],
)
def test_what_is_no_time_is_none(value: str) -> None:
    assert claim({DATE_TIME_ORIGINAL: text(value)}).time is None


def test_the_time_of_digitising_stands_in_and_says_so() -> None:
    found = time({DATE_TIME_ORIGINAL: text("0000:00:00 00:00:00"), DIGITIZED: text(NOON)})

    assert (found.wall, found.source) == (wall(2026, 2, 3, 12), "exifread:DateTimeDigitized")


@pytest.mark.parametrize("drift_s", [0, 3, 89])
def test_satellite_time_implies_the_zone(drift_s: int) -> None:
    found = time({DATE_TIME_ORIGINAL: text(NOON)}, {**gps(), **utc(4, drift_s // 60, drift_s % 60)})

    assert found.zone is ZoneState.GPS
    assert found.instant == datetime(2026, 2, 3, 4, tzinfo=UTC)
    assert found.uncertainty_s == 1.0 + drift_s


def test_a_stated_offset_goes_before_satellite_time() -> None:
    photo = {DATE_TIME_ORIGINAL: text(NOON), OFFSET_ORIGINAL: text("+09:00")}

    assert time(photo, {**gps(), **utc(4, 0)}).instant == datetime(2026, 2, 3, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("satellite", "why"),
    [
        (utc(4, 7), "a cached fix, seven minutes from any zone"),
        (utc(4, 0, day="2026:02:01"), "a clock two days apart"),
        (utc(4, 0, day="1970:01:19"), "a receiver that never had the date"),
        (utc(12, 0), "local time written as satellite time, eight hours from where it belongs"),
        ({0x07: ratio((4, 1), (0, 1), (0, 1))}, "a time without a date"),
        ({0x1D: text("2026:02:03")}, "a date without a time"),
        ({0x07: ratio((24, 1), (0, 1), (0, 1)), 0x1D: text("2026:02:03")}, "an hour that no day has"),
        ({0x07: ratio((4, 0), (0, 1), (0, 1)), 0x1D: text("2026:02:03")}, "a broken hour"),
        ({0x07: ratio((4, 1), (0, 1), (0, 1)), 0x1D: text("2026:13:03")}, "a month that no year has"),
    ],
)
def test_satellite_time_that_fits_no_zone_there_leaves_it_unknown(satellite: Tags, why: str) -> None:
    found = time({DATE_TIME_ORIGINAL: text(NOON)}, {**gps(), **satellite})

    assert (found.zone, found.instant) == (ZoneState.UNKNOWN, None), why


@pytest.mark.parametrize(
    ("longitude", "ref", "satellite_hour", "minute", "day"),
    [
        (dms(85, 19, 0), "E", 6, 15, "2026:02:03"),
        (dms(157, 0, 0), "W", 22, 0, "2026:02:02"),
        (dms(75, 0, 0), "E", 4, 0, "2026:02:03"),
    ],
    ids=["Kathmandu, +05:45", "Kiritimati, +14:00 east of the date line", "Kashgar, +08:00 far west of it"],
)
def test_the_odd_zones_of_the_world_are_known(
    longitude: Tag, ref: str, satellite_hour: int, minute: int, day: str
) -> None:
    found = time(
        {DATE_TIME_ORIGINAL: text(NOON)},
        {**gps(longitude=longitude, longitude_ref=ref), **utc(satellite_hour, minute, day=day)},
    )

    assert found.zone is ZoneState.GPS


def test_a_broken_date_written_with_a_time_behind_it_is_still_a_date() -> None:
    found = claim({}, {**gps(), 0x07: ratio((9, 1), (54, 1), (28, 1)), 0x1D: text("2008:05:08 09:54:28")})

    assert found.gps_instant == datetime(2008, 5, 8, 9, 54, 28, tzinfo=UTC)


def test_a_site_lends_its_zone_and_the_time_says_it_was_assumed() -> None:
    lent = in_zone(time({DATE_TIME_ORIGINAL: text(NOON)}), MANILA)

    assert lent.zone is ZoneState.ASSUMED
    assert lent.instant == datetime(2026, 2, 3, 4, tzinfo=UTC)
    assert lent.uncertainty_s == 1.0


def test_a_site_does_not_overrule_a_time_that_has_an_instant() -> None:
    known = time({DATE_TIME_ORIGINAL: text(NOON), OFFSET_ORIGINAL: text("+09:00")})

    assert in_zone(known, MANILA) is known


def test_a_wall_time_that_happened_twice_is_uncertain_by_the_hour_between() -> None:
    twice = TimeClaim(wall(2025, 10, 26, 2, 30), None, ZoneState.UNKNOWN, "exifread:DateTimeOriginal")

    lent = in_zone(twice, ZoneInfo("Europe/Rome"))

    assert lent.instant == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert timedelta(seconds=lent.uncertainty_s) > timedelta(hours=1)
