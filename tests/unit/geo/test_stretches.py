from __future__ import annotations

import pytest

from geo.stretches import Stretch, covered, length_m, missing, reach_m

ROAD = (0.0, 1000.0)


@pytest.mark.parametrize(
    ("places", "stretches"),
    [
        ([], []),
        ([500.0], [(400.0, 600.0)]),
        ([0.0, 1000.0], [(0.0, 100.0), (900.0, 1000.0)]),
        ([300.0, 100.0], [(0.0, 400.0)]),
        ([100.0, 150.0, 800.0], [(0.0, 250.0), (700.0, 900.0)]),
        ([300.0, 310.0, 305.0], [(200.0, 410.0)]),
        ([-50.0, 1200.0], [(0.0, 50.0)]),
    ],
)
def test_places_stand_for_the_line_around_them(places: list[float], stretches: list[Stretch]) -> None:
    assert covered(places, 100.0, ROAD) == stretches


def test_billed_a_thousand_photographed_six_hundred_and_forty() -> None:
    photographed = covered([0.0, 200.0, 400.0, 540.0], 100.0, ROAD)

    assert length_m(photographed) == 640.0
    assert missing(photographed, ROAD) == [(640.0, 1000.0)]


@pytest.mark.parametrize(
    ("stretches", "gaps"),
    [
        ([], [ROAD]),
        ([ROAD], []),
        ([(0.0, 100.0), (200.0, 1000.0)], [(100.0, 200.0)]),
        ([(50.0, 100.0)], [(0.0, 50.0), (100.0, 1000.0)]),
    ],
)
def test_what_lies_between_is_missing(stretches: list[Stretch], gaps: list[Stretch]) -> None:
    assert missing(stretches, ROAD) == gaps


@pytest.mark.parametrize(
    ("stations", "reach"),
    [
        ([], 25.0),
        ([500.0], 25.0),
        ([0.0, 250.0, 500.0], 125.0),
        ([0.0, 20.0], 25.0),
        ([0.0, 200.0, 400.0, 1400.0], 100.0),
    ],
)
def test_the_reach_is_half_the_usual_distance_of_the_stations(stations: list[float], reach: float) -> None:
    assert reach_m(stations, 25.0) == reach
