"""CPU from a photo's bytes to its verdict on record, beside the floor: what no honest upload can leave out.

The floor hashes the bytes, reads the EXIF once, writes the bytes durably and commits one row. It is
measured twice: with the engines that Saksi uses (its store, SQLAlchemy), and bare, with nothing but the
standard library and exifread. All three do photos of the same kind, in turns.
"""

from __future__ import annotations

import gc
import hashlib
import io
import json
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import exifread

from benches.installation import Installation, installation
from benches.photos import photos
from benches.reader_bench import phone_photos
from server.db import insert_if_new, new_id, writing
from server.engines import engines
from server.models import Original
from server.services import evidence

GOAL = 2.0
ROUNDS = 7
BATCH = 40
WARM_UP = 10

Photo = bytes
Work = Callable[[Photo], object]


def run() -> list[dict[str, Any]]:
    """One row for photos of a phone's size, and one for the small real photos where they are there."""
    sets = {"upload_cpu_12mp": photos(3 * (ROUNDS * BATCH + WARM_UP))}
    small = phone_photos()
    if small:
        sets["upload_cpu_small_real_photos"] = _distinct(small)
    with installation() as place, bare_floor() as bare:
        works = (_saksi(place), engines_floor, bare)
        return [row for name, fresh in sets.items() for row in _rows(name, fresh, works)]


def _rows(name: str, fresh: Iterator[Photo], works: tuple[Work, Work, Work]) -> list[dict[str, Any]]:
    sizes: list[int] = []
    for work in works:
        _cpu_ms(work, [next(fresh) for _ in range(WARM_UP)])
    rounds = []
    for _ in range(ROUNDS):
        batches = [[next(fresh) for _ in range(BATCH)] for _ in works]
        sizes.extend(len(photo) for batch in batches for photo in batch)
        rounds.append([_cpu_ms(work, batch) for work, batch in zip(works, batches, strict=True)])
    return [
        _row(f"{name}_to_the_floor_of_its_engines", [(each[0], each[1]) for each in rounds], sizes),
        _row(f"{name}_to_the_bare_floor", [(each[0], each[2]) for each in rounds], sizes),
    ]


def _row(name: str, pairs: list[tuple[float, float]], sizes: list[int]) -> dict[str, Any]:
    value, reference = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(mine / its for mine, its in pairs)
    return {
        "name": name,
        "value": round(value, 3),
        "unit": f"CPU ms per photo of {round(statistics.mean(sizes) / 1000)} kB, bytes to verdict on record",
        "reference": round(reference, 3),
        "ratio": round(ratio, 3),
        "goal": f"<= {GOAL} x the floor",
        "met": ratio <= GOAL,
    }


def _distinct(chosen: list[Photo]) -> Iterator[Photo]:
    """The same photos over and over, each time with other bytes behind the picture, as some phones write."""
    number = 0
    while True:
        for photo in chosen:
            number += 1
            yield photo + f"round {number:08d}".encode()


def _cpu_ms(work: Work, batch: Iterable[Photo]) -> float:
    """Mean CPU milliseconds of this process for one photo of the batch."""
    photos_now = list(batch)
    gc.collect()
    started = time.process_time()
    for photo in photos_now:
        work(photo)
    return (time.process_time() - started) / len(photos_now) * 1e3


def _saksi(place: Installation) -> Work:
    claim = evidence.UploadClaim(project="ROAD-1")

    def receive(photo: Photo) -> object:
        with engines().store.incoming() as incoming:
            incoming.write(photo)
            return evidence.receive(place.actor, evidence.Upload(new_id(), incoming, claim), now=datetime.now(UTC))

    return receive


def engines_floor(photo: Photo) -> None:
    """sha256, one metadata read, durable write and the commit of one row, by the engines that Saksi uses."""
    incoming = engines().store.incoming()
    incoming.write(photo)
    sealed = incoming.seal()
    incoming.seek(0)
    exifread.process_file(cast(BinaryIO, incoming), details=False, extract_thumbnail=False)
    key = incoming.keep()
    incoming.close()
    kept = {"size": sealed.size, "media_type": "image/jpeg", "storage_key": key, "kept_at": datetime.now(UTC)}
    with writing() as session:
        insert_if_new(session, Original, sha256=sealed.sha256, **kept)


@contextmanager
def bare_floor() -> Iterator[Work]:
    """The same four, with the standard library and exifread alone."""
    with tempfile.TemporaryDirectory(prefix="saksi-floor-") as name:
        folder = Path(name)
        database = sqlite3.connect(folder / "floor.sqlite3", isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE photo (sha256 TEXT PRIMARY KEY, size INTEGER, tags TEXT)")
        yield lambda photo: _least(photo, folder, database)
        database.close()


def _least(photo: Photo, folder: Path, database: sqlite3.Connection) -> None:
    digest = hashlib.sha256(photo).hexdigest()
    tags = exifread.process_file(io.BytesIO(photo), details=False, extract_thumbnail=False)
    _write_durably(photo, folder / digest)
    database.execute("BEGIN IMMEDIATE")
    told = json.dumps({key: str(value) for key, value in tags.items()})
    database.execute("INSERT INTO photo VALUES (?, ?, ?)", (digest, len(photo), told))
    database.execute("COMMIT")


def _write_durably(photo: Photo, path: Path) -> None:
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as stream:
        stream.write(photo)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
