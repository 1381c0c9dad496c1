"""Reading the custody log: what was done to one record, or across an agency, by whom and when.

Appending is ``server.services.custody``, the tree is ``log_reading``'s; here is only looked. A search looks at no more
than ``LOOKED_AT`` events at a time and says where it stopped, so that it answers at once however long the log is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from server import wording
from server.access import Actor
from server.db import reading
from server.models import CustodyEvent, Grant, Person, Project
from server.paging import Page, broken_cursor, decode, encode, instant
from server.texts import _
from server.times import iso

#: How many events one search looks at, and how many a file holds.
LOOKED_AT = 20_000
MOST_EXPORTED = 100_000
#: How many people of one name are offered to choose from.
NAMESAKES = 20
RECORD_TYPES = (
    "area",
    "certificate",
    "custody_event",
    "device",
    "evidence",
    "job",
    "milestone",
    "organisation",
    "person",
    "project",
    "second_look",
    "session",
    "site",
    "submission",
)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the custody log with the name of who did it, and of whom it was done to where that is a person."""

    event: CustodyEvent
    actor: str
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: of one project, of one person, of an action or all that begin so, of one record, of these days.

    Days are those of UTC, both included.
    """

    project: str | None = None
    who: UUID | None = None
    action: str | None = None
    record: str | None = None
    first_day: date | None = None
    last_day: date | None = None


def events_of(record_type: str, record_id: str) -> list[Event]:
    """The events of one record, oldest first; who may see them is the caller's to ask."""
    query = sa.select(CustodyEvent, Person.name).outerjoin(Person, Person.id == CustodyEvent.actor_id)
    query = query.where(CustodyEvent.record_type == record_type, CustodyEvent.record_id == record_id)
    return _told(query.order_by(CustodyEvent.sequence))


def events(actor: Actor, wanted: Wanted, *, cursor: str | None, limit: int) -> Page[Event]:
    """The events of the actor's agencies that fit, newest first.

    An agency's events are those that name one of its projects, and those of its own people. There may be a next page
    although this one is not full: then there is more to look at.

    Raises:
        Problem: ``invalid``, for a broken cursor.
    """
    looked = _looked_at(wanted, _place(cursor) if cursor is not None else None)
    seen = aliased(CustodyEvent, looked.limit(LOOKED_AT).subquery())
    query = sa.select(seen, Person.name).outerjoin(Person, Person.id == seen.actor_id)
    query = query.where(_of_agencies(seen, actor.agency_ids))
    if wanted.action:
        query = query.where(seen.action.startswith(wanted.action, autoescape=True))
    found = _told(query.order_by(seen.at.desc(), seen.sequence.desc()).limit(limit + 1))
    if len(found) > limit:
        return Page(found[:limit], _cursor(found[limit - 1].event.at, found[limit - 1].event.sequence))
    return Page(found, _end_of(looked))


def every(actor: Actor, wanted: Wanted) -> Iterator[Event]:
    """All events that fit, newest first, up to ``MOST_EXPORTED`` of them."""
    cursor, left = None, MOST_EXPORTED
    while left > 0:
        page = events(actor, wanted, cursor=cursor, limit=min(1000, left))
        yield from page.items
        left, cursor = left - len(page.items), page.next
        if cursor is None:
            return


def people_called(actor: Actor, text: str) -> Sequence[Person]:
    """The people whose address or name is this or holds it, and who are in the agencies' records.

    An address or a name that is exactly so stands alone.
    """
    folded = text.strip().lower()
    name = sa.func.lower(Person.name)
    theirs = sa.select(Person).where(_known_to(actor.agency_ids)).order_by(Person.name, Person.id).limit(NAMESAKES)
    exact = reading().scalars(theirs.where(sa.or_(Person.email == folded, name == folded))).all()
    if exact:
        return exact
    holds = sa.or_(Person.email.contains(folded, autoescape=True), name.contains(folded, autoescape=True))
    return reading().scalars(theirs.where(holds)).all()


def named(actor: Actor, person_id: UUID) -> str | None:
    """The name of a person in the agencies' records."""
    mine = (Person.id == person_id, _known_to(actor.agency_ids))
    return reading().scalar(sa.select(Person.name).where(*mine))


