"""What a tile of the public map costs, asked for once and never before, and what counting the map anew takes.

``python -m benches.tile_bench 10000000`` fills a SQLite file with so many published photos (200,000 if not said), 40
to a project, projects around towns of uneven size. Tiles are asked of the application at places of photos taken by
chance, so that the crowded ones come as often as people look at them. ``pages_bench`` asks over the network, of rows
with everything in them.
"""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from benches.installation import installation
from geo import quadtile
from geo.tiles import Feature, encode
from server.db import db, new_id, reading, writing
from server.models import Project
from server.services import public_map
from server.services.public_tiles import MOST_POINTS

PHOTOS, PHOTOS_OF_A_PROJECT, TOWNS = 200_000, 40, 1_634
TILES, SHALLOWEST_ASKED, DEEPEST_ASKED = 1_000, 4, 18
GOAL_P95_MS = 15.0
AT_ONCE = 20_000
SOUTH, WEST, SPAN_DEG = 6.0, 118.0, 10.0


def run(photos: int = PHOTOS) -> list[dict[str, Any]]:
    """Milliseconds of cold tiles (median, 95th and 99th of a hundred), of encoding, and seconds of a recount."""
    with installation() as here:
        _fill(here.settings.data_root / "saksi.sqlite3", photos)
        started = time.perf_counter()
        with writing() as session:
            public_map.recount(session)
        recount_s = time.perf_counter() - started
        reading().rollback()
        took_ms = sorted(_asked_ms(here.app))
    cuts = statistics.quantiles(took_ms, n=100)
    told = {"reference": None, "ratio": None}
    return [
        {"name": f"tile_cold_p50_{photos}", "value": round(cuts[49], 2), "unit": "ms", "goal": None, "met": None}
        | told,
        {"name": f"tile_cold_p95_{photos}", "value": round(cuts[94], 2), "unit": "ms"}
        | told
        | {"goal": GOAL_P95_MS, "met": cuts[94] <= GOAL_P95_MS},
        {"name": f"tile_cold_p99_{photos}", "value": round(cuts[98], 2), "unit": "ms", "goal": None, "met": None}
        | told,
        {"name": "tile_encode", "value": round(_encode_ms(), 2), "unit": "ms", "goal": None, "met": None} | told,
        {"name": f"tile_recount_{photos}", "value": round(recount_s, 1), "unit": "s", "goal": None, "met": None} | told,
    ]


def _asked_ms(app: Flask) -> Iterator[float]:
    """One time for each tile; the answer is read whole, compressed as a browser asks for it."""
    client = app.test_client()
    for address in _addresses():
        started = time.perf_counter()
        response = client.get(address, headers={"Accept-Encoding": "gzip"})
        took = time.perf_counter() - started
        if response.status_code != 200 or not response.data:
            raise LookupError(f"{address} shows nothing although a photo is there")
        yield took * 1e3


def _addresses() -> Iterator[str]:
    """Different tiles of many zooms around photos taken by chance."""
    chance = random.Random(11)
    rows = db.session.connection().exec_driver_sql("SELECT max(rowid) FROM evidence").scalar()
    asked: set[str] = set()
    while len(asked) < TILES:
        number = {"row": chance.randint(1, int(rows or 1))}
        key = db.session.connection().scalar(sa.text("SELECT map_key FROM evidence WHERE rowid = :row"), number)
        zoom = chance.randint(SHALLOWEST_ASKED, DEEPEST_ASKED)
        x, y = quadtile.column_and_row(int(key or 0) >> 2 * (quadtile.BITS - zoom))
        address = f"/api/v1/public/tiles/{zoom}/{x}/{y}.mvt"
        if address not in asked:
            asked.add(address)
            yield address


def _encode_ms() -> float:
    chance = random.Random(3)
    features = [
        Feature(chance.randrange(4096), chance.randrange(4096), {"id": str(new_id()), "project": "P-1", "grade": "A"})
        for _ in range(MOST_POINTS)
    ]
    times = []
    for _ in range(9):
        started = time.perf_counter()
        encode({"photos": features})
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e3


def _fill(path: Path, photos: int) -> None:
    """Write the rows past every rule, with the indexes that no tile reads left out."""
    model = reading().scalars(sa.select(Project).limit(1)).one()
    like = [str(getattr(model, name).hex) for name in ("id", "agency_id", "area_id")]
    reading().rollback()
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=OFF", "PRAGMA cache_size=-200000"):
        connection.execute(statement)
    indexes = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'evidence' AND sql IS NOT NULL"
    made = dict(connection.execute(indexes).fetchall())
    connection.execute("BEGIN")
    for name in made:
        connection.execute(f"DROP INDEX {name}")
    rows = _rows(photos, like)
    while part := list(islice(rows, AT_ONCE)):
        connection.executemany(_PROJECT, [row for row, _photos in part if row])
        connection.executemany(_PHOTO, [photo for _row, photo in part])
    connection.execute(made["ix_evidence_map"])
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.close()


def _rows(photos: int, like: list[str]) -> Iterator[tuple[tuple[Any, ...] | None, tuple[Any, ...]]]:
    """A project where one begins, and a photo."""
    chance = random.Random(photos)
    middles = [(SOUTH + SPAN_DEG * chance.random(), WEST + SPAN_DEG * chance.random()) for _ in range(TOWNS)]
    towns = chance.choices(middles, [1 / rank for rank in range(1, TOWNS + 1)], k=photos // PHOTOS_OF_A_PROJECT + 1)
    for number in range(photos):
        project, first = None, number % PHOTOS_OF_A_PROJECT == 0
        if first:
            latitude, longitude = (chance.gauss(degrees, 0.05) for degrees in towns[number // PHOTOS_OF_A_PROJECT])
            project_id = new_id().hex
            place = quadtile.key(latitude, longitude)
            project = (project_id, f"B-{number}", f"Works number {number}", *like[1:], place, like[0])
        at = chance.gauss(latitude, 0.001), chance.gauss(longitude, 0.001)
        yield project, (new_id().hex, project_id, *at, quadtile.key(*at), f"{number:064x}")


_PROJECT = """INSERT INTO project (id, code, title, purpose, sector, asset_kind, agency_id, area_id, budget_minor,
    currency, source_of_funds, status, time_zone, policy, working_days, work_starts, work_ends, published_at,
    changed_at, revision, map_key) SELECT ?1, ?2, ?3, '', sector, asset_kind, ?4, ?5, 1, currency, '', status,
    time_zone, policy, working_days, work_starts, work_ends, published_at, changed_at, 1, ?6
    FROM project WHERE id = ?7"""
_PHOTO = """INSERT INTO evidence (id, project_id, stage, caption, uploader_id, sha256, claim_digest, claims, latitude,
    longitude, quadtile, captured_at, received_at, policy, verdict, grade, state, copies, published_at, map_key)
    VALUES (?1, ?2, 'during', '', ?2, ?6, '', '{}', ?3, ?4, ?5, '2024-03-01 02:03:04.000000',
    '2024-03-01 02:04:00.000000', 'ph-1', 'verified', 'B', 'verified', 'ready', '2024-04-01 00:00:00.000000', ?5)"""


if __name__ == "__main__":
    for row in run(int(sys.argv[1]) if len(sys.argv) > 1 else PHOTOS):
        print(json.dumps(row, ensure_ascii=False))
