"""Areas, projects, contracts and sites: what is built, where, by whom and for how much."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base, UtcDateTime, bytewise, code_of, new_id
from server.models.people import Organisation


class ProjectStatus(StrEnum):
    """OC4IDS project status codelist (https://standard.open-contracting.org/infrastructure/)."""

    IDENTIFICATION = "identification"
    PREPARATION = "preparation"
    IMPLEMENTATION = "implementation"
    COMPLETION = "completion"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class SiteKind(StrEnum):
    """A place with an outline, or a line with a width and stations."""

    POLYGON = "polygon"
    CORRIDOR = "corridor"


class Area(Base):
    """One administrative area; ``path`` is the codes from the root, each followed by a slash."""

    __tablename__ = "area"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    parent_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("area.id"), index=True)
    code: Mapped[str] = mapped_column(bytewise(64), unique=True)
    name: Mapped[str] = mapped_column(bytewise(200))
    level: Mapped[str] = mapped_column(sa.String(40))
    path: Mapped[str] = mapped_column(bytewise(500), index=True)

    parent: Mapped[Area | None] = relationship(remote_side="Area.id")


class Project(Base):
    """One public work. Amounts are minor units of ``currency``; ``policy`` is a policy id ("ph").

    ``map_key`` is the quadtile key of its site's centre while the public map shows it, that is while
    it is published and has a site, else None.
    """

    __tablename__ = "project"
    __table_args__ = (
        sa.CheckConstraint("budget_minor >= 0", name="budget_not_negative"),
        sa.Index("ix_project_agency_id_code", "agency_id", "code"),
        sa.Index("ix_project_agency_id_policy", "agency_id", "policy"),
        # All that a map tile tells of a project, so that a tile never looks into the wide rows.
        sa.Index(
            "ix_project_map",
            "map_key",
            "id",
            "code",
            "title",
            "status",
            sqlite_where=sa.text("map_key IS NOT NULL"),
            postgresql_where=sa.text("map_key IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(bytewise(64), unique=True)
    title: Mapped[str] = mapped_column(sa.String(300))
    purpose: Mapped[str] = mapped_column(sa.Text, default="")
    sector: Mapped[str] = mapped_column(sa.String(60))
    asset_kind: Mapped[str] = mapped_column(sa.String(60))
    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    area_id: Mapped[UUID] = mapped_column(sa.ForeignKey("area.id"), index=True)
    budget_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    source_of_funds: Mapped[str] = mapped_column(sa.String(200), default="")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    status: Mapped[ProjectStatus] = mapped_column(code_of(ProjectStatus, "status"))
    time_zone: Mapped[str] = mapped_column(sa.String(64))
    policy: Mapped[str] = mapped_column(sa.String(40))
    working_days: Mapped[str] = mapped_column(sa.String(7), default="123456")
    work_starts: Mapped[str] = mapped_column(sa.String(5), default="06:00")
    work_ends: Mapped[str] = mapped_column(sa.String(5), default="19:00")
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(sa.BigInteger, default=1)
    map_key: Mapped[int | None] = mapped_column(sa.BigInteger, active_history=True)

    agency: Mapped[Organisation] = relationship()
    area: Mapped[Area] = relationship()
    contract: Mapped[Contract | None] = relationship(back_populates="project", uselist=False)


class Contract(Base):
    """The works contract of a project; shares are basis points, amounts minor units."""

    __tablename__ = "contract"
    __table_args__ = (
        sa.UniqueConstraint("project_id", "supplier_id"),
        sa.CheckConstraint("value_minor >= 0 AND advance_minor >= 0", name="amounts_not_negative"),
        sa.CheckConstraint("retention_bp BETWEEN 0 AND 10000", name="retention_is_a_share"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(sa.ForeignKey("project.id"), unique=True)
    supplier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    reference: Mapped[str] = mapped_column(sa.String(100))
    tender_reference: Mapped[str] = mapped_column(sa.String(100), default="")
    award_reference: Mapped[str] = mapped_column(sa.String(100), default="")
    value_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    signed_on: Mapped[date | None]
    effective_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    retention_bp: Mapped[int] = mapped_column(default=0)
    advance_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)

    project: Mapped[Project] = relationship(back_populates="contract")
    supplier: Mapped[Organisation] = relationship()
    variations: Mapped[list[ContractVariation]] = relationship(order_by="ContractVariation.number")


class ContractVariation(Base):
    """A change of the contract's value; ``amount_minor`` may be negative."""

    __tablename__ = "contract_variation"
    __table_args__ = (sa.UniqueConstraint("contract_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    contract_id: Mapped[UUID] = mapped_column(sa.ForeignKey("contract.id"))
    number: Mapped[int]
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    approved_on: Mapped[date]
    description: Mapped[str] = mapped_column(sa.String(500), default="")


class Site(Base):
    """One version of a project's site. Exactly one is current; earlier ones stay for the record.

    ``shape`` is WKB, longitude first: the outline of a polygon site, the centre line of a
    corridor. The box is in degrees; west is greater than east where it crosses the antimeridian.
    """

    __tablename__ = "site"
    __table_args__ = (
        sa.CheckConstraint("(kind = 'corridor') = (width_m IS NOT NULL)", name="corridor_has_width"),
        sa.Index(
            "uq_site_current",
            "project_id",
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(sa.ForeignKey("project.id"), index=True)
    kind: Mapped[SiteKind] = mapped_column(code_of(SiteKind, "kind"))
    shape: Mapped[bytes] = mapped_column(sa.LargeBinary)
    width_m: Mapped[float | None]
    chainage_start_m: Mapped[float] = mapped_column(default=0.0)
    obstructed: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(sa.String(200))
    south: Mapped[float]
    west: Mapped[float]
    north: Mapped[float]
    east: Mapped[float]
    changed_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def facts(self) -> dict[str, Any]:
        """The columns that ``geo.site.Site.from_wkb`` needs."""
        return {
            "kind": self.kind.value,
            "wkb": self.shape,
            "width_m": self.width_m,
            "chainage_start_m": self.chainage_start_m,
            "obstructed": self.obstructed,
        }


class SiteCell(Base):
    """The quadtile cells that cover a current site: finding a site by place is an index look-up."""

    __tablename__ = "site_cell"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    cell: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    site_id: Mapped[UUID] = mapped_column(sa.ForeignKey("site.id"), primary_key=True, index=True)
