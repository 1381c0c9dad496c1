"""Stationing along a centre line."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString

from geo.corridor import Corridor, format_station
from geo.position import LocalPlane

PLANE = LocalPlane(16.4, 120.6)


def at(east_m: float, north_m: float) -> tuple[float, float]:
    return PLANE.to_geographic(east_m, north_m)


def road(*places: tuple[float, float], width_m: float = 10, start_m: float = 0) -> Corridor:
    line = LineString([at(*place)[::-1] for place in places])
    return Corridor(line, width_m=width_m, chainage_start_m=start_m, plane=PLANE)


def test_a_line_without_length_is_no_corridor() -> None:
    with pytest.raises(ValueError, match="has no length"):
        road((0, 0), (0, 0))


NORTHWARD_THEN_EAST = road((0, 0), (0, 1000), (500, 1000), start_m=2000)


def test_a_place_right_of_the_line_has_a_positive_offset() -> None:
    station = NORTHWARD_THEN_EAST.station_of(*at(7, 400))

    assert station.chainage_m == pytest.approx(2400, abs=1e-3)
    assert station.offset_m == pytest.approx(7, abs=1e-3)


def test_a_place_left_of_the_line_has_a_negative_offset() -> None:
    assert NORTHWARD_THEN_EAST.station_of(*at(200, 1003)).offset_m == pytest.approx(-3, abs=1e-3)


def test_outside_a_bend_the_station_is_the_bend() -> None:
    station = NORTHWARD_THEN_EAST.station_of(*at(-3, 1004))

    assert station.chainage_m == pytest.approx(3000, abs=1e-3)
    assert station.offset_m == pytest.approx(-5, abs=1e-3)


def test_outside_a_hairpin_the_side_is_the_outer_one() -> None:
    hairpin = road((0, 0), (0, 1000), (100, 0))

    assert hairpin.station_of(*at(-0.01, 1010)).offset_m == pytest.approx(-10, abs=1e-2)
    assert hairpin.station_of(*at(0.4, 1010)).offset_m == pytest.approx(-10, abs=2e-2)


def test_beyond_the_ends_the_station_is_the_end_and_the_offset_the_whole_distance() -> None:
    before, after = (NORTHWARD_THEN_EAST.station_of(*at(*place)) for place in ((0, -30), (540, 970)))

    assert (before.chainage_m, abs(before.offset_m)) == (pytest.approx(2000), pytest.approx(30, abs=1e-3))
    assert (after.chainage_m, after.offset_m) == (pytest.approx(3500, abs=1e-3), pytest.approx(50, abs=1e-3))


places = st.lists(st.tuples(st.integers(-3000, 3000), st.integers(-3000, 3000)), min_size=2, max_size=12, unique=True)


@given(places, st.floats(0, 1), st.floats(-500, 5000))
def test_a_point_on_the_line_lies_on_it_at_its_own_chainage(
    corners: list[tuple[int, int]], share: float, start: float
) -> None:
    assume(LineString(corners).is_simple)
    corridor = road(*corners, start_m=start)
    chainage = start + share * corridor.length_m

    station = corridor.station_of(*corridor.point_at(chainage))

    assert station.offset_m == pytest.approx(0, abs=1e-4)
    assert station.chainage_m == pytest.approx(chainage, abs=1e-2)


def test_parts_follow_each_other_and_a_gap_has_no_length() -> None:
    parts = MultiLineString([[at(0, 0)[::-1], at(100, 0)[::-1]], [at(130, 0)[::-1], at(200, 0)[::-1]]])
    corridor = Corridor(parts, width_m=4, plane=PLANE)

    assert corridor.length_m == pytest.approx(170, abs=1e-3)
    assert corridor.station_of(*at(150, 1)).chainage_m == pytest.approx(120, abs=1e-3)
    assert PLANE.to_plane(*corridor.point_at(120)) == pytest.approx((150, 0), abs=1e-3)


@pytest.mark.parametrize("chainage", [1999, 3501, math.nan])
def test_a_chainage_off_the_line_is_refused(chainage: float) -> None:
    with pytest.raises(ValueError, match="the line runs"):
        NORTHWARD_THEN_EAST.point_at(chainage)


@pytest.mark.parametrize("width", [0, -3, math.nan, math.inf])
def test_a_width_that_is_none_is_refused(width: float) -> None:
    with pytest.raises(ValueError, match="not a corridor"):
        road((0, 0), (10, 0), width_m=width)


def test_the_outline_reaches_half_the_width_to_each_side() -> None:
    west, south, east, north = road((0, 0), (0, 1000)).outline().bounds

    assert (west, south, east, north) == pytest.approx((-5, -5, 5, 1005), abs=1e-3)


@pytest.mark.parametrize(
    ("chainage", "written"),
    [(1234.0, "1+234"), (0, "0+000"), (999.6, "1+000"), (12_005, "12+005"), (-50, "-0+050"), (-0.2, "0+000")],
)
def test_a_station_is_written_as_surveyors_do(chainage: float, written: str) -> None:
    assert format_station(chainage) == written
