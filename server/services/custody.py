"""Appending to the custody log, in the same transaction as the change that is told of.

An event has a salt and the hash of its leaf as soon as it is appended, and nothing of any other event: writers do not
wait for each other. Its place in the tree comes later, from ``sequencer``; what is on record is checked by
``custody_checking``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, SessionTransaction

from evidence.merkle import leaf_hash
from server.db import table_of
from server.models import CustodyEvent
from server.services import fact_notes, leaves
from server.services.custody_checking import broken_link, export

__all__ = ["append", "broken_link", "export"]

_INSERT = table_of(CustodyEvent).insert()
WAITING = "saksi_custody_waiting"


def append(
    session: Session,
    actor_id: UUID | None,
    action: str,
    record_type: str,
    record_id: str,
    *,
    now: datetime,
    **details: Any,
) -> bytes:
    """Add one event to the caller's transaction, written at its commit; ``details`` must be plain JSON values.

    Returns:
        The hash of the event's leaf, by which it can be looked up in the tree once it has its place.
    """
    salt = leaves.new_salt()
    actor, told = leaves.digests(salt, actor_id, details)
    about: dict[str, Any] = {"at": now, "action": action, "record_type": record_type, "record_id": record_id}
    leaf = leaf_hash(leaves.data(**about, actor=actor, details=told))
    project = record_id if record_type == "project" else details.get("project")
    event = {"actor_id": actor_id, "project_code": project, "details": details, "salt": salt, "leaf": leaf}
    session.info.setdefault(WAITING, []).append(about | event)
    if record_type == "evidence":
        fact_notes.note(session, details.get("project"))
    return leaf


@sa.event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    """Write what the transaction has to tell, as the last thing before its commit."""
    events = session.info.pop(WAITING, None)
    if not events:
        return
    # What the caller changed through the mapper is written before the events that tell of it.
    session.flush()
    session.connection().execute(_INSERT, events)


@sa.event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, undone: SessionTransaction) -> None:
    """What was undone is not told of; a savepoint alone undoes nothing of what was told, for none tells anything."""
    if not undone.nested:
        session.info.pop(WAITING, None)
