"""What several use cases read of a project: the project by its code, whose it is, its site, its milestones.

Who may see what was found is the caller's to ask. Changing a project is kept out (``project_import``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from server.access import READERS, Actor
from server.db import reading
from server.models import Contract, Grant, Milestone, Project, Site
from server.models.people import Role
from server.problems import Problem
from server.services.progress import Scheduled
from server.texts import _

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
        raise Problem("not-found", _("There is no project with the code %(code)s.", code=code))
    return found


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition that a person holds a role on a project, of its own or across its agency."""
    return held_by(actor, READERS)


def held_by(actor: Actor, roles: Collection[Role]) -> sa.ColumnElement[bool]:
    """The condition that a person holds one of the roles on a project, of its own or across its agency.

    The roles are looked up where they are kept: a person may hold more of them than a statement takes values. What
    cannot be held in a way is not asked for, so that the engine has one way to go.
    """
    held = [each for each in actor.held if each.role in roles]
    mine = (Grant.person_id == actor.person_id, Grant.role.in_(sorted(roles)))
    own = Project.id.in_(sa.select(Grant.project_id).where(*mine, Grant.project_id.is_not(None)))
    across = Project.agency_id.in_(sa.select(Grant.agency_id).where(*mine, Grant.agency_id.is_not(None)))
    asked = {own: any(each.project_id for each in held), across: any(each.agency_id for each in held)}
    return sa.or_(sa.false(), *(way for way, possible in asked.items() if possible))


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


def schedules_of(project_ids: Iterable[UUID]) -> dict[UUID, list[Scheduled]]:
    """What progress is reckoned from, for each project with milestones: a list of projects needs no more of them."""
    columns = (Milestone.weight_bp, Milestone.starts_on, Milestone.ends_on, Milestone.state)
    found: dict[UUID, list[Scheduled]] = {}
    for row in reading().execute(
        sa.select(Milestone.project_id, *columns).where(Milestone.project_id.in_(project_ids))
    ):
        found.setdefault(row.project_id, []).append(row)
    return found


def milestones_of(project_ids: Iterable[UUID]) -> dict[UUID, list[Milestone]]:
    """The milestones of each project that has any, in their order, with their requirements."""
    query = sa.select(Milestone).where(Milestone.project_id.in_(project_ids)).order_by(Milestone.position)
    found: dict[UUID, list[Milestone]] = {}
    for milestone in reading().scalars(query.options(selectinload(Milestone.requirements))):
        found.setdefault(milestone.project_id, []).append(milestone)
    return found
