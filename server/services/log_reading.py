"""Reading the custody log's tree: checkpoints, leaves, and proofs that something is in it or that it only grew.

A proof reads as many rows as the tree is deep. Giving places and signing is ``sequencer``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from evidence import merkle
from server.db import reading, table_of
from server.engines import engines
from server.models import CustodyEvent, LogCheckpoint, LogKeyRecord
from server.problems import FieldError, Problem
from server.services.log_nodes import KeptNodes, LogDamagedError
from server.texts import _
from server.times import iso

_EVENT = table_of(CustodyEvent).c
#: Within so many seconds of its commit an event is in a signed checkpoint, while jobs are done.
PROMISED_S = 60
_FIRST_WAITING = sa.select(_EVENT.at).where(_EVENT.place.is_(None)).order_by(_EVENT.sequence).limit(1)
_PLACE = sa.select(_EVENT.place).where(_EVENT.leaf == sa.bindparam("leaf"))


class Inclusion(NamedTuple):
    """The proof that the leaf at ``place`` is among the first ``size``: hashes from the leaf upwards."""

    place: int
    size: int
    hashes: list[bytes]


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One event with all that its leaf is made of. ``place`` is None until the sequencer was there.

    Of an erased event ``actor``, ``details`` and ``salt`` are None, and the two digests stand in their place.
    """

    at: datetime
    action: str
    record_type: str
    record: str
    actor: str | None
    details: dict[str, Any] | None
    salt: bytes | None
    leaf: bytes | None
    place: int | None
    actor_digest: str | None = None
    details_digest: str | None = None

    def as_document(self) -> dict[str, Any]:
        """As plain JSON values, by which anybody can make the leaf again."""
        told: dict[str, Any] = {
            "at": iso(self.at),
            "action": self.action,
            "record": [self.record_type, self.record],
            "actor": self.actor,
            "details": self.details,
            "salt": self.salt.hex() if self.salt else None,
            "leaf": self.leaf.hex() if self.leaf else None,
            "place": self.place,
        }
        if self.details_digest:
            told |= {"actor_digest": self.actor_digest, "details_digest": self.details_digest}
        return told


def waiting_since() -> datetime | None:
    """When the first event was that has no place in the tree yet; None where all have theirs."""
    return reading().scalar(_FIRST_WAITING)


def newest_checkpoint() -> LogCheckpoint | None:
    """What was signed last; None of a log in which nothing has a place yet."""
    return reading().scalar(sa.select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1))


def newest() -> LogCheckpoint:
    """What was signed last.

    Raises:
        Problem: ``not-found``, while nothing has a place yet.
    """
    found = newest_checkpoint()
    if found is None:
        raise Problem("not-found", _("Nothing was signed yet. The first event is in a checkpoint within a minute."))
    return found


def as_document(checkpoint: LogCheckpoint) -> dict[str, Any]:
    """A checkpoint as plain JSON values."""
    told = {"size": checkpoint.size, "root": checkpoint.root.hex(), "at": iso(checkpoint.at)}
    return told | {"note": checkpoint.note}


def checkpoint(size: int) -> LogCheckpoint:
    """The checkpoint of exactly so many events.

    Raises:
        Problem: ``not-found``.
    """
    found = reading().get(LogCheckpoint, size)
    if found is None:
        raise Problem("not-found", _("No checkpoint was signed at %(size)s events.", size=size))
    return found


def checkpoints(before: int | None, limit: int) -> Sequence[LogCheckpoint]:
    """Checkpoints of fewer than ``before`` events, the newest first."""
    query = sa.select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(limit)
    if before is not None:
        query = query.where(LogCheckpoint.size < before)
    return reading().scalars(query).all()


def all_keys() -> list[str]:
    """Every key that signs checkpoints, or did, as verifiers of notes are given it; the one in use comes last."""
    rows = reading().scalars(sa.select(LogKeyRecord.key).order_by(LogKeyRecord.first_used_at, LogKeyRecord.key))
    own = engines().log_key.public.told()
    return [key for key in rows if key != own] + [own]


