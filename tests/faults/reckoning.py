"""The count after a fault: what was acknowledged is what is stored and what is recorded, each once.

It is taken from the records, the store and the custody log themselves, in the test's own process.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from evidence.errors import OriginalMissingError
from evidence.storage import LocalStore
from server.db import reading
from server.engines import engines
from server.models import CustodyEvent, Evidence, EvidenceFinding, Original
from server.models.evidence import CopiesState
from server.services import custody, job_desk
from server.services.copies import THUMBNAIL, WEB, copy_name
from server.times import utc_now
from tests.faults.fleet import wait_until

#: The longest that a job waits before its last attempt, and then some.
LONGEST_PAUSE_S = 180.0


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How many of each there are; what should not be at all has 0 as its default."""

    acknowledged: int
    recorded: int
    stored: int
    events: int
    with_copies: int
    lost: int = 0
    not_asked_for: int = 0
    other_bytes: int = 0
    damaged: int = 0
    half_judged: int = 0
    doubled_events: int = 0
    copies_missing: int = 0
    jobs_left: int = 0
    jobs_dead: int = 0
    left_in_incoming: int = 0
    chain_broken: bool = False


def whole(count: int) -> Reckoning:
    """The reckoning of ``count`` photos after which nothing is missing and nothing is there twice."""
    return Reckoning(acknowledged=count, recorded=count, stored=count, events=count, with_copies=count)


def reckon(acknowledged: dict[UUID, str]) -> Reckoning:
    """Count, after an hour in which the store's leftovers were swept."""
    reading().rollback()
    store = engines().store
    store.sweep(utc_now() + timedelta(hours=2))
    rows = reading().execute(sa.select(Evidence.id, Evidence.sha256, Evidence.copies)).all()
    originals = reading().execute(sa.select(Original.sha256, Original.storage_key))
    keys = {row.sha256: row.storage_key for row in originals}
    recorded = {row.id: row.sha256 for row in rows}
    events = _events()
    jobs = job_desk.counts()
    return Reckoning(
        acknowledged=len(acknowledged),
        recorded=len(rows),
        stored=len(_stored(keys)),
        events=events.total(),
        with_copies=sum(row.copies is CopiesState.READY for row in rows),
        lost=len(acknowledged.keys() - recorded.keys()),
        not_asked_for=len(recorded.keys() - acknowledged.keys()),
        other_bytes=sum(recorded.get(each, sha256) != sha256 for each, sha256 in acknowledged.items()),
        damaged=sum(not _is_whole(key) for key in keys.values()),
        half_judged=_half_judged(len(rows)),
        doubled_events=sum(count - 1 for count in events.values()),
        copies_missing=sum(not _has_copies(sha256) for sha256 in keys),
        jobs_left=jobs.queued + jobs.running,
        jobs_dead=jobs.dead,
        left_in_incoming=_left(),
        chain_broken=custody.broken_link(custody.export()) is not None,
    )


def wait_until_jobs_are_done() -> None:
    """Wait for as long as there are jobs and one after the other is done; the dead are counted by ``reckon``."""
    left = _jobs_left()
    while left:
        wait_until(lambda left=left: _jobs_left() < left, f"of {left} jobs another one was done", LONGEST_PAUSE_S)
        left = _jobs_left()


def _jobs_left() -> int:
    reading().rollback()
    counts = job_desk.counts()
    return counts.queued + counts.running


def _stored(keys: dict[str, str]) -> set[str]:
    """The originals that the store holds: in a folder all there are, elsewhere those that are asked for."""
    store = engines().store
    if isinstance(store, LocalStore):
        return {path.name for path in (store.root / "originals").rglob("*") if path.is_file()}
    return {sha256 for sha256, key in keys.items() if store.exists(key)}


def _is_whole(key: str) -> bool:
    try:
        return engines().store.verify(key)
    except OriginalMissingError:
        return False


def _left() -> int:
    store = engines().store
    return len(list(store.incoming_folder.iterdir())) if isinstance(store, LocalStore) else 0


def _events() -> Counter[str]:
    received = sa.select(CustodyEvent.record_id).where(CustodyEvent.action == "evidence.received")
    return Counter(reading().scalars(received))


def _half_judged(photos: int) -> int:
    """How many of the photos have not as many findings as the others."""
    asked = sa.select(EvidenceFinding.evidence_id, sa.func.count()).group_by(EvidenceFinding.evidence_id)
    counts = [count for _evidence, count in reading().execute(asked)]
    return photos - counts.count(max(counts, default=0))


def _has_copies(sha256: str) -> bool:
    try:
        for name in (THUMBNAIL, WEB):
            engines().store.open_copy(copy_name(sha256, name)).close()
    except OriginalMissingError:
        return False
    return True
