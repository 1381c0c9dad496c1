"""The random second look: its periods and their seeds, who could be drawn, and what was said of what was.

An organisation has one side in each thing that is looked at again: party to it, or its reviewer. That one primary
key, with the foreign keys that point at it, is how the database refuses a reviewer of an organisation that had a
part in what is reviewed (docs/decisions/0024-second-look.md).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evidence.second_look import Kind
from server.db import Base, UtcDateTime, bytewise, code_of, new_id
from server.models.evidence import Evidence
from server.models.people import Organisation, Person
from server.models.projects import Project
from server.models.submissions import Part, Submission

_CANDIDATE = ["period", "kind", "subject_id"]
_OF_CANDIDATE = [f"second_look_candidate.{name}" for name in _CANDIDATE]
_SIDE = [f"second_look_side.{name}" for name in (*_CANDIDATE, "organisation_id", "side")]


class Side(StrEnum):
    """What an organisation is in a second look: it had a part in the thing itself, or it looks."""

    PARTY = "party"
    REVIEWER = "reviewer"


class Answer(StrEnum):
    """What the second person says."""

    HOLDS = "holds"
    DOES_NOT_HOLD = "does_not_hold"
    CANNOT_TELL = "cannot_tell"


class SecondLookPeriod(Base):
    """One period by its first month ("2026-11"). Its commitment is older than its beginning, says a CHECK.

    ``seed`` is there once it is revealed, and not before its candidates were frozen. The counts are kept with what
    they count, so that the public's page adds nothing up.
    """

    __tablename__ = "second_look_period"
    __table_args__ = (
        sa.CheckConstraint("committed_at < starts_at", name="committed_before_it_starts"),
        sa.CheckConstraint("starts_at < ends_at", name="ends_after_it_starts"),
        sa.CheckConstraint("frozen_at IS NULL OR frozen_at >= ends_at", name="frozen_after_its_end"),
        sa.CheckConstraint("(frozen_at IS NULL) = (digest IS NULL)", name="frozen_with_its_digest"),
        sa.CheckConstraint("(revealed_at IS NULL) = (seed IS NULL)", name="revealed_with_its_seed"),
        sa.CheckConstraint("seed IS NULL OR frozen_at <= revealed_at", name="frozen_before_revealed"),
        sa.CheckConstraint("drawn_at IS NULL OR revealed_at <= drawn_at", name="revealed_before_drawn"),
    )

    name: Mapped[str] = mapped_column(bytewise(7), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, unique=True)
    commitment: Mapped[str] = mapped_column(sa.String(64), unique=True)
    committed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    digest: Mapped[str | None] = mapped_column(sa.String(64))
    candidates: Mapped[int] = mapped_column(default=0)
    revealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seed: Mapped[str | None] = mapped_column(sa.String(64))
    drawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    drawn: Mapped[int] = mapped_column(default=0)
    holds: Mapped[int] = mapped_column(default=0)
    does_not_hold: Mapped[int] = mapped_column(default=0)
    cannot_tell: Mapped[int] = mapped_column(default=0)


class SecondLookSeed(Base):
    """The seed of a period that is not revealed yet, apart from the period so that whoever reads one never meets it."""

    __tablename__ = "second_look_seed"

    period: Mapped[str] = mapped_column(sa.ForeignKey("second_look_period.name"), primary_key=True)
    seed: Mapped[str] = mapped_column(sa.String(64))


class SecondLookCandidate(Base):
    """What could be drawn in a period, with its share and weight as they were when the list was frozen.

    ``drawn`` is None until the draw has come to it.
    """

    __tablename__ = "second_look_candidate"
    __table_args__ = (
        sa.CheckConstraint("share_bp BETWEEN 0 AND 10000", name="share_is_a_share"),
        sa.CheckConstraint("weight_bp >= 10000", name="weight_adds"),
    )

    period: Mapped[str] = mapped_column(sa.ForeignKey("second_look_period.name"), primary_key=True)
    kind: Mapped[Kind] = mapped_column(code_of(Kind, "kind"), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    share_bp: Mapped[int]
    weight_bp: Mapped[int]
    drawn: Mapped[bool | None]


class SecondLookSide(Base):
    """The one side that one organisation has in one thing that was drawn."""

    __tablename__ = "second_look_side"
    __table_args__ = (
        sa.ForeignKeyConstraint(_CANDIDATE, _OF_CANDIDATE, name="fk_second_look_side_candidate"),
        sa.UniqueConstraint(*_CANDIDATE, "organisation_id", "side", name="uq_second_look_side_whole"),
    )

    period: Mapped[str] = mapped_column(bytewise(7), primary_key=True)
    kind: Mapped[Kind] = mapped_column(code_of(Kind, "kind"), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    side: Mapped[Side] = mapped_column(code_of(Side, "side"))


def _stands(column: str, side: str, name: str) -> sa.ForeignKeyConstraint:
    """The organisation in ``column`` has this side in the thing."""
    return sa.ForeignKeyConstraint([*_CANDIDATE, column, side], _SIDE, name=f"fk_second_look_{name}_side")


class SecondLook(Base):
    """One thing that was drawn, who looks at it, and the answer that stands.

    ``by_id`` is whose word is looked at again: the photo's uploader, or who decided on the submission. Agency and
    contractor are those of the day of the draw. Without anyone who may look, ``reviewer_id`` is None.
    ``heard_…`` is what whoever answers for the project wrote on an answer that it does not hold.
    """

    __tablename__ = "second_look"
    __table_args__ = (
        sa.UniqueConstraint(*_CANDIDATE),
        sa.UniqueConstraint("id", "reviewer_id"),
        sa.ForeignKeyConstraint(_CANDIDATE, _OF_CANDIDATE, name="fk_second_look_candidate"),
        _stands("agency_id", "party", "agency"),
        _stands("contractor_id", "party", "contractor"),
        _stands("by_organisation_id", "party", "by"),
        _stands("reviewer_organisation_id", "reviewing", "reviewer"),
        sa.ForeignKeyConstraint(["evidence_id", "by_id"], ["evidence.id", "evidence.uploader_id"]),
        sa.ForeignKeyConstraint(
            ["submission_id", "by_id", "by_part"],
            ["submission_party.submission_id", "submission_party.person_id", "submission_party.part"],
        ),
        sa.ForeignKeyConstraint(["by_id", "by_organisation_id"], ["person.id", "person.organisation_id"]),
        sa.ForeignKeyConstraint(["reviewer_id", "reviewer_organisation_id"], ["person.id", "person.organisation_id"]),
        sa.CheckConstraint("party = 'party' AND reviewing = 'reviewer'", name="sides"),
        sa.CheckConstraint("(evidence_id IS NULL) <> (submission_id IS NULL)", name="of_one_thing"),
        sa.CheckConstraint("COALESCE(evidence_id, submission_id) = subject_id", name="is_its_subject"),
        sa.CheckConstraint("(kind = 'photo') = (evidence_id IS NOT NULL)", name="of_its_kind"),
        sa.CheckConstraint("(submission_id IS NULL) = (by_part IS NULL)", name="decided_by_a_decider"),
        sa.CheckConstraint("by_part IS NULL OR by_part = 'decider'", name="by_a_decider"),
        sa.CheckConstraint("(reviewer_id IS NULL) = (reviewer_organisation_id IS NULL)", name="reviewer_of_one"),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_with_an_answer"),
        sa.CheckConstraint("answer IS NULL OR reviewer_id IS NOT NULL", name="answered_by_its_reviewer"),
        sa.CheckConstraint("(heard_at IS NULL) = (heard_by IS NULL)", name="heard_by_someone"),
        sa.CheckConstraint("heard_at IS NULL OR answer = 'does_not_hold'", name="heard_what_does_not_hold"),
        sa.CheckConstraint("heard_by IS NULL OR heard_by NOT IN (reviewer_id, by_id)", name="heard_by_another"),
        sa.Index("ix_second_look_reviewer", "reviewer_id", "answered_at", "id"),
        sa.Index(
            "ix_second_look_unheard",
            "id",
            "project_id",
            sqlite_where=sa.text("answer = 'does_not_hold' AND heard_at IS NULL"),
            postgresql_where=sa.text("answer = 'does_not_hold' AND heard_at IS NULL"),
        ),
        sa.Index("ix_second_look_evidence_id", "evidence_id"),
        sa.Index("ix_second_look_submission_id", "submission_id"),
        sa.Index(
            "ix_second_look_unassigned",
            "id",
            sqlite_where=sa.text("reviewer_id IS NULL"),
            postgresql_where=sa.text("reviewer_id IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    period: Mapped[str] = mapped_column(bytewise(7))
    kind: Mapped[Kind] = mapped_column(code_of(Kind, "kind"))
    subject_id: Mapped[UUID]
    evidence_id: Mapped[UUID | None]
    submission_id: Mapped[UUID | None]
    project_id: Mapped[UUID] = mapped_column(sa.ForeignKey("project.id"), index=True)
    agency_id: Mapped[UUID]
    contractor_id: Mapped[UUID | None]
    by_id: Mapped[UUID]
    by_organisation_id: Mapped[UUID]
    by_part: Mapped[Part | None] = mapped_column(code_of(Part, "by_part"))
    party: Mapped[Side] = mapped_column(code_of(Side, "party"), default=Side.PARTY)
    reviewing: Mapped[Side] = mapped_column(code_of(Side, "reviewing"), default=Side.REVIEWER)
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reviewer_id: Mapped[UUID | None]
    reviewer_organisation_id: Mapped[UUID | None]
    answer: Mapped[Answer | None] = mapped_column(code_of(Answer, "answer"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heard_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    heard_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heard_words: Mapped[str] = mapped_column(sa.String(2000), default="")

    project: Mapped[Project] = relationship(viewonly=True)
    evidence: Mapped[Evidence | None] = relationship(
        primaryjoin="foreign(SecondLook.evidence_id) == Evidence.id", viewonly=True
    )
    submission: Mapped[Submission | None] = relationship(
        primaryjoin="foreign(SecondLook.submission_id) == Submission.id", viewonly=True
    )
    reviewer: Mapped[Person | None] = relationship(
        primaryjoin="foreign(SecondLook.reviewer_id) == Person.id", viewonly=True
    )
    reviewers: Mapped[Organisation | None] = relationship(
        primaryjoin="foreign(SecondLook.reviewer_organisation_id) == Organisation.id", viewonly=True
    )
    hearer: Mapped[Person | None] = relationship(primaryjoin="foreign(SecondLook.heard_by) == Person.id", viewonly=True)
    answers: Mapped[list[SecondLookAnswer]] = relationship(order_by="SecondLookAnswer.number", viewonly=True)


class SecondLookAnswer(Base):
    """What the reviewer of a thing said, and why; none is erased. At most one of them was not taken back."""

    __tablename__ = "second_look_answer"
    __table_args__ = (
        sa.ForeignKeyConstraint(["look_id", "answered_by"], ["second_look.id", "second_look.reviewer_id"]),
        sa.CheckConstraint("length(reason) > 0", name="has_reason"),
        sa.CheckConstraint("(taken_back_at IS NULL) = (taken_back_reason IS NULL)", name="taken_back_for_a_reason"),
        sa.Index(
            "uq_second_look_answer_standing",
            "look_id",
            unique=True,
            sqlite_where=sa.text("taken_back_at IS NULL"),
            postgresql_where=sa.text("taken_back_at IS NULL"),
        ),
    )

    look_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    answer: Mapped[Answer] = mapped_column(code_of(Answer, "answer"))
    reason: Mapped[str] = mapped_column(sa.String(2000))
    answered_by: Mapped[UUID]
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_back_reason: Mapped[str | None] = mapped_column(sa.String(2000))
