"""Setting up projects, as its pages show it: an agency's projects, and one of them as a document to be changed.

Every change goes through the import (``project_import``): a page states one section, and the others stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from server.access import Actor, require
from server.db import reading
from server.documents import plain
from server.engines import engines
from server.models import Area, Organisation, Project
from server.models.people import OrganisationKind, Role
from server.models.projects import ProjectStatus
from server.paging import Page, decode, encode
from server.problems import Problem
from server.services import project_import
from server.services.importing import on_record, record_rules
from server.services.project_import import SECTIONS, Imported, ImportParts, Preview
from server.texts import _

#: A page looks at so many projects of an agency at most; where that is not all, its cursor goes on behind them.
LOOKED_AT = 5_000
PAGE_SIZE = 50
#: So many names are proposed beside a field; any other may be typed as well.
PROPOSED = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """Which projects: with a text in code or title, in a state, published or not; None is not asked for."""

    text: str | None = None
    state: ProjectStatus | None = None
    published: bool | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One project of the list."""

    code: str
    title: str
    status: ProjectStatus
    published_at: datetime | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """One project as it is, to be changed: the record, and its document in plain JSON values."""

    project: Project
    document: Mapping[str, Any]
    records: on_record.Records

    @property
    def facts(self) -> dict[str, Any]:
        """The document without the sections that stay as they are where they are left out."""
        return {name: value for name, value in self.document.items() if name not in SECTIONS}

    @property
    def currency(self) -> str:
        """The currency of the contract, or of the budget before there is one."""
        return str((self.document.get("contract") or self.document["budget"])["currency"])


@dataclass(frozen=True, slots=True)
class Choices:
    """What forms propose: agencies of the administrator, suppliers, areas, and the policies."""

    agencies: Sequence[Organisation]
    suppliers: Sequence[Organisation]
    areas: Sequence[Area]
    policies: Sequence[str]


def agency_ids(actor: Actor) -> list[UUID]:
    """The agencies whose projects a person sets up, in a fixed order."""
    held = {grant.agency_id for grant in actor.held if grant.role is Role.ADMINISTRATOR}
    return sorted(each for each in held if each is not None)


def listing(actor: Actor, asked: Asked, cursor: str | None, limit: int = PAGE_SIZE) -> Page[Line]:
    """The projects of the person's agencies in order of code, published or not.

    Raises:
        Problem: ``invalid``, for a broken cursor.
    """
    after, agencies = decode(cursor, parts=1)[0] if cursor else "", agency_ids(actor)
    if not agencies:
        return Page([], None)
    looked_at = _looked_at(agencies, after).subquery()
    query = sa.select(looked_at).where(*_conditions(looked_at, asked)).order_by(looked_at.c.code)
    found = [Line(*row) for row in reading().execute(query.limit(limit + 1))]
    if len(found) > limit:
        return Page(found[:limit], encode(found[limit - 1].code))
    number, last = reading().execute(sa.select(sa.func.count(), sa.func.max(looked_at.c.code))).one()
    return Page(found, encode(last) if number >= LOOKED_AT else None)


def every(actor: Actor, asked: Asked) -> Iterator[Line]:
    """All of the list, read page by page while it is written out."""
    cursor = None
    while True:
        page = listing(actor, asked, cursor, 500)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def _looked_at(agencies: Sequence[UUID], after: str) -> sa.Select[Any]:
    """The next projects of each agency by its index, and of these the first."""
    columns = (Project.code, Project.title, Project.status, Project.published_at, Project.changed_at)
    parts = [
        sa.select(*columns)
        .where(Project.agency_id == agency, Project.code > after)
        .order_by(Project.code)
        .limit(LOOKED_AT)
        .subquery()
        for agency in agencies
    ]
    together = sa.union_all(*(sa.select(part) for part in parts)).subquery()
    return sa.select(together).order_by(together.c.code).limit(LOOKED_AT)


def _conditions(listed: sa.Subquery, asked: Asked) -> Iterator[sa.ColumnElement[bool]]:
    if asked.text:
        text = asked.text.strip()
        yield sa.or_(listed.c.code.icontains(text, autoescape=True), listed.c.title.icontains(text, autoescape=True))
    if asked.state is not None:
        yield listed.c.status == asked.state
    if asked.published is not None:
        yield listed.c.published_at.is_not(None) if asked.published else listed.c.published_at.is_(None)


def exists(code: str) -> bool:
    """Whether a code is taken, by whatever agency."""
    return reading().scalar(sa.select(Project.id).where(Project.code == code)) is not None


def draft(actor: Actor, code: str) -> Draft:
    """One project to be changed.

    Raises:
        Problem: ``not-found``; ``not-allowed``, for anyone but an administrator of its agency.
    """
    found = on_record.records(reading(), code)
    if found.project is None:
        raise Problem("not-found", _("There is no project with the code %(code)s.", code=code))
    require(actor, found.project, {Role.ADMINISTRATOR})
    document: dict[str, Any] = plain(on_record.document(found))
    return Draft(found.project, document, found)


def choices(actor: Actor) -> Choices:
    """What the forms propose to a person."""
    agencies = sa.select(Organisation).where(Organisation.id.in_(agency_ids(actor))).order_by(Organisation.name)
    suppliers = sa.select(Organisation).where(Organisation.kind == OrganisationKind.CONTRACTOR)
    session = reading()
    return Choices(
        agencies=session.scalars(agencies).all(),
        suppliers=session.scalars(suppliers.order_by(Organisation.code).limit(PROPOSED)).all(),
        areas=session.scalars(sa.select(Area).order_by(Area.path).limit(PROPOSED)).all(),
        policies=record_rules.policy_ids(engines().policies),
    )


def preview(actor: Actor, document: Mapping[str, Any]) -> Preview:
    """What saving a document would change, and its faults.

    Raises:
        Problem: ``not-allowed``.
    """
    return project_import.preview(actor, _code(document), ImportParts(dict(document)))


def save(actor: Actor, document: Mapping[str, Any], seen: str, *, now: datetime) -> Imported:
    """Make exactly the changes that were seen.

    Raises:
        Problem: as ``project_import.apply`` does.
    """
    return project_import.apply(actor, _code(document), ImportParts(dict(document)), now=now, seen=seen)


def _code(document: Mapping[str, Any]) -> str:
    code = document.get("code")
    return code if isinstance(code, str) else ""