def keys_document() -> dict[str, Any]:
    """The log's name, its key and the keys before it."""
    *earlier, own = all_keys()
    return {"origin": engines().log_key.origin, "key": own, "earlier": earlier}


def leaves_document(first: int, limit: int) -> dict[str, Any]:
    """The hashes of leaves as plain JSON values, with the number of all; see ``leaves``."""
    return {"first": first, "size": _size(), "leaves": [leaf.hex() for leaf in leaves(first, limit)]}


def leaves(first: int, limit: int) -> list[bytes]:
    """The hashes of the leaves from place ``first`` on, as they stand with their events.

    Raises:
        Problem: ``log-damaged``, where one is missing.
    """
    size = _size()
    query = sa.select(_EVENT.place, _EVENT.leaf).where(_EVENT.place >= first, _EVENT.place < min(first + limit, size))
    rows = reading().execute(query.order_by(_EVENT.place)).all()
    wanted = range(first, min(first + limit, size))
    if [row.place for row in rows] != list(wanted) or any(row.leaf is None for row in rows):
        raise _damaged()
    return [row.leaf for row in rows]


def inclusion(leaf_hash: bytes, size: int | None = None) -> Inclusion:
    """The proof that the leaf with this hash is among the first ``size``, or in the newest checkpoint.

    Raises:
        Problem: ``not-found`` where it is not, or not yet, in the tree, or for a size not reached; ``log-damaged``.
    """
    size = _reached(size, "size")
    place = reading().execute(_PLACE, {"leaf": leaf_hash}).scalar()
    if place is None or place >= size:
        raise Problem(
            "not-found",
            _("No such leaf is among the first %(size)s. An event has its place within a minute.", size=size),
        )
    with _proving() as nodes:
        return Inclusion(place, size, merkle.inclusion(place, size, nodes))


def consistency(first: int, second: int) -> list[bytes]:
    """The proof that the log of ``second`` events begins with that of ``first``.

    Raises:
        Problem: ``not-found`` for sizes that were not reached or are the wrong way round; ``log-damaged``.
    """
    second = _reached(second, "second")
    if not 0 < first <= second:
        detail = _("From 1 to %(second)s.", second=second)
        raise Problem("not-found", _("The log did not grow so."), errors=[FieldError("#/first", detail)])
    with _proving() as nodes:
        return merkle.consistency(first, second, nodes)


def events_of(record_type: str, record: str) -> list[LoggedEvent]:
    """The events of one record with what their leaves are made of, oldest first."""
    query = sa.select(CustodyEvent).where(CustodyEvent.record_type == record_type, CustodyEvent.record_id == record)
    return [told(event) for event in reading().scalars(query.order_by(CustodyEvent.sequence))]


def told(event: CustodyEvent) -> LoggedEvent:
    """An event's row as what its leaf is made of."""
    erased = event.details_digest is not None
    return LoggedEvent(
        at=event.at,
        action=event.action,
        record_type=event.record_type,
        record=event.record_id,
        actor=str(event.actor_id) if event.actor_id else None,
        details=None if erased else event.details,
        salt=event.salt,
        leaf=event.leaf,
        place=event.place,
        actor_digest=event.actor_digest,
        details_digest=event.details_digest,
    )


def _size() -> int:
    return reading().scalar(sa.select(sa.func.max(LogCheckpoint.size))) or 0


def _reached(size: int | None, field: str) -> int:
    newest = _size()
    if size is None:
        return newest
    if not 0 <= size <= newest:
        detail = _("At most %(size)s.", size=newest)
        raise Problem("not-found", _("The log has not grown so far."), errors=[FieldError(f"#/{field}", detail)])
    return size


@contextmanager
def _proving() -> Iterator[KeptNodes]:
    try:
        yield KeptNodes(reading())
    except LogDamagedError:
        raise _damaged() from None


def _damaged() -> Problem:
    return Problem("log-damaged", _("A part of the log is missing, so that nothing can be proved of it."))
