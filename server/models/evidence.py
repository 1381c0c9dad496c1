"""Photos as evidence: the original, the three claims, the findings, and what people decided."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evidence.context import Stage
from evidence.findings import ClaimName, Outcome
from server.db import Base, UtcDateTime, bytewise, code_of, new_id
from server.models.milestones import Milestone, Requirement
from server.models.people import Person
from server.models.projects import Project


class EvidenceState(StrEnum):
    """received → verified | needs_review | rejected; a person accepts or refuses with a reason."""

    RECEIVED = "received"
    VERIFIED = "verified"
    NEEDS_REVIEW = "needs_review"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    REFUSED = "refused"


#: The states in which a photo counts towards a requirement.
HOLDS = frozenset({EvidenceState.VERIFIED, EvidenceState.ACCEPTED})


class CopiesState(StrEnum):
    """Whether the thumbnail and the web copy are there."""

    WAITING = "waiting"
    READY = "ready"
    IMPOSSIBLE = "impossible"


class EvidenceVerdictWord(StrEnum):
    """A person's word on one photo."""

    ACCEPT = "accept"
    REFUSE = "refuse"


def _index_where(condition: str, name: str, *columns: str) -> sa.Index:
    """An index of only those photos that fit, so that all others cost it nothing."""
    where = sa.text(condition)
    return sa.Index(f"ix_evidence_{name}", *columns, sqlite_where=where, postgresql_where=where)


class Original(Base):
    """One file as the phone made it, by its content; the first to bring it is remembered.

    ``seen`` is what the worker measured in its pixels (`evidence.seen.Seen`), None until it did; ``faces`` are the
    areas that may be faces (`evidence.redaction.Face`), None until they were looked for.
    """

    __tablename__ = "original"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    media_type: Mapped[str] = mapped_column(sa.String(40))
    storage_key: Mapped[str] = mapped_column(sa.String(200))
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    faces: Mapped[list[list[float]] | None] = mapped_column(sa.JSON)


