"""What a photo is judged by in a project, read once and kept for as long as it holds.

Whether it still holds is one number, the project's revision, asked for at every upload. The
records kept here are shared between threads and attached to no session: read them only.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from geo.site import Site as SiteShape
from server.db import table_of
from server.kept import Kept
from server.models import Milestone, Project, Site
from server.services import site_lookup

KEPT_WORKS = 512

_project, _milestone = table_of(Project), table_of(Milestone)
_REVISION = sa.select(_project.c.id, _project.c.revision)
_BY_CODE = _REVISION.where(_project.c.code == sa.bindparam("code"))
_BY_ID = _REVISION.where(_project.c.id == sa.bindparam("id"))
_BY_MILESTONE = _REVISION.join(_milestone, _milestone.c.project_id == _project.c.id).where(
    _milestone.c.id == sa.bindparam("id")
)


@dataclass(frozen=True, slots=True)
class Works:
    """A project with its contract, its milestones in order with their requirements, and its current site."""

    project: Project
    milestones: tuple[Milestone, ...]
    site_id: UUID | None
    shape: SiteShape | None


_kept: Kept[UUID, Works] = Kept(KEPT_WORKS)


def by_code(session: Session, code: str) -> Works | None:
    """The works of the project with this code, or None."""
    return _current(session, _BY_CODE, code=code)


def by_id(session: Session, project_id: UUID) -> Works | None:
    """The works of the project with this id, or None."""
    return _current(session, _BY_ID, id=project_id)


def by_milestone(session: Session, milestone_id: UUID) -> Works | None:
    """The works of the project that this milestone belongs to, or None."""
    return _current(session, _BY_MILESTONE, id=milestone_id)


def _current(session: Session, asked: sa.Select[UUID, int], **wanted: object) -> Works | None:
    found = session.connection().execute(asked, wanted).one_or_none()
    if found is None:
        return None
    kept = _kept.get(found.id)
    if kept is not None and kept.project.revision == found.revision:
        return kept
    return _kept.put(found.id, _read(session, found.id))


def _read(session: Session, project_id: UUID) -> Works:
    """Read everything in a session of its own, so that what is kept belongs to no request."""
    with Session(session.get_bind(), expire_on_commit=False) as own:
        project = own.scalars(
            sa.select(Project).where(Project.id == project_id).options(joinedload(Project.contract))
        ).one()
        milestones = own.scalars(
            sa.select(Milestone)
            .where(Milestone.project_id == project_id)
            .order_by(Milestone.position)
            .options(selectinload(Milestone.requirements))
        ).all()
        site = own.scalar(sa.select(Site).where(Site.project_id == project_id, Site.retired_at.is_(None)))
        own.expunge_all()
    return Works(
        project=project,
        milestones=tuple(milestones),
        site_id=site.id if site else None,
        shape=site_lookup.geometry(site) if site else None,
    )
