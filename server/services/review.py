"""What a signed-in person is shown to work on: one project, one certificate.

Reading only. Each answer is for one actor and holds what that actor may do, so that a page never
shows a button that the use case behind it would refuse; the use case still decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from server import paging
from server.access import READERS, Actor, require
from server.db import reading
from server.models import Certificate, Dispute, Evidence, Milestone, Project
from server.models.evidence import EvidenceState
from server.models.payments import CertificateState
from server.models.people import Role
from server.paging import Part
from server.problems import Problem
from server.services import progress, projects, public_project, reckoning, review_photo
from server.services.certificates import DISPUTERS
from server.services.public_documents import Progress
from server.services.site_lookup import geometry
from server.site_picture import Picture, draw
from server.texts import _

#: Photos without a milestone on one page of a project.
LOOSE_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ProjectReview:
    """One project as its people see it."""

    project: Project
    roles: frozenset[Role]
    progress: Progress
    milestones: Sequence[Milestone]
    certificates: dict[UUID, Certificate]
    photos: dict[UUID | None, dict[EvidenceState, int]]
    loose: Part[review_photo.PhotoLine]
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class CertificateReview:
    """One certificate with what this person may do about it.

    ``awaits`` says why nobody can certify it yet; ``settleable`` are the disputes that this person may settle.
    """

    certificate: Certificate
    roles: frozenset[Role]
    awaits: str | None
    disputed: bool
    may_dispute: bool
    may_pass_on: bool
    settleable: frozenset[UUID]

    @property
    def project(self) -> Project:
        """The project of the certificate's milestone."""
        return self.certificate.milestone.project


def project(actor: Actor, code: str, *, now: datetime, loose: int = 1) -> ProjectReview:
    """One project for someone with a role on it; ``loose`` numbers the part of its photos without a milestone.

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
        loose=_loose(actor, found, loose),
        picture=draw(geometry(site)) if site else None,
    )


def certificate(actor: Actor, certificate_id: UUID) -> CertificateReview:
    """One certificate for someone with a role on its project.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    found = reading().get(Certificate, certificate_id)
    if found is None:
        raise Problem("not-found", _("There is no certificate with this id."))
    held = require(actor, found.milestone.project, READERS)
    contract = found.milestone.project.contract
    supplies = contract is not None and contract.supplier_id == actor.organisation_id
    unsettled = [each for each in found.disputes if each.settled_at is None]
    return CertificateReview(
        certificate=found,
        roles=held,
        awaits=reckoning.awaited(reading(), found) if found.state is CertificateState.UNLOCKED else None,
        disputed=bool(unsettled),
        may_dispute=bool(held & DISPUTERS) and found.state is not CertificateState.LOCKED,
        may_pass_on=Role.CONTRACTOR in held and supplies and found.state is CertificateState.PAID,
        settleable=frozenset(each.id for each in unsettled if _may_settle(actor, held, each, supplies)),
    )


def _may_settle(actor: Actor, held: frozenset[Role], dispute: Dispute, supplies: bool) -> bool:
    return Role.ADMINISTRATOR in held and not supplies and dispute.raised_by != actor.person_id


def _loose(actor: Actor, project: Project, number: int) -> Part[review_photo.PhotoLine]:
    """Photos that could not be matched to a milestone, the newest first."""
    mine = (Evidence.project_id == project.id, Evidence.milestone_id.is_(None))
    total = reading().scalar(sa.select(sa.func.count()).where(*mine)) or 0
    number = paging.held(number, LOOSE_SHOWN, total)
    query = review_photo.whole().where(*mine).order_by(Evidence.received_at.desc(), Evidence.id)
    found = list(reading().scalars(query.offset((number - 1) * LOOSE_SHOWN).limit(LOOSE_SHOWN)))
    return Part(review_photo.lines(actor, project, found), number, LOOSE_SHOWN, total)


def _certificates(milestone_ids: Sequence[UUID]) -> Sequence[Certificate]:
    query = sa.select(Certificate).where(Certificate.milestone_id.in_(milestone_ids))
    return list(reading().scalars(query.options(joinedload(Certificate.payment))))


def _photo_states(project_id: UUID) -> dict[UUID | None, dict[EvidenceState, int]]:
    """How many photos of each milestone (None: of none) stand in which state."""
    counts: dict[Any, dict[EvidenceState, int]] = {}
    for (milestone_id, state), number in public_project.photos_by_state(project_id).items():
        counts.setdefault(milestone_id, {})[state] = number
    return counts
