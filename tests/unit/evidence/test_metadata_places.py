"""When position tags are a position, and what they are when they are not."""

from __future__ import annotations

import io

import pytest

from evidence.claims import FileClaim, PlaceState, PositionClaim
from evidence.metadata import read
from tests.unit.evidence.photo_maker import Tag, Tags, byte, dms, double, gps, jpeg, ratio, text, tiff, undefined


def claim(tags: Tags) -> FileClaim:
    photo = jpeg(tiff(gps=tags))
    return read(io.BytesIO(photo), size=len(photo))


def position(tags: Tags) -> PositionClaim:
    found = claim(tags)
    assert found.place_state is PlaceState.VALID
    assert found.place_reason is None
    assert found.position is not None
    return found.position


@pytest.mark.parametrize(
    ("latitude_ref", "longitude_ref", "signs"),
    [("N", "E", (1, 1)), ("S", "W", (-1, -1)), ("n", "w", (1, -1)), ("South", "East", (-1, 1))],
)
def test_the_hemispheres_give_the_signs(latitude_ref: str, longitude_ref: str, signs: tuple[int, int]) -> None:
    found = position(gps(latitude_ref=latitude_ref, longitude_ref=longitude_ref))

    assert (found.latitude > 0, found.longitude > 0) == (signs[0] > 0, signs[1] > 0)


@pytest.mark.parametrize(
    "latitude",
    [
        dms(14, 35, 4500),
        ratio((14, 1), (3575, 100), (0, 1)),
        ratio((14, 1), (3575, 100)),
        ratio((1_459_583_333, 100_000_000)),
    ],
)
def test_degrees_may_come_with_or_without_minutes_and_seconds(latitude: Tag) -> None:
    assert position(gps(latitude)).latitude == pytest.approx(14.59583333, abs=1e-8)


@pytest.mark.parametrize("missing", [0x01, 0x03])
def test_a_missing_hemisphere_is_not_north_east(missing: int) -> None:
    found = claim({number: tag for number, tag in gps().items() if number != missing})

    assert found.place_state is PlaceState.UNUSABLE
    assert found.place_reason is not None
    assert "hemisphere" in found.place_reason


@pytest.mark.parametrize("filler_m", [20_037_510.0, 1e300])
def test_an_error_beyond_the_earth_says_nothing(filler_m: float) -> None:
    assert position(gps() | {0x1F: double(filler_m)}).accuracy_m is None
    assert position(gps() | {0x1F: double(12.5)}).accuracy_m == 12.5


@pytest.mark.parametrize(
    ("tags", "word"),
    [
        (gps(latitude_ref="X"), "hemisphere"),
        (gps(latitude_ref="\0"), "hemisphere"),
        (gps(dms(91, 0, 0)), "out of range"),
        (gps(dms(90, 0, 1)), "out of range"),
        (gps(longitude=dms(213, 0, 0)), "out of range"),
        (gps(longitude=dms(180, 1, 0)), "out of range"),
        (gps(dms(14, 61, 0)), "out of range"),
        (gps(ratio((14, 1), (35, 1), (4512, 1))), "out of range"),
        (gps(ratio((14, 1), (35, 0), (45, 1))), "not a number"),
        (gps(ratio((14, 1), (0, 0), (0, 1))), "not a number"),
        (gps(ratio((1, 1), (1, 1), (1, 1), (1, 1))), "not degrees"),
        ({**gps(), 0x09: text("V")}, "void"),
        ({number: tag for number, tag in gps().items() if number != 0x04}, "only one"),
    ],
)
def test_tags_that_cannot_be_trusted_are_unusable_and_say_why(tags: Tags, word: str) -> None:
    found = claim(tags)

    assert found.place_state is PlaceState.UNUSABLE
    assert found.position is None
    assert found.place_reason is not None
    assert word in found.place_reason


@pytest.mark.parametrize(
    "tags",
    [
        gps(ratio((0, 0), (0, 0), (0, 0)), ratio((0, 0), (0, 0), (0, 0)), latitude_ref="\0", longitude_ref="\0"),
        gps(dms(0, 0, 0), dms(0, 0, 0)),
        gps(ratio((0, 1), (0, 0), (0, 1)), dms(0, 0, 0)),
        {0x00: byte(0, 0, 0, 0)},
        {**gps(ratio((0, 0)), ratio((0, 0))), 0x09: text("V")},
    ],
)
def test_zeros_are_a_withheld_place_and_never_the_gulf_of_guinea(tags: Tags) -> None:
    found = claim(tags)

    assert found.place_state is PlaceState.REDACTED
    assert found.position is None
    assert found.place_reason is not None
    assert "withheld" in found.place_reason


