"""Giving events their places in the custody log's tree, and signing how far it has come.

What has no place yet is looked for by that alone, so that an event is not missed however late its transaction
committed. Places, hashes and checkpoint are written in one transaction: killed anywhere, nothing was done. One works
at a time, on either database; the others leave it to that one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from evidence.merkle import Node, grown, root
from server.db import insert_if_new, reading, table_of, writing
from server.engines import engines
from server.models import CustodyEvent, LogCheckpoint, LogKeyRecord
from server.services import leaves
from server.services.log_nodes import KeptNodes, LogDamagedError
from server.times import utc_now

#: Events of one transaction. SQLite has one writer, which uploads are to wait for no longer than for each other.
AT_ONCE = 500
_TURN = sa.text("SELECT pg_try_advisory_xact_lock(hashtextextended('saksi custody log', 0))")
_events = table_of(CustodyEvent)
_NOT_PLACED = sa.select(_events.c.sequence).where(_events.c.place.is_(None)).order_by(_events.c.sequence)
_WAITING = sa.select(CustodyEvent).where(CustodyEvent.place.is_(None)).order_by(CustodyEvent.sequence).limit(AT_ONCE)
_NEWEST = sa.select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1)
_THIS = _events.c.sequence == sa.bindparam("which")
_PLACE = sa.update(_events).where(_THIS).values(place=sa.bindparam("put"))
_PLACE_OLD = _PLACE.values(salt=sa.bindparam("fresh"), leaf=sa.bindparam("made"))


def sequence(*, now: Callable[[], datetime] = utc_now) -> int:
    """Give every event that has none its place, and sign. Answers how many events were placed.

    It leaves off where another process is at it; then that one does the rest.

    Raises:
        LogDamagedError: what is kept is not what was signed last; nothing more is signed until a person has looked.
    """
    placed = 0
    while _is_waiting():
        count = _place_some(now)
        if not count:
            break
        placed += count
    return placed


def _is_waiting() -> bool:
    session = reading()
    found = session.scalar(_NOT_PLACED.limit(1)) is not None
    session.rollback()
    return found


def _place_some(now: Callable[[], datetime]) -> int:
    with writing() as session:
        if not _has_turn(session):
            return 0
        kept = KeptNodes(session)
        size = _signed_size(session, kept)
        events = session.scalars(_WAITING.execution_options(populate_existing=True)).all()
        if events:
            _sign(session, size + len(events), kept, _grow(session, size, events, kept), now())
        return len(events)


def _has_turn(session: Session) -> bool:
    """Whether no other process is at it; on SQLite whoever writes is alone."""
    connection = session.connection()
    return connection.dialect.name != "postgresql" or bool(connection.execute(_TURN).scalar())


def _signed_size(session: Session, kept: KeptNodes) -> int:
    """How many events the newest checkpoint has. The tree that is to grow must be the one that was signed."""
    newest = session.scalars(_NEWEST).one_or_none()
    size = newest.size if newest else 0
    if newest is not None and root(size, kept) != newest.root:
        raise LogDamagedError(f"the tree of {size} events has another root than was signed")
    return size


def _grow(session: Session, size: int, events: Sequence[CustodyEvent], kept: KeptNodes) -> list[Node]:
    """Put the events at the end of the tree; answers the hashes to keep."""
    made: list[Node] = []
    old: list[dict[str, Any]] = []
    new: list[dict[str, Any]] = []
    for place, event in enumerate(events, size):
        leaf, salt = event.leaf, event.salt
        if leaf is None:
            # From before there was a tree, or written by code of then.
            salt = leaves.new_salt()
            leaf = leaves.hash_of(event, salt)
            old.append({"which": event.sequence, "put": place, "fresh": salt, "made": leaf})
        else:
            new.append({"which": event.sequence, "put": place})
        made += kept.add(grown(place, leaf or b"", kept))
    for statement, rows in ((_PLACE_OLD, old), (_PLACE, new)):
        if rows:
            session.connection().execute(statement, rows)
    return made


def _sign(session: Session, size: int, kept: KeptNodes, made: list[Node], now: datetime) -> None:
    kept.keep(made)
    key, whole = engines().log_key, root(size, kept)
    insert_if_new(session, LogKeyRecord, key=key.public.told(), first_used_at=now)
    session.add(LogCheckpoint(size=size, root=whole, note=key.sign(size, whole), at=now))
