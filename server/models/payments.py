"""Payment certificates and what became of their money; amounts are integer minor units."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base, UtcDateTime, code_of, new_id
from server.models.milestones import Milestone
from server.models.submissions import Part, SubmissionState


class CertificateState(StrEnum):
    """locked → unlocked → certified → paid → passed_on."""

    LOCKED = "locked"
    UNLOCKED = "unlocked"
    CERTIFIED = "certified"
    PAID = "paid"
    PASSED_ON = "passed_on"


PARTY = ["submission_party.submission_id", "submission_party.person_id", "submission_party.part"]


class Certificate(Base):
    """The money of one milestone: locked with it, unlocked by the approval of one submission.

    The foreign key (submission, state) holds only while that submission is approved. ``policy`` is
    the policy's version under which the lines were reckoned; ``damages_left_minor`` is what this
    certificate was too small to bear of the liquidated damages, and the next one takes up.
    ``agency_id`` is the project's, kept here for lists; ``turn_at`` orders the list of its state: since
    when it is to be certified, until when it is to be paid or passed on, since when all is done.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        sa.UniqueConstraint("id", "submission_id"),
        sa.UniqueConstraint("id", "net_minor"),
        sa.UniqueConstraint("id", "certified_by"),
        sa.ForeignKeyConstraint(["submission_id", "submission_state"], ["submission.id", "submission.state"]),
        sa.ForeignKeyConstraint(["submission_id", "milestone_id"], ["submission.id", "submission.milestone_id"]),
        sa.ForeignKeyConstraint(["submission_id", "certified_by", "certifier_part"], PARTY),
        sa.CheckConstraint("(state = 'locked') = (submission_id IS NULL)", name="unlocked_by_a_submission"),
        sa.CheckConstraint("(submission_id IS NULL) = (submission_state IS NULL)", name="submission_with_state"),
        sa.CheckConstraint("submission_state = 'approved'", name="only_approved_unlocks"),
        sa.CheckConstraint("certifier_part = 'paymaster'", name="paymaster_certifies"),
        sa.CheckConstraint("(certified_by IS NULL) = (certifier_part IS NULL)", name="certifier_with_part"),
        sa.CheckConstraint("(state IN ('locked', 'unlocked')) = (certified_by IS NULL)", name="certified_by_someone"),
        sa.CheckConstraint(
            "net_minor = gross_minor - advance_recovery_minor - retention_minor - liquidated_damages_minor",
            name="lines_sum_to_net",
        ),
        sa.CheckConstraint(
            "net_minor >= 0 AND advance_recovery_minor >= 0 AND retention_minor >= 0 AND liquidated_damages_minor >= 0",
            name="no_negative_line",
        ),
        sa.Index("ix_certificate_agency_state_turn", "agency_id", "state", "turn_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    milestone_id: Mapped[UUID] = mapped_column(sa.ForeignKey("milestone.id"), unique=True)
    state: Mapped[CertificateState] = mapped_column(code_of(CertificateState, "state"))
    currency: Mapped[str] = mapped_column(sa.String(3))
    gross_minor: Mapped[int] = mapped_column(sa.BigInteger)
    advance_recovery_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    retention_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    liquidated_damages_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    net_minor: Mapped[int] = mapped_column(sa.BigInteger)
    damages_left_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    policy: Mapped[str | None] = mapped_column(sa.String(40))
    submission_id: Mapped[UUID | None] = mapped_column(unique=True)
    submission_state: Mapped[SubmissionState | None] = mapped_column(code_of(SubmissionState, "submission_state"))
    unlocked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    certified_by: Mapped[UUID | None]
    certifier_part: Mapped[Part | None] = mapped_column(code_of(Part, "certifier_part"))
    certified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agency_id: Mapped[UUID | None]
    turn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    milestone: Mapped[Milestone] = relationship(
        primaryjoin="foreign(Certificate.milestone_id) == Milestone.id", viewonly=True
    )
    payment: Mapped[Payment | None] = relationship(
        primaryjoin="Certificate.id == foreign(Payment.certificate_id)", uselist=False, viewonly=True
    )
    passing_on: Mapped[PassingOn | None] = relationship(
        primaryjoin="Certificate.id == foreign(PassingOn.certificate_id)", uselist=False, viewonly=True
    )
    disputes: Mapped[list[Dispute]] = relationship(order_by="Dispute.raised_at", viewonly=True)


class Payment(Base):
    """The one payment of one certificate.

    The foreign key (certificate, certified_by) holds only once that certificate was certified.
    """

    __tablename__ = "payment"
    __table_args__ = (
        sa.ForeignKeyConstraint(["certificate_id", "submission_id"], ["certificate.id", "certificate.submission_id"]),
        sa.ForeignKeyConstraint(["certificate_id", "amount_minor"], ["certificate.id", "certificate.net_minor"]),
        sa.ForeignKeyConstraint(["certificate_id", "certified_by"], ["certificate.id", "certificate.certified_by"]),
        sa.ForeignKeyConstraint(["submission_id", "paid_by", "part"], PARTY),
        sa.CheckConstraint("part = 'paymaster'", name="paymaster_pays"),
        sa.CheckConstraint("length(reference) > 0", name="has_reference"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    certificate_id: Mapped[UUID] = mapped_column(unique=True)
    submission_id: Mapped[UUID]
    certified_by: Mapped[UUID]
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    reference: Mapped[str] = mapped_column(sa.String(100))
    paid_on: Mapped[date]
    paid_by: Mapped[UUID]
    part: Mapped[Part] = mapped_column(code_of(Part, "part"), default=Part.PAYMASTER)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PassingOn(Base):
    """The contractor's statement that a paid certificate was passed on to those below."""

    __tablename__ = "passing_on"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    certificate_id: Mapped[UUID] = mapped_column(sa.ForeignKey("payment.certificate_id"), unique=True)
    recipient: Mapped[str] = mapped_column(sa.String(200))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    reference: Mapped[str] = mapped_column(sa.String(100))
    passed_on: Mapped[date]
    stated_by: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Dispute(Base):
    """A party to a certificate says it is wrong; it stands beside the certificate until settled."""

    __tablename__ = "dispute"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    certificate_id: Mapped[UUID] = mapped_column(sa.ForeignKey("certificate.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(2000))
    raised_by: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settlement: Mapped[str | None] = mapped_column(sa.String(2000))
    settled_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
