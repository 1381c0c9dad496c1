"""What a signed-in person is shown to work on: what waits, one project, one certificate.

Reading only. Each answer is for one actor and holds what that actor may do, so that a page never
shows a button that the use case behind it would refuse; the use case still decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from server.access import READERS, Actor, require
from server.db import reading
from server.models import Appeal, Certificate, Evidence, Milestone, Project, Submission
from server.models.evidence import EvidenceState
from server.models.payments import CertificateState
from server.models.people import Role
from server.models.submissions import SubmissionState
from server.problems import Problem
from server.services import progress, projects, public_project
from server.services.public_documents import Progress
from server.services.site_lookup import geometry
from server.site_picture import Picture, draw

#: The first page shows at most this many projects; the rest are reached by their code.
MOST_PROJECTS = 100
PAYABLE = (CertificateState.UNLOCKED, CertificateState.CERTIFIED)


@dataclass(slots=True)
class ProjectWaiting:
    """One project and what on it waits for this person."""

    project: Project
    roles: frozenset[Role]
    submissions: list[Submission] = field(default_factory=list)
    reviews: list[tuple[Milestone | None, int]] = field(default_factory=list)
    appeals: list[Evidence] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many things wait; photos of one milestone are one thing each."""
        photos = sum(number for _, number in self.reviews)
        return len(self.submissions) + photos + len(self.appeals) + len(self.certificates)


@dataclass(frozen=True, slots=True)
class Desk:
    """What waits for a person, and their projects on which nothing does."""

    waiting: list[ProjectWaiting]
    quiet: list[ProjectWaiting]


@dataclass(frozen=True, slots=True)
class ProjectReview:
    """One project as its people see it."""

    project: Project
    roles: frozenset[Role]
    progress: Progress
    milestones: Sequence[Milestone]
    certificates: dict[UUID, Certificate]
    photos: dict[UUID | None, dict[EvidenceState, int]]
    picture: Picture | None


def desk(actor: Actor) -> Desk:
    """What waits for this person, by project, the fullest first."""
    found = {project.id: ProjectWaiting(project, _roles(actor, project)) for project in _projects(actor)}
    deciding = [id_ for id_, entry in found.items() if Role.SUPERVISOR in entry.roles]
    paying = [id_ for id_, entry in found.items() if Role.PAYMASTER in entry.roles]
    for submission in _pending(deciding):
        found[submission.milestone.project_id].submissions.append(submission)
    for project_id, milestone, number in _reviews(deciding):
        found[project_id].reviews.append((milestone, number))
    for photo in _appeals(deciding):
        found[photo.project_id].appeals.append(photo)
    for certificate in _payable(paying):
        found[certificate.milestone.project_id].certificates.append(certificate)
    waiting = sorted((e for e in found.values() if e.count), key=lambda e: (-e.count, e.project.code))
    return Desk(waiting, [entry for entry in found.values() if not entry.count])


def project(actor: Actor, code: str, *, now: datetime) -> ProjectReview:
    """One project for someone with a role on it.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    found = projects.by_code(code)
    held = require(actor, found, READERS)
    milestones = projects.milestones(found.id)
    site = projects.current_site(found.id)
    on = progress.today(now, found.time_zone)
    return ProjectReview(
        project=found,
        roles=held,
        progress=Progress(progress.planned_bp(milestones, on), progress.verified_bp(milestones)),
        milestones=milestones,
        certificates={each.milestone_id: each for each in _certificates([m.id for m in milestones])},
        photos=_photo_states(found.id),
        picture=draw(geometry(site)) if site else None,
    )


def certificate(actor: Actor, certificate_id: UUID) -> tuple[Certificate, frozenset[Role]]:
    """One certificate and the roles that the person holds on its project.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    found = reading().get(Certificate, certificate_id)
    if found is None:
        raise Problem("not-found", "There is no certificate with this id.")
    return found, require(actor, found.milestone.project, READERS)


def _roles(actor: Actor, project: Project) -> frozenset[Role]:
    return actor.roles_on(project.id, project.agency_id)


def _projects(actor: Actor) -> Sequence[Project]:
    query = sa.select(Project).where(projects.visible_to(actor)).options(*projects.WITH_NAMES)
    return list(reading().scalars(query.order_by(Project.code).limit(MOST_PROJECTS)))


def _pending(project_ids: Sequence[UUID]) -> Sequence[Submission]:
    query = (
        sa.select(Submission)
        .join(Submission.milestone)
        .where(Milestone.project_id.in_(project_ids), Submission.state == SubmissionState.PENDING)
        .order_by(Submission.submitted_at)
        .options(joinedload(Submission.milestone), joinedload(Submission.submitter))
    )
    return list(reading().scalars(query))


def _reviews(project_ids: Sequence[UUID]) -> list[tuple[UUID, Milestone | None, int]]:
    """Photos that need review, counted by milestone; those under appeal are told one by one."""
    rows = reading().execute(
        sa.select(Evidence.project_id, Evidence.milestone_id, sa.func.count())
        .where(Evidence.project_id.in_(project_ids), _needs_review(), ~_appealed())
        .group_by(Evidence.project_id, Evidence.milestone_id)
    )
    return [
        (project_id, reading().get(Milestone, milestone_id) if milestone_id else None, number)
        for project_id, milestone_id, number in rows
    ]


def _appeals(project_ids: Sequence[UUID]) -> Sequence[Evidence]:
    query = (
        sa.select(Evidence)
        .where(Evidence.project_id.in_(project_ids), _needs_review(), _appealed())
        .order_by(Evidence.received_at)
        .options(joinedload(Evidence.appeal), joinedload(Evidence.milestone))
    )
    return list(reading().scalars(query))


def _needs_review() -> sa.ColumnElement[bool]:
    return Evidence.state == EvidenceState.NEEDS_REVIEW


def _appealed() -> sa.ColumnElement[bool]:
    return sa.exists().where(Appeal.evidence_id == Evidence.id)


def _payable(project_ids: Sequence[UUID]) -> Sequence[Certificate]:
    query = (
        sa.select(Certificate)
        .join(Certificate.milestone)
        .where(Milestone.project_id.in_(project_ids), Certificate.state.in_(PAYABLE))
        .order_by(Certificate.unlocked_at)
        .options(joinedload(Certificate.milestone))
    )
    return list(reading().scalars(query))


def _certificates(milestone_ids: Sequence[UUID]) -> Sequence[Certificate]:
    query = sa.select(Certificate).where(Certificate.milestone_id.in_(milestone_ids))
    return list(reading().scalars(query.options(joinedload(Certificate.payment))))


def _photo_states(project_id: UUID) -> dict[UUID | None, dict[EvidenceState, int]]:
    """How many photos of each milestone (None: of none) stand in which state."""
    counts: dict[Any, dict[EvidenceState, int]] = {}
    for (milestone_id, state), number in public_project.photos_by_state(project_id).items():
        counts.setdefault(milestone_id, {})[state] = number
    return counts
