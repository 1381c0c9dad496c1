"""What waits for a signed-in person, over all their projects, the fullest first.

Reading only. What waits is counted for every project and told in full only for those that are
shown, so that nothing is left out because it stands far down a list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from server import paging
from server.access import Actor
from server.db import reading
from server.models import Appeal, Certificate, Dispute, Evidence, Grant, Milestone, Project, Submission
from server.models.evidence import EvidenceState
from server.models.payments import CertificateState
from server.models.people import Role
from server.models.submissions import SubmissionState
from server.paging import Page, Part
from server.services import projects, reckoning
from server.services.submissions import OPEN_FOR_SUBMISSION, PRESENTABLE, SUBMITTERS

WAITING_SHOWN = 20
QUIET_SHOWN = 50
#: The projects on which nothing waits are counted up to this; nobody reads on to the thousandth.
QUIET_COUNTED = 1000
PAYABLE = (CertificateState.UNLOCKED, CertificateState.CERTIFIED)


@dataclass(slots=True)
class ProjectWaiting:
    """One project and what on it waits for this person.

    Beside a certificate stands why nobody can certify it yet, and beside a milestone the number of its photos.
    """

    project: Project
    roles: frozenset[Role]
    submissions: list[Submission] = field(default_factory=list)
    reviews: list[tuple[Milestone | None, int]] = field(default_factory=list)
    appeals: list[Evidence] = field(default_factory=list)
    certificates: list[tuple[Certificate, str | None]] = field(default_factory=list)
    disputes: list[tuple[Dispute, Milestone]] = field(default_factory=list)
    presentable: list[tuple[Milestone, int]] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True, slots=True)
class Quiet(Page[ProjectWaiting]):
    """Projects on which nothing waits; ``total`` is counted no further than to one above ``most``."""

    total: int
    most: int = QUIET_COUNTED


@dataclass(frozen=True, slots=True)
class Desk:
    """What waits for a person, and their projects on which nothing does."""

    waiting: Part[ProjectWaiting]
    quiet: Quiet


def desk(actor: Actor, *, waiting: int = 1, quiet: str | None = None) -> Desk:
    """What waits for this person.

    Args:
        actor: the person.
        waiting: the numbered part of the projects on which something waits.
        quiet: the cursor of the page of the others, which may be all projects of an agency; None for the first.

    Raises:
        Problem: ``invalid``, for a broken cursor.
    """
    counts: Counter[tuple[UUID, str]] = Counter()
    for kind, thing in _kinds(actor):
        for project_id, code, number in reading().execute(_counted(kind, thing)):
            counts[project_id, code] += number
    ordered = sorted(counts, key=lambda key: (-counts[key], key[1]))
    shown = paging.part_of(ordered, waiting, WAITING_SHOWN)
    entries = _entries(actor, [id_ for id_, _ in shown.items])
    for key in shown.items:
        entries[key[0]].count = counts[key]
    _fill(actor, entries)
    told = Part([entries[id_] for id_, _ in shown.items], shown.number, shown.size, shown.total)
    return Desk(told, _quiet(actor, [id_ for id_, _ in counts], quiet))


# -- what can wait -----------------------------------------------------------------------------


def _kinds(actor: Actor) -> Iterable[tuple[sa.Select[Any], Any]]:
    """One query for each kind of thing that can wait, joined to its project, and what is counted in it."""
    return (
        (_pending(actor), Submission.id),
        (_reviews(actor), Evidence.id),
        (_appeals(actor), Evidence.id),
        (_payable(actor), Certificate.id),
        (_disputes(actor), Dispute.id),
        (_presentable(actor), Milestone.id),
    )


def _counted(kind: sa.Select[Any], thing: Any) -> sa.Select[UUID, str, int]:
    """How many things of one kind wait on which project."""
    columns = (Project.id, Project.code, sa.func.count(sa.distinct(thing)))
    return kind.with_only_columns(*columns, maintain_column_froms=True).group_by(Project.id, Project.code)


def _pending(actor: Actor) -> sa.Select[Any]:
    query = sa.select(Submission).join(Submission.milestone).join(Milestone.project)
    return query.where(projects.held_by(actor, {Role.SUPERVISOR}), Submission.state == SubmissionState.PENDING)


def _reviews(actor: Actor) -> sa.Select[Any]:
    """Photos that need review; those under appeal are told one by one."""
    return _photos(actor).where(~_appealed())


def _appeals(actor: Actor) -> sa.Select[Any]:
    return _photos(actor).where(_appealed())


def _photos(actor: Actor) -> sa.Select[Any]:
    query = sa.select(Evidence).join(Evidence.project)
    return query.where(projects.held_by(actor, {Role.SUPERVISOR}), Evidence.state == EvidenceState.NEEDS_REVIEW)


def _appealed() -> sa.ColumnElement[bool]:
    return sa.exists().where(Appeal.evidence_id == Evidence.id)


def _payable(actor: Actor) -> sa.Select[Any]:
    query = sa.select(Certificate).join(Certificate.milestone).join(Milestone.project)
    return query.where(projects.held_by(actor, {Role.PAYMASTER}), Certificate.state.in_(PAYABLE))


def _disputes(actor: Actor) -> sa.Select[Any]:
    """Open disputes, for an administrator who raised none of them."""
    query = sa.select(Dispute).join(Certificate, Certificate.id == Dispute.certificate_id)
    query = query.join(Certificate.milestone).join(Milestone.project)
    mine = Dispute.raised_by == actor.person_id
    return query.where(projects.held_by(actor, {Role.ADMINISTRATOR}), Dispute.settled_at.is_(None), ~mine)


def _presentable(actor: Actor) -> sa.Select[Any]:
    """Open milestones that have photos which can be put forward."""
    query = sa.select(Milestone).join(Milestone.project).join(Evidence, Evidence.milestone_id == Milestone.id)
    fit = Milestone.state.in_(OPEN_FOR_SUBMISSION), Evidence.state.in_(PRESENTABLE)
    return query.where(projects.held_by(actor, SUBMITTERS), *fit)


# -- told in full ------------------------------------------------------------------------------


def _entries(actor: Actor, ids: Sequence[UUID]) -> dict[UUID, ProjectWaiting]:
    query = sa.select(Project).where(Project.id.in_(ids)).options(*projects.WITH_NAMES)
    return {project.id: _entry(actor, project) for project in reading().scalars(query)}


def _entry(actor: Actor, project: Project) -> ProjectWaiting:
    return ProjectWaiting(project, actor.roles_on(project.id, project.agency_id))


def _fill(actor: Actor, entries: dict[UUID, ProjectWaiting]) -> None:
    """Give each project what waits on it, the oldest first."""
    here, session = Project.id.in_(list(entries)), reading()
    submissions = _pending(actor).where(here).order_by(Submission.submitted_at)
    for each in session.scalars(
        submissions.options(joinedload(Submission.milestone), joinedload(Submission.submitter))
    ):
        entries[each.milestone.project_id].submissions.append(each)
    for project_id, milestone, number in _numbers(_by_milestone(_reviews(actor).where(here))):
        entries[project_id].reviews.append((milestone, number))
    appeals = _appeals(actor).where(here).order_by(Evidence.received_at)
    for photo in session.scalars(appeals.options(joinedload(Evidence.appeal), joinedload(Evidence.milestone))):
        entries[photo.project_id].appeals.append(photo)
    _fill_money(actor, entries)
    for project_id, milestone, number in _numbers(_by_milestone(_presentable(actor).where(here))):
        if milestone is not None:
            entries[project_id].presentable.append((milestone, number))


def _fill_money(actor: Actor, entries: dict[UUID, ProjectWaiting]) -> None:
    here, session = Project.id.in_(list(entries)), reading()
    payable = _payable(actor).where(here).order_by(Certificate.unlocked_at)
    options = (joinedload(Certificate.milestone), selectinload(Certificate.disputes))
    for certificate in session.scalars(payable.options(*options)):
        awaits = reckoning.awaited(session, certificate) if certificate.state is CertificateState.UNLOCKED else None
        entries[certificate.milestone.project_id].certificates.append((certificate, awaits))
    disputes = _disputes(actor).where(here).order_by(Dispute.raised_at).add_columns(Milestone)
    for dispute, milestone in session.execute(disputes):
        entries[milestone.project_id].disputes.append((dispute, milestone))


def _by_milestone(photos: sa.Select[Any]) -> sa.Select[UUID, UUID | None, int]:
    """How many photos of a query belong to which milestone of which project."""
    keys = (Project.id, Evidence.milestone_id)
    return photos.with_only_columns(*keys, sa.func.count(Evidence.id), maintain_column_froms=True).group_by(*keys)


def _numbers(counted: sa.Select[UUID, UUID | None, int]) -> list[tuple[UUID, Milestone | None, int]]:
    """The rows of ``_by_milestone`` with the milestones themselves, which are asked for together."""
    rows = reading().execute(counted).all()
    wanted = {milestone_id for _project, milestone_id, _number in rows if milestone_id is not None}
    milestones = reading().scalars(sa.select(Milestone).where(Milestone.id.in_(wanted)))
    found: dict[UUID | None, Milestone] = {each.id: each for each in milestones}
    return [(project_id, found.get(milestone_id), number) for project_id, milestone_id, number in rows]


def _quiet(actor: Actor, busy: Sequence[UUID], cursor: str | None) -> Quiet:
    """The person's other projects, by code."""
    after = paging.decode(cursor, parts=1)[0] if cursor is not None else ""
    ids = _others(actor, busy, after, QUIET_SHOWN + 1)
    query = sa.select(Project).where(Project.id.in_(ids)).order_by(Project.code)
    found = list(reading().scalars(query.options(*projects.WITH_NAMES)))
    counted = sa.select(sa.func.count()).select_from(_others(actor, busy, "", QUIET_COUNTED + 1).subquery())
    following = paging.encode(found[QUIET_SHOWN - 1].code) if len(found) > QUIET_SHOWN else None
    entries = [_entry(actor, project) for project in found[:QUIET_SHOWN]]
    return Quiet(entries, following, reading().scalar(counted) or 0)


def _others(actor: Actor, busy: Sequence[UUID], after: str, limit: int) -> sa.Select[UUID]:
    """The ids of the next projects after a code: each agency's own list is begun, and never read to its end."""
    wide = [Project.agency_id == agency_id for agency_id in sorted(actor.agency_ids)]
    own = sa.select(Grant.project_id).where(Grant.person_id == actor.person_id, Grant.project_id.is_not(None))
    lists = [*wide, Project.id.in_(own)]
    beyond = (Project.code > after, Project.id.not_in(busy))
    parts = [sa.select(Project.id, Project.code).where(each, *beyond).order_by(Project.code) for each in lists]
    together = sa.union(*(sa.select(part.limit(limit).subquery()) for part in parts)).subquery()
    return sa.select(together.c.id).order_by(together.c.code).limit(limit)
