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
    reading().rollback()
    whole_world = sa.select(MapCount.layer, MapCount.number).where(MapCount.level == 0)
    assert dict(reading().execute(whole_world).all()) == {"photos": 3, "projects": 2}
