"""Gathering what the public is told of a project, in a few queries however many projects there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from evidence.findings import Outcome
from evidence.verdict import REJECTING
from server import wording
from server.db import reading
from server.models import Area, Certificate, Contract, Evidence, EvidenceFinding, Milestone, Project, Site
from server.models.evidence import EvidenceState
from server.models.payments import CertificateState
from server.services import progress, projects
from server.services.progress import Scheduled
from server.services.public_documents import (
    MilestoneLine,
    Named,
    PaymentLine,
    PhotoCard,
    Progress,
    ProjectCard,
    ProjectPage,
    RefusedCount,
)
from server.services.site_lookup import geometry

#: The order of published photos, the newest first.
NEWEST = (Evidence.published_at.desc(), Evidence.captured_at.desc(), Evidence.id)
#: A page shows this many published photos, newest first.
SHOWN_PHOTOS = 200
REFUSED = (EvidenceState.REJECTED, EvidenceState.REFUSED)
WAITING = (EvidenceState.RECEIVED, EvidenceState.VERIFIED, EvidenceState.ACCEPTED, EvidenceState.NEEDS_REVIEW)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the cards of several projects need, each by project id; ``sites`` of those whose shape is asked for."""

    schedules: dict[UUID, list[Scheduled]]
    sites: dict[UUID, Site]
    photos: dict[UUID, tuple[int, UUID | None]]
    names: dict[str, Named]


def cards(found: Sequence[Project], *, now: datetime, shapes: bool = False) -> list[ProjectCard]:
    """The cards of projects, in their order, with the shapes of their sites where those are asked for."""
    gathered = _gather(found, shapes=shapes)
    return [card(each, gathered, now=now) for each in found]


def card(project: Project, gathered: Gathered, *, now: datetime) -> ProjectCard:
    """One project's card from what was gathered."""
    schedule = gathered.schedules.get(project.id, [])
    on = progress.today(now, project.time_zone)
    site = gathered.sites.get(project.id)
    photos, newest = gathered.photos.get(project.id, (0, None))
    contract = project.contract
    return ProjectCard(
        code=project.code,
        title=project.title,
        sector=project.sector,
        asset_kind=project.asset_kind,
        agency=Named(project.agency.code, project.agency.name),
        contractor=Named(contract.supplier.code, contract.supplier.name) if contract else None,
        area=tuple(gathered.names[step] for step in _steps(project.area.path) if step in gathered.names),
        status=project.status,
        currency=project.currency,
        budget_minor=project.budget_minor,
        contract_value_minor=_value(contract),
        starts_on=project.starts_on,
        ends_on=project.ends_on,
        progress=Progress(progress.planned_bp(schedule, on), progress.verified_bp(schedule)),
        photos=photos,
        newest_photo=newest,
        site=geometry(site).geojson() if site else None,
    )


def page(project: Project, *, now: datetime) -> ProjectPage:
    """One project with everything the public is told of it."""
    gathered = _gather([project], shapes=True)
    card_of = card(project, gathered, now=now)
    milestones = projects.milestones(project.id)
    contract = project.contract
    by_state = photos_by_state(project.id)
    return ProjectPage(
        **{name: getattr(card_of, name) for name in card_of.__dataclass_fields__},
        purpose=project.purpose,
        source_of_funds=project.source_of_funds,
        time_zone=project.time_zone,
        contract_reference=contract.reference if contract else None,
        contract_signed_on=contract.signed_on if contract else None,
        contract_ends_on=contract.ends_on if contract else None,
        milestones=tuple(_milestone_line(each, by_state) for each in milestones),
        payments=_payments(project.id),
        published=_published(project.id),
        waiting_photos=sum(n for (_, state), n in by_state.items() if state in WAITING) - card_of.photos,
        refused_photos=sum(n for (_, state), n in by_state.items() if state in REFUSED),
        refused=_refused(project.id),
    )


def photo_card(photo: Evidence) -> PhotoCard:
    """One published photo; its project and milestone are loaded."""
    if photo.milestone is None or photo.published_at is None:
        raise LookupError(f"photo {photo.id} is not public: only a milestone's approval publishes")
    return PhotoCard(
        id=photo.id,
        milestone=Named(photo.milestone.code, photo.milestone.title),
        stage=photo.stage,
        caption=photo.caption,
        captured_at=photo.captured_at,
        published_at=photo.published_at,
        latitude=photo.latitude,
        longitude=photo.longitude,
        grade=photo.grade,
        project=Named(photo.project.code, photo.project.title),
        time_zone=photo.project.time_zone,
        pictured=photo.public_web is not None,
    )


def area_names(paths: Iterable[str]) -> dict[str, Named]:
    """The names of all areas that stand in some paths, by code."""
    codes = {step for path in paths for step in _steps(path)}
    found = reading().scalars(sa.select(Area).where(Area.code.in_(codes)))
    return {each.code: Named(each.code, each.name) for each in found}


