"""Evidence put forward for a milestone, who had which part in it, and what was decided.

A person has exactly one part in a submission. That one primary key, with the foreign keys
that point at it, is how the database refuses an uploader who approves or a reviewer who pays.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.db import Base, UtcDateTime, code_of, new_id
from server.models.evidence import Evidence
from server.models.milestones import Milestone, Requirement
from server.models.people import Organisation, Person


class SubmissionState(StrEnum):
    """pending → approved | returned | rejected."""

    PENDING = "pending"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"


class Part(StrEnum):
    """What a person did in a submission.

    A contributor took a photo in it, put it forward, or changed the shape of its site.
    """

    CONTRIBUTOR = "contributor"
    DECIDER = "decider"
    PAYMASTER = "paymaster"


class SubmissionDecisionWord(StrEnum):
    """A supervisor's word on a submission."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"


class TakenBackWord(StrEnum):
    """Which word of a supervisor was taken back."""

    APPROVE = "approve"
    RETURN = "return"


class Submission(Base):
    """A frozen set of evidence; ``digest`` is the sha256 of exactly that set."""

    __tablename__ = "submission"
    __table_args__ = (
        sa.UniqueConstraint("id", "contractor_id"),
        sa.UniqueConstraint("id", "digest"),
        sa.UniqueConstraint("id", "state"),
        sa.UniqueConstraint("id", "milestone_id"),
        sa.CheckConstraint("approvals_needed IN (1, 2)", name="one_or_two_approvals"),
        sa.Index(
            "uq_submission_live",
            "milestone_id",
            unique=True,
            sqlite_where=sa.text("state IN ('pending', 'approved')"),
            postgresql_where=sa.text("state IN ('pending', 'approved')"),
        ),
        sa.Index(
            "ix_submission_pending",
            "milestone_id",
            "id",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    milestone_id: Mapped[UUID] = mapped_column(sa.ForeignKey("milestone.id"), index=True)
    contractor_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"))
    digest: Mapped[str] = mapped_column(sa.String(64))
    submitted_by: Mapped[UUID] = mapped_column(sa.ForeignKey("person.id"))
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(sa.String(2000), default="")
    approvals_needed: Mapped[int] = mapped_column(default=1)
    state: Mapped[SubmissionState] = mapped_column(code_of(SubmissionState, "state"))

    milestone: Mapped[Milestone] = relationship()
    contractor: Mapped[Organisation] = relationship()
    submitter: Mapped[Person] = relationship()
    items: Mapped[list[SubmissionItem]] = relationship(order_by="SubmissionItem.evidence_id")
    decisions: Mapped[list[SubmissionDecision]] = relationship(order_by="SubmissionDecision.position")
    taken_back: Mapped[list[SubmissionTakingBack]] = relationship(
        primaryjoin="Submission.id == foreign(SubmissionTakingBack.submission_id)",
        order_by="SubmissionTakingBack.taken_back_at",
        viewonly=True,
    )


class SubmissionParty(Base):
    """The one part that one person has in one submission."""

    __tablename__ = "submission_party"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "person_id", "part"),
        sa.ForeignKeyConstraint(["person_id", "organisation_id"], ["person.id", "person.organisation_id"]),
        sa.ForeignKeyConstraint(["submission_id", "contractor_id"], ["submission.id", "submission.contractor_id"]),
        sa.CheckConstraint(
            "part = 'contributor' OR organisation_id <> contractor_id", name="contractor_decides_nothing"
        ),
    )

    submission_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[Part] = mapped_column(code_of(Part, "part"))
    organisation_id: Mapped[UUID]
    contractor_id: Mapped[UUID]


class SubmissionItem(Base):
    """One photo of a submission: its uploader is a contributor and its bytes stay those, say the foreign keys."""

    __tablename__ = "submission_item"
    __table_args__ = (
        sa.ForeignKeyConstraint(["evidence_id", "uploader_id"], ["evidence.id", "evidence.uploader_id"]),
        sa.ForeignKeyConstraint(["evidence_id", "sha256"], ["evidence.id", "evidence.sha256"]),
        sa.ForeignKeyConstraint(
            ["submission_id", "uploader_id", "part"],
            ["submission_party.submission_id", "submission_party.person_id", "submission_party.part"],
        ),
        sa.CheckConstraint("part = 'contributor'", name="uploader_contributes"),
    )

    submission_id: Mapped[UUID] = mapped_column(sa.ForeignKey("submission.id"), primary_key=True)
    evidence_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    uploader_id: Mapped[UUID]
    part: Mapped[Part] = mapped_column(code_of(Part, "part"), default=Part.CONTRIBUTOR)

    evidence: Mapped[Evidence] = relationship(
        primaryjoin="foreign(SubmissionItem.evidence_id) == Evidence.id", viewonly=True
    )


