"""What the public is told: the read models of areas, projects and published photos.

Amounts are integer minor units of the project's currency, shares basis points. Nobody is named
below the level of an organisation.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from evidence.context import Stage
from evidence.findings import Outcome
from server.documents import Document, plain
from server.models.evidence import EvidenceState
from server.models.milestones import MilestoneState
from server.models.payments import CertificateState
from server.models.projects import ProjectStatus


@dataclass(frozen=True)
class Named(Document):
    """A record by its code and its name."""

    code: str
    name: str


@dataclass(frozen=True)
class AreaCount(Document):
    """An area with the number of published projects in it and below, and the areas right below."""

    code: str
    name: str
    level: str
    projects: int
    parts: tuple[AreaCount, ...] = ()


@dataclass(frozen=True)
class AreaPage(Document):
    """One area, the areas above it from the root, and what is below."""

    area: AreaCount
    above: tuple[Named, ...]


@dataclass(frozen=True)
class Progress(Document):
    """Shares of the works in basis points: due by the schedule today, and approved on evidence."""

    planned_bp: int
    verified_bp: int


@dataclass(frozen=True)
class ProjectCard(Document):
    """One project in a list. ``area`` runs from the root; ``site`` is a GeoJSON geometry, where it was asked for."""

    code: str
    title: str
    sector: str
    asset_kind: str
    agency: Named
    contractor: Named | None
    area: tuple[Named, ...]
    status: ProjectStatus
    currency: str
    budget_minor: int
    contract_value_minor: int | None
    starts_on: date | None
    ends_on: date | None
    progress: Progress
    photos: int
    newest_photo: UUID | None
    site: dict[str, Any] | None

    def as_document(self) -> dict[str, Any]:
        """The card without its geometry, which is given as a feature where it is asked for."""
        return {field.name: plain(getattr(self, field.name)) for field in fields(self) if field.name != "site"}

    def as_feature(self) -> dict[str, Any]:
        """The card as a GeoJSON Feature (RFC 7946): longitude first inside the geometry."""
        return {"type": "Feature", "id": self.code, "geometry": self.site, "properties": self.as_document()}


@dataclass(frozen=True)
class MilestoneLine(Document):
    """One milestone with its state and how many of its photos stand."""

    code: str
    title: str
    must_exist: str
    weight_bp: int
    amount_minor: int
    starts_on: date
    ends_on: date
    state: MilestoneState
    photos_verified: int
    photos_accepted: int


@dataclass(frozen=True)
class PaymentLine(Document):
    """The money of one milestone: what its certificate says and when it was paid."""

    milestone: Named
    state: CertificateState
    gross_minor: int
    advance_recovery_minor: int
    retention_minor: int
    liquidated_damages_minor: int
    net_minor: int
    paid_on: date | None


@dataclass(frozen=True)
class RefusedCount(Document):
    """How many photos one check refused; ``review`` counts those that a reviewer refused."""

    check: str
    reason: str
    photos: int


@dataclass(frozen=True)
class PhotoCard(Document):
    """One published photo in a list; degrees on WGS 84. ``pictured`` is False while its public copies are prepared."""

    id: UUID
    milestone: Named
    stage: Stage
    caption: str
    captured_at: datetime | None
    published_at: datetime
    latitude: float | None
    longitude: float | None
    grade: str
    project: Named
    time_zone: str
    pictured: bool

    def as_feature(self) -> dict[str, Any]:
        """The photo as a GeoJSON Feature (RFC 7946): longitude first inside the geometry."""
        known = self.latitude is not None and self.longitude is not None
        point = {"type": "Point", "coordinates": [self.longitude, self.latitude]} if known else None
        return {"type": "Feature", "id": str(self.id), "geometry": point, "properties": self.as_document()}


@dataclass(frozen=True)
class CheckLine(Document):
    """What one check said of a photo, and what it asks in plain words."""

    check: str
    words: str
    outcome: Outcome
    measured: str | None
    expected: str | None
    message: str


@dataclass(frozen=True)
class PhotoPage(PhotoCard):
    """One published photo with all that vouches for it.

    ``state`` tells whether the checks verified it or a person accepted it; of the uploader only the
    organisation is told. ``redactions`` is how many areas its public copies hide, None until they are there.
    ``credentials`` is what became of the Content Credentials in the original (``trusted``, ``unknown_signer``,
    ``tampered``, ``unreadable``), None where it has none or nobody looked; a signer's name may be a person's and is not
    told.
    """

    grade_words: str
    state: EvidenceState
    checks: tuple[CheckLine, ...]
    organisation: str
    received_at: datetime
    sha256: str
    width_by_height: str | None
    policy: str
    redactions: int | None
    credentials: str | None


@dataclass(frozen=True)
class ProjectPage(ProjectCard):
    """One project with its milestones, payments, newest published photos and refused counts."""

    purpose: str
    source_of_funds: str
    time_zone: str
    contract_reference: str | None
    contract_signed_on: date | None
    contract_ends_on: date | None
    milestones: tuple[MilestoneLine, ...]
    payments: tuple[PaymentLine, ...]
    published: tuple[PhotoCard, ...]
    waiting_photos: int
    refused_photos: int
    refused: tuple[RefusedCount, ...]
