"""CPU from a photo's bytes to its verdict on record, beside the floor: what no honest upload can leave out.

The floor hashes the bytes, reads the EXIF once, writes the bytes durably and commits one row, with
nothing but the standard library and exifread. Both do the same photos, in turns.
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
from typing import Any

import exifread

from benches.installation import Installation, installation
from benches.photos import photos
from benches.reader_bench import phone_photos
from server.db import new_id
from server.engines import engines
from server.services import evidence

GOAL = 2.0
ROUNDS = 7
BATCH = 40
WARM_UP = 10

Photo = bytes
Work = Callable[[Photo], object]


def run() -> list[dict[str, Any]]:
    """One row for photos of a phone's size, and one for the small real photos where they are there."""
    sets = {"upload_cpu_12mp": photos(ROUNDS * BATCH + 2 * WARM_UP)}
    small = phone_photos()
    if small:
        sets["upload_cpu_small_real_photos"] = _distinct(small)
    with installation() as place, floor() as lowest:
        return [_row(name, chosen, _saksi(place), lowest) for name, chosen in sets.items()]


def _row(name: str, fresh: Iterator[Photo], ours: Work, lowest: Work) -> dict[str, Any]:
    sizes: list[int] = []
    for work in (ours, lowest):
        _cpu_ms(work, [next(fresh) for _ in range(WARM_UP)])
    pairs = []
    for _ in range(ROUNDS):
        batch = [next(fresh) for _ in range(BATCH)]
        sizes.extend(map(len, batch))
        pairs.append((_cpu_ms(ours, batch), _cpu_ms(lowest, batch)))
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
        incoming = engines().store.incoming()
        incoming.write(photo)
        return evidence.receive(place.actor, evidence.Upload(new_id(), incoming, claim), now=datetime.now(UTC))

    return receive


@contextmanager
def floor() -> Iterator[Work]:
    """sha256, one metadata read, durable write, commit."""
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
