"""What the records say of a project now, in the very shape of a project document.

Only reading; a document made here, imported again, changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from geo.site import Site as SiteShape
from server.models import (
    Certificate,
    Contract,
    DecisionReason,
    Dispute,
    Evidence,
    EvidenceDecision,
    Milestone,
    Project,
    Requirement,
    Site,
    Submission,
)
from server.models.payments import CertificateState
from server.services import site_lookup
from server.services.importing import site_part

PROJECT_FIELDS: tuple[str, ...] = (
    "title",
    "purpose",
    "sector",
    "asset_kind",
    "source_of_funds",
    "starts_on",
    "ends_on",
    "status",
    "time_zone",
    "policy",
    "work_starts",
    "work_ends",
)
CONTRACT_FIELDS = (
    "reference",
    "tender_reference",
    "award_reference",
    "value_minor",
    "currency",
    "signed_on",
    "effective_on",
    "ends_on",
    "retention_bp",
    "advance_minor",
)
VARIATION_FIELDS = ("number", "amount_minor", "approved_on", "description")
MILESTONE_FIELDS = ("code", "title", "must_exist", "weight_bp", "amount_minor", "starts_on", "ends_on")
REQUIREMENT_FIELDS = (
    "code",
    "stage",
    "title",
    "photos",
    "view",
    "station_m",
    "station_tolerance_m",
    "minimum_megapixels",
    "oldest_age_h",
)


@dataclass
class Records:
    """All that a project has now; ``project`` is None for one that is yet to be made.

    ``bound`` are the ids of milestones and requirements to which photos, submissions or disputes
    are tied, so that they cannot go. ``decided`` says that decisions name the supplier, and
    ``unlocked`` that certificates have left their first state.
    """

    project: Project | None = None
    site: Site | None = None
    milestones: Sequence[Milestone] = ()
    certificates: dict[UUID, Certificate] = field(default_factory=dict)
    bound: frozenset[UUID] = frozenset()
    decided: bool = False
    unlocked: bool = False


def records(session: Session, code: str, *, lock: bool = False) -> Records:
    """Read a project with everything an import may change; ``lock`` keeps other imports of it waiting."""
    query = sa.select(Project).where(Project.code == code).options(joinedload(Project.agency), joinedload(Project.area))
    project = session.scalar(query.with_for_update(of=Project) if lock else query)
    if project is None:
        return Records()
    milestones = _milestones(session, project)
    ids = [milestone.id for milestone in milestones]
    certificates = session.scalars(sa.select(Certificate).where(Certificate.milestone_id.in_(ids))).all()
    return Records(
        project=project,
        site=session.scalar(sa.select(Site).where(Site.project_id == project.id, Site.retired_at.is_(None))),
        milestones=milestones,
        certificates={certificate.milestone_id: certificate for certificate in certificates},
        bound=_bound(session, project.id, ids),
        decided=_decided(session, project, ids),
        unlocked=any(certificate.state is not CertificateState.LOCKED for certificate in certificates),
    )


def document(found: Records) -> dict[str, Any]:
    """The project as a document in Python values; empty for one that is yet to be made."""
    project = found.project
    if project is None:
        return {}
    told = {"code": project.code, **{name: getattr(project, name) for name in PROJECT_FIELDS}}
    told |= {
        "agency": project.agency.code,
        "area": project.area.code,
        "budget": {"amount_minor": project.budget_minor, "currency": project.currency},
        "working_days": [int(day) for day in project.working_days],
        "published": project.published_at is not None,
    }
    if project.contract is not None:
        told["contract"] = _contract(project.contract)
    if found.site is not None:
        told["site"] = site_part.section(site_lookup.geometry(found.site), found.site.source)
    if found.milestones:
        codes = {milestone.id: milestone.code for milestone in found.milestones}
        told["milestones"] = [_milestone(milestone, codes) for milestone in found.milestones]
    return told


def shape(found: Records) -> SiteShape | None:
    """The shape of the current site, if there is one."""
    return None if found.site is None else site_lookup.geometry(found.site)


def _contract(contract: Contract) -> dict[str, Any]:
    return {
        "supplier": contract.supplier.code,
        **{name: getattr(contract, name) for name in CONTRACT_FIELDS},
        "variations": [{name: getattr(each, name) for name in VARIATION_FIELDS} for each in contract.variations],
    }


def _milestone(milestone: Milestone, codes: dict[UUID, str]) -> dict[str, Any]:
    return {
        **{name: getattr(milestone, name) for name in MILESTONE_FIELDS},
        "predecessor": codes[milestone.predecessor_id] if milestone.predecessor_id else None,
        "requirements": [
            {name: getattr(requirement, name) for name in REQUIREMENT_FIELDS} for requirement in milestone.requirements
        ],
    }


def _milestones(session: Session, project: Project) -> Sequence[Milestone]:
    query = sa.select(Milestone).where(Milestone.project_id == project.id).order_by(Milestone.position)
    return session.scalars(query.options(selectinload(Milestone.requirements))).all()


def _bound(session: Session, project_id: UUID, milestone_ids: list[UUID]) -> frozenset[UUID]:
    photos = session.execute(
        sa.select(Evidence.milestone_id, Evidence.requirement_id).where(Evidence.project_id == project_id).distinct()
    )
    # A photo is tied to a milestone also through its requirement.
    owned = sa.select(Requirement.id, Requirement.milestone_id).where(Requirement.milestone_id.in_(milestone_ids))
    milestone_of = {row.id: row.milestone_id for row in session.execute(owned)}
    named = sa.select(DecisionReason.requirement_id).where(DecisionReason.requirement_id.in_(milestone_of))
    tied = {record for row in photos for record in row if record is not None}
    tied |= {milestone_of[record] for record in tied if record in milestone_of}
    tied |= set(session.scalars(sa.select(Submission.milestone_id).where(Submission.milestone_id.in_(milestone_ids))))
    tied |= {requirement for requirement in session.scalars(named) if requirement is not None}
    disputed = sa.select(Certificate.milestone_id).join(Dispute).where(Certificate.milestone_id.in_(milestone_ids))
    return frozenset(tied | set(session.scalars(disputed)))


def _decided(session: Session, project: Project, milestone_ids: list[UUID]) -> bool:
    """Whether anything was put forward or decided, and so names the contractor."""
    submitted = sa.select(Submission.id).where(Submission.milestone_id.in_(milestone_ids)).limit(1)
    decided = sa.select(EvidenceDecision.id).where(EvidenceDecision.project_id == project.id).limit(1)
    return session.scalar(submitted) is not None or session.scalar(decided) is not None
