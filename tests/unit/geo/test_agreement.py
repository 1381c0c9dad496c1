from __future__ import annotations

import pytest
from shapely.geometry import LineString, Polygon

from geo.agreement import apart
from geo.site import Site

#: A degree of latitude at the equator, in metres.
DEGREE_M = 110_574.0


def square(east: float = 0.0, north: float = 0.0, side: float = 0.001) -> Site:
    """About 111 by 111 m at the equator, moved by degrees."""
    corners = [(east, north), (east + side, north), (east + side, north + side), (east, north + side)]
    return Site.polygon(Polygon(corners))


def road(north_end: float, east: float = 0.0, width_m: float = 10.0) -> Site:
    return Site.corridor(LineString([(east, 0.0), (east, north_end)]), width_m=width_m)


def test_the_same_shape_is_nowhere_apart() -> None:
    found = apart(square(), square())

    assert found.most_m == pytest.approx(0, abs=1e-6)
    assert found.area_difference_m2 == pytest.approx(0, abs=1e-3)
    assert found.shared_m2 == pytest.approx(found.first_m2)


def test_a_shape_that_was_moved_is_apart_by_the_way_it_was_moved() -> None:
    found = apart(square(), square(north=0.0005))

    assert found.centre_m == pytest.approx(0.0005 * DEGREE_M, rel=0.001)
    assert found.outline_m == pytest.approx(0.0005 * DEGREE_M, rel=0.001)
    assert found.shared_m2 == pytest.approx(found.first_m2 / 2, rel=0.01)


def test_a_larger_shape_about_the_same_centre_is_apart_by_its_outline() -> None:
    found = apart(square(), square(-0.0005, -0.0005, 0.002))

    assert found.centre_m == pytest.approx(0, abs=0.1)
    assert found.outline_m == pytest.approx(0.0005 * DEGREE_M * 2**0.5, rel=0.02)
    assert found.most_m == found.outline_m
    assert found.area_difference_m2 == pytest.approx(3 * found.first_m2, rel=0.01)


def test_a_road_that_ends_earlier_is_apart_by_what_is_missing() -> None:
    found = apart(road(0.009), road(0.008))

    assert found.outline_m == pytest.approx(0.001 * DEGREE_M, rel=0.01)
    assert found.centre_m == pytest.approx(0.0005 * DEGREE_M, rel=0.01)
    assert found.area_difference_m2 < 0


def test_an_area_and_a_line_are_compared_as_areas() -> None:
    strip = Site.polygon(Polygon([(-0.00005, 0), (0.00005, 0), (0.00005, 0.009), (-0.00005, 0.009)]))
    found = apart(road(0.009, width_m=11.13), strip)

    # Only the round ends of the corridor stand out.
    assert found.outline_m == pytest.approx(11.13 / 2, rel=0.2)


def test_shapes_on_either_side_of_the_antimeridian_are_neighbours() -> None:
    assert apart(square(179.9985), square(-179.9995)).centre_m == pytest.approx(0.002 * 111_320, rel=0.01)


def test_which_is_first_changes_no_distance() -> None:
    one, two = road(0.009), square(0.001)

    assert apart(one, two).outline_m == pytest.approx(apart(two, one).outline_m, rel=1e-3)
    assert apart(one, two).area_difference_m2 == pytest.approx(-apart(two, one).area_difference_m2, rel=1e-3)
