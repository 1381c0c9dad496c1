"""What reviewers said of the areas that are hidden in a photo's public copies."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base, UtcDateTime, code_of, new_id
from server.models.people import Person


class RedactionKind(StrEnum):
    """A person hides an area that no machine found, or shows one that a machine would hide."""

    HIDDEN = "hidden"
    SHOWN = "shown"


class Redaction(Base):
    """One person's word on one area of one photo, until it is undone; nothing is erased.

    The area is in parts of the upright picture's width and height. That of a ``shown`` one is exactly a machine's:
    should the machine find the face elsewhere another day, it is hidden again.
    """

    __tablename__ = "redaction"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    evidence_id: Mapped[UUID] = mapped_column(sa.ForeignKey("evidence.id"), index=True)
    kind: Mapped[RedactionKind] = mapped_column(code_of(RedactionKind, "kind"))
    x: Mapped[float]
    y: Mapped[float]
    width: Mapped[float]
    height: Mapped[float]
    reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    made_by: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_reason: Mapped[str | None] = mapped_column(sa.String(2000))

    maker: Mapped[Person] = relationship(foreign_keys=[made_by])
