"""The public map: what stands on it, what a tile shows of that, and that its numbers are always the true ones."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import mapbox_vector_tile
import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from geo import quadtile
from geo.quadtile import BITS, column_and_row
from geo.site import Site as SiteShape
from server.db import db, reading, writing
from server.models import Evidence, MapCount, Project, Site
from server.problems import Problem
from server.services import public_map, public_tiles, search_upkeep, site_lookup
from tests.map_rows import Place, insert, photo_rows, put_photos
from tests.programme import ON_SITE, OTHER_SITE

CODES = ("ROAD-1", "OTHER-1")
MOST_FEATURES = 4000


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    """The two projects of the programme stand on the map; nothing is left open behind a test."""
    yield
    reading().rollback()


def project(code: str = "ROAD-1") -> Project:
    return reading().scalars(sa.select(Project).where(Project.code == code)).one()


def fill(places: list[Place], *, shown: bool = True) -> None:
    """Photos of the road at these places, and the numbers counted anew."""
    with writing() as session:
        put_photos(session, project(), places, shown=shown)
        public_map.recount(session)


def address(place: Place, zoom: int) -> tuple[int, int, int]:
    """The tile of this zoom that holds a place."""
    return (zoom, *column_and_row(quadtile.key(*place) >> 2 * (BITS - zoom)))


def layer(name: str, zoom: int, x: int, y: int) -> list[dict[str, Any]]:
    """The features of one layer of a tile, as the library reads them."""
    reading().rollback()
    read = mapbox_vector_tile.decode(public_tiles.tile(zoom, x, y), default_options={"y_coord_down": True})
    assert sum(len(each["features"]) for each in read.values()) <= MOST_FEATURES
    return list(read.get(name, {"features": []})["features"])


def told(name: str, place: Place, zoom: int) -> list[dict[str, Any]]:
    return [each["properties"] for each in layer(name, *address(place, zoom))]


def number(features: list[dict[str, Any]]) -> int:
    """How many records the features of a tile stand for."""
    return sum(int(each["properties"].get("count", 1)) for each in features)


def test_a_project_is_a_point_at_the_centre_of_its_site() -> None:
    (point,) = told("projects", ON_SITE, 22)

    assert point == {"code": "ROAD-1", "title": "The works of ROAD-1", "status": "implementation"}
    assert sorted(each["code"] for each in told("projects", ON_SITE, 0)) == ["OTHER-1", "ROAD-1"]


def test_a_photo_tells_what_its_public_page_tells_and_no_more() -> None:
    fill([ON_SITE])
    photo = reading().scalars(sa.select(Evidence)).one()
    assert photo.captured_at is not None

    assert told("photos", ON_SITE, 14) == [
        {
            "id": str(photo.id),
            "project": "ROAD-1",
            "stage": "during",
            "grade": "B",
            "captured_at": photo.captured_at.isoformat().replace("+00:00", "Z"),
        }
    ]


def test_a_photo_that_is_not_published_is_on_no_tile() -> None:
    fill([ON_SITE] * 3, shown=False)

    for zoom in range(23):
        assert told("photos", ON_SITE, zoom) == []


@pytest.mark.parametrize("tile", [(-1, 0, 0), (23, 0, 0), (0, 1, 0), (0, 0, 1), (3, 8, 0), (3, 0, -1)])
def test_a_tile_that_is_not_of_this_world_is_not_found(tile: tuple[int, int, int]) -> None:
    with pytest.raises(Problem, check=lambda problem: problem.name == "not-found"):
        public_tiles.tile(*tile)


def test_ten_thousand_photos_at_one_spot_are_one_cluster() -> None:
    fill([ON_SITE] * 10_000)

    for zoom in range(23):
        assert told("photos", ON_SITE, zoom) == [{"count": 10_000}]


def test_ten_thousand_photos_all_over_a_town_are_in_exactly_one_tile_of_each_zoom() -> None:
    chance = random.Random(5)
    places = [(11 + chance.gauss(0, 0.02), 122.5 + chance.gauss(0, 0.02)) for _ in range(10_000)]
    fill(places)

    for zoom in (0, 5, 8, 11, 12, 13, 14, 16):
        expected = Counter(address(place, zoom) for place in places)
        for tile, there in expected.items():
            features = layer("photos", *tile)
            assert number(features) == there, tile
            assert len(features) == there if there <= 256 else len(features) <= 256


def test_crowded_tiles_of_150_m_and_more_show_kept_numbers_and_look_at_no_key() -> None:
    chance = random.Random(6)
    fill([(11 + chance.uniform(0, 2e-3), 122.5 + chance.uniform(0, 2e-3)) for _ in range(2000)])

    for zoom in (15, 16, 18):
        tile = address((11.001, 122.501), zoom)
        with asking() as asked:
            features = layer("photos", *tile)
        assert 1 < len(features) <= 256 < number(features)
        assert not any("evidence" in statement for statement, _parameters in asked)


def test_tiles_below_the_kept_numbers_count_their_own_keys() -> None:
    fill([ON_SITE] * 300 + [OTHER_SITE])
    tile = address(ON_SITE, 19)

    with asking() as asked:
        assert number(layer("photos", *tile)) == 300

    assert any("evidence" in statement for statement, _parameters in asked)


def test_one_more_than_256_are_clusters_where_256_are_points() -> None:
    chance = random.Random(7)
    fill([(11 + chance.uniform(0, 1e-4), 122.5 + chance.uniform(0, 1e-4)) for _ in range(256)])
    tiles = [address(ON_SITE, zoom) for zoom in (3, 13, 17)]
    assert [len(layer("photos", *tile)) for tile in tiles] == [256] * 3

    fill([ON_SITE])

    for tile in tiles:
        features = layer("photos", *tile)
        assert number(features) == 257
        assert len(features) <= 256


class TestWhatStandsOnTheMap:
    """``place`` and ``show``, which the import and the approval call, with the numbers following by themselves."""

    def test_a_withdrawn_project_takes_its_photos_with_it_and_brings_them_back(self) -> None:
        fill([ON_SITE] * 3)

        publish("ROAD-1", published=False)
        assert told("photos", ON_SITE, 0) == []
        assert [each["code"] for each in told("projects", ON_SITE, 0)] == ["OTHER-1"]

        publish("ROAD-1", published=True)
        assert len(told("photos", ON_SITE, 0)) == 3
        assert len(told("projects", ON_SITE, 0)) == 2

    def test_a_photo_published_in_a_project_that_is_not_is_shown_when_the_project_is(self) -> None:
        publish("ROAD-1", published=False)
        approve("ROAD-1", [ON_SITE])
        assert told("photos", ON_SITE, 0) == []

        publish("ROAD-1", published=True)
        assert len(told("photos", ON_SITE, 0)) == 1

    def test_a_project_without_a_site_shows_its_photos(self) -> None:
        with writing() as session:
            public_map.place(session, project(), None)
        approve("ROAD-1", [ON_SITE])

        assert len(told("photos", ON_SITE, 0)) == 1
        assert [each["code"] for each in told("projects", ON_SITE, 0)] == ["OTHER-1"]

    def test_a_moved_site_moves_its_project(self) -> None:
        move("ROAD-1", OTHER_SITE)

        assert told("projects", ON_SITE, 14) == []
        assert {each["code"] for each in told("projects", OTHER_SITE, 14)} == {"ROAD-1", "OTHER-1"}
        assert public_map.faults(reading()) == 0

    def test_what_is_undone_is_not_counted(self) -> None:
        def withdraw_and_fail() -> None:
            with writing() as session:
                public_map.place(session, project(), None)
                session.flush()
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            withdraw_and_fail()
        with writing():
            project().title = "Something else"

        assert public_map.faults(reading()) == 0

    def test_a_wrong_number_is_found_and_mended(self) -> None:
        with writing() as session:
            session.execute(sa.update(MapCount).where(MapCount.level == 3).values(number=MapCount.number + 1))
        assert public_map.faults(reading()) > 0

        with writing() as session:
            public_map.recount(session)
        assert public_map.faults(reading()) == 0

    def test_photos_written_past_the_mapper_are_placed_by_a_rebuild(self) -> None:
        with writing() as session:
            put_photos(session, project(), [ON_SITE] * 4)
            put_photos(session, project(), [ON_SITE], shown=False)
            session.execute(sa.text("UPDATE evidence SET map_key = NULL"))
            public_map.rebuild(session)

        assert len(told("photos", ON_SITE, 0)) == 4
        assert public_map.faults(reading()) == 0


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("approve"),
            st.sampled_from(CODES),
            st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=5),
        ),
        st.tuples(st.just("publish"), st.sampled_from(CODES), st.booleans()),
        st.tuples(st.just("move"), st.sampled_from(CODES), st.tuples(st.floats(-60, 60), st.floats(-170, 170))),
    ),
    max_size=8,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_after_any_steps_every_number_is_the_true_one(steps: list[tuple[str, str, Any]]) -> None:
    for step, code, value in steps:
        {"approve": approve, "publish": publish, "move": move}[step](code, value)

    assert_all_is_true()


def test_many_at_once_wait_for_each_other_and_lose_no_number(app: Flask) -> None:
    """Sites that change places, a project that comes and goes, and approvals in it meanwhile."""
    places = (ON_SITE, OTHER_SITE)

    def wander(code: str, first: int) -> None:
        for turn in range(8):
            move(code, places[(turn + first) % 2])

    def come_and_go() -> None:
        for turn in range(8):
            publish("ROAD-1", published=turn % 2 == 1)

    def approve_often() -> None:
        for turn in range(8):
            approve("ROAD-1", [places[turn % 2], places[(turn + 1) % 2]])

    run_at_once(
        app, [lambda: wander("OTHER-1", 0), lambda: wander("ROAD-1", 1), come_and_go, approve_often, approve_often]
    )

    assert_all_is_true()


@pytest.mark.postgresql_only(reason="on SQLite one writer waits for the other from its beginning")
def test_a_rebuild_waits_for_whoever_holds_a_project_and_not_in_a_circle(app: Flask) -> None:
    held, waiting = threading.Event(), threading.Event()

    def withdraw_slowly() -> None:
        with writing() as session:
            public_map.place(session, change_project(), None)
            session.flush()
            held.set()
            waiting.wait()
            time.sleep(0.5)

    def change_project() -> Project:
        changed = project()
        changed.published_at = None
        return changed

    def rebuild() -> None:
        held.wait()
        with writing() as session:
            waiting.set()
            public_map.rebuild(session)

    run_at_once(app, [withdraw_slowly, rebuild])

    assert_all_is_true()


@pytest.mark.postgresql_only(reason="SQLite has no such limit")
@pytest.mark.parametrize("make_anew", [public_map.make_anew, search_upkeep.make_anew])
def test_what_is_made_anew_may_take_longer_than_an_answer(app: Flask, make_anew: Callable[[], None]) -> None:
    limits: list[str] = []

    def look(connection: sa.Connection) -> None:
        limits.append(connection.exec_driver_sql("SHOW statement_timeout").scalar_one())

    sa.event.listen(db.engine, "commit", look)
    make_anew()
    sa.event.remove(db.engine, "commit", look)

    assert limits == ["0"]
    assert reading().connection().exec_driver_sql("SHOW statement_timeout").scalar_one() == "30s"


def run_at_once(app: Flask, each: list[Callable[[], None]]) -> None:
    """Run all in threads of their own; whatever one of them raises is raised here."""
    together = threading.Barrier(len(each))

    def within(run: Callable[[], None]) -> None:
        with app.app_context():
            together.wait()
            run()

    with ThreadPoolExecutor(len(each)) as threads:
        for done in [threads.submit(within, run) for run in each]:
            done.result()


def assert_all_is_true() -> None:
    """The numbers are those of the keys, and the keys those of what is published."""
    reading().rollback()
    reading().expire_all()
    assert public_map.faults(reading()) == 0
    projects = {each.id: each for each in reading().scalars(sa.select(Project))}
    for photo in reading().scalars(sa.select(Evidence)):
        shown = photo.published_at is not None and projects[photo.project_id].published_at is not None
        assert photo.map_key == (photo.quadtile if shown else None)
    shown_photos = sum(photo.map_key is not None for photo in reading().scalars(sa.select(Evidence)))
    assert number(layer("photos", 0, 0, 0)) == shown_photos


@contextmanager
def asking() -> Iterator[list[tuple[str, Any]]]:
    """The statements that the block sends, each with its parameters."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        asked.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def test_a_tile_is_read_by_ranges_of_the_indexes_alone() -> None:
    fill([ON_SITE] * 2000)
    reading().rollback()
    db.session.execute(sa.text("ANALYZE"))
    db.session.commit()
    with asking() as asked:
        for zoom in (0, 10, 13, 22):
            public_tiles.tile(*address(ON_SITE, zoom))
            public_tiles.tile(*address(OTHER_SITE, zoom))

    plans = [plan_of(*each) for each in asked if each[0].startswith("SELECT")]
    assert plans
    for statement, plan in plans:
        assert not any(scan in plan for scan in FORBIDDEN[db.engine.dialect.name]), f"{statement}\n{plan}"


