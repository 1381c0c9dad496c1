"""The made-up national portal: the same rows every time, true to every foreign key, and pages can show them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import sqlalchemy as sa
from flask import Flask

from benches.national import filling
from benches.national.evidence_rows import quadtile_keys
from geo import quadtile
from server import migrate
from server.app import create_app
from server.db import Base, db
from server.engines import engines
from server.models import Evidence, Milestone, Original, Project
from server.services import site_lookup
from server.services.copies import WEB, copy_name
from tests.conftest import EmptyInstallation

PHOTOS = 1_200


@pytest.fixture(scope="module")
def portal(empty_installation: EmptyInstallation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with empty_installation(tmp_path_factory.mktemp("portal")) as settings:
        app = create_app(settings)
        with app.app_context():
            migrate.upgrade(db.engine)
            db.engine.dispose()
            filling.fill(settings, PHOTOS)
            yield app
            db.session.remove()
            db.engine.dispose()


def count(model: type[Base]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def orphans(key: sa.ForeignKeyConstraint) -> int:
    """Rows whose foreign key is whole and points at nothing."""
    child, parent = key.parent.alias(), key.referred_table.alias()
    pairs = [(child.c[own.parent.name], parent.c[own.column.name]) for own in key.elements]
    found = sa.exists().where(*(mine == its for mine, its in pairs)).correlate(child)
    whole = [mine.is_not(None) for mine, _ in pairs]
    return db.session.scalar(sa.select(sa.func.count()).select_from(child).where(*whole, ~found)) or 0


def test_has_forty_photos_and_ten_milestones_a_project(portal: Flask) -> None:
    assert (count(Project), count(Milestone), count(Evidence), count(Original)) == (30, 300, PHOTOS, PHOTOS)


def test_every_foreign_key_points_at_a_row(portal: Flask) -> None:
    keys = [key for table in Base.metadata.tables.values() for key in table.foreign_key_constraints]

    assert {key.name: orphans(key) for key in keys if orphans(key)} == {}


def test_gives_the_indexes_back(portal: Flask) -> None:
    there = {index["name"] for index in sa.inspect(db.engine).get_indexes("evidence")}

    assert {index.name for index in Base.metadata.tables["evidence"].indexes} <= there


def test_the_same_scale_gives_the_same_rows() -> None:
    first, second = ([(b.table, b.columns) for b in filling.rows(PHOTOS, {})] for _ in range(2))

    assert first == second


def test_photos_are_taken_in_working_hours_of_working_days(portal: Flask) -> None:
    taken = [at.replace(tzinfo=at.tzinfo or UTC) for at in db.session.scalars(sa.select(Evidence.captured_at)) if at]
    local = [at.astimezone(ZoneInfo("Asia/Manila")) for at in taken]

    assert len(local) == PHOTOS
    assert {at.weekday() for at in local} == {0, 1, 2, 3, 4, 5}
    assert all(6 <= at.hour < 19 for at in local)
    assert min(at.year for at in local) <= 2018
    assert max(at.year for at in local) >= 2025


def test_photos_are_on_their_sites_and_found_by_place(portal: Flask) -> None:
    for photo in db.session.scalars(sa.select(Evidence).limit(50)):
        assert photo.latitude is not None
        assert photo.longitude is not None
        found = site_lookup.find(db.session(), photo.latitude, photo.longitude, among=[photo.project_id])
        assert [site.id for site in found] == [photo.site_id]


def test_reckons_the_keys_of_many_places_as_the_product_does() -> None:
    chance = np.random.default_rng(1)
    latitude, longitude = chance.uniform(-85, 85, 500), chance.uniform(-180, 180, 500)

    many = quadtile_keys(latitude, longitude).tolist()

    assert many == [quadtile.key(*place) for place in zip(latitude.tolist(), longitude.tolist(), strict=True)]


def test_the_sample_has_its_bytes_and_copies(portal: Flask) -> None:
    real = db.session.scalars(sa.select(Original).order_by(Original.kept_at).limit(1)).one()

    store = engines().store
    assert store.verify(real.storage_key)
    with store.open_copy(copy_name(real.sha256, WEB)) as copy:
        assert copy.read(2) == b"\xff\xd8"


def test_the_public_page_of_a_project_shows_it(portal: Flask) -> None:
    published = db.session.scalars(sa.select(Project).where(Project.published_at.is_not(None))).first()
    assert published is not None

    page = portal.test_client().get(f"/projects/{published.code}")

    assert page.status_code == 200
    assert published.title in page.text
