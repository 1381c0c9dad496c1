"""The projects on which a person holds a role, by code. Reading only; what waits on them is ``desk``'s."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from server import paging
from server.access import Actor
from server.db import reading
from server.models import Grant, Project
from server.models.people import Role
from server.paging import Page
from server.services import projects

SHOWN = 50
#: They are counted up to this; nobody reads on to the thousandth.
COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Mine:
    """One project and the person's roles on it."""

    project: Project
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class MyProjects(Page[Mine]):
    """Some of a person's projects; ``total`` is counted no further than to one above ``most``."""

    total: int
    most: int = COUNTED


def page(actor: Actor, *, cursor: str | None = None, size: int = SHOWN) -> MyProjects:
    """The next projects after a cursor.

    Raises:
        Problem: ``invalid``, for a broken cursor.
    """
    after = paging.decode(cursor, parts=1)[0] if cursor is not None else ""
    found = _after(actor, after, size + 1)
    following = paging.encode(found[size - 1].project.code) if len(found) > size else None
    counted = sa.select(sa.func.count()).select_from(_ids(actor, "", COUNTED + 1).subquery())
    return MyProjects(found[:size], following, reading().scalar(counted) or 0)


def every(actor: Actor) -> Iterator[Mine]:
    """All of them, read a part at a time."""
    after: str | None = ""
    while after is not None:
        found = _after(actor, after, paging.MOST)
        yield from found
        after = found[-1].project.code if len(found) == paging.MOST else None


def _after(actor: Actor, after: str, limit: int) -> list[Mine]:
    query = sa.select(Project).where(Project.id.in_(_ids(actor, after, limit))).order_by(Project.code)
    found = reading().scalars(query.options(*projects.WITH_NAMES))
    return [Mine(each, actor.roles_on(each.id, each.agency_id)) for each in found]


def _ids(actor: Actor, after: str, limit: int) -> sa.Select[UUID]:
    """The ids of the next projects after a code: each agency's own list is begun, and never read to its end."""
    wide = [Project.agency_id == agency_id for agency_id in sorted(actor.agency_ids)]
    own = sa.select(Grant.project_id).where(Grant.person_id == actor.person_id, Grant.project_id.is_not(None))
    lists = [*wide, Project.id.in_(own)]
    beyond = Project.code > after
    parts = [sa.select(Project.id, Project.code).where(each, beyond).order_by(Project.code) for each in lists]
    together = sa.union(*(sa.select(part.limit(limit).subquery()) for part in parts)).subquery()
    return sa.select(together.c.id).order_by(together.c.code).limit(limit)
