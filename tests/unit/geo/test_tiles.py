"""Vector tiles: places, clusters and bytes, read back with the library's own decoder."""

from __future__ import annotations

from typing import Any

import mapbox_vector_tile
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.quadtile import BITS, column_and_row, key, tile_range
from geo.tiles import DEEPEST_ZOOM, EXTENT_BITS, Feature, clusters, encode, place

LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)
ZOOMS = st.integers(0, DEEPEST_ZOOM)
EXTENT = 1 << EXTENT_BITS


def decoded(content: bytes) -> Any:
    return mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})


@given(LATITUDES, LONGITUDES, ZOOMS)
def test_a_key_lies_in_the_range_of_the_very_tile_whose_column_and_row_are_in_it(
    latitude: float, longitude: float, zoom: int
) -> None:
    whole = key(latitude, longitude)
    x, y = column_and_row(whole >> 2 * (BITS - zoom))
    first, last = tile_range(zoom, x, y)

    assert first <= whole <= last
    assert 0 <= x < 1 << zoom
    assert 0 <= y < 1 << zoom


@given(st.integers(0, (1 << BITS) - 1), st.integers(0, (1 << BITS) - 1))
def test_column_and_row_are_what_was_interleaved(x: int, y: int) -> None:
    assert column_and_row(tile_range(BITS, x, y)[0]) == (x, y)


@given(LATITUDES, LONGITUDES, ZOOMS)
def test_a_place_is_told_to_a_metre_and_no_finer(latitude: float, longitude: float, zoom: int) -> None:
    whole = key(latitude, longitude)
    column, row = column_and_row(whole)
    x, y = place(whole, zoom)
    side = 1 << BITS - zoom

    assert 0 <= x < EXTENT
    assert 0 <= y < EXTENT
    coarsest = max(side / EXTENT, 1 << BITS - 25)
    assert abs(x * side / EXTENT - column % side) <= coarsest
    assert abs(y * side / EXTENT - row % side) <= coarsest
    assert place(whole ^ 0xFFF, zoom) == (x, y), "the last twelve bits, six of each, are never told"


def test_north_is_up_and_west_is_left() -> None:
    assert place(key(85, -179.99), 0) < (40, 80)
    assert place(key(-85, 179.99), 0) > (4050, 4050)


@given(LATITUDES, LONGITUDES, ZOOMS, st.lists(st.floats(0, 1, exclude_max=True), max_size=40), st.integers(0, 9))
def test_clusters_lose_nobody_and_are_at_most_a_grid_of_sixteen_by_sixteen(
    latitude: float, longitude: float, zoom: int, shares: list[float], below: int
) -> None:
    level = zoom + below
    x, y = column_and_row(key(latitude, longitude) >> 2 * (BITS - zoom))
    first, last = tile_range(zoom, x, y)
    counts = [(first + int(share * (last - first)) >> 2 * (BITS - level), 1) for share in shares]

    found = clusters(counts, level, zoom)

    assert sum(int(each.properties["count"]) for each in found) == len(shares)
    assert all(0 <= each.x < EXTENT and 0 <= each.y < EXTENT for each in found)
    assert len({(each.x * 16 // EXTENT, each.y * 16 // EXTENT) for each in found}) == len(found), "one in each cell"


def test_a_cluster_stands_where_most_of_it_is() -> None:
    level = 5
    one, three = tile_range(level, 0, 0)[0], tile_range(level, 1, 0)[0]
    rest = 2 * (BITS - level)

    (found,) = clusters([(one >> rest, 1), (three >> rest, 3)], level, 0)

    assert (found.x, found.y) == (64 + (3 * 128) // 4, 64)
    assert found.properties == {"count": 4}


def test_an_empty_tile_has_no_bytes() -> None:
    assert encode({"photos": [], "projects": []}) == b""


def test_a_tile_reads_back_as_it_was_written() -> None:
    features = [
        Feature(0, 4095, {"id": "a", "grade": "A"}),
        Feature(17, 0, {"id": "b", "grade": "A", "count": 3_000_000_000}),
    ]

    read = decoded(encode({"photos": features, "projects": [Feature(1, 2, {"title": "Straße 路"})]}))

    assert read["photos"]["extent"] == EXTENT
    assert read["photos"]["version"] == 2
    told = [(each["geometry"]["coordinates"], each["properties"]) for each in read["photos"]["features"]]
    assert told == [([each.x, each.y], each.properties) for each in features]
    assert read["projects"]["features"][0]["properties"] == {"title": "Straße 路"}


def test_what_is_told_twice_is_written_once() -> None:
    features = [Feature(1, 1, {"project": "a-rather-long-code"})] * 2

    assert encode({"photos": features}).count(b"a-rather-long-code") == 1


@pytest.mark.parametrize("zoom", [0, 5, 22])
def test_the_antimeridian_is_the_western_edge_from_both_sides(zoom: int) -> None:
    assert place(key(0, 180), zoom) == place(key(0, -180), zoom)


@pytest.mark.parametrize("latitude", [90, 86, 85.06])
def test_the_poles_stand_at_the_edge_of_the_map(latitude: float) -> None:
    assert place(key(latitude, 0), 4) == place(key(85.0511287798066, 0), 4)
    assert place(key(-latitude, 0), 4) == place(key(-85.0511287798066, 0), 4)
