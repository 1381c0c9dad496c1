"""What each source says of a site's shape, and why sources that differ were let stand."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base, UtcDateTime, code_of, new_id
from server.models.people import Person


class SourceKind(StrEnum):
    """Where coordinates come from."""

    CONTRACT = "contract"
    AS_STAKED = "as_staked"
    PORTAL = "portal"


class SiteSource(Base):
    """One version of what one source says. Exactly one of each source is current; earlier ones stay for the record.

    ``shape`` is WKB, longitude first, as ``Site`` has it; a width makes it the centre line of a corridor.
    """

    __tablename__ = "site_source"
    __table_args__ = (
        sa.Index(
            "uq_site_source_current",
            "project_id",
            "source",
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(sa.ForeignKey("project.id"), index=True)
    source: Mapped[SourceKind] = mapped_column(code_of(SourceKind, "source"))
    reference: Mapped[str] = mapped_column(sa.String(150))
    shape: Mapped[bytes] = mapped_column(sa.LargeBinary)
    width_m: Mapped[float | None]
    chainage_start_m: Mapped[float] = mapped_column(default=0.0)
    obstructed: Mapped[bool] = mapped_column(default=False)
    entered_by: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()

    def facts(self) -> dict[str, Any]:
        """The columns that ``geo.site.Site.from_wkb`` needs."""
        return {
            "kind": "polygon" if self.width_m is None else "corridor",
            "wkb": self.shape,
            "width_m": self.width_m,
            "chainage_start_m": self.chainage_start_m,
            "obstructed": self.obstructed,
        }


class SiteDifferenceReason(Base):
    """Why sources that lie too far apart are let stand: a reason for exactly the shapes that ``digest`` covers."""

    __tablename__ = "site_difference_reason"
    __table_args__ = (sa.UniqueConstraint("project_id", "digest"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    project_id: Mapped[UUID] = mapped_column(sa.ForeignKey("project.id"))
    digest: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.Text)
    given_by: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