def test_the_equator_and_the_prime_meridian_are_places() -> None:
    assert position(gps(dms(0, 0, 0))).latitude == 0
    assert position(gps(longitude=dms(0, 0, 0))).longitude == 0


def test_the_poles_and_the_date_line_are_in_range() -> None:
    found = position(gps(dms(90, 0, 0), dms(180, 0, 0), latitude_ref="S", longitude_ref="W"))

    assert (found.latitude, found.longitude) == (-90, -180)


def test_an_active_fix_is_trusted() -> None:
    assert position({**gps(), 0x09: text("A")})


def test_the_stated_error_is_a_68_percent_radius() -> None:
    found = position({**gps(), 0x1F: ratio((475, 100))})

    assert (found.accuracy_m, found.confidence) == (4.75, 0.68)


@pytest.mark.parametrize("error", [ratio((0, 1)), ratio((0, 0)), text("good")])
def test_no_stated_error_is_unknown_and_not_zero(error: Tag) -> None:
    found = position({**gps(), 0x1F: error})

    assert (found.accuracy_m, found.confidence, found.sigma_m) == (None, None, None)


def test_a_huge_stated_error_is_kept_as_it_is() -> None:
    assert position({**gps(), 0x1F: ratio((3310, 1))}).accuracy_m == 3310


def test_dilution_of_precision_is_a_hint_and_no_radius() -> None:
    found = claim({**gps(), 0x0B: ratio((29, 10))})

    assert found.gps_dop == 2.9
    assert found.position is not None
    assert found.position.accuracy_m is None


@pytest.mark.parametrize("method", [undefined(b"ASCII\0\0\0CELLID"), undefined(b"CELLID\0\0"), text("CELLID")])
def test_a_position_from_a_cell_tower_says_so_and_is_a_kilometre_wide(method: Tag) -> None:
    found = position({**gps(), 0x1B: method})

    assert (found.source, found.accuracy_m, found.confidence) == ("exifread:GPSInfo, from a cell tower", 1_000.0, 0.68)


def test_a_cell_tower_position_with_a_stated_error_keeps_it() -> None:
    assert position({**gps(), 0x1B: undefined(b"ASCII\0\0\0CELLID"), 0x1F: ratio((650, 1))}).accuracy_m == 650


@pytest.mark.parametrize(
    ("ref", "altitude_m"),
    [(byte(0), 12.5), (byte(1), -12.5), (byte(2), 12.5), (byte(3), -12.5), (None, 12.5)],
)
def test_the_altitude_is_below_where_its_reference_says_so(ref: Tag | None, altitude_m: float) -> None:
    tags = {**gps(), 0x06: ratio((125, 10))}
    if ref is not None:
        tags[0x05] = ref

    assert position(tags).altitude_m == altitude_m


def test_a_broken_altitude_does_not_cost_the_position() -> None:
    assert position({**gps(), 0x06: ratio((0, 0))}).altitude_m is None


def test_the_heading_keeps_its_north() -> None:
    found = position({**gps(), 0x10: text("M"), 0x11: ratio((26_782, 100))})

    assert (found.heading_deg, found.heading_ref) == (267.82, "M")


@pytest.mark.parametrize("heading", [ratio((361, 1)), ratio((1, 0)), text("west")])
def test_a_heading_that_is_none_has_no_north_either(heading: Tag) -> None:
    found = position({**gps(), 0x10: text("T"), 0x11: heading})

    assert (found.heading_deg, found.heading_ref) == (None, None)


def test_the_fix_carries_its_satellite_time() -> None:
    found = claim({**gps(), 0x07: ratio((2, 1), (20, 1), (3050, 100)), 0x1D: text("2026:02:03")})

    assert found.gps_instant is not None
    assert found.gps_instant.isoformat() == "2026-02-03T02:20:30.500000+00:00"
    assert found.position is not None
    assert found.position.fixed_at == found.gps_instant
