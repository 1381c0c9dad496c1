"""Random PDQ hashes and their keys in a database, written as fast as each engine takes them."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import psycopg
from numpy.typing import NDArray

from evidence.near_pictures import BAND_BITS, BANDS, HASH_BYTES

Hashes = NDArray[np.uint8]
AT_ONCE = 500_000
_PICTURE = (
    "CREATE TABLE picture (id INTEGER PRIMARY KEY, sha256 VARCHAR(64) NOT NULL, pixels {0} NOT NULL, pdq {0} NOT NULL)"
)
_KEY = (
    "CREATE TABLE picture_key"
    " (key INTEGER NOT NULL, picture INTEGER NOT NULL, one BIGINT NOT NULL, two BIGINT NOT NULL{0}"
)
_EDGES = tuple(round(place * HASH_BYTES * 8 / BANDS) for place in range(BANDS + 1))


def hashes(number: int) -> Hashes:
    """So many random hashes, the same at every run."""
    return np.random.default_rng(1).integers(0, 256, size=(number, HASH_BYTES), dtype=np.uint8)


def fill_sqlite(path: Path, kept: Hashes) -> None:
    """Write the two tables into a new file, the keys in their order."""
    connection = sqlite3.connect(path)
    connection.executescript(
        "PRAGMA journal_mode=off; PRAGMA synchronous=off;"
        f"{_PICTURE.format('BLOB')}; {_KEY.format(', PRIMARY KEY (key, picture)) WITHOUT ROWID')};"
    )
    for begin in range(0, len(kept), AT_ONCE):
        connection.executemany("INSERT INTO picture VALUES (?, ?, ?, ?)", _pictures(kept, begin))
    for rows in _keys(kept):
        connection.executemany("INSERT INTO picture_key VALUES (?, ?, ?, ?)", rows.tolist())
    connection.commit()
    connection.executescript("PRAGMA journal_mode=wal;")
    connection.close()


def fill_postgres(url: str, kept: Hashes) -> None:
    """Copy the two tables into an empty database and index them afterwards, as a server has them at rest.

    VACUUM marks all as seen by everyone, and after CHECKPOINT nothing waits to be written.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_PICTURE.format("BYTEA"))
        connection.execute(_KEY.format(")"))
        for begin in range(0, len(kept), AT_ONCE):
            with connection.cursor().copy("COPY picture FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["int4", "varchar", "bytea", "bytea"])
                for row in _pictures(kept, begin):
                    copy.write_row(row)
        for rows in _keys(kept):
            with connection.cursor().copy("COPY picture_key FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(_binary(rows))
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute("ALTER TABLE picture_key ADD PRIMARY KEY (key, picture) INCLUDE (one, two)")
        connection.execute("VACUUM ANALYZE picture")
        connection.execute("VACUUM ANALYZE picture_key")
        connection.execute("CHECKPOINT")


def _pictures(kept: Hashes, begin: int) -> Iterator[tuple[int, str, bytes, bytes]]:
    for number, row in enumerate(kept[begin : begin + AT_ONCE], begin + 1):
        name = hashlib.sha256(number.to_bytes(8))
        yield number, name.hexdigest(), name.digest(), row.tobytes()


def _keys(kept: Hashes) -> Iterator[NDArray[np.int64]]:
    """The rows (key, picture, and half the hash) in the order of the keys, in portions."""
    half = np.ascontiguousarray(kept[:, :16]).view(">i8").astype(np.int64)
    for band, (first, end) in enumerate(pairwise(_EDGES)):
        keys = _band(kept, first, end) | band << BAND_BITS
        order = np.argsort(keys, kind="stable")
        for begin in range(0, len(kept), AT_ONCE):
            chosen = order[begin : begin + AT_ONCE]
            yield np.column_stack((keys[chosen], chosen + 1, half[chosen]))


def _band(kept: Hashes, first: int, end: int) -> NDArray[np.int64]:
    """The bits from ``first`` to before ``end`` of every hash, as numbers."""
    low, high = first // 8, (end + 7) // 8
    value = np.zeros(len(kept), dtype=np.int64)
    for place in range(low, high):
        value = value << 8 | kept[:, place]
    return value >> (high * 8 - end) & (1 << (end - first)) - 1


def _binary(rows: NDArray[np.int64]) -> bytes:
    """PostgreSQL's binary form of two four-byte columns and two of eight bytes."""
    key, picture = [("l1", ">i4"), ("key", ">i4")], [("l2", ">i4"), ("picture", ">i4")]
    half = [("l3", ">i4"), ("one", ">i8"), ("l4", ">i4"), ("two", ">i8")]
    form = np.dtype([("columns", ">i2"), *key, *picture, *half])
    told = np.zeros(len(rows), dtype=form)
    told["columns"], told["l1"], told["l2"], told["l3"], told["l4"] = 4, 4, 4, 8, 8
    for place, name in enumerate(("key", "picture", "one", "two")):
        told[name] = rows[:, place]
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + told.tobytes() + b"\xff\xff"
