"""Work to be done after the answer was given, on SQLite: rows with a lease, so that a killed process loses none.

On PostgreSQL the table stays empty, and Procrastinate's hold the jobs (``server.jobs``).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, UtcDateTime, code_of, new_id


class JobState(StrEnum):
    """queued → running → gone; a job that failed too often is dead and waits for a person."""

    QUEUED = "queued"
    RUNNING = "running"
    DEAD = "dead"


class Job(Base):
    """One piece of work. ``kind`` and ``subject`` together are unique: asking twice is asking once."""

    __tablename__ = "job"
    __table_args__ = (
        sa.UniqueConstraint("kind", "subject"),
        sa.Index("ix_job_state_due", "state", "due_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(100))
    state: Mapped[JobState] = mapped_column(code_of(JobState, "state"))
    attempts: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease: Mapped[UUID | None]
    last_error: Mapped[str | None] = mapped_column(sa.String(1000))
