"""Reasons for single photos and requirements, and decisions that were taken back.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0014, after 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PARTS = ("contributor", "decider", "paymaster")
STATES = ("pending", "approved", "returned", "rejected")
PARTY = ["submission_party.submission_id", "submission_party.person_id", "submission_party.part"]


def upgrade() -> None:
    op.create_table(
        "decision_reason",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=True),
        sa.Column("requirement_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.CheckConstraint(
            "(evidence_id IS NULL) <> (requirement_id IS NULL)", name=op.f("ck_decision_reason_of_one_thing")
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_decision_reason_has_reason")),
        sa.ForeignKeyConstraint(["requirement_id"], ["requirement.id"], name=op.f("fk_decision_reason_requirement_id")),
        sa.ForeignKeyConstraint(
            ["submission_id", "evidence_id"],
            ["submission_item.submission_id", "submission_item.evidence_id"],
            name=op.f("fk_decision_reason_submission_id_evidence_id"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "position"],
            ["submission_decision.submission_id", "submission_decision.position"],
            name=op.f("fk_decision_reason_submission_id_position"),
        ),
        sa.PrimaryKeyConstraint("submission_id", "position", "number", name=op.f("pk_decision_reason")),
    )
    op.create_table(
        "submission_taking_back",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("word", _code("word", "approve", "return"), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("submission_state", _code("submission_state", *STATES), nullable=False),
        sa.Column("taken_back_by", sa.Uuid(), nullable=False),
        sa.Column("part", _code("part", *PARTS), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewed_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("submission_state = 'returned'", name=op.f("ck_submission_taking_back_stays_returned")),
        sa.CheckConstraint("part = 'decider'", name=op.f("ck_submission_taking_back_decider_takes_back")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_submission_taking_back_has_reason")),
        sa.CheckConstraint(
            "(word = 'return') = (renewed_id IS NOT NULL)", name=op.f("ck_submission_taking_back_return_is_renewed")
        ),
        sa.ForeignKeyConstraint(["renewed_id"], ["submission.id"], name=op.f("fk_submission_taking_back_renewed_id")),
        sa.ForeignKeyConstraint(
            ["submission_id", "digest"],
            ["submission.id", "submission.digest"],
            name=op.f("fk_submission_taking_back_submission_id_digest"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "submission_state"],
            ["submission.id", "submission.state"],
            name=op.f("fk_submission_taking_back_submission_id_submission_state"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "taken_back_by", "part"],
            PARTY,
            name=op.f("fk_submission_taking_back_submission_id_taken_back_by_part"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_taking_back")),
        sa.UniqueConstraint("renewed_id", name=op.f("uq_submission_taking_back_renewed_id")),
        sa.UniqueConstraint("submission_id", "word", name=op.f("uq_submission_taking_back_submission_id_word")),
    )


def downgrade() -> None:
    op.drop_table("submission_taking_back")
    op.drop_table("decision_reason")


def _code(name: str, *codes: str) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=24)
