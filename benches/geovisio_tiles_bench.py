"""GeoVisio's map tiles, the figure to stand beside ``pages.tile``: the same made-up places, asked the same way.

Its pictures are written straight into its tables, as many as that takes a few minutes for; how many they
are stands in each line. A project's photos are one of its sequences.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import psycopg

from benches.clients import Request, ask
from benches.database_server import database_server
from benches.geovisio import geovisio
from benches.national import country, keys, works
from benches.national.filling import PHOTOS_A_PROJECT
from benches.pages_bench import ASKED, ROUNDS, tile_of
from benches.peers import NoPeerError
from benches.rows import Row, percentile, row, spread
from benches.scale import scale

PICTURES = scale().pictures
#: Its deepest zoom is 15; its single pictures begin there.
ZOOMS = range(4, 16)
_LOAD = (
    "INSERT INTO sequences (id, status, account_id, geom, nb_pictures)"
    " SELECT s, 'ready', (SELECT id FROM accounts LIMIT 1),"
    " ST_Multi(ST_MakeLine(ST_SetSRID(ST_MakePoint(x, y), 4326) ORDER BY n)), count(*) FROM place GROUP BY s",
    "INSERT INTO pictures (id, status, preparing_status, account_id, ts, heading, metadata, geom)"
    " SELECT p, 'ready', 'prepared', (SELECT id FROM accounts LIMIT 1), now(), 90, '{\"type\": \"flat\"}',"
    " ST_SetSRID(ST_MakePoint(x, y), 4326) FROM place",
    "INSERT INTO sequences_pictures (seq_id, rank, pic_id) SELECT s, n, p FROM place",
    "SELECT compute_pictures_aggregate_grid()",
)


def run() -> list[Row]:
    """Cold and warm percentiles of its tiles, or why there are none."""
    unit = f"ms, p95 at {PICTURES} pictures"
    taken: dict[str, list[float]] = {"cold": [], "warm": []}
    try:
        with tempfile.TemporaryDirectory(prefix="saksi-bench-geovisio-") as folder, database_server("geovisio") as urls:
            _measure(urls["geovisio"], Path(folder), taken)
    except NoPeerError as error:
        return [row("pages.tile.geovisio", None, unit, note=f"no GeoVisio: {error}")]
    return [
        row(f"pages.tile.geovisio.{heat}", percentile(found, 0.95), unit, note=f"ms: {spread(found)}")
        for heat, found in taken.items()
    ]


def _measure(url: str, folder: Path, taken: dict[str, list[float]]) -> None:
    of = works.works(PICTURES // PHOTOS_A_PROJECT, country.country())
    with geovisio(url, folder / "first", threads=8, workers=0):
        _fill(url, of)
    chance = np.random.default_rng(PICTURES)
    for number in range(ROUNDS):
        chosen = chance.choice(len(of), ASKED, replace=False).tolist()
        places = zip(np.resize(list(ZOOMS), ASKED).tolist(), chosen, strict=True)
        tiles = [(zoom, *tile_of(zoom, of.latitude[place], of.longitude[place])) for zoom, place in places]
        requests = [Request("GET", f"/api/map/{zoom}/{x}/{y}.mvt", {}) for zoom, x, y in tiles]
        with geovisio(url, folder / str(number), threads=8, workers=0) as server:
            ask(server.port, lambda: [Request("GET", "/api/configuration", {})], clients=1)
            for found in taken.values():
                found.extend(ask(server.port, partial(iter, requests), clients=1).latencies_ms)


def _fill(url: str, of: works.Works) -> None:
    number = np.arange(PICTURES)
    project = number // PHOTOS_A_PROJECT
    chance = np.random.default_rng(country.SEED)
    latitude, longitude = of.places(project, chance.uniform(-0.5, 0.5, PICTURES), chance.uniform(-0.5, 0.5, PICTURES))
    pictures = keys.ids(keys.PHOTO, number, of.made_s[project])
    with psycopg.connect(url) as connection:
        # Its triggers reckon for each picture what is reckoned once for all below.
        connection.execute("SET session_replication_role = replica")
        connection.execute("CREATE TEMP TABLE place (p uuid, s uuid, n integer, y float, x float)")
        with connection.cursor() as cursor, cursor.copy("COPY place FROM STDIN") as copy:
            rows = zip(pictures, of.ids(project), number.tolist(), latitude.tolist(), longitude.tolist(), strict=True)
            for each in rows:
                copy.write_row(each)
        for statement in _LOAD:
            connection.execute(statement.encode())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
