"""Signed distance and P(inside) against answers found another way."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from geo.boundary import Boundary
from geo.position import LocalPlane, geodesic_m

PLANE = LocalPlane(14.6, 121.0)
PLOT = box(-50, -30, 50, 30)
YARD = Polygon(box(-50, -50, 50, 50).exterior.coords, [box(-20, -20, 20, 20).exterior.coords])

metres = st.floats(-200, 200)
sigmas = st.floats(0.5, 120)


def at(east_m: float, north_m: float) -> tuple[float, float]:
    return PLANE.to_geographic(east_m, north_m)


def below(z: float) -> float:
    """The normal distribution function."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def mass_of_box(area: BaseGeometry, east_m: float, north_m: float, sigma_m: float) -> float:
    """P(inside) of an upright rectangle, in closed form."""
    west, south, east, north = (
        (v - at_m) / sigma_m for v, at_m in zip(area.bounds, (east_m, north_m) * 2, strict=True)
    )
    return (below(east) - below(west)) * (below(north) - below(south))


def star(radii: list[float]) -> Polygon:
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    return Polygon(np.column_stack([np.cos(angles), np.sin(angles)]) * np.array(radii)[:, None])


stars = st.lists(st.floats(20, 150), min_size=3, max_size=40).map(star).filter(lambda shape: shape.is_valid)