def photos_by_state(project_id: UUID) -> dict[tuple[UUID | None, EvidenceState], int]:
    """How many photos of a project stand under which milestone in which state."""
    rows = reading().execute(
        sa.select(Evidence.milestone_id, Evidence.state, sa.func.count())
        .where(Evidence.project_id == project_id)
        .group_by(Evidence.milestone_id, Evidence.state)
    )
    return {(milestone_id, state): number for milestone_id, state, number in rows}


def _gather(found: Sequence[Project], *, shapes: bool) -> Gathered:
    ids = [project.id for project in found]
    return Gathered(
        schedules=projects.schedules_of(ids),
        sites=projects.current_sites(ids) if shapes else {},
        photos=_photo_counts(ids),
        names=area_names(project.area.path for project in found),
    )


def _photo_counts(ids: Sequence[UUID]) -> dict[UUID, tuple[int, UUID | None]]:
    """How many photos of each project are published, and the newest of them, where its picture is there."""
    ranked = (
        sa.select(
            Evidence.project_id,
            Evidence.id,
            sa.func.count().over(partition_by=Evidence.project_id).label("photos"),
            sa.func.row_number()
            .over(
                partition_by=Evidence.project_id, order_by=(Evidence.published_at.desc(), Evidence.captured_at.desc())
            )
            .label("place"),
        )
        .where(Evidence.project_id.in_(ids), Evidence.published_at.is_not(None))
        .subquery()
    )
    newest = sa.select(ranked.c.project_id, ranked.c.photos, ranked.c.id, Evidence.public_web)
    rows = reading().execute(newest.join(Evidence, Evidence.id == ranked.c.id).where(ranked.c.place == 1))
    return {project_id: (photos, newest if web else None) for project_id, photos, newest, web in rows}


def _milestone_line(milestone: Milestone, by_state: dict[tuple[UUID | None, EvidenceState], int]) -> MilestoneLine:
    return MilestoneLine(
        code=milestone.code,
        title=milestone.title,
        must_exist=milestone.must_exist,
        weight_bp=milestone.weight_bp,
        amount_minor=milestone.amount_minor,
        starts_on=milestone.starts_on,
        ends_on=milestone.ends_on,
        state=milestone.state,
        photos_verified=by_state.get((milestone.id, EvidenceState.VERIFIED), 0),
        photos_accepted=by_state.get((milestone.id, EvidenceState.ACCEPTED), 0),
    )


def _payments(project_id: UUID) -> tuple[PaymentLine, ...]:
    """The certificates of approved milestones; a locked one is no payment yet."""
    query = (
        sa.select(Certificate)
        .join(Certificate.milestone)
        .where(Milestone.project_id == project_id, Certificate.state != CertificateState.LOCKED)
        .order_by(Milestone.position)
        .options(joinedload(Certificate.milestone), joinedload(Certificate.payment))
    )
    return tuple(_payment_line(certificate) for certificate in reading().scalars(query))


def _payment_line(certificate: Certificate) -> PaymentLine:
    return PaymentLine(
        milestone=Named(certificate.milestone.code, certificate.milestone.title),
        state=certificate.state,
        gross_minor=certificate.gross_minor,
        advance_recovery_minor=certificate.advance_recovery_minor,
        retention_minor=certificate.retention_minor,
        liquidated_damages_minor=certificate.liquidated_damages_minor,
        net_minor=certificate.net_minor,
        paid_on=certificate.payment.paid_on if certificate.payment else None,
    )


def _published(project_id: UUID) -> tuple[PhotoCard, ...]:
    query = (
        sa.select(Evidence)
        .where(Evidence.project_id == project_id, Evidence.published_at.is_not(None))
        .order_by(*NEWEST)
        .limit(SHOWN_PHOTOS)
        .options(joinedload(Evidence.milestone), joinedload(Evidence.project))
    )
    return tuple(photo_card(photo) for photo in reading().scalars(query))


def _refused(project_id: UUID) -> tuple[RefusedCount, ...]:
    """Refused photos by reason, the commonest first; one photo can fail several checks."""
    rejecting = sa.or_(EvidenceFinding.name.in_(REJECTING), EvidenceFinding.name.startswith("file."))
    rows = reading().execute(
        sa.select(EvidenceFinding.name, sa.func.count())
        .join(Evidence, Evidence.id == EvidenceFinding.evidence_id)
        .where(
            Evidence.project_id == project_id,
            Evidence.state == EvidenceState.REJECTED,
            EvidenceFinding.outcome == Outcome.FAIL,
            rejecting,
        )
        .group_by(EvidenceFinding.name)
    )
    counts: dict[str, int] = dict(rows.all())
    by_people = sa.select(sa.func.count()).where(
        Evidence.project_id == project_id, Evidence.state == EvidenceState.REFUSED
    )
    counts["review"] = reading().scalar(by_people) or 0
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(RefusedCount(name, wording.refusal(name), number) for name, number in ordered if number)


def _value(contract: Contract | None) -> int | None:
    """The contract's value with its variations."""
    return contract.value_minor + sum(each.amount_minor for each in contract.variations) if contract else None


def _steps(path: str) -> list[str]:
    return [step for step in path.split("/") if step]
