"""The custody log: appended in the same transaction as the change it tells of, linked by hash.

An event's hash covers the hash of the event before, so that a line cannot be changed, taken
out or put in between without every later hash being wrong. Events are written at the very end of
their transaction. ``broken_link`` needs only the events themselves and can be run offline on an export.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.canonical import sha256_of
from server.db import reading, table_of, take_turn
from server.models import CustodyEvent
from server.services import fact_notes
from server.times import iso

FIRST = "0" * 64
_EVENTS = table_of(CustodyEvent)
_INSERT = _EVENTS.insert()
WAITING = "saksi_custody_waiting"
CHAIN = "custody"
_LAST_HASH = sa.select(_EVENTS.c.hash).order_by(_EVENTS.c.sequence.desc()).limit(1)


def append(
    session: Session,
    actor_id: UUID | None,
    action: str,
    record_type: str,
    record_id: str,
    *,
    now: datetime,
    **details: Any,
) -> None:
    """Add one event to the caller's transaction, written at its commit; ``details`` must be plain JSON values."""
    event = {
        "at": now,
        "actor_id": actor_id,
        "action": action,
        "record_type": record_type,
        "record_id": record_id,
        "project_code": record_id if record_type == "project" else details.get("project"),
        "details": details,
    }
    session.info.setdefault(WAITING, []).append(event)
    if record_type == "evidence":
        fact_notes.note(session, details.get("project"))


@sa.event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    """Link what the transaction has to tell to the end of the chain, as the last thing before its commit.

    Writers wait for each other from here to the end of the commit. By then a transaction holds every lock it
    will ever want, so that none of them waits for one that waits for it. What the models do at a commit was
    registered when they were imported above, and so comes before.
    """
    events = session.info.pop(WAITING, None)
    if not events:
        return
    # What the caller changed through the mapper is written before the events that tell of it.
    session.flush()
    take_turn(session, CHAIN)
    connection = session.connection()
    previous = connection.execute(_LAST_HASH).scalar() or FIRST
    for event in events:
        event |= {"previous": previous, "hash": link(previous, _line(event))}
        previous = event["hash"]
    connection.execute(_INSERT, events)


@sa.event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _transaction: object) -> None:
    """What was undone is not told of."""
    session.info.pop(WAITING, None)


def _line(event: dict[str, Any]) -> dict[str, Any]:
    """The plain values of an event, as its hash covers them and an export tells them."""
    return {
        "at": iso(event["at"]),
        "actor": str(event["actor_id"]) if event["actor_id"] else None,
        "action": event["action"],
        "record_type": event["record_type"],
        "record": event["record_id"],
        "details": event["details"],
    }


def link(previous: str, line: dict[str, Any]) -> str:
    """The hash of ``line`` after the event whose hash is ``previous``: sha256 over canonical JSON."""
    return sha256_of({"previous": previous, **line})


def export() -> Iterator[dict[str, Any]]:
    """Every event in order, as plain values with its two hashes."""
    query = sa.select(CustodyEvent).order_by(CustodyEvent.sequence).execution_options(yield_per=1000)
    # Whoever stops reading early leaves no cursor open on the server.
    with closing(reading().scalars(query)) as events:
        yield from map(_told, events)


def _told(event: CustodyEvent) -> dict[str, Any]:
    return {
        "at": iso(event.at),
        "actor": str(event.actor_id) if event.actor_id else None,
        "action": event.action,
        "record_type": event.record_type,
        "record": event.record_id,
        "details": event.details,
        "previous": event.previous,
        "hash": event.hash,
    }


def broken_link(events: Iterable[dict[str, Any]]) -> int | None:
    """The place (from 0) of the first event that does not follow from the one before, or None."""
    expected = FIRST
    for place, event in enumerate(events):
        line = {key: value for key, value in event.items() if key not in {"previous", "hash"}}
        if event["previous"] != expected or event["hash"] != link(expected, line):
            return place
        expected = event["hash"]
    return None
