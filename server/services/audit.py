"""The audit: every original hashed again and compared with its record, and the log and what it tells of made again.

It reads page by page by key, so that memory stays the same for a hundred photos and for ten million, and
says after each page how far it came, so that the next run can go on from there. What it found is written
into the custody log when it is complete.
"""

from __future__ import annotations

import heapq
import itertools
import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from evidence.errors import InvalidKeyError, OriginalMissingError
from evidence.storage.base import OriginalStore
from server.db import new_id, reading, table_of, writing
from server.models import Evidence, Original
from server.models.evidence import CopiesState
from server.services import custody, photo_audit, risk_counts, sequencer
from server.services.copies import THUMBNAIL, WEB, copy_name
from server.services.log_audit import Held, LogAudit
from server.services.log_nodes import LogDamagedError

PAGE = 500
#: How many keys, without their rows, are read at a time where originals are drawn by lot.
KEYS = 20_000
#: Hashing lets other threads run, and a store far away is waited for several times at once.
THREADS = 4
#: More faults than a person reads are counted and not listed.
MOST_TOLD = 1000

_original, _evidence = table_of(Original).c, table_of(Evidence).c


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as the records say; ``what`` is missing, differs, or copy missing."""

    sha256: str
    what: str


@dataclass
class Findings:
    """How far an audit came and what it found; plain values, so that it can be kept between two runs."""

    begun_at: str
    since: str | None = None
    sample: int | None = None
    after: str = ""
    originals: int = 0
    size: int = 0
    missing: int = 0
    differing: int = 0
    copies_missing: int = 0
    custody_events: int = 0
    custody_broken_at: int | None = None
    facts_differing: list[str] = field(default_factory=list)
    checkpoints: int = 0
    log_faults: list[str] = field(default_factory=list)
    faults: list[dict[str, str]] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether everything is as the records say."""
        differs = self.missing or self.differing or self.copies_missing or self.facts_differing
        return not (differs or self.log_faults)

    def add(self, page: Sequence[_Row], faults: Sequence[Fault]) -> None:
        """Take in what one page came to."""
        self.originals += len(page)
        self.size += sum(row.size for row in page)
        self.after = page[-1].sha256
        for fault in faults:
            name = {"missing": "missing", "differs": "differing", "copy missing": "copies_missing"}[fault.what]
            setattr(self, name, getattr(self, name) + 1)
        self.faults = [*self.faults, *map(asdict, faults)][:MOST_TOLD]


@dataclass(frozen=True, slots=True)
class _Row:
    sha256: str
    key: str
    size: int
    has_copies: bool


def left(findings: Findings, since: datetime | None) -> int:
    """How many originals are still to be hashed."""
    query = sa.select(sa.func.count()).select_from(Original).where(_original.sha256 > findings.after)
    return reading().scalar(_from(query, since)) or 0


def all_originals(store: OriginalStore, findings: Findings, since: datetime | None) -> Iterator[int]:
    """Hash every original kept ``since``, after the one that ``findings`` ends with.

    Yields:
        The number of originals of each page, once ``findings`` tells of it.
    """
    with ThreadPoolExecutor(THREADS) as pool:
        while page := _page(sa.select(Original).where(_original.sha256 > findings.after).limit(PAGE), since):
            findings.add(page, [fault for found in pool.map(lambda row: _faults(store, row), page) for fault in found])
            yield len(page)


def a_sample(store: OriginalStore, findings: Findings, since: datetime | None, count: int) -> Iterator[int]:
    """Hash ``count`` different originals taken by chance, or all where there are fewer than that.

    Each original is given a number by lot while their keys pass by page by page, and those with the smallest
    numbers are taken: every choice of ``count`` is equally likely, wherever sha256s lie close or far apart. Only
    the keys of those that lead so far are in memory; of ten million, ``count`` of them and one page.

    Yields:
        The number of originals of each page, once ``findings`` tells of it.
    """
    drawn = _drawn(since, count)
    with ThreadPoolExecutor(THREADS) as pool:
        for first in range(0, len(drawn), PAGE):
            page = _page(sa.select(Original).where(_original.sha256.in_(drawn[first : first + PAGE])), since)
            findings.add(page, [fault for found in pool.map(lambda row: _faults(store, row), page) for fault in found])
            yield len(page)