class SubmissionDecision(Base):
    """One supervisor's decision on exactly the evidence whose digest it names."""

    __tablename__ = "submission_decision"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "position"),
        sa.UniqueConstraint("submission_id", "decided_by"),
        sa.ForeignKeyConstraint(["submission_id", "digest"], ["submission.id", "submission.digest"]),
        sa.ForeignKeyConstraint(
            ["submission_id", "decided_by", "part"],
            ["submission_party.submission_id", "submission_party.person_id", "submission_party.part"],
        ),
        sa.CheckConstraint("part = 'decider'", name="decider_decides"),
        sa.CheckConstraint("position IN (1, 2)", name="at_most_two"),
        sa.CheckConstraint("length(reason) > 0", name="has_reason"),
        # What was approved in a period.
        sa.Index("ix_submission_decision_decided_at", "decided_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    submission_id: Mapped[UUID]
    position: Mapped[int]
    decision: Mapped[SubmissionDecisionWord] = mapped_column(code_of(SubmissionDecisionWord, "decision"))
    reason: Mapped[str] = mapped_column(sa.String(2000))
    digest: Mapped[str] = mapped_column(sa.String(64))
    decided_by: Mapped[UUID]
    part: Mapped[Part] = mapped_column(code_of(Part, "part"), default=Part.DECIDER)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)

    decider: Mapped[Person] = relationship(
        primaryjoin="foreign(SubmissionDecision.decided_by) == Person.id", viewonly=True
    )
    reasons: Mapped[list[DecisionReason]] = relationship(order_by="DecisionReason.number", viewonly=True)


class DecisionReason(Base):
    """What a decision says of one photo of its submission, or of one requirement of its milestone."""

    __tablename__ = "decision_reason"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["submission_id", "position"], ["submission_decision.submission_id", "submission_decision.position"]
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "evidence_id"], ["submission_item.submission_id", "submission_item.evidence_id"]
        ),
        sa.CheckConstraint("(evidence_id IS NULL) <> (requirement_id IS NULL)", name="of_one_thing"),
        sa.CheckConstraint("length(reason) > 0", name="has_reason"),
    )

    submission_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    evidence_id: Mapped[UUID | None]
    requirement_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("requirement.id"))
    reason: Mapped[str] = mapped_column(sa.String(2000))

    requirement: Mapped[Requirement | None] = relationship(viewonly=True)


class SubmissionTakingBack(Base):
    """A supervisor took an approval or a return back; the decision itself stays on record.

    The foreign key (submission, state) keeps the submission *returned* for good. ``renewed_id`` is the submission
    in which the same photos are put forward again where a return was taken back.
    """

    __tablename__ = "submission_taking_back"
    __table_args__ = (
        sa.UniqueConstraint("submission_id", "word"),
        sa.UniqueConstraint("renewed_id"),
        sa.ForeignKeyConstraint(["submission_id", "digest"], ["submission.id", "submission.digest"]),
        sa.ForeignKeyConstraint(["submission_id", "submission_state"], ["submission.id", "submission.state"]),
        sa.ForeignKeyConstraint(
            ["submission_id", "taken_back_by", "part"],
            ["submission_party.submission_id", "submission_party.person_id", "submission_party.part"],
        ),
        sa.CheckConstraint("submission_state = 'returned'", name="stays_returned"),
        sa.CheckConstraint("part = 'decider'", name="decider_takes_back"),
        sa.CheckConstraint("length(reason) > 0", name="has_reason"),
        sa.CheckConstraint("(word = 'return') = (renewed_id IS NOT NULL)", name="return_is_renewed"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    submission_id: Mapped[UUID]
    word: Mapped[TakenBackWord] = mapped_column(code_of(TakenBackWord, "word"))
    reason: Mapped[str] = mapped_column(sa.String(2000))
    digest: Mapped[str] = mapped_column(sa.String(64))
    submission_state: Mapped[SubmissionState] = mapped_column(
        code_of(SubmissionState, "submission_state"), default=SubmissionState.RETURNED
    )
    taken_back_by: Mapped[UUID]
    part: Mapped[Part] = mapped_column(code_of(Part, "part"), default=Part.DECIDER)
    taken_back_at: Mapped[datetime] = mapped_column(UtcDateTime)
    renewed_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("submission.id"))

    person: Mapped[Person] = relationship(
        primaryjoin="foreign(SubmissionTakingBack.taken_back_by) == Person.id", viewonly=True
    )
