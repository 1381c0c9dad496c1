"""A project's revision: one number that changes with anything an upload is judged by.

Whatever is written of a project, its contract, its site, its milestones or their requirements
raises it in the same transaction, so that what was read of them before can be kept and used
for as long as the number stands. It hangs on the mapper, so that no use case can forget it.
"""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import ORMExecuteState, Session

from server.models.milestones import Milestone, Requirement
from server.models.projects import Contract, Project, Site

PARTS = (Contract, Milestone, Requirement, Site)


@sa.event.listens_for(Session, "before_flush")
def raise_revisions(session: Session, _context: object, _instances: object) -> None:
    """Raise the revision of every project that this flush changes, once."""
    touched = {*session.new, *session.deleted, *(each for each in session.dirty if session.is_modified(each))}
    owners = {_project_of(session, part) for part in touched if isinstance(part, (*PARTS, Project))}
    for project_id in owners - {None}:
        project = session.get(Project, project_id)
        if project is not None:
            # Counted by the database, so that two writers at once count twice.
            project.revision = Project.revision + 1


@sa.event.listens_for(Session, "do_orm_execute")
def refuse_bulk_changes(state: ORMExecuteState) -> None:
    """Changes past the mapper would leave the revision standing; there is no need for them."""
    if (state.is_update or state.is_delete) and state.bind_mapper is not None:
        changed = state.bind_mapper.class_
        if issubclass(changed, (*PARTS, Project)):
            raise RuntimeError(f"change {changed.__name__} through the mapper: its project's revision must be raised")


def _project_of(session: Session, part: object) -> UUID | None:
    """The id of a written project; None for one that is new, whose revision starts at 1 anyway."""
    if isinstance(part, Project):
        return None if part in session.new else part.id
    if isinstance(part, Requirement):
        with session.no_autoflush:
            milestone = part.milestone or session.get(Milestone, part.milestone_id)
        return milestone.project_id if milestone is not None else None
    assert isinstance(part, Contract | Milestone | Site)  # noqa: S101 (for the type checker)
    return part.project_id or (part.project.id if not isinstance(part, Site) and part.project is not None else None)
