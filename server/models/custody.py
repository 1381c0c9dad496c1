"""Who did what to which record when, each event linked to the one before by its hash."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, UtcDateTime, bytewise


class CustodyEvent(Base):
    """One line of the custody log. ``previous`` is unique, so that the chain cannot fork.

    ``project_code`` is what the details or the record say already, kept apart so that it can be looked up.
    """

    __tablename__ = "custody_event"
    __table_args__ = (
        sa.Index("ix_custody_event_record", "record_type", "record_id"),
        sa.Index("ix_custody_event_project_code", "project_code", "at", "sequence"),
        sa.Index("ix_custody_event_actor_id", "actor_id", "at", "sequence"),
        sa.Index("ix_custody_event_at", "at", "sequence"),
    )

    sequence: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    action: Mapped[str] = mapped_column(bytewise(60))
    record_type: Mapped[str] = mapped_column(sa.String(40))
    record_id: Mapped[str] = mapped_column(sa.String(80))
    project_code: Mapped[str | None] = mapped_column(sa.String(64))
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    previous: Mapped[str] = mapped_column(sa.String(64), unique=True)
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
