"""Milestones in order, and what evidence each of them asks for."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evidence.context import Stage
from server.db import Base, bytewise, code_of, new_id
from server.models.projects import Project


class MilestoneState(StrEnum):
    """planned → open → submitted → approved | returned; approved → paid."""

    PLANNED = "planned"
    OPEN = "open"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    PAID = "paid"


class Milestone(Base):
    """What must physically exist, its weight in the works and the money it unlocks."""

    __tablename__ = "milestone"
    __table_args__ = (
        sa.UniqueConstraint("project_id", "code"),
        sa.UniqueConstraint("project_id", "position"),
        sa.CheckConstraint("weight_bp BETWEEN 0 AND 10000", name="weight_is_a_share"),
        sa.CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(sa.ForeignKey("project.id"), index=True)
    code: Mapped[str] = mapped_column(bytewise(40))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(300))
    must_exist: Mapped[str] = mapped_column(sa.Text, default="")
    weight_bp: Mapped[int]
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    predecessor_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("milestone.id"))
    state: Mapped[MilestoneState] = mapped_column(code_of(MilestoneState, "state"))

    project: Mapped[Project] = relationship()
    requirements: Mapped[list[Requirement]] = relationship(
        back_populates="milestone", order_by="Requirement.code", cascade="all, delete-orphan"
    )


class Requirement(Base):
    """How many photos of which stage, from which view or station, how sharp and how old at most."""

    __tablename__ = "requirement"
    __table_args__ = (
        sa.UniqueConstraint("milestone_id", "code"),
        sa.CheckConstraint("photos BETWEEN 1 AND 1000", name="photos_in_range"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    milestone_id: Mapped[UUID] = mapped_column(sa.ForeignKey("milestone.id"), index=True)
    code: Mapped[str] = mapped_column(bytewise(40))
    stage: Mapped[Stage] = mapped_column(code_of(Stage, "stage"))
    title: Mapped[str] = mapped_column(sa.String(300))
    photos: Mapped[int] = mapped_column(default=1)
    view: Mapped[str] = mapped_column(sa.String(100), default="")
    station_m: Mapped[float | None]
    station_tolerance_m: Mapped[float | None]
    minimum_megapixels: Mapped[float | None]
    oldest_age_h: Mapped[float | None]

    milestone: Mapped[Milestone] = relationship(back_populates="requirements")
