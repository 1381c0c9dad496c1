"""Keys and cells: what shares a place shares a number."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geo.quadtile import DEEPEST_LEVEL, cell_range, cells_containing, cover, key, position, tile_range

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)
shares = st.floats(0, 1)
sizes = st.one_of(st.floats(0, 0.01), st.floats(0, 5), st.floats(0, 359))


def place_in_tile(zoom: int, x: float, y: float) -> tuple[float, float]:
    """Latitude and longitude of a place given in tiles, as every web map computes them."""
    n = 2**zoom
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / n)))), x / n * 360 - 180


@given(latitudes, longitudes)
def test_a_key_fits_a_signed_bigint(latitude: float, longitude: float) -> None:
    assert 0 <= key(latitude, longitude) < 2**62


@given(st.integers(0, 18), st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.data())
def test_the_places_of_a_map_tile_are_one_range_of_keys(
    zoom: int, right: float, down: float, data: st.DataObject
) -> None:
    x, y = data.draw(st.tuples(*[st.integers(0, 2**zoom - 1)] * 2))

    first, last = tile_range(zoom, x, y)

    assert first <= key(*place_in_tile(zoom, x + right, y + down)) <= last


@given(st.integers(1, 16), st.data())
def test_ranges_of_two_tiles_do_not_overlap(zoom: int, data: st.DataObject) -> None:
    tiles = data.draw(st.sets(st.tuples(*[st.integers(0, 2**zoom - 1)] * 2), min_size=2, max_size=2))
    (first, last), (other_first, other_last) = (tile_range(zoom, *tile) for tile in tiles)

    assert last < other_first or other_last < first


@pytest.mark.parametrize("tile", [(1, 2, 0), (1, 0, -1), (-1, 0, 0), (32, 0, 0)])
def test_a_tile_that_is_none_is_refused(tile: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="there is no tile"):
        tile_range(*tile)


@given(latitudes, longitudes, sizes, sizes, shares, shares, st.integers(1, 20))
@example(south=-10, west=170, height=5, width=10, up=0.5, along=1.0, most=8)
@example(south=10, west=179.99, height=0.01, width=0.02, up=0.5, along=0.9, most=8)
@example(south=89.9, west=-180, height=0.1, width=359, up=1.0, along=0.9, most=8)
def test_every_place_within_bounds_shares_a_cell_with_their_cover(
    south: float, west: float, height: float, width: float, up: float, along: float, most: int
) -> None:
    north = min(south + height, 90)
    east = west + width if west + width <= 180 else west + width - 360
    place = min(max(south + up * (north - south), south), north), west + along * width
    inside = place[1] if place[1] <= 180 else place[1] - 360
    if west <= east:
        inside = min(max(inside, west), east)

    cells = cover((south, west, north, east), most)

    assert set(cells) & set(cells_containing(place[0], inside))
    assert len(cells) <= most


def test_longitudes_180_and_minus_180_are_one_meridian() -> None:
    assert cells_containing(10, 180) == cells_containing(10, -180)
    assert set(cover((9, 170, 11, 180))) & set(cells_containing(10, -180))
    assert set(cover((9, -180, 11, -170))) & set(cells_containing(10, 180))


def test_a_cover_is_as_fine_as_the_number_of_cells_allows() -> None:
    plot = cover((14.6, 121.0, 14.601, 121.001))

    assert 1 <= len(plot) <= 8
    far = cells_containing(14.7, 121.1)
    assert not set(plot) & set(far)


def test_a_small_site_across_the_antimeridian_is_not_covered_by_the_world() -> None:
    cells = cover((-17.01, 179.99, -16.99, -179.99))

    assert not set(cells) & set(cells_containing(-17, 0))
    assert not set(cells) & set(cells_containing(-17, 179.5))


def test_cells_of_different_levels_have_different_ids_and_nested_ranges() -> None:
    cells = cells_containing(37.5, 127.0)
    ranges = [cell_range(cell) for cell in cells]

    assert len(set(cells)) == len(cells) == DEEPEST_LEVEL + 1
    assert all(a[0] <= b[0] <= b[1] <= a[1] for a, b in pairwise(ranges))
    assert all(first <= key(37.5, 127.0) <= last for first, last in ranges)


def test_bounds_upside_down_are_refused() -> None:
    with pytest.raises(ValueError, match="not bounds"):
        cover((10, 0, 9, 1))


@given(st.floats(-85, 85), st.floats(-180, 179.999999))
def test_a_key_tells_its_position_to_two_centimetres(latitude: float, longitude: float) -> None:
    assert position(key(latitude, longitude)) == pytest.approx((latitude, longitude), abs=2e-7)