def sentence(told: Event) -> str:
    """What happened, as a sentence in the reader's language."""
    action, details = told.event.action, told.event.details
    if told.person is not None and action in {"role.granted", "role.taken"}:
        role = wording.ROLES.get(str(details.get("role")), str(details.get("role")))
        said = {"actor": told.actor, "role": role, "person": told.person}
        if action == "role.granted":
            return _("%(actor)s gave the role of %(role)s to %(person)s", **said)
        return _("%(actor)s took the role of %(role)s from %(person)s", **said)
    if told.person is not None:
        said = {"actor": told.actor, "did": wording.action(action), "person": told.person}
        return _("%(actor)s %(did)s: %(person)s", **said)
    return _("%(actor)s %(did)s", actor=told.actor, did=wording.action(action))


# -- which ---------------------------------------------------------------------------------------


def _looked_at(wanted: Wanted, place: tuple[datetime, int] | None) -> sa.Select[CustodyEvent]:
    """The events to look through, newest first: one range of one index."""
    query = sa.select(CustodyEvent)
    if wanted.project is not None:
        query = query.where(CustodyEvent.project_code == wanted.project)
    if wanted.who is not None:
        query = query.where(CustodyEvent.actor_id == wanted.who)
    if wanted.record is not None:
        query = query.where(CustodyEvent.record_type.in_(RECORD_TYPES), CustodyEvent.record_id == wanted.record)
    if wanted.first_day is not None:
        query = query.where(CustodyEvent.at >= _begins(wanted.first_day))
    if wanted.last_day is not None and wanted.last_day < date.max:
        query = query.where(CustodyEvent.at < _begins(wanted.last_day + timedelta(days=1)))
    if place is not None:
        query = query.where(sa.tuple_(CustodyEvent.at, CustodyEvent.sequence) < sa.tuple_(*place))
    return query.order_by(CustodyEvent.at.desc(), CustodyEvent.sequence.desc())


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _end_of(looked: sa.Select[CustodyEvent]) -> str | None:
    """The cursor after the last event that was looked at; None where there is nothing beyond."""
    edge = looked.with_only_columns(CustodyEvent.at, CustodyEvent.sequence).offset(LOOKED_AT - 1).limit(2)
    rows = reading().execute(edge).all()
    return _cursor(*rows[0]) if len(rows) > 1 else None


def _of_agencies(seen: type[CustodyEvent], agency_ids: frozenset[UUID]) -> sa.ColumnElement[bool]:
    theirs = sa.exists().where(Project.code == seen.project_code, Project.agency_id.in_(agency_ids))
    return sa.or_(theirs, Person.organisation_id.in_(agency_ids))


def _known_to(agency_ids: frozenset[UUID]) -> sa.ColumnElement[bool]:
    """The agencies' own people, and those who hold a role in them."""
    across = sa.select(Grant.id).outerjoin(Project, Project.id == Grant.project_id)
    there = sa.or_(Grant.agency_id.in_(agency_ids), Project.agency_id.in_(agency_ids))
    return sa.or_(Person.organisation_id.in_(agency_ids), across.where(Grant.person_id == Person.id, there).exists())


def _told(query: sa.Select[CustodyEvent, str]) -> list[Event]:
    """With the names of those it was done to. A job's acts have no person behind them."""
    rows = reading().execute(query).all()
    about = {_person_id(event) for event, _name in rows} - {None}
    found = reading().execute(sa.select(Person.id, Person.name).where(Person.id.in_(about))) if about else ()
    names: dict[UUID | None, str] = {row.id: row.name for row in found}
    return [Event(event, name or _nobody(event), names.get(_person_id(event))) for event, name in rows]


def _nobody(event: CustodyEvent) -> str:
    return _("The system") if event.details_digest is None else _("Somebody whose name was erased")


def _person_id(event: CustodyEvent) -> UUID | None:
    return UUID(event.record_id) if event.record_type == "person" else None


def _cursor(at: datetime, sequence: int) -> str:
    return encode(iso(at) or "", str(sequence))


def _place(cursor: str) -> tuple[datetime, int]:
    at, sequence = decode(cursor, parts=2)
    if not sequence.isascii() or not sequence.isdigit() or len(sequence) > 18:
        raise broken_cursor()
    return instant(at), int(sequence)
