"""The risk view: facts about projects, contractors, uploaders and reviewers, each with what it is a part of.

Numbers come from ``fact_count`` alone, within the projects that the person oversees; the photos and decisions behind
them are ``risk_behind``'s. Nothing here weighs one fact against another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from server import paging
from server.access import Actor
from server.db import reading
from server.models import Area, FactCount, Grant, Organisation, Person, Project
from server.models.facts import FactKind
from server.models.people import AGENCY_ROLES, Role
from server.paging import Page
from server.problems import FieldError, Problem
from server.risk_facts import ALL_TIME, PHOTOS, SORTED_BY, denominator
from server.services.projects import held_by
from server.texts import _

OVERSEERS = frozenset({Role.SUPERVISOR, *AGENCY_ROLES})
SHOWN = 25
#: What the tables tell of a subject.
TOLD = frozenset({*SORTED_BY, "decisions"})


@dataclass(frozen=True, slots=True)
class Asked:
    """Which table: of whom, in the order of which fact, of which projects, of which time."""

    kind: FactKind = FactKind.PROJECT
    sort: str = PHOTOS
    agency: str | None = None
    area: str | None = None
    period: str = ALL_TIME


@dataclass(frozen=True, slots=True)
class Subject:
    """Of whom numbers tell: a project by its code, an organisation or a person."""

    kind: FactKind
    id: UUID
    name: str
    detail: str = ""
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the usual share of all in basis points; None where there is nothing to be a part of."""

    number: int
    of: int
    usual_bp: int | None

    @property
    def bp(self) -> int | None:
        """The share in basis points."""
        return share_bp(self.number, self.of)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table."""

    subject: Subject
    shares: Mapping[str, Share]


def share_bp(number: int, of: int) -> int | None:
    """A share in basis points, rounded half up; None of nothing."""
    return (number * 20_000 + of) // (2 * of) if of else None


def table(actor: Actor, asked: Asked, *, cursor: str | None = None, size: int = SHOWN) -> Page[Line]:
    """The subjects with at least one photo of the fact that is sorted by, the most first.

    Raises:
        Problem: ``invalid``, for a broken cursor or an unknown agency or area.
    """
    place = _place(cursor) if cursor is not None else None
    rows = reading().execute(_ordered(actor, asked, place).limit(size + 1)).all()
    shown = rows[:size]
    ids = [row.subject_id for row in shown]
    numbers = _numbers(within(actor, asked), asked.kind, ids, asked.period)
    usual, names = usual_of(actor, asked), named(asked.kind, ids)
    lines = [Line(names[each], shares(numbers[each], usual)) for each in ids if each in names]
    last = shown[-1] if len(rows) > size else None
    return Page(lines, paging.encode(str(last.total), str(last.subject_id)) if last else None)


def every(actor: Actor, asked: Asked) -> Iterator[Line]:
    """The whole table, read a part at a time."""
    cursor: str | None = None
    while True:
        page = table(actor, asked, cursor=cursor, size=paging.MOST)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def usual_of(actor: Actor, asked: Asked) -> Mapping[str, int]:
    """The numbers of everybody together in the same projects and time."""
    mine = (within(actor, asked), FactCount.kind == FactKind.ALL, FactCount.period == asked.period)
    query = sa.select(FactCount.fact, sa.func.sum(FactCount.number)).where(*mine).group_by(FactCount.fact)
    return {fact: int(number) for fact, number in reading().execute(query)}


def shares(numbers: Mapping[str, int], usual: Mapping[str, int]) -> dict[str, Share]:
    """Each fact that is told, as a share of what it is a part of, beside the share of all."""
    return {fact: share(fact, numbers, usual) for fact in sorted(TOLD | numbers.keys())}


def share(fact: str, numbers: Mapping[str, int], usual: Mapping[str, int]) -> Share:
    """One fact, as a share beside the share of all."""
    whole = denominator(fact)
    usually = share_bp(usual.get(fact, 0), usual.get(whole, 0))
    return Share(numbers.get(fact, 0), numbers.get(whole, 0), usually)


def within(actor: Actor, asked: Asked) -> sa.ColumnElement[bool]:
    """The condition that a number belongs to what the person oversees and asks for: agencies' sums, or projects.

    Raises:
        Problem: ``invalid``, for an agency or an area that is not there.
    """
    agencies = _agencies(actor, asked)
    if asked.area is not None:
        return FactCount.scope_id.in_(_projects_in(actor, asked))
    ways = [FactCount.scope_id.in_(agencies)] if agencies else []
    if any(each.project_id and each.role is Role.SUPERVISOR for each in actor.held):
        ways.append(FactCount.scope_id.in_(_supervised(actor, asked, agencies)))
    return sa.or_(sa.false(), *ways)


def agencies_of(actor: Actor) -> Sequence[Organisation]:
    """The agencies of the projects that the person oversees, to choose from."""
    supervised = sa.select(Project.agency_id).join(Grant, Grant.project_id == Project.id)
    supervised = supervised.where(Grant.person_id == actor.person_id, Grant.role == Role.SUPERVISOR)
    mine = sa.or_(Organisation.id.in_(_wide(actor)), Organisation.id.in_(supervised))
    return reading().scalars(sa.select(Organisation).where(mine).order_by(Organisation.name)).all()


def named(kind: FactKind, ids: Sequence[UUID]) -> dict[UUID, Subject]:
    """The subjects of these ids."""
    if kind is FactKind.PROJECT:
        projects = reading().scalars(sa.select(Project).where(Project.id.in_(ids)))
        return {each.id: Subject(kind, each.id, each.title, each.code, each.code) for each in projects}
    if kind is FactKind.CONTRACTOR:
        makers = reading().scalars(sa.select(Organisation).where(Organisation.id.in_(ids)))
        return {each.id: Subject(kind, each.id, each.name, each.code) for each in makers}
    people = sa.select(Person).options(joinedload(Person.organisation)).where(Person.id.in_(ids))
    return {each.id: Subject(kind, each.id, each.name, each.organisation.name) for each in reading().scalars(people)}


def _ordered(actor: Actor, asked: Asked, place: tuple[int, UUID] | None) -> sa.Select[UUID, int]:
    """The subjects in order. One agency's stand in the index as they are; those of several scopes are summed first."""
    mine = within(actor, asked), FactCount.kind == asked.kind, FactCount.period == asked.period
    one = asked.area is None and not _has_projects(actor) and len(_agencies(actor, asked)) == 1
    total = FactCount.number if one else sa.func.sum(FactCount.number)
    query = sa.select(FactCount.subject_id, total.label("total")).where(*mine, FactCount.fact == asked.sort)
    if not one:
        query = query.group_by(FactCount.subject_id)
    if place is not None:
        beyond = sa.tuple_(total, FactCount.subject_id) < sa.tuple_(sa.literal(place[0]), sa.literal(place[1]))
        query = query.where(beyond) if one else query.having(beyond)
    return query.order_by(total.desc(), FactCount.subject_id.desc())


