"""Erasing from the custody log what the law wants erased: who did something, and the details of it.

The leaf holds salted digests of both. They are kept, the salt is not, and so nothing can be told from them while the
tree verifies as before. That it was erased, and why, is an event of its own. Other records are not touched here.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.db import writing
from server.models import CustodyEvent
from server.problems import Problem
from server.services import custody, duties, leaves
from server.services.log_audit import ERASED
from server.texts import _


def erase(leaf: str, reason: str, *, now: datetime) -> None:
    """Erase actor, details and salt of the event with this leaf (hex).

    Raises:
        Problem: ``not-found``; ``wrong-state`` where it has no place yet, is erased, tells of an erasure, or says what
            became of a photo, for behind such an erasure a verdict could be changed;
            ``invalid`` without a reason.
    """
    reason = duties.written(reason, "reason")
    with writing() as session:
        event = _found(session, leaf)
        salt = cast(bytes, event.salt)
        actor, details = leaves.digests(salt, event.actor_id, event.details)
        event.actor_digest, event.details_digest = actor, details
        event.actor_id, event.details, event.salt = None, {}, None
        project = event.project_code if event.record_type != "project" else None
        custody.append(session, None, ERASED, "custody_event", leaf, now=now, reason=reason, project=project)


def _found(session: Session, leaf: str) -> CustodyEvent:
    try:
        asked = bytes.fromhex(leaf)
    except ValueError:
        asked = b""
    query = sa.select(CustodyEvent).where(CustodyEvent.leaf == asked).with_for_update()
    event = session.scalars(query).one_or_none()
    if event is None:
        raise Problem("not-found", _("No event has this leaf."))
    if event.place is None:
        raise Problem("wrong-state", _("The event has no place in the tree yet. Try again in a minute."))
    if event.details_digest is not None:
        raise Problem("wrong-state", _("The event was erased before."))
    if "statement" in event.details:
        raise Problem(
            "wrong-state",
            _("The event says what became of a photo and stands. Take the name from the person's own record."),
        )
    if event.action == ERASED:
        raise Problem("wrong-state", _("That and why something was erased is not erased."))
    return event
