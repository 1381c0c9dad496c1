"""How often each fact was found: numbers by project, contractor, uploader and reviewer, and what is to be counted yet.

The numbers follow the records a moment later: whoever changes a photo only appends a row to ``fact_due``, and the
upkeep of one process counts that project anew (``server.services.risk_counts``).
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, bytewise, code_of, new_id


class FactKind(StrEnum):
    """Of whom a number tells; ``all`` is everybody together, under the agency's id."""

    ALL = "all"
    PROJECT = "project"
    CONTRACTOR = "contractor"
    UPLOADER = "uploader"
    REVIEWER = "reviewer"


class FactCount(Base):
    """How many photos or decisions of one subject show one fact; what is none has no row.

    ``scope_id`` is a project, or the agency whose projects' numbers it sums. ``period`` is ``all``, a year (``2026``)
    or a month (``2026-03``) in UTC. ``fact`` is a name of ``risk_facts`` or a check with its outcome
    (``time.fresh=warn``).
    """

    __tablename__ = "fact_count"
    __table_args__ = (
        # The first of a list in the order of one fact.
        sa.Index("ix_fact_count_order", "scope_id", "kind", "period", "fact", "number", "subject_id"),
        # In which projects a subject's numbers arose.
        sa.Index("ix_fact_count_subject", "kind", "subject_id", "fact", "period", "scope_id"),
        {"sqlite_with_rowid": False},
    )

    scope_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[FactKind] = mapped_column(code_of(FactKind, "kind"), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(bytewise(7), primary_key=True)
    fact: Mapped[str] = mapped_column(bytewise(80), primary_key=True)
    number: Mapped[int] = mapped_column(sa.BigInteger)


class FactDue(Base):
    """A photo of this project changed, so that its numbers are to be counted anew; only ever appended to by writers."""

    __tablename__ = "fact_due"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_code: Mapped[str] = mapped_column(bytewise(64), index=True)