def brute_distance(area: Polygon, east_m: float, north_m: float) -> float:
    """Walk every edge in plain arithmetic; inside by counting crossings."""
    best, inside = math.inf, False
    corners = list(area.exterior.coords)
    for (x1, y1), (x2, y2) in pairwise(corners):
        length2 = (x2 - x1) ** 2 + (y2 - y1) ** 2
        share = min(max(((east_m - x1) * (x2 - x1) + (north_m - y1) * (y2 - y1)) / length2, 0), 1)
        best = min(best, math.dist((east_m, north_m), (x1 + share * (x2 - x1), y1 + share * (y2 - y1))))
        if (y1 > north_m) != (y2 > north_m) and east_m < x1 + (north_m - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return -best if inside else best


@given(stars, metres, metres)
def test_signed_distance_is_what_walking_every_edge_finds(area: Polygon, east: float, north: float) -> None:
    measured = Boundary(PLANE, area).signed_distance_m(*at(east, north))

    assert measured == pytest.approx(brute_distance(area, east, north), abs=1e-5)


def test_a_hole_is_outside_and_its_rim_is_the_nearest_outline() -> None:
    yard = Boundary(PLANE, YARD)

    assert yard.signed_distance_m(*at(5, 0)) == pytest.approx(15, abs=1e-5)
    assert yard.signed_distance_m(*at(30, 0)) == pytest.approx(-10, abs=1e-5)


def test_between_two_parts_the_nearer_one_counts() -> None:
    parts = Boundary(PLANE, MultiPolygon([box(0, 0, 10, 10), box(100, 0, 110, 10)]))

    assert parts.signed_distance_m(*at(90, 5)) == pytest.approx(10, abs=1e-5)
    assert parts.signed_distance_m(*at(105, 5)) == pytest.approx(-5, abs=1e-5)


def test_far_away_the_distance_is_the_geodesic() -> None:
    bangkok = (13.75, 100.5)

    distance = Boundary(PLANE, box(-1, -1, 1, 1)).signed_distance_m(*bangkok)

    assert distance == pytest.approx(geodesic_m(*bangkok, 14.6, 121.0), abs=3)


@given(metres, metres, sigmas)
def test_probability_in_a_rectangle_is_the_closed_form(east: float, north: float, sigma: float) -> None:
    found = Boundary(PLANE, PLOT).probability_inside(*at(east, north), sigma, 0)

    assert found == pytest.approx(mass_of_box(PLOT, east, north, sigma), abs=1e-5)


@given(metres, metres, sigmas)
def test_probability_leaves_out_a_hole(east: float, north: float, sigma: float) -> None:
    whole, hole = box(-50, -50, 50, 50), box(-20, -20, 20, 20)
    expected = mass_of_box(whole, east, north, sigma) - mass_of_box(hole, east, north, sigma)

    assert Boundary(PLANE, YARD).probability_inside(*at(east, north), sigma, 0) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("sigma", [1.0, 10.0, 30.0, 200.0])
def test_probability_in_the_middle_of_a_disc_is_the_closed_form(sigma: float) -> None:
    disc = Boundary(PLANE, Point(0, 0).buffer(30, quad_segs=256))

    assert disc.probability_inside(*at(0, 0), sigma, 0) == pytest.approx(1 - math.exp(-900 / 2 / sigma**2), abs=1e-4)


@given(st.floats(-6, 6), st.floats(1, 50))
def test_probability_beside_a_long_straight_outline_is_that_of_the_half_plane(sigmas_out: float, sigma: float) -> None:
    field = Boundary(PLANE, box(-20_000, -20_000, 0, 20_000))

    assert field.probability_inside(*at(sigmas_out * sigma, 0), sigma, 0) == pytest.approx(below(-sigmas_out), abs=1e-5)


@pytest.mark.parametrize(("tolerance", "sigma"), [(15.0, 4.0), (15.0, 40.0), (50.0, 20.0)])
def test_probability_within_a_tolerance_is_what_ten_thousands_of_draws_find(tolerance: float, sigma: float) -> None:
    rng = np.random.default_rng(7)
    centre = np.array([60.0, 20.0])
    drawn = [Point(*each) for each in rng.normal(centre, sigma, (20_000, 2))]
    share = np.mean([PLOT.distance(each) <= tolerance for each in drawn])

    found = Boundary(PLANE, PLOT).probability_inside(*at(*centre), sigma, tolerance)

    assert found == pytest.approx(share, abs=0.012)


@given(stars, metres, metres, sigmas, st.floats(0, 60), st.floats(0, 60))
@settings(deadline=None)
def test_a_wider_tolerance_never_lowers_the_probability(
    area: Polygon, east: float, north: float, sigma: float, tolerance: float, more: float
) -> None:
    boundary = Boundary(PLANE, area)
    place = at(east, north)

    narrow = boundary.probability_inside(*place, sigma, tolerance)
    wide = boundary.probability_inside(*place, sigma, tolerance + more)

    # Arcs are drawn with edges, a thousandth of the radius short of the round.
    assert wide >= narrow - 1e-3


@given(st.floats(0, 300), st.floats(0.1, 100), sigmas)
def test_walking_away_from_a_convex_site_never_raises_the_probability(east: float, step: float, sigma: float) -> None:
    boundary = Boundary(PLANE, PLOT)

    nearer, further = (boundary.probability_inside(*at(e, 3), sigma, 15) for e in (east, east + step))

    assert further <= nearer + 1e-6


@given(st.one_of(st.just(0.0), st.floats(-1e-9, 1e-9)), sigmas)
def test_on_the_very_outline_the_probability_is_no_jump(hair: float, sigma: float) -> None:
    place = at(50 + hair, 0)

    found = Boundary(PLANE, PLOT).probability_inside(*place, sigma, 0)

    assert found == pytest.approx(mass_of_box(PLOT, 50, 0, sigma), abs=1e-5)


def test_a_position_without_error_is_inside_or_not() -> None:
    boundary = Boundary(PLANE, PLOT)

    assert boundary.probability_inside(*at(64.9, 0), 0, 15) == 1
    assert boundary.probability_inside(*at(65.1, 0), 0, 15) == 0


@pytest.mark.parametrize(("sigma", "tolerance"), [(-1, 0), (math.nan, 0), (1, -1), (math.inf, 0), (1, math.inf)])
def test_lengths_that_are_none_are_refused(sigma: float, tolerance: float) -> None:
    with pytest.raises(ValueError, match="not lengths"):
        Boundary(PLANE, PLOT).probability_inside(14.6, 121.0, sigma, tolerance)


def test_a_position_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not a position"):
        Boundary(PLANE, PLOT).signed_distance_m(91, 121.0)


@pytest.mark.parametrize(
    ("place", "metres_back", "words"),
    [
        ((93, 0), 43, "west"),
        ((0, -72), 42, "north"),
        ((80, 60), math.hypot(30, 30), "south-west"),
        ((-45, 0), 5, "west"),
    ],
)
def test_the_way_back_leads_to_the_nearest_place_of_the_outline(
    place: tuple[float, float], metres_back: float, words: str
) -> None:
    assert Boundary(PLANE, PLOT).way_back(*at(*place)) == (pytest.approx(metres_back, abs=1e-3), words)


def test_at_most_a_handful_of_tolerances_is_kept() -> None:
    boundary = Boundary(PLANE, PLOT)

    answers = [boundary.probability_inside(*at(55, 0), 10, tolerance) for tolerance in range(30)]

    assert answers == sorted(answers)
    assert len(boundary._grown) <= 8