def _drawn(since: datetime | None, count: int) -> list[str]:
    """The sha256s of ``count`` originals by lot, in order."""
    lots = ((secrets.randbits(64), sha256) for sha256 in _all_keys(since))
    return sorted(sha256 for _lot, sha256 in heapq.nsmallest(count, lots))


def _all_keys(since: datetime | None) -> Iterator[str]:
    after = ""
    while keys := _keys(after, since):
        yield from keys
        after = keys[-1]


def _keys(after: str, since: datetime | None) -> Sequence[str]:
    query = sa.select(_original.sha256).where(_original.sha256 > after).order_by(_original.sha256).limit(KEYS)
    keys = reading().scalars(_from(query, since)).all()
    reading().rollback()
    return keys


def walk_log(findings: Findings, held: Sequence[Held] = ()) -> None:
    """Check the custody log against itself, against what was signed of it, and against the records of photos.

    ``held`` are checkpoints that were kept elsewhere, which the log must continue.
    """
    look = LogAudit(held)
    found = itertools.chain(_sequenced(), look.faults(), photo_audit.faults())
    # More faults than a person reads are not listed; the first of them say enough.
    findings.log_faults = list(itertools.islice(found, MOST_TOLD))
    findings.custody_events, findings.checkpoints = look.events, look.checkpoints
    findings.custody_broken_at = look.broken_at
    reading().rollback()


def _sequenced() -> Iterator[str]:
    """Give the newest events their places first, so that they are looked at with the others."""
    try:
        sequencer.sequence()
    except LogDamagedError as error:
        yield f"The log is signed no further: {error}."


def recount(findings: Findings) -> None:
    """Count the facts of every project again, and name whose differ from the numbers that the risk view shows."""
    findings.facts_differing = risk_counts.faults()


def record(findings: Findings, *, now: datetime) -> None:
    """Write into the custody log that an audit was made, and what it came to."""
    told = {name: value for name, value in asdict(findings).items() if name not in {"faults", "log_faults", "after"}}
    told |= {"log_faults": len(findings.log_faults), "facts_differing": len(findings.facts_differing)}
    with writing() as session:
        custody.append(session, None, "audit.completed", "audit", str(new_id()), now=now, **told)


def _from(query: sa.Select[Any], since: datetime | None) -> sa.Select[Any]:
    return query if since is None else query.where(_original.kept_at >= since)


def _page(query: sa.Select[Any], since: datetime | None) -> list[_Row]:
    ready = (
        sa.select(_evidence.id)
        .where(_evidence.sha256 == _original.sha256, _evidence.copies == CopiesState.READY)
        .exists()
    )
    columns = (_original.sha256, _original.storage_key, _original.size, ready)
    rows = reading().execute(_from(query, since).with_only_columns(*columns).order_by(_original.sha256)).all()
    # A transaction that stays open as long as an audit takes would keep the database from tidying up.
    reading().rollback()
    return [_Row(*row) for row in rows]


def _faults(store: OriginalStore, row: _Row) -> list[Fault]:
    faults = []
    try:
        if not store.verify(row.key):
            faults.append(Fault(row.sha256, "differs"))
    except (OriginalMissingError, InvalidKeyError):
        faults.append(Fault(row.sha256, "missing"))
    if row.has_copies and not all(_has_copy(store, copy_name(row.sha256, name)) for name in (THUMBNAIL, WEB)):
        faults.append(Fault(row.sha256, "copy missing"))
    return faults


def _has_copy(store: OriginalStore, name: str) -> bool:
    try:
        store.open_copy(name).close()
    except OriginalMissingError:
        return False
    return True
