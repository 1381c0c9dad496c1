"""Reading the custody log: what was done to one record, or across an agency, and by whom.

Appending and checking the chain is ``server.services.custody``; here is only looked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from server.access import Actor
from server.db import reading
from server.models import CustodyEvent, Person, Project
from server.paging import Page, broken_cursor, decode, encode


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the custody log with the name of who did it."""

    event: CustodyEvent
    actor: str


_WITH_NAMES = sa.select(CustodyEvent, Person.name).outerjoin(Person, Person.id == CustodyEvent.actor_id)


def events_of(record_type: str, record_id: str) -> list[Event]:
    """The events of one record, oldest first; who may see them is the caller's to ask."""
    query = _WITH_NAMES.where(CustodyEvent.record_type == record_type, CustodyEvent.record_id == record_id)
    return _told(query.order_by(CustodyEvent.sequence))


def events(actor: Actor, *, project: str | None, action: str | None, cursor: str | None, limit: int) -> Page[Event]:
    """The events of the actor's agencies, newest first; ``action`` may be a beginning ("evidence.").

    An agency's events are those that name one of its projects, and those of its own people.

    Raises:
        Problem: ``invalid``, for a broken cursor.
    """
    query = _WITH_NAMES.where(_of_agencies(actor.agency_ids)).order_by(CustodyEvent.sequence.desc()).limit(limit + 1)
    if project:
        query = query.where(_names_project(sa.literal(project)))
    if action:
        query = query.where(CustodyEvent.action.startswith(action, autoescape=True))
    if cursor is not None:
        query = query.where(CustodyEvent.sequence < _sequence(cursor))
    found = _told(query)
    more = len(found) > limit
    return Page(found[:limit], encode(str(found[limit - 1].event.sequence)) if more else None)


def actions() -> Sequence[str]:
    """Every action that is on record, sorted."""
    return list(reading().scalars(sa.select(CustodyEvent.action).distinct().order_by(CustodyEvent.action)))


def _told(query: sa.Select[CustodyEvent, str]) -> list[Event]:
    """A job's acts have no person behind them."""
    return [Event(event, name or "the system") for event, name in reading().execute(query)]


def _of_agencies(agency_ids: frozenset[UUID]) -> sa.ColumnElement[bool]:
    codes = sa.select(Project.code).where(Project.agency_id.in_(agency_ids))
    return sa.or_(
        CustodyEvent.details["project"].as_string().in_(codes),
        sa.and_(CustodyEvent.record_type == "project", CustodyEvent.record_id.in_(codes)),
        Person.organisation_id.in_(agency_ids),
    )


def _names_project(code: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    named = CustodyEvent.details["project"].as_string() == code
    return sa.or_(named, sa.and_(CustodyEvent.record_type == "project", CustodyEvent.record_id == code))


def _sequence(cursor: str) -> int:
    (text,) = decode(cursor, parts=1)
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise broken_cursor()
    return int(text)
