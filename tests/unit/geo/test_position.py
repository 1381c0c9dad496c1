"""The local plane against geodesics, and the words for a bearing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import LineString

from geo.position import (
    LocalPlane,
    bearing_deg,
    compass_words,
    geodesic_m,
    grow_bounds,
    mean_position,
    wrap_longitude,
)

EARTH = Geod(ellps="WGS84")

latitudes = st.floats(-89, 89)
longitudes = st.floats(-180, 180)
azimuths = st.floats(0, 360)
up_to_50_km = st.floats(0.1, 50_000)


def walk(latitude: float, longitude: float, azimuth: float, metres: float) -> tuple[float, float]:
    """Where one arrives, by an ellipsoid library that the code does not use."""
    east, north, _ = EARTH.fwd(longitude, latitude, azimuth, metres)
    return north, east


@given(latitudes, longitudes, azimuths, up_to_50_km)
def test_distance_from_the_centre_is_within_a_thousandth_of_the_geodesic(
    latitude: float, longitude: float, azimuth: float, metres: float
) -> None:
    east, north = LocalPlane(latitude, longitude).to_plane(*walk(latitude, longitude, azimuth, metres))

    assert math.hypot(east, north) == pytest.approx(metres, rel=1e-3, abs=1e-6)


@given(latitudes, st.sampled_from([180.0, -180.0, 179.99, -179.99, 0.0]), azimuths, azimuths, up_to_50_km)
def test_distance_between_two_places_near_the_antimeridian_is_within_a_thousandth(
    latitude: float, longitude: float, first: float, second: float, metres: float
) -> None:
    plane = LocalPlane(latitude, longitude)
    here, there = walk(latitude, longitude, first, metres), walk(latitude, longitude, second, metres / 2)

    on_plane = math.dist(plane.to_plane(*here), plane.to_plane(*there))

    assert on_plane == pytest.approx(EARTH.inv(here[1], here[0], there[1], there[0])[2], rel=1e-3, abs=1e-6)


@given(st.floats(-90, 90), longitudes, azimuths, st.floats(0, 500_000))
def test_a_place_laid_on_the_plane_and_taken_back_is_the_same_place(
    latitude: float, longitude: float, azimuth: float, metres: float
) -> None:
    place = walk(latitude, longitude, azimuth, metres)
    plane = LocalPlane(latitude, longitude)

    back = plane.to_geographic(*plane.to_plane(*place))

    assert EARTH.inv(place[1], place[0], back[1], back[0])[2] < 1e-5


def test_north_is_up_and_east_is_right() -> None:
    plane = LocalPlane(14.6, 121.0)

    assert plane.to_plane(14.601, 121.0) == (pytest.approx(0, abs=1e-6), pytest.approx(110.64, abs=0.05))
    assert plane.to_plane(14.6, 121.001) == (pytest.approx(107.7, abs=0.1), pytest.approx(0, abs=1e-3))


def test_arrays_give_what_single_positions_give() -> None:
    plane = LocalPlane(-44.0, 179.99)
    lats, lons = np.array([-44.01, -43.99]), np.array([-179.99, 179.95])

    easts, norths = plane.to_plane_many(lats, lons)

    assert (easts[0], norths[0]) == pytest.approx(plane.to_plane(-44.01, -179.99), abs=1e-6)
    assert (easts[1], norths[1]) == pytest.approx(plane.to_plane(-43.99, 179.95), abs=1e-6)
    assert 0 < easts[0] < 2000


def test_a_shape_goes_to_the_plane_and_back_without_a_jump_at_the_antimeridian() -> None:
    plane = LocalPlane(0.0, 179.9)
    line = LineString([(179.8, 0.1), (-179.9, 0.1)])

    back = plane.unproject(plane.project(line))

    assert np.array(back.coords) == pytest.approx(np.array([(179.8, 0.1), (180.1, 0.1)]), abs=1e-9)


def test_the_antipode_is_far_away_and_never_at_the_centre() -> None:
    for latitude, longitude in ((0.0, 0.0), (90.0, 0.0), (30.0, 45.0)):
        east, north = LocalPlane(latitude, longitude).to_plane(-latitude, longitude - 180)

        assert math.hypot(east, north) > 12_000_000


@pytest.mark.parametrize("place", [(91.0, 0.0), (math.nan, 0.0), (0.0, math.inf)])
def test_what_is_no_position_is_refused(place: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="not a position"):
        LocalPlane(*place)


def test_a_geodesic_has_the_length_the_ellipsoid_says() -> None:
    assert geodesic_m(14.6, 121.0, 13.75, 100.5) == pytest.approx(EARTH.inv(121.0, 14.6, 100.5, 13.75)[2], abs=1e-3)


@given(latitudes, longitudes, st.floats(0, 359.99))
def test_a_bearing_is_the_azimuth_one_walks(latitude: float, longitude: float, azimuth: float) -> None:
    bearing = bearing_deg(latitude, longitude, *walk(latitude, longitude, azimuth, 1000))

    assert abs((bearing - azimuth + 180) % 360 - 180) < 0.01


@pytest.mark.parametrize(
    ("bearing", "words"),
    [
        (0, "north"),
        (22.4, "north"),
        (22.5, "north-east"),
        (90, "east"),
        (200, "south"),
        (315, "north-west"),
        (337.5, "north"),
        (-45, "north-west"),
        (720, "north"),
    ],
)
def test_a_bearing_is_told_in_eight_winds(bearing: float, words: str) -> None:
    assert compass_words(bearing) == words


def test_a_longitude_is_wrapped_only_where_it_must_be() -> None:
    assert [wrap_longitude(each) for each in (180.0, -180.0, 190.0, -190.0, 540.5)] == [180, -180, -170, 170, -179.5]


def test_the_middle_of_positions_on_both_sides_of_the_antimeridian_lies_between_them() -> None:
    latitude, longitude = mean_position(np.array([10.0, 10.0]), np.array([179.0, -179.0]))

    assert latitude == pytest.approx(10, abs=0.01)
    assert abs(longitude) == pytest.approx(180)


@given(st.floats(-80, 80), longitudes, azimuths, st.floats(1, 20_000))
def test_grown_bounds_hold_every_place_within_the_margin(
    latitude: float, longitude: float, azimuth: float, metres: float
) -> None:
    reached = walk(latitude, longitude, azimuth, metres)

    south, west, north, east = grow_bounds((latitude, longitude, latitude, longitude), metres)

    assert south <= reached[0] <= north
    assert (reached[1] - west) % 360 <= (east - west) % 360


def test_grown_bounds_take_in_every_longitude_at_a_pole() -> None:
    assert grow_bounds((89.9999, 10.0, 89.9999, 11.0), 1000)[1:] == (-180, 90, 180)