#: What a plan says where it reads more than a range. PostgreSQL reads so few rows as these in whichever way it likes,
#: unless it is told otherwise.
FORBIDDEN = {"sqlite": ("SCAN evidence", "SCAN project", "SCAN map_count", "AUTOMATIC"), "postgresql": ("Seq Scan",)}


def plan_of(statement: str, parameters: Any) -> tuple[str, str]:
    explain = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN "
    connection = reading().connection()
    if db.engine.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
    return statement, "\n".join(str(row) for row in connection.exec_driver_sql(explain + statement, parameters))


def approve(code: str, places: list[Place]) -> None:
    """Publish photos as an approval does, which reads the project first and holds it when it changes the milestone."""
    with writing() as session:
        owner = project(code)
        session.execute(sa.select(Project.id).where(Project.id == owner.id).with_for_update())
        rows = photo_rows(session, owner, places, shown=False)
        insert(session, rows)
        photos = session.scalars(sa.select(Evidence).where(Evidence.id.in_([row["id"] for row in rows]))).all()
        for photo in photos:
            photo.published_at = datetime.now(UTC)
        public_map.show(session, owner, photos)


def publish(code: str, published: bool) -> None:
    """Publish or withdraw a project as an import does, which holds it from the beginning."""
    with writing() as session:
        owner = held(code)
        owner.published_at = datetime.now(UTC) if published else None
        public_map.place(session, owner, shape_of(owner))


def move(code: str, place: Place) -> None:
    """Give a project another site as an import does."""
    latitude, longitude = place
    shape = SiteShape.polygon(box(longitude - 1e-3, latitude - 1e-3, longitude + 1e-3, latitude + 1e-3))
    with writing() as session:
        public_map.place(session, held(code), shape)


def held(code: str) -> Project:
    query = sa.select(Project).where(Project.code == code).with_for_update()
    return reading().scalars(query.execution_options(populate_existing=True)).one()


def shape_of(owner: Project) -> SiteShape:
    site = reading().scalars(sa.select(Site).where(Site.project_id == owner.id, Site.retired_at.is_(None))).one()
    return site_lookup.geometry(site)