class Evidence(Base):
    """One photo put forward as evidence; its id was made on the phone.

    ``claims`` holds the three claims as they were read; ``verdict`` is the machine's and
    ``state`` is where the photo stands now that people have had their say. ``map_key`` is ``quadtile``
    while the public map shows the photo, that is while it and its project are published, else None.

    The public sees copies of its own. ``public_edition`` counts how often they were asked for; ``public_web`` and
    ``public_thumbnail`` are the sha256 of those of this edition, and None until they are there.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        sa.UniqueConstraint("id", "uploader_id"),
        sa.UniqueConstraint("id", "sha256"),
        sa.Index("ix_evidence_project_received", "project_id", "received_at", "id"),
        sa.Index("ix_evidence_milestone_state", "milestone_id", "state"),
        sa.Index("ix_evidence_uploader_received", "uploader_id", "received_at"),
        # What the same person took just before and after.
        sa.Index("ix_evidence_uploader_captured", "uploader_id", "captured_at", "id"),
        sa.Index("ix_evidence_received", "received_at", "id", "project_id"),
        # What stood at a place before the works.
        _index_where("stage = 'before'", "before", "project_id", "latitude", "longitude"),
        _index_where("published_at IS NOT NULL", "published", "project_id", "published_at", "captured_at", "id"),
        # All by which the public tells a project's photos apart, so that counting them touches no wide row.
        _index_where(
            "published_at IS NOT NULL",
            "published_view",
            "project_id",
            "stage",
            "requirement_id",
            "milestone_id",
            "captured_at",
            "published_at",
            "id",
        ),
        # How many photos of a project stand where, and which were rejected, without a look into the wide rows.
        sa.Index("ix_evidence_project_state", "project_id", "state", "milestone_id", "id"),
        # All that the list of what waits asks of a photo that needs review.
        _index_where(
            "state = 'needs_review'",
            "waiting",
            "project_id",
            "milestone_id",
            "uploader_id",
            "received_at",
            "grade",
            "id",
            "state",
        ),
        # What was published before there were public copies.
        _index_where("published_at IS NOT NULL AND public_edition = 0", "unpictured", "id"),
        # All that a map tile tells of a photo, so that a tile never looks into the wide rows.
        _index_where("map_key IS NOT NULL", "map", "map_key", "id", "project_id", "stage", "grade", "captured_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(sa.ForeignKey("project.id"))
    milestone_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("milestone.id"))
    requirement_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("requirement.id"), index=True)
    site_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("site.id"))
    stage: Mapped[Stage] = mapped_column(code_of(Stage, "stage"))
    caption: Mapped[str] = mapped_column(sa.String(1000), default="")
    uploader_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("original.sha256"), index=True)
    claim_digest: Mapped[str] = mapped_column(sa.String(64))
    claims: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    quadtile: Mapped[int | None] = mapped_column(sa.BigInteger, index=True)
    captured_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    policy: Mapped[str] = mapped_column(sa.String(40))
    verdict: Mapped[EvidenceState] = mapped_column(code_of(EvidenceState, "verdict"))
    grade: Mapped[str] = mapped_column(sa.String(1))
    state: Mapped[EvidenceState] = mapped_column(code_of(EvidenceState, "state"))
    copies: Mapped[CopiesState] = mapped_column(code_of(CopiesState, "copies"), default=CopiesState.WAITING)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    map_key: Mapped[int | None] = mapped_column(sa.BigInteger, active_history=True)
    public_edition: Mapped[int] = mapped_column(default=0, server_default="0")
    public_web: Mapped[str | None] = mapped_column(sa.String(64))
    public_thumbnail: Mapped[str | None] = mapped_column(sa.String(64))
    public_redactions: Mapped[int | None]

    original: Mapped[Original] = relationship()
    project: Mapped[Project] = relationship()
    milestone: Mapped[Milestone | None] = relationship()
    requirement: Mapped[Requirement | None] = relationship()
    uploader: Mapped[Person] = relationship()
    findings: Mapped[list[EvidenceFinding]] = relationship(order_by="EvidenceFinding.name")
    decisions: Mapped[list[EvidenceDecision]] = relationship(order_by="EvidenceDecision.decided_at")
    appeal: Mapped[Appeal | None] = relationship(uselist=False)


class EvidenceFinding(Base):
    """What one check said of one photo."""

    __tablename__ = "evidence_finding"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    evidence_id: Mapped[UUID] = mapped_column(sa.ForeignKey("evidence.id"), primary_key=True)
    name: Mapped[str] = mapped_column(bytewise(60), primary_key=True)
    outcome: Mapped[Outcome] = mapped_column(code_of(Outcome, "outcome"))
    measured: Mapped[str | None] = mapped_column(sa.String(300))
    expected: Mapped[str | None] = mapped_column(sa.String(300))
    claim: Mapped[ClaimName | None] = mapped_column(code_of(ClaimName, "claim"))
    message: Mapped[str] = mapped_column(sa.String(600))


class EvidenceDecision(Base):
    """A person accepted or refused one photo, and why.

    The constraints are the separation of duties: the decider is not the uploader, and is not of
    the contractor's organisation. The pairs make sure that the stated organisations are the true ones.
    """

    __tablename__ = "evidence_decision"
    __table_args__ = (
        sa.ForeignKeyConstraint(["evidence_id", "uploader_id"], ["evidence.id", "evidence.uploader_id"]),
        sa.ForeignKeyConstraint(["decided_by", "decider_organisation_id"], ["person.id", "person.organisation_id"]),
        sa.ForeignKeyConstraint(["project_id", "contractor_id"], ["contract.project_id", "contract.supplier_id"]),
        # The decisions of a project, behind the numbers of the risk view.
        sa.Index("ix_evidence_decision_project_id", "project_id", "decided_at", "id"),
        sa.CheckConstraint("decided_by <> uploader_id", name="decider_is_not_uploader"),
        sa.CheckConstraint("decider_organisation_id <> contractor_id", name="decider_is_not_contractor"),
        sa.CheckConstraint("length(reason) > 0", name="has_reason"),
        # What was accepted in a period.
        sa.Index("ix_evidence_decision_decided_at", "decided_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    evidence_id: Mapped[UUID] = mapped_column(index=True)
    project_id: Mapped[UUID]
    uploader_id: Mapped[UUID]
    contractor_id: Mapped[UUID]
    decision: Mapped[EvidenceVerdictWord] = mapped_column(code_of(EvidenceVerdictWord, "decision"))
    reason: Mapped[str] = mapped_column(sa.String(2000))
    decided_by: Mapped[UUID]
    decider_organisation_id: Mapped[UUID]
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)

    decider: Mapped[Person] = relationship(
        primaryjoin="foreign(EvidenceDecision.decided_by) == Person.id", viewonly=True
    )


class Appeal(Base):
    """The uploader asked once, with a reason, that a person look again."""

    __tablename__ = "appeal"
    __table_args__ = (
        sa.ForeignKeyConstraint(["evidence_id", "uploader_id"], ["evidence.id", "evidence.uploader_id"]),
        sa.CheckConstraint("length(reason) > 0", name="has_reason"),
    )

    evidence_id: Mapped[UUID] = mapped_column(primary_key=True)
    uploader_id: Mapped[UUID]
    reason: Mapped[str] = mapped_column(sa.String(2000))
    appealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
