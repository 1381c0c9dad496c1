"""What several use cases read of a project: the project by its code, whose it is, its site, its milestones.

Who may see what was found is the caller's to ask. Changing a project is kept out (``project_import``).
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from server.access import Actor
from server.db import reading
from server.models import Contract, Milestone, Project, Site
from server.problems import Problem

WITH_NAMES = (
    joinedload(Project.agency),
    joinedload(Project.area),
    joinedload(Project.contract).joinedload(Contract.supplier),
)


def by_code(code: str) -> Project:
    """The project of this code, whoever asks.

    Raises:
        Problem: ``not-found``.
    """
    found = reading().scalar(sa.select(Project).where(Project.code == code).options(*WITH_NAMES))
    if found is None:
        raise Problem("not-found", f"There is no project with the code {code}.")
    return found


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition that a person holds a role on a project, of its own or across its agency."""
    return sa.or_(Project.id.in_(actor.project_ids), Project.agency_id.in_(actor.agency_ids))


def current_sites(project_ids: Iterable[UUID]) -> dict[UUID, Site]:
    """The version of the site that holds now, for each project that has one."""
    query = sa.select(Site).where(Site.project_id.in_(project_ids), Site.retired_at.is_(None))
    return {site.project_id: site for site in reading().scalars(query)}


def current_site(project_id: UUID) -> Site | None:
    """The version of one project's site that holds now."""
    return current_sites([project_id]).get(project_id)


def milestones(project_id: UUID) -> list[Milestone]:
    """The milestones in their order, with their requirements."""
    return milestones_of([project_id]).get(project_id, [])


def milestones_of(project_ids: Iterable[UUID]) -> dict[UUID, list[Milestone]]:
    """The milestones of each project that has any, in their order, with their requirements."""
    query = sa.select(Milestone).where(Milestone.project_id.in_(project_ids)).order_by(Milestone.position)
    found: dict[UUID, list[Milestone]] = {}
    for milestone in reading().scalars(query.options(selectinload(Milestone.requirements))):
        found.setdefault(milestone.project_id, []).append(milestone)
    return found
