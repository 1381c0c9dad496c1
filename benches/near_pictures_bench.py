"""How long it takes to find the near pictures of one hash, on both databases, with numpy over all hashes as the floor.

A look-up is one hash; a photo asks for eight (mirrored and turned). The ten million are measured with
``SAKSI_BENCH_NATIONAL=1``: that takes half an hour and 20 GB in the temporary folder.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from benches.database_server import database_server
from benches.near_pictures_rows import Hashes, fill_postgres, fill_sqlite, hashes
from benches.rows import Row, percentile, row, spread
from benches.scale import NATIONAL, scale
from evidence.near_pictures import REACH
from server.services import near_pictures
from tests.postgres import NoPostgresError

SIZES = (10_000, 100_000, 1_000_000)
#: Where what is found is compared with brute force.
RECALLED = 100_000
LARGEST = 10_000_000
ALL_SIZES = (*SIZES, LARGEST)
LOOKUPS, WARMING, FLOORS = 200, 500, 10
GOAL_MS = 30.0
Ask = Callable[[bytes], object]


def run() -> list[Row]:
    """At the scale that was asked for."""
    return list(rows_of(ALL_SIZES if scale() == NATIONAL else SIZES))


def rows_of(sizes: Iterable[int]) -> Iterator[Row]:
    """The 95th percentile of a look-up by size and database, with brute force beside it, and the recall."""
    for number in sizes:
        kept = hashes(number)
        floor_ms = percentile(_times(lambda digest, kept=kept: _brute(kept, digest), kept, FLOORS), 0.5)  # type: ignore[misc]
        for engine, opened in (("sqlite", _sqlite), ("postgresql", _postgres)):
            try:
                with opened(kept) as connection:
                    yield from _told(engine, kept, connection, floor_ms)
            except NoPostgresError as error:
                yield row(f"near_pictures_{engine}_{number}", None, "ms", note=str(error))


def _told(engine: str, kept: Hashes, connection: sa.Connection, floor_ms: float) -> Iterator[Row]:
    def ask(digest: bytes) -> object:
        return near_pictures.near(connection, digest)

    _times(ask, kept, WARMING, seed=6)
    taken = _times(ask, kept, LOOKUPS)
    p95 = percentile(taken, 0.95)
    named = f"near_pictures_{engine}_{len(kept)}"
    yield row(
        named,
        p95,
        "ms",
        reference=floor_ms,
        ratio=p95 / floor_ms,
        goal=f"<= {GOAL_MS:.0f}",
        met=p95 <= GOAL_MS,
        note=f"{spread(taken)}; the reference is the median of numpy over all hashes in memory",
    )
    if len(kept) == RECALLED:
        yield row(f"{named}_recall", _recall(kept, connection), "share", goal="1", note="against brute force")


def _recall(kept: Hashes, connection: sa.Connection) -> float:
    """The share of neighbours found, one planted question at each distance from 0 to the reach."""
    chance = np.random.default_rng(3)
    asked = [_changed(kept[place], bits, chance) for place in range(10) for bits in range(REACH + 1)]
    expected = [set(_brute(kept, digest)) for digest in asked]
    found = [{_place(connection, name) for name, _ in near_pictures.near(connection, d)} for d in asked]
    return sum(len(f & e) for f, e in zip(found, expected, strict=True)) / sum(map(len, expected))


def _place(connection: sa.Connection, name: str) -> int:
    """The place among the hashes of the original with this name."""
    return (
        int(connection.execute(sa.text("SELECT id FROM picture WHERE sha256 = :name"), {"name": name}).scalar_one()) - 1
    )


def _brute(kept: Hashes, digest: bytes) -> list[int]:
    return [int(place) for place in np.flatnonzero(near_pictures.apart(digest, kept) <= REACH)]


def _changed(digest: Hashes, bits: int, chance: np.random.Generator) -> bytes:
    spread_out = np.unpackbits(digest)
    spread_out[chance.choice(256, bits, replace=False)] ^= 1
    return np.packbits(spread_out).tobytes()


def _times(ask: Ask, kept: Hashes, number: int, seed: int = 5) -> list[float]:
    """Milliseconds of so many questions for hashes that differ from a kept one in as many bits as are reached.

    Another seed asks for others.
    """
    chance, taken = np.random.default_rng(seed), []
    for place in chance.integers(0, len(kept), number):
        digest = _changed(kept[place], REACH, chance)
        begun = time.perf_counter()
        ask(digest)
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


@contextmanager
def _sqlite(kept: Hashes) -> Iterator[sa.Connection]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "near.sqlite3"
        fill_sqlite(path, kept)
        with sa.create_engine(f"sqlite:///{path}").connect() as connection:
            # As the server's own.
            connection.exec_driver_sql("PRAGMA cache_size=-32000")
            connection.exec_driver_sql("PRAGMA mmap_size=8000000000")
            yield connection


@contextmanager
def _postgres(kept: Hashes) -> Iterator[sa.Connection]:
    with database_server("near") as urls:
        fill_postgres(urls["near"], kept)
        with sa.create_engine(urls["near"].replace("://", "+psycopg://")).connect() as connection:
            yield connection
