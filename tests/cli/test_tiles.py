"""``saksi tiles``: checking the map's numbers, and making the map anew."""

from __future__ import annotations

import sqlalchemy as sa

from server.db import reading, writing
from server.models import MapCount, Project
from tests.cli.conftest import Saksi
from tests.map_rows import put_photos
from tests.programme import ON_SITE


def test_a_map_whose_records_came_before_it_is_made(saksi: Saksi) -> None:
    with writing() as session:
        put_photos(session, session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one(), [ON_SITE] * 3)
    assert saksi("tiles", "check").exit_code == 1

    assert saksi("tiles", "rebuild").output == "The map was made anew.\n"

    assert saksi("tiles", "check").output == "Every number is right.\n"
    assert numbers() == {"photos": 3, "projects": 2}


def test_migrating_makes_the_map_where_there_is_none_and_leaves_it_where_there_is(saksi: Saksi) -> None:
    with writing() as session:
        session.execute(sa.delete(MapCount))
        session.execute(sa.text("UPDATE project SET map_key = NULL"))

    assert "The map was made from the published projects." in saksi("migrate").output
    assert numbers() == {"projects": 2}

    assert "The map" not in saksi("migrate").output


def numbers() -> dict[str, int]:
    """How many records of each layer are in the whole world."""
    reading().rollback()
    whole_world = sa.select(MapCount.layer, MapCount.number).where(MapCount.level == 0)
    return dict(reading().execute(whole_world).all())
