"""Organisations, people and the roles they hold on projects and agencies."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base, UtcDateTime, code_of, new_id


class OrganisationKind(StrEnum):
    """What an organisation is in public works."""

    AGENCY = "agency"
    CONTRACTOR = "contractor"
    SUBCONTRACTOR = "subcontractor"
    OVERSIGHT = "oversight"


class Role(StrEnum):
    """What a person may do: the first five on a project, the last two across an agency."""

    INSPECTOR = "inspector"
    CONTRACTOR = "contractor"
    SUPERVISOR = "supervisor"
    SAFETY_OFFICER = "safety_officer"
    PAYMASTER = "paymaster"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


AGENCY_ROLES = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


class Organisation(Base):
    """An agency, a contractor, a subcontractor or an oversight body."""

    __tablename__ = "organisation"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[OrganisationKind] = mapped_column(code_of(OrganisationKind, "kind"))


class Person(Base):
    """Someone who signs in. A person belongs to one organisation; a move is a new account.

    The pair (id, organisation) is what decisions point at, so that the database itself can
    refuse a decision by the contractor's own people. ``first_code_digest`` is the sha256 of the code with
    which they may choose a password until ``first_code_until``.
    """

    __tablename__ = "person"
    __table_args__ = (sa.UniqueConstraint("id", "organisation_id"), sa.Index("ix_person_name_id", "name", "id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    language: Mapped[str] = mapped_column(sa.String(35), default="en")
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_code_digest: Mapped[str | None] = mapped_column(sa.String(64))
    first_code_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship()
    grants: Mapped[list[Grant]] = relationship(back_populates="person")


class Grant(Base):
    """One role of one person, on a project or across an agency, never on both."""

    __tablename__ = "role_grant"
    __table_args__ = (
        sa.CheckConstraint("(project_id IS NULL) <> (agency_id IS NULL)", name="one_scope"),
        sa.CheckConstraint("(agency_id IS NOT NULL) = (role IN ('administrator', 'auditor'))", name="role_fits_scope"),
        sa.Index("uq_role_grant_project", "person_id", "role", "project_id", unique=True),
        sa.Index("uq_role_grant_agency", "person_id", "role", "agency_id", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(code_of(Role, "role"))
    project_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("project.id"), index=True)
    agency_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)

    person: Mapped[Person] = relationship(back_populates="grants")
