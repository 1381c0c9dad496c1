"""Projects for reading: one by its code, those a person may see, and a project as a document.

What the public may see is kept out (``public``), and so is changing a project (``project_import``).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from server import documents
from server.access import Actor, require
from server.db import reading
from server.models import Contract, Milestone, Project, Site
from server.models.people import Role
from server.problems import Problem
from server.services.importing import present

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


def seen_by(actor: Actor, code: str) -> Project:
    """The project of this code, for a person with any role on it.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    project = by_code(code)
    require(actor, project, Role)
    return project


def held_by(actor: Actor) -> list[Project]:
    """Projects on which the person holds a role, of its own or across the agency, in order of code."""
    held = sa.or_(Project.id.in_(actor.project_ids), Project.agency_id.in_(actor.agency_ids))
    return list(reading().scalars(sa.select(Project).where(held).order_by(Project.code).options(*WITH_NAMES)))


def current_site(project_id: UUID) -> Site | None:
    """The version of the site that holds now."""
    return reading().scalar(sa.select(Site).where(Site.project_id == project_id, Site.retired_at.is_(None)))


def milestones(project_id: UUID) -> list[Milestone]:
    """The milestones in their order, with their requirements."""
    query = sa.select(Milestone).where(Milestone.project_id == project_id).order_by(Milestone.position)
    return list(reading().scalars(query.options(selectinload(Milestone.requirements))))


def document(actor: Actor, code: str) -> dict[str, Any]:
    """The project as the JSON document that, imported again, changes nothing.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    project = seen_by(actor, code)
    told: dict[str, Any] = documents.plain(present.document(present.records(reading(), project.code)))
    return told
