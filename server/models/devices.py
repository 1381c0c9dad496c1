"""Enrolled devices, the nonces given to them, what they signed, and the keys that sign receipts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base, UtcDateTime, new_id
from server.models.people import Person


class Device(Base):
    """A phone whose key a person enrolled; ``public_key`` is a JWK, ``thumbprint`` names it (RFC 7638).

    A revoked device stays on record and is never let in again: its person enrols a new key.
    """

    __tablename__ = "device"
    __table_args__ = (
        sa.Index("ix_device_person_enrolled", "person_id", "enrolled_at", "id"),
        sa.Index("ix_device_enrolled", "enrolled_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(sa.String(100))
    public_key: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    thumbprint: Mapped[str] = mapped_column(sa.String(43), unique=True)
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()


class Nonce(Base):
    """A number given to one device, to be signed with one photo; ``used_by`` is that photo.

    The photo's row is written after its nonce is spent, in the same transaction: the key is looked at when it commits.
    """

    __tablename__ = "nonce"
    __table_args__ = (sa.Index("ix_nonce_device_expires", "device_id", "expires_at"),)

    nonce: Mapped[str] = mapped_column(sa.String(43), primary_key=True)
    device_id: Mapped[UUID] = mapped_column(sa.ForeignKey("device.id"))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_by: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("evidence.id", deferrable=True, initially="DEFERRED"), unique=True
    )


class EvidenceEnvelope(Base):
    """The envelope of a photo as it came, so that its signature can be looked at again; not kept if unreadable.

    ``device_id`` is the device that signed it, where that was found to be so.
    """

    __tablename__ = "evidence_envelope"
    # A phone makes its photos' ids in the order in which it takes them.
    __table_args__ = (sa.Index("ix_evidence_envelope_device", "device_id", "evidence_id"),)

    evidence_id: Mapped[UUID] = mapped_column(sa.ForeignKey("evidence.id"), primary_key=True)
    device_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("device.id"))
    jws: Mapped[str] = mapped_column(sa.Text)


class ReceiptKey(Base):
    """The public half of a key that signs receipts, or did: what was signed must stay checkable."""

    __tablename__ = "receipt_key"

    kid: Mapped[str] = mapped_column(sa.String(43), primary_key=True)
    x: Mapped[str] = mapped_column(sa.String(43))
    first_used_at: Mapped[datetime] = mapped_column(UtcDateTime)
