"""What is made whole, what is refused, and with which reason."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.repair import MAX_VERTICES, GeometryError, RawPath, repair_lines, repair_polygons

SQUARE = [(121.0, 14.0), (121.01, 14.0), (121.01, 14.01), (121.0, 14.01), (121.0, 14.0)]
ANTIMERIDIAN_JUMP = [(179.99, -17.0), (-179.99, -17.0), (-179.99, -16.98), (179.99, -16.98), (179.99, -17.0)]


def path(places: list[tuple[float, float]], pointer: str = "/coordinates/0") -> RawPath:
    return RawPath(np.array(places, dtype=float).reshape(-1, 2), pointer)


def area(*rings: list[tuple[float, float]]) -> tuple[object, list[str]]:
    return repair_polygons([[path(ring) for ring in rings]])


def refusal(*rings: list[tuple[float, float]]) -> GeometryError:
    with pytest.raises(GeometryError) as caught:
        area(*rings)
    return caught.value


def test_a_sound_shape_is_kept_to_the_last_digit() -> None:
    shape, notes = area(SQUARE)

    assert list(shape.exterior.coords) == SQUARE
    assert notes == []


def test_an_open_ring_is_closed() -> None:
    shape, notes = area(SQUARE[:-1])

    assert list(shape.exterior.coords) == SQUARE
    assert notes == ["An open ring was closed."]


def test_rings_the_wrong_way_round_are_turned() -> None:
    hole = [(121.004, 14.004), (121.006, 14.004), (121.006, 14.006), (121.004, 14.006), (121.004, 14.004)]
    shape, notes = area(SQUARE[::-1], hole)

    assert shape.exterior.is_ccw
    assert not shape.interiors[0].is_ccw
    assert notes == ["A ring ran the wrong way round and was turned."]


def test_repeated_points_are_dropped() -> None:
    shape, notes = area([SQUARE[0], *SQUARE, SQUARE[-1]])

    assert list(shape.exterior.coords) == SQUARE
    assert notes == ["Repeated points were dropped."]


def test_a_bow_tie_is_refused_with_the_place_where_it_crosses() -> None:
    error = refusal([(0, 0), (0.01, 0.01), (0.01, 0), (0, 0.01), (0, 0)])

    assert "crosses itself near latitude 0.005000, longitude 0.005000" in error.reason
    assert error.pointer == "/coordinates/0"


def test_a_crossing_too_small_to_matter_is_repaired() -> None:
    knot = [(0.00501, 0.01), (0.00499, 0.01001), (0.00499, 0.00999), (0.00501, 0.01)]
    shape, notes = area([(0, 0), (0.01, 0), (0.01, 0.01), *knot, (0, 0.01), (0, 0)])

    assert shape.is_valid
    assert shape.area == pytest.approx(1e-4, rel=0.01)
    assert len(notes) == 1


def test_a_spike_is_cut_off() -> None:
    shape, _ = area([SQUARE[0], SQUARE[1], (121.02, 14.0), *SQUARE[1:]])

    assert shape.bounds == pytest.approx((121, 14, 121.01, 14.01), abs=1e-9)


def test_a_hole_outside_its_shell_is_refused() -> None:
    away = [(122.0, 14.0), (122.01, 14.0), (122.01, 14.01), (122.0, 14.0)]

    assert "hole lies outside shell" in refusal(SQUARE, away).reason


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ((121.0, 95.0), "no place"),
        ((math.nan, 14.0), "no place"),
        ((121.0, math.inf), "no place"),
        ((400.0, 14.0), "no place"),
    ],
)
def test_a_place_that_is_none_is_refused_and_pointed_at(place: tuple[float, float], reason: str) -> None:
    error = refusal([SQUARE[0], SQUARE[1], place, SQUARE[3], SQUARE[0]])

    assert reason in error.reason
    assert error.pointer == "/coordinates/0/2"


def test_swapped_latitude_and_longitude_are_called_by_name() -> None:
    assert "look swapped" in refusal([(latitude, longitude) for longitude, latitude in SQUARE]).reason


@pytest.mark.parametrize(
    ("ring", "reason"),
    [
        ([], "empty"),
        ([(0, 0)], "at least three"),
        ([(0, 0), (1, 1), (0, 0)], "at least three"),
        ([(0, 0), (0.001, 0), (0.002, 0), (0, 0)], "no area"),
        ([(0, 0), (10, 0), (10, 10), (0, 0)], "500 km is the limit"),
        ([(0, 0), (120, 0), (-120, 40), (0, 0)], "500 km is the limit"),
    ],
)
def test_a_shape_that_holds_no_site_is_refused(ring: list[tuple[float, float]], reason: str) -> None:
    assert reason in refusal(ring).reason


def test_nothing_at_all_is_refused() -> None:
    for nothing in ([], [[]]):
        with pytest.raises(GeometryError, match="empty"):
            repair_polygons(nothing)
    with pytest.raises(GeometryError, match="empty"):
        repair_lines([])


def test_more_vertices_than_allowed_are_refused() -> None:
    angles = np.linspace(0, 2 * np.pi, MAX_VERTICES + 1)

    assert "vertices" in refusal(list(zip(np.cos(angles), np.sin(angles), strict=True))).reason


def test_a_tangle_of_very_many_crossings_is_refused_within_seconds() -> None:
    started = time.perf_counter()
    tangle = np.random.default_rng(1).uniform(0, 0.1, (MAX_VERTICES - 1, 2))

    assert "very many places" in refusal([tuple(place) for place in tangle]).reason
    assert time.perf_counter() - started < 5


def test_parts_that_cross_in_very_many_places_are_refused() -> None:
    teeth = [(x / 1000, 0.001 if x % 2 else 0.9) for x in range(1000)]
    comb = [(0.0, 0.0), *[(0.1 * x, 0.1 * y) for x, y in teeth][::-1], (0.0, 0.0)]
    across = [(y, x) for x, y in comb]

    with pytest.raises(GeometryError, match="very many places"):
        repair_polygons([[path(comb)], [path(across)]])


def test_more_rings_than_allowed_are_refused() -> None:
    with pytest.raises(GeometryError, match="rings or lines"):
        repair_polygons([[path(SQUARE)]] * 1001)


def split_in_two() -> list[list[RawPath]]:
    west = [(179.99, -17.0), (180.0, -17.0), (180.0, -16.98), (179.99, -16.98), (179.99, -17.0)]
    east = [(-180.0, -17.0), (-179.99, -17.0), (-179.99, -16.98), (-180.0, -16.98), (-180.0, -17.0)]
    return [[path(west)], [path(east)]]


def running_on() -> list[list[RawPath]]:
    return [[path([(longitude % 360, latitude) for longitude, latitude in ANTIMERIDIAN_JUMP])]]


@pytest.mark.parametrize(
    "sent", [[[path(ANTIMERIDIAN_JUMP)]], split_in_two(), running_on()], ids=["jump", "split", "over 180"]
)
def test_a_shape_across_the_antimeridian_is_the_small_one_however_it_is_written(sent: list[list[RawPath]]) -> None:
    shape, _ = repair_polygons(sent)

    assert shape.geom_type == "Polygon"
    assert shape.area == pytest.approx(0.02 * 0.02, rel=1e-6)
    assert shape.bounds[2] - shape.bounds[0] == pytest.approx(0.02, abs=1e-8)


def test_a_ring_around_a_pole_is_taken() -> None:
    shape, notes = area([(0, 89.9), (90, 89.9), (180, 89.9), (-90, 89.9), (0, 89.9)])

    assert len(shape.exterior.coords) == 5
    assert notes == []


def test_parts_that_overlap_are_put_together() -> None:
    moved = [(longitude + 0.005, latitude) for longitude, latitude in SQUARE]
    shape, notes = repair_polygons([[path(SQUARE)], [path(moved)]])

    assert shape.geom_type == "Polygon"
    assert shape.area == pytest.approx(0.015 * 0.01, rel=1e-4)
    assert notes == ["Parts that touch or overlap were put together."]


def test_a_sliver_along_a_parallel_is_refused() -> None:
    with pytest.raises(GeometryError, match="too thin"):
        area([(120, 14), (120.25, 14), (120.5, 14)])


@given(st.lists(st.tuples(st.floats(120, 120.5), st.floats(14, 14.5)), min_size=0, max_size=12))
def test_any_ring_is_made_valid_or_refused(ring: list[tuple[float, float]]) -> None:
    try:
        shape, _ = area(ring)
    except GeometryError:
        return
    assert shape.is_valid
    assert shape.area > 0


def test_parts_of_a_line_whose_ends_meet_are_joined_in_order() -> None:
    line, notes = repair_lines([path([(121, 14), (121.01, 14)]), path([(121.01, 14.000005), (121.02, 14)])])

    assert line.coords[0] == (121, 14)
    assert line.coords[-1] == (121.02, 14)
    assert notes == ["2 parts were joined into one line."]


def test_a_part_drawn_the_other_way_round_is_turned() -> None:
    line, notes = repair_lines([path([(121, 14), (121.01, 14)]), path([(121.02, 14), (121.01, 14)])])

    assert list(line.coords) == [(121, 14), (121.01, 14), (121.02, 14)]
    assert "A part of the line drawn the other way round was turned." in notes


def test_a_gap_between_parts_is_refused_with_its_length() -> None:
    with pytest.raises(GeometryError) as caught:
        repair_lines([path([(121, 14), (121.01, 14)], "/a"), path([(121.02, 14), (121.03, 14)], "/b")])

    assert caught.value.reason == "there is a gap of 1,080 m between part 1 and part 2"
    assert caught.value.pointer == "/b"


@pytest.mark.parametrize(
    "places",
    [
        [(121, 14), (121, 14)],
        [(180, 11), (-180, 11)],
        [(-180, 11), (180, 11), (-180, 11)],
        [(122.5, 90), (122.6, 90)],
        [(0, -90), (180, -90), (90, -90)],
        [(121, 0), (121, 5e-324)],
    ],
)
def test_a_line_of_one_place_is_refused(places: list[tuple[float, float]]) -> None:
    with pytest.raises(GeometryError, match="two different points") as caught:
        repair_lines([path(places, "/coordinates")])

    assert caught.value.pointer == "/coordinates"


def test_a_line_of_a_centimetre_at_the_antimeridian_is_taken() -> None:
    line, _ = repair_lines([path([(180, 11), (-180 + 1e-7, 11)])])

    assert abs(line.coords[1][0] - line.coords[0][0]) == pytest.approx(1e-7)


def test_a_line_across_the_antimeridian_runs_on() -> None:
    line, _ = repair_lines([path([(179.99, -17), (-179.99, -17)])])

    assert abs(line.coords[1][0] - line.coords[0][0]) == pytest.approx(0.02)
