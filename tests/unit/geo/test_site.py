"""A site as the checks, the records and the map see it."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from geo.position import LocalPlane
from geo.quadtile import cells_containing
from geo.repair import GeometryError
from geo.site import Site

SCHOOL = Site.polygon(box(121.0, 14.6, 121.001, 14.601))
ROAD = Site.corridor(LineString([(120.6, 16.4), (120.6, 16.5)]), width_m=12, chainage_start_m=1000)
FIJI = Site.polygon(Polygon([(179.99, -17), (-179.99, -17), (-179.99, -16.98), (179.99, -16.98)]))
POLE = Site.polygon(Polygon([(0, 89.9), (90, 89.9), (180, 89.9), (-90, 89.9)]))


def test_a_place_in_the_school_is_inside() -> None:
    assert SCHOOL.signed_distance_m(14.6005, 121.0005) == pytest.approx(-53.9, abs=0.2)
    assert SCHOOL.probability_inside(14.6005, 121.0005, 5, 15) == pytest.approx(1)
    assert SCHOOL.station_of(14.6005, 121.0005) is None
    assert SCHOOL.point_at(0) is None
    assert SCHOOL.length_m is None


def test_the_way_back_to_the_school_is_told_in_words() -> None:
    metres, words = SCHOOL.way_back(14.6005, 121.0014)

    assert (round(metres), words) == (43, "west")


def test_a_place_beside_the_road_has_a_station_and_is_measured_from_its_edge() -> None:
    east_20_m = 120.6 + 20 / 106_800

    station = ROAD.station_of(16.41, east_20_m)

    assert station is not None
    assert station.chainage_m == pytest.approx(2106.5, abs=2)
    assert station.offset_m == pytest.approx(20, abs=0.1)
    assert ROAD.signed_distance_m(16.41, east_20_m) == pytest.approx(14, abs=0.1)


def test_on_both_sides_of_the_antimeridian_one_is_inside() -> None:
    for longitude in (179.995, 180.0, -180.0, -179.995):
        assert FIJI.signed_distance_m(-16.99, longitude) < -500
    assert FIJI.signed_distance_m(-16.99, -179.98) == pytest.approx(1065, abs=1)


def test_the_pole_is_inside_a_ring_around_it() -> None:
    assert POLE.signed_distance_m(90, 0) < -7000
    assert POLE.signed_distance_m(89.8, 10) > 11_000
    assert POLE.bounds == (pytest.approx(89.9), -180, 90, 180)


def test_bounds_are_south_west_north_east_and_cross_the_antimeridian() -> None:
    assert SCHOOL.bounds == pytest.approx((14.6, 121.0, 14.601, 121.001), abs=1e-8)
    assert FIJI.bounds == pytest.approx((-17, 179.99, -16.98, -179.99), abs=1e-6)


def test_bounds_of_a_corridor_hold_its_width() -> None:
    _, west, _, east = ROAD.bounds

    assert (east - west) * 106_800 == pytest.approx(12, abs=0.1)


def test_the_centre_of_a_road_lies_on_its_line() -> None:
    assert ROAD.centre == pytest.approx((16.45, 120.6), abs=1e-5)
    assert FIJI.centre[0] == pytest.approx(-16.99, abs=1e-5)
    assert abs(FIJI.centre[1]) == pytest.approx(180, abs=1e-5)


@pytest.mark.parametrize("site", [SCHOOL, ROAD, FIJI, POLE], ids=["school", "road", "fiji", "pole"])
def test_a_stored_site_comes_back_the_same(site: Site) -> None:
    back = Site.from_wkb(site.kind, site.to_wkb(), site.width_m, site.chainage_start_m, site.obstructed)

    assert back == site
    assert back.signed_distance_m(10, 120) == site.signed_distance_m(10, 120)


def test_geojson_is_the_line_itself_for_a_corridor() -> None:
    assert ROAD.geojson() == {"type": "LineString", "coordinates": [[120.6, 16.4], [120.6, 16.5]]}


def test_geojson_is_cut_at_the_antimeridian_and_its_outer_rings_run_anticlockwise() -> None:
    shape = FIJI.geojson()

    rings = [Polygon(part[0]) for part in shape["coordinates"]]
    assert shape["type"] == "MultiPolygon"
    assert all(ring.exterior.is_ccw and max(map(abs, ring.bounds)) <= 180 for ring in rings)
    assert sum(ring.area for ring in rings) == pytest.approx(0.0004)
    assert Site.polygon(MultiPolygon(rings)).bounds == pytest.approx(FIJI.bounds, abs=1e-6)


def test_geojson_of_a_road_across_the_antimeridian_keeps_its_direction() -> None:
    eastward = Site.corridor(LineString([(179.99, -17), (-179.99, -17)]), width_m=8)

    assert eastward.geojson() == {
        "type": "MultiLineString",
        "coordinates": [[[179.99, -17.0], [180.0, -17.0]], [[-180.0, -17.0], [-179.99, -17.0]]],
    }


@given(st.floats(0, 360), st.floats(0, 60), st.sampled_from([SCHOOL, ROAD, FIJI]))
def test_a_place_within_the_margin_is_found_by_the_cells_of_the_site(azimuth: float, metres: float, site: Site) -> None:
    corner = (site.bounds[0], site.bounds[1])
    step = math.sin(math.radians(azimuth)) * metres, math.cos(math.radians(azimuth)) * metres

    place = LocalPlane(*corner).to_geographic(*step)

    assert set(site.cells(60)) & set(cells_containing(*place))


def test_a_shape_of_the_wrong_kind_is_refused() -> None:
    with pytest.raises(GeometryError, match="an area is needed"):
        Site.polygon(Point(121, 14))  # type: ignore[arg-type]
    with pytest.raises(GeometryError, match="a line is needed"):
        Site.corridor(box(0, 0, 1, 1), width_m=5)  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [0, -1, math.nan, math.inf])
def test_a_corridor_without_a_width_is_refused(width: float) -> None:
    with pytest.raises(GeometryError) as caught:
        Site.corridor(LineString([(0, 0), (0, 0.1)]), width_m=width)

    assert caught.value.pointer == "/width_m"


def test_many_threads_that_share_a_new_site_agree() -> None:
    site = Site.from_wkb(SCHOOL.kind, SCHOOL.to_wkb())

    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(lambda _: site.probability_inside(14.6005, 121.00105, 8, 15), range(200)))

    assert len(answers) == 1
    assert 0 < answers.pop() < 1
