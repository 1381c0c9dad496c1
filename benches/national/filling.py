"""Fills a migrated database with a national portal's rows, and says how fast that went.

A sample of the photos has bytes: real originals and copies in the store, and findings; the others
have rows only. Summaries are rebuilt by the product's own commands at the end.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
import sqlalchemy as sa

import config
from benches import photos as pictures
from benches.national import country, evidence_rows, keys, money, schedule, works
from benches.national.evidence_rows import Sample
from benches.national.keys import Whole
from benches.national.tables import Batch, Column, Writer, writer
from evidence import imaging
from evidence.storage.local import LocalStore
from server.services.copies import THUMBNAIL, WEB, copy_name

PHOTOS_A_PROJECT = 40
PROJECTS_AT_ONCE = 2_000
PHOTOS_AT_ONCE = 50_000
SAMPLE = 60
SAMPLE_CHECKS = ("file.decodes", "file.sealed", "place.inside_site", "time.in_schedule")


@dataclass(slots=True)
class Filled:
    """How many rows of which table were written, in how many seconds, indexes included."""

    rows: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def a_second(self) -> float:
        """Rows of all tables a second."""
        return sum(self.rows.values()) / self.seconds


def fill(settings: config.Settings, photos: int) -> Filled:
    """Write all rows for so many photos into the empty database of ``settings``, and the sample's bytes."""
    filled = Filled()
    started = time.monotonic()
    sample = _sample(settings.originals_root, photos)
    with writer(sa.make_url(settings.database_url)) as to:
        for batch in rows(photos, sample):
            _write(to, batch, filled)
    filled.seconds = time.monotonic() - started
    return filled


def _write(to: Writer, batch: Batch, filled: Filled) -> None:
    if len(batch):
        to.write(batch)
        filled.rows[batch.table] += len(batch)


def rows(photos: int, sample: dict[int, Sample]) -> Iterator[Batch]:
    """Every row, parents before children."""
    where = country.country()
    of = works.works(max(1, photos // PHOTOS_A_PROJECT), where)
    yield country.areas(where)
    yield works.organisations(of)
    yield works.people(of)
    for numbers in _portions(len(of), PROJECTS_AT_ONCE):
        yield works.projects(of, numbers)
        yield works.grants(of, numbers)
        yield works.contracts(of, numbers)
        yield from works.sites(of, numbers)
        yield schedule.milestones(of, numbers)
        yield schedule.requirements(of, numbers)
        yield from money.money(of, numbers)
    taken = evidence_rows.photos(photos, of)
    for numbers in _portions(photos, PHOTOS_AT_ONCE):
        yield from evidence_rows.batches(of, taken, numbers, sample)
    yield _findings(np.array(sorted(sample), np.int64), taken)


def _portions(count: int, size: int) -> Iterator[Whole]:
    for first in range(0, count, size):
        yield np.arange(first, min(count, first + size))


def _sample(root: Path, photos: int) -> dict[int, Sample]:
    """Keep some originals with their copies in the store; by the numbers of their photos."""
    store = LocalStore(root)
    kept: dict[int, Sample] = {}
    numbers = np.unique(np.linspace(0, photos - 1, min(SAMPLE, photos)).astype(np.int64)).tolist()
    made: imaging.Copies | None = None
    for number, picture in zip(numbers, pictures.photos(len(numbers)), strict=True):
        with store.incoming() as incoming:
            incoming.write(picture)
            sealed = incoming.seal()
            kept[number] = Sample(sealed.sha256, sealed.size, incoming.keep())
        # They show the same picture: one set of copies serves them all.
        made = made or imaging.copies(BytesIO(picture), "image/jpeg")
        store.put_copy(copy_name(sealed.sha256, THUMBNAIL), made.thumbnail)
        store.put_copy(copy_name(sealed.sha256, WEB), made.web)
    return kept


def _findings(number: Whole, taken: evidence_rows.Photos) -> Batch:
    own = keys.ids(keys.PHOTO, number, taken.captured_s[number])
    count = len(own) * len(SAMPLE_CHECKS)
    columns: dict[str, Column] = {
        "evidence_id": [each for each in own for _ in SAMPLE_CHECKS],
        "name": list(SAMPLE_CHECKS) * len(own),
        "outcome": ["pass"] * count,
        "message": ["As it should be."] * count,
    }
    return Batch("evidence_finding", columns)
