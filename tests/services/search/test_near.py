"""The nearest projects, whether few fit or many, and nothing of a country read for them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
import sqlalchemy as sa

from geo import quadtile
from geo.position import geodesic_m
from server.db import writing
from server.models import Project
from server.services import near, sitemap
from server.services.project_search import ProjectFilter
from tests.services.search.conftest import Publish

HERE = (11.0, 122.5)
Place = Callable[..., None]


@pytest.fixture
def place(publish: Publish) -> Place:
    """Publishes a project at a place."""

    def put(code: str, latitude: float, longitude: float, **told: object) -> None:
        publish(code, map_key=quadtile.key(latitude, longitude), **told)

    return put


@pytest.fixture
def scattered(place: Place) -> None:
    """Projects in a row that leads away from here, every third of them a school; the road's own goes off the map."""
    for number in range(40):
        sector = "education" if number % 3 == 0 else "transport"
        place(f"P-{number:02}", HERE[0] + 0.003 * number, HERE[1], sector=sector)
    with writing() as session:
        for project in session.scalars(sa.select(Project).where(Project.code.in_(["ROAD-1", "OTHER-1"]))):
            project.map_key = None


@pytest.mark.parametrize("measured", [500, 5])
def test_the_nearest_come_first(scattered: None, monkeypatch: pytest.MonkeyPatch, measured: int) -> None:
    monkeypatch.setattr(near, "ALL_MEASURED", measured)
    found = near.nearest(ProjectFilter(), HERE, 10)

    assert [code for code, _metres in found] == [f"P-{number:02}" for number in range(10)]
    assert all(one[1] <= two[1] for one, two in pairwise(found))


@pytest.mark.parametrize("measured", [500, 5])
def test_only_what_fits_is_near(scattered: None, monkeypatch: pytest.MonkeyPatch, measured: int) -> None:
    monkeypatch.setattr(near, "ALL_MEASURED", measured)
    found = near.nearest(ProjectFilter(sector="education", text="works"), HERE, 4)

    assert [code for code, _metres in found] == ["P-00", "P-03", "P-06", "P-09"]


@pytest.mark.parametrize("measured", [500, 1])
def test_distances_are_those_on_the_ground(place: Place, monkeypatch: pytest.MonkeyPatch, measured: int) -> None:
    monkeypatch.setattr(near, "ALL_MEASURED", measured)
    place("FAR-1", 20.0, 130.0, sector="health")
    place("FAR-2", 14.0, 121.0, sector="health")
    found = near.nearest(ProjectFilter(sector="health"), HERE, 2)

    assert [code for code, _metres in found] == ["FAR-2", "FAR-1"]
    assert found[0][1] == pytest.approx(geodesic_m(*HERE, 14.0, 121.0), rel=0.006)


def test_both_sides_of_the_antimeridian_are_near(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near, "ALL_MEASURED", 1)
    place("EAST", -17.0, 179.99, sector="health")
    place("WEST", -17.0, -179.99, sector="health")

    assert [code for code, _m in near.nearest(ProjectFilter(sector="health"), (-17.0, -179.999), 2)] == ["WEST", "EAST"]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_the_parts_of_the_site_map_hold_each_project_once(
    scattered: None, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(sitemap, "OF_A_PART", size)
    for kind, first in ((sitemap.Kind.PROJECTS, "P-00"), (sitemap.Kind.AREAS, "R6")):
        begins = sitemap.beginnings(kind)
        listed = [entry.code for after in begins for entry in sitemap.part(kind, after)]

        assert first in listed
        assert listed == sorted(set(listed))
