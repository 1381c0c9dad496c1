"""Uploads that come in pieces: how far each is, which pieces it has, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, UtcDateTime, code_of, new_id


class UploadState(StrEnum):
    """open → finished (evidence is on record) | refused (never will be) | gone (given up, or expired)."""

    OPEN = "open"
    FINISHED = "finished"
    REFUSED = "refused"
    GONE = "gone"


class ResumableUpload(Base):
    """One file on its way in, under the id of the evidence that it is to become.

    ``pieces`` are lists of a name in the store, a size and a sha256, which older rows lack, in order; together they
    have ``received`` bytes, and each was durable before it was named here. ``claim`` is what came beside the file,
    as it was sent; ``announced`` is the Upload-Metadata, word for word. ``refusal`` is the problem that the
    finished file came to.
    """

    __tablename__ = "resumable_upload"
    __table_args__ = (
        sa.CheckConstraint("received >= 0 AND received <= length", name="received_within_length"),
        sa.Index("ix_resumable_upload_state_expires", "state", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    uploader_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    evidence_id: Mapped[UUID]
    length: Mapped[int] = mapped_column(sa.BigInteger)
    received: Mapped[int] = mapped_column(sa.BigInteger)
    pieces: Mapped[list[tuple[str | int | None, ...]]] = mapped_column(sa.JSON)
    claim: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    announced: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[UploadState] = mapped_column(code_of(UploadState, "state"))
    refusal: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