def _numbers(
    mine: sa.ColumnElement[bool], kind: FactKind, ids: Sequence[UUID], period: str
) -> Mapping[UUID, Mapping[str, int]]:
    query = sa.select(FactCount.subject_id, FactCount.fact, sa.func.sum(FactCount.number))
    query = query.where(mine, FactCount.kind == kind, FactCount.subject_id.in_(ids), FactCount.period == period)
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    for subject, fact, number in reading().execute(query.group_by(FactCount.subject_id, FactCount.fact)):
        found[subject][fact] = int(number)
    return found


def _has_projects(actor: Actor) -> bool:
    return any(each.project_id and each.role is Role.SUPERVISOR for each in actor.held)


def _wide(actor: Actor) -> list[UUID]:
    return sorted({each.agency_id for each in actor.held if each.agency_id and each.role in AGENCY_ROLES})


def _agencies(actor: Actor, asked: Asked) -> list[UUID]:
    """The agencies of which the person oversees everything, as far as asked for."""
    mine = _wide(actor)
    if asked.agency is None:
        return mine
    chosen = _known(Organisation, asked.agency, "agency", _("There is no agency with this code."))
    return [each for each in mine if each == chosen.id]


def _supervised(actor: Actor, asked: Asked, agencies: Sequence[UUID]) -> sa.Select[UUID]:
    """The person's own projects, those left out whose agency is summed already."""
    query = sa.select(Project.id).join(Grant, Grant.project_id == Project.id)
    query = query.where(Grant.person_id == actor.person_id, Grant.role == Role.SUPERVISOR)
    if asked.agency is not None:
        query = query.join(Organisation, Organisation.id == Project.agency_id).where(Organisation.code == asked.agency)
    return query.where(Project.agency_id.not_in(agencies)) if agencies else query


def _projects_in(actor: Actor, asked: Asked) -> sa.Select[UUID]:
    area = _known(Area, asked.area or "", "area", _("There is no area with this code."))
    query = sa.select(Project.id).join(Area, Area.id == Project.area_id)
    query = query.where(Area.path.startswith(area.path, autoescape=True), held_by(actor, OVERSEERS))
    if asked.agency is not None:
        query = query.join(Organisation, Organisation.id == Project.agency_id).where(Organisation.code == asked.agency)
    return query


def _known(model: Any, code: str, field: str, told: str) -> Any:
    found = reading().scalar(sa.select(model).where(model.code == code))
    if found is None:
        raise Problem("invalid", told, errors=[FieldError(f"#/{field}", told)])
    return found


def _place(cursor: str) -> tuple[int, UUID]:
    number, subject = paging.decode(cursor, parts=2)
    if not number.isdecimal() or len(number) > 15:
        raise paging.broken_cursor()
    return int(number), paging.identity(subject)
