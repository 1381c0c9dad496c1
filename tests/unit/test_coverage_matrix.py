from __future__ import annotations

import pytest

from evidence.context import Stage
from server.models import Requirement
from server.services.coverage import RequirementCoverage
from server.services.coverage_matrix import Cell, Place, lines, matrix

ROAD = (0.0, 1000.0)


def asked(
    stage: Stage = Stage.DURING,
    *,
    station_m: float | None = None,
    view: str = "",
    needed: int = 1,
    holding: int = 0,
    waiting: int = 0,
) -> RequirementCoverage:
    requirement = Requirement(code="R", stage=stage, title="R", photos=needed, view=view, station_m=station_m)
    return RequirementCoverage(requirement, needed, holding, waiting)


def test_rows_are_stations_along_the_line_then_views_then_the_site() -> None:
    table = matrix([asked(), asked(view="north"), asked(station_m=500.0), asked(view="east"), asked(station_m=0.0)])

    assert [place for place, _ in table.rows] == [
        Place(0.0),
        Place(500.0),
        Place(view="east"),
        Place(view="north"),
        Place(),
    ]


def test_columns_are_the_stages_asked_for_in_the_order_of_the_works() -> None:
    table = matrix([asked(Stage.COMPLETION, view="north"), asked(Stage.BEFORE, view="north")])

    assert table.stages == (Stage.BEFORE, Stage.COMPLETION)
    assert len(table.rows) == 1


def test_a_place_of_which_a_stage_asks_nothing_has_an_empty_cell() -> None:
    table = matrix([asked(Stage.BEFORE, view="north"), asked(Stage.DURING, view="south")])

    assert [cell.state for _, cells in table.rows for cell in cells] == ["missing", "none", "none", "missing"]


@pytest.mark.parametrize(
    ("holding", "waiting", "state", "missing"),
    [(2, 0, "met", 0), (3, 0, "met", 0), (1, 1, "waiting", 1), (1, 0, "missing", 1), (0, 1, "missing", 2)],
)
def test_a_cell_says_how_it_stands(holding: int, waiting: int, state: str, missing: int) -> None:
    cell = Cell((asked(needed=2, holding=holding, waiting=waiting),))

    assert (cell.state, cell.missing) == (state, missing)


def test_too_many_of_one_requirement_do_not_fill_another() -> None:
    cell = Cell((asked(needed=1, holding=5), asked(needed=1)))

    assert (cell.holding, cell.missing, cell.state) == (5, 1, "missing")


def test_holes_are_counted() -> None:
    table = matrix([asked(view="a", needed=3), asked(view="b", holding=1), asked(view="c", needed=2, holding=1)])

    assert (table.holes, table.missing) == (2, 4)


def test_a_road_is_photographed_as_far_as_its_photos_reach() -> None:
    stations = [asked(station_m=at) for at in (0.0, 200.0, 400.0, 600.0, 800.0, 1000.0)]
    photos = [(Stage.DURING, at) for at in (0.0, 200.0, 400.0, 540.0)] + [(Stage.BEFORE, 900.0)]

    [line] = lines(stations, photos, whole=ROAD, tolerance_m=25.0)

    assert (line.billed_m, line.photographed_m, line.reach_m) == (1000.0, 640.0, 100.0)
    assert line.gaps == [(640.0, 1000.0)]


def test_billed_is_from_the_first_to_the_last_station_asked_for() -> None:
    [line] = lines([asked(station_m=100.0), asked(station_m=300.0)], [], whole=ROAD, tolerance_m=25.0)

    assert (line.whole, line.billed_m, line.photographed_m) == ((100.0, 300.0), 200.0, 0.0)


def test_without_stations_the_whole_line_is_billed_and_a_photo_reaches_its_tolerance() -> None:
    [line] = lines([asked()], [(Stage.DURING, 500.0)], whole=ROAD, tolerance_m=25.0)

    assert (line.billed_m, line.photographed_m) == (1000.0, 50.0)


def test_what_was_before_is_not_what_was_built_unless_nothing_else_is_asked() -> None:
    before, after = asked(Stage.BEFORE, station_m=0.0), asked(Stage.COMPLETION, station_m=0.0)

    assert [line.stage for line in lines([before, after], [], whole=ROAD, tolerance_m=25.0)] == [Stage.COMPLETION]
    assert [line.stage for line in lines([before], [], whole=ROAD, tolerance_m=25.0)] == [Stage.BEFORE]
