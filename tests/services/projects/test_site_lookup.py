"""Finding a site by place: current sites, their tolerance included, the deepest inside first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, box

from geo import quadtile
from geo.site import Site as SiteShape
from server.db import reading, writing
from server.models import Project, Site, SiteCell
from server.models.projects import SiteKind
from server.services import site_lookup
from tests.programme import OFF_SITE, ON_SITE, OTHER_SITE
from tests.services.projects.conftest import NOW

ONE_METRE_DEG = 1 / 111_320


@pytest.fixture(autouse=True)
def _on_the_programme(app: Any) -> None:
    """Every test here looks among the programme's two sites."""


def found_at(latitude: float, longitude: float, *, among: list[UUID] | None = None) -> list[str]:
    sites = site_lookup.find(reading(), latitude, longitude, among=among)
    return [reading().get_one(Project, site.project_id).code for site in sites]


def project_id(code: str) -> UUID:
    return reading().scalars(sa.select(Project.id).where(Project.code == code)).one()


def test_a_point_on_the_site_finds_it_and_one_beside_does_not() -> None:
    assert found_at(*ON_SITE) == ["ROAD-1"]
    assert found_at(*OTHER_SITE) == ["OTHER-1"]
    assert found_at(*OFF_SITE) == []


@pytest.mark.parametrize(("metres_beyond", "found"), [(14, ["OTHER-1"]), (16, [])])
def test_the_tolerance_of_a_point_asset_counts_as_inside(metres_beyond: float, found: list[str]) -> None:
    latitude, longitude = OTHER_SITE
    # A degree of latitude is 110.6 km here; the outline ends 0.001° north of its middle.
    assert found_at(latitude + 0.001 + metres_beyond / 110_640, longitude) == found


@pytest.mark.parametrize(("metres_beyond", "found"), [(34, ["ROAD-1"]), (36, [])])
def test_the_tolerance_of_a_corridor_counts_from_its_edge(metres_beyond: float, found: list[str]) -> None:
    latitude, longitude = ON_SITE
    # The half width is 10 m and the tolerance 25 m; a degree of longitude is 109.3 km at 11° north.
    assert found_at(latitude, longitude + metres_beyond / 109_290) == found


def test_only_the_projects_asked_for_are_looked_at() -> None:
    assert found_at(*ON_SITE, among=[project_id("OTHER-1")]) == []
    assert found_at(*ON_SITE, among=[project_id("ROAD-1")]) == ["ROAD-1"]
    assert found_at(*ON_SITE, among=[]) == []


def test_of_overlapping_sites_the_one_that_holds_the_point_deepest_comes_first() -> None:
    latitude, longitude = ON_SITE
    around = box(longitude - 0.002, latitude - 0.002, longitude + 0.002, latitude + 0.002)
    _replace_site("OTHER-1", SiteShape.polygon(around))

    assert found_at(latitude, longitude) == ["OTHER-1", "ROAD-1"]
    assert found_at(latitude, longitude + 0.00195) == ["OTHER-1"]


def test_a_site_across_the_antimeridian_is_found_on_both_sides() -> None:
    _replace_site("OTHER-1", SiteShape.corridor(LineString([(179.999, -17.0), (-179.999, -17.0)]), width_m=20))

    assert found_at(-17.0, 179.9995) == found_at(-17.0, -179.9995) == ["OTHER-1"]
    assert found_at(-17.0, 0.0) == []


@given(
    latitude=st.floats(-89, 89),
    longitude=st.floats(-180, 180),
    height=st.floats(0.0001, 0.02),
    bearing=st.floats(0, 1),
)
def test_the_cells_hold_the_site_and_its_tolerance(
    latitude: float, longitude: float, height: float, bearing: float
) -> None:
    shape = SiteShape.polygon(box(longitude, latitude, longitude + height, latitude + height))
    # A point 14 m beyond the southern edge, anywhere along it, is within the 15 m of a point asset.
    beyond = (latitude - 14 * ONE_METRE_DEG, longitude + bearing * height)

    assert set(site_lookup.cells_for(shape)) & set(quadtile.cells_containing(*beyond))


def test_a_shape_is_made_once_and_shared() -> None:
    site = reading().scalars(sa.select(Site).limit(1)).one()

    assert site_lookup.geometry(site) is site_lookup.geometry(site)


def test_forgotten_shapes_are_made_anew() -> None:
    site = reading().scalars(sa.select(Site).limit(1)).one()
    first = site_lookup.geometry(site)
    site_lookup.forget_shapes()

    assert site_lookup.geometry(site) is not first


def _replace_site(code: str, shape: SiteShape) -> None:
    south, west, north, east = shape.bounds
    with writing() as session:
        old = session.scalars(sa.select(Site).where(Site.project_id == project_id(code))).one()
        old.retired_at = NOW
        session.execute(sa.delete(SiteCell).where(SiteCell.site_id == old.id))
        session.flush()
        new = Site(
            project_id=old.project_id,
            kind=SiteKind(shape.kind),
            shape=shape.to_wkb(),
            width_m=shape.width_m,
            source="test",
            south=south,
            west=west,
            north=north,
            east=east,
            changed_at=NOW,
        )
        session.add(new)
        session.flush()
        session.add_all(SiteCell(cell=cell, site_id=new.id) for cell in site_lookup.cells_for(shape))
