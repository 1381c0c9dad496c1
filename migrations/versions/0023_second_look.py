"""The random second look: periods with their seeds, candidates, what was drawn, and what was said of it.

What was accepted or approved in a period is found by when, from an index of its own.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0023, after 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

PERIOD = sa.String(length=7).with_variant(sa.VARCHAR(length=7, collation="C"), "postgresql")


def _code(name: str, *codes: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        "second_look_period",
        sa.Column("name", PERIOD, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seed", sa.String(length=64), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.Column("holds", sa.Integer(), nullable=False),
        sa.Column("does_not_hold", sa.Integer(), nullable=False),
        sa.Column("cannot_tell", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(frozen_at IS NULL) = (digest IS NULL)", name=op.f("ck_second_look_period_frozen_with_its_digest")
        ),
        sa.CheckConstraint(
            "(revealed_at IS NULL) = (seed IS NULL)", name=op.f("ck_second_look_period_revealed_with_its_seed")
        ),
        sa.CheckConstraint("committed_at < starts_at", name=op.f("ck_second_look_period_committed_before_it_starts")),
        sa.CheckConstraint(
            "drawn_at IS NULL OR revealed_at <= drawn_at", name=op.f("ck_second_look_period_revealed_before_drawn")
        ),
        sa.CheckConstraint(
            "frozen_at IS NULL OR frozen_at >= ends_at", name=op.f("ck_second_look_period_frozen_after_its_end")
        ),
        sa.CheckConstraint(
            "seed IS NULL OR frozen_at <= revealed_at", name=op.f("ck_second_look_period_frozen_before_revealed")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_second_look_period_ends_after_it_starts")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_second_look_period")),
        sa.UniqueConstraint("commitment", name=op.f("uq_second_look_period_commitment")),
        sa.UniqueConstraint("ends_at", name=op.f("uq_second_look_period_ends_at")),
    )
    op.create_table(
        "second_look_candidate",
        sa.Column("period", PERIOD, nullable=False),
        sa.Column("kind", _code("kind", "milestone", "photo"), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("share_bp", sa.Integer(), nullable=False),
        sa.Column("weight_bp", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Boolean(), nullable=True),
        sa.CheckConstraint("share_bp BETWEEN 0 AND 10000", name=op.f("ck_second_look_candidate_share_is_a_share")),
        sa.CheckConstraint("weight_bp >= 10000", name=op.f("ck_second_look_candidate_weight_adds")),
        sa.ForeignKeyConstraint(["period"], ["second_look_period.name"], name=op.f("fk_second_look_candidate_period")),
        sa.PrimaryKeyConstraint("period", "kind", "subject_id", name=op.f("pk_second_look_candidate")),
    )
    op.create_table(
        "second_look_seed",
        sa.Column("period", PERIOD, nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["period"], ["second_look_period.name"], name=op.f("fk_second_look_seed_period")),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_second_look_seed")),
    )
    op.create_table(
        "second_look_side",
        sa.Column("period", PERIOD, nullable=False),
        sa.Column("kind", _code("kind", "milestone", "photo"), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("side", _code("side", "party", "reviewer"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_second_look_side_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["period", "kind", "subject_id"],
            ["second_look_candidate.period", "second_look_candidate.kind", "second_look_candidate.subject_id"],
            name="fk_second_look_side_candidate",
        ),
        sa.PrimaryKeyConstraint("period", "kind", "subject_id", "organisation_id", name=op.f("pk_second_look_side")),
        sa.UniqueConstraint(
            "period", "kind", "subject_id", "organisation_id", "side", name="uq_second_look_side_whole"
        ),
    )
    op.create_table(
        "second_look",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("period", PERIOD, nullable=False),
        sa.Column("kind", _code("kind", "milestone", "photo"), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=True),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("contractor_id", sa.Uuid(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("by_part", _code("by_part", "contributor", "decider", "paymaster"), nullable=True),
        sa.Column("party", _code("party", "party", "reviewer"), nullable=False),
        sa.Column("reviewing", _code("reviewing", "party", "reviewer"), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=True),
        sa.Column("reviewer_organisation_id", sa.Uuid(), nullable=True),
        sa.Column("answer", _code("answer", "holds", "does_not_hold", "cannot_tell"), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_by", sa.Uuid(), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_words", sa.String(length=2000), nullable=False),
        sa.CheckConstraint("(kind = 'photo') = (evidence_id IS NOT NULL)", name=op.f("ck_second_look_of_its_kind")),
        sa.CheckConstraint("by_part IS NULL OR by_part = 'decider'", name=op.f("ck_second_look_by_a_decider")),
        sa.CheckConstraint(
            "heard_at IS NULL OR answer = 'does_not_hold'", name=op.f("ck_second_look_heard_what_does_not_hold")
        ),
        sa.CheckConstraint("party = 'party' AND reviewing = 'reviewer'", name=op.f("ck_second_look_sides")),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_second_look_answered_with_an_answer")
        ),
        sa.CheckConstraint(
            "(evidence_id IS NULL) <> (submission_id IS NULL)", name=op.f("ck_second_look_of_one_thing")
        ),
        sa.CheckConstraint("(heard_at IS NULL) = (heard_by IS NULL)", name=op.f("ck_second_look_heard_by_someone")),
        sa.CheckConstraint(
            "(reviewer_id IS NULL) = (reviewer_organisation_id IS NULL)", name=op.f("ck_second_look_reviewer_of_one")
        ),
        sa.CheckConstraint(
            "(submission_id IS NULL) = (by_part IS NULL)", name=op.f("ck_second_look_decided_by_a_decider")
        ),
        sa.CheckConstraint(
            "COALESCE(evidence_id, submission_id) = subject_id", name=op.f("ck_second_look_is_its_subject")
        ),
        sa.CheckConstraint(
            "answer IS NULL OR reviewer_id IS NOT NULL", name=op.f("ck_second_look_answered_by_its_reviewer")
        ),
        sa.CheckConstraint(
            "heard_by IS NULL OR heard_by NOT IN (reviewer_id, by_id)",
            name=op.f("ck_second_look_heard_by_another"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id", "by_organisation_id"],
            ["person.id", "person.organisation_id"],
            name=op.f("fk_second_look_by_id_by_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id", "by_id"],
            ["evidence.id", "evidence.uploader_id"],
            name=op.f("fk_second_look_evidence_id_by_id"),
        ),
        sa.ForeignKeyConstraint(["heard_by"], ["person.id"], name=op.f("fk_second_look_heard_by")),
        sa.ForeignKeyConstraint(
            ["period", "kind", "subject_id", "agency_id", "party"],
            [
                "second_look_side.period",
                "second_look_side.kind",
                "second_look_side.subject_id",
                "second_look_side.organisation_id",
                "second_look_side.side",
            ],
            name="fk_second_look_agency_side",
        ),
        sa.ForeignKeyConstraint(
            ["period", "kind", "subject_id", "by_organisation_id", "party"],
            [
                "second_look_side.period",
                "second_look_side.kind",
                "second_look_side.subject_id",
                "second_look_side.organisation_id",
                "second_look_side.side",
            ],
            name="fk_second_look_by_side",
        ),
        sa.ForeignKeyConstraint(
            ["period", "kind", "subject_id", "contractor_id", "party"],
            [
                "second_look_side.period",
                "second_look_side.kind",
                "second_look_side.subject_id",
                "second_look_side.organisation_id",
                "second_look_side.side",
            ],
            name="fk_second_look_contractor_side",
        ),
        sa.ForeignKeyConstraint(
            ["period", "kind", "subject_id", "reviewer_organisation_id", "reviewing"],
            [
                "second_look_side.period",
                "second_look_side.kind",
                "second_look_side.subject_id",
                "second_look_side.organisation_id",
                "second_look_side.side",
            ],
            name="fk_second_look_reviewer_side",
        ),
        sa.ForeignKeyConstraint(
            ["period", "kind", "subject_id"],
            ["second_look_candidate.period", "second_look_candidate.kind", "second_look_candidate.subject_id"],
            name="fk_second_look_candidate",
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_second_look_project_id")),
        sa.ForeignKeyConstraint(
            ["reviewer_id", "reviewer_organisation_id"],
            ["person.id", "person.organisation_id"],
            name=op.f("fk_second_look_reviewer_id_reviewer_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "by_id", "by_part"],
            ["submission_party.submission_id", "submission_party.person_id", "submission_party.part"],
            name=op.f("fk_second_look_submission_id_by_id_by_part"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_look")),
        sa.UniqueConstraint("id", "reviewer_id", name=op.f("uq_second_look_id_reviewer_id")),
        sa.UniqueConstraint("period", "kind", "subject_id", name=op.f("uq_second_look_period_kind_subject_id")),
    )
    op.create_index("ix_second_look_evidence_id", "second_look", ["evidence_id"], unique=False)
    op.create_index(op.f("ix_second_look_project_id"), "second_look", ["project_id"], unique=False)
    unheard = sa.text("answer = 'does_not_hold' AND heard_at IS NULL")
    op.create_index(
        "ix_second_look_unheard",
        "second_look",
        ["id", "project_id"],
        unique=False,
        sqlite_where=unheard,
        postgresql_where=unheard,
    )
    op.create_index("ix_second_look_reviewer", "second_look", ["reviewer_id", "answered_at", "id"], unique=False)
    op.create_index("ix_second_look_submission_id", "second_look", ["submission_id"], unique=False)
    op.create_index(
        "ix_second_look_unassigned",
        "second_look",
        ["id"],
        unique=False,
        sqlite_where=sa.text("reviewer_id IS NULL"),
        postgresql_where=sa.text("reviewer_id IS NULL"),
    )
    op.create_table(
        "second_look_answer",
        sa.Column("look_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("answer", _code("answer", "holds", "does_not_hold", "cannot_tell"), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_reason", sa.String(length=2000), nullable=True),
        sa.CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_reason IS NULL)",
            name=op.f("ck_second_look_answer_taken_back_for_a_reason"),
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_second_look_answer_has_reason")),
        sa.ForeignKeyConstraint(
            ["look_id", "answered_by"],
            ["second_look.id", "second_look.reviewer_id"],
            name=op.f("fk_second_look_answer_look_id_answered_by"),
        ),
        sa.PrimaryKeyConstraint("look_id", "number", name=op.f("pk_second_look_answer")),
    )
    op.create_index(
        "uq_second_look_answer_standing",
        "second_look_answer",
        ["look_id"],
        unique=True,
        sqlite_where=sa.text("taken_back_at IS NULL"),
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )
    op.create_index("ix_evidence_decision_decided_at", "evidence_decision", ["decided_at", "id"])
    op.create_index("ix_submission_decision_decided_at", "submission_decision", ["decided_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_submission_decision_decided_at", table_name="submission_decision")
    op.drop_index("ix_evidence_decision_decided_at", table_name="evidence_decision")
    op.drop_index(
        "uq_second_look_answer_standing",
        table_name="second_look_answer",
        sqlite_where=sa.text("taken_back_at IS NULL"),
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )
    op.drop_table("second_look_answer")
    op.drop_index(
        "ix_second_look_unassigned",
        table_name="second_look",
        sqlite_where=sa.text("reviewer_id IS NULL"),
        postgresql_where=sa.text("reviewer_id IS NULL"),
    )
    op.drop_index("ix_second_look_submission_id", table_name="second_look")
    op.drop_index("ix_second_look_reviewer", table_name="second_look")
    op.drop_index("ix_second_look_unheard", table_name="second_look")
    op.drop_index(op.f("ix_second_look_project_id"), table_name="second_look")
    op.drop_index("ix_second_look_evidence_id", table_name="second_look")
    op.drop_table("second_look")
    op.drop_table("second_look_side")
    op.drop_table("second_look_seed")
    op.drop_table("second_look_candidate")
    op.drop_table("second_look_period")
