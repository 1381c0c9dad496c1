"""Submissions, who had which part in them, and payment certificates.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0003, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("milestone_id", sa.Uuid(), nullable=False),
        sa.Column("contractor_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("approvals_needed", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "approved",
                "returned",
                "rejected",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("approvals_needed IN (1, 2)", name=op.f("ck_submission_one_or_two_approvals")),
        sa.ForeignKeyConstraint(["contractor_id"], ["organisation.id"], name=op.f("fk_submission_contractor_id")),
        sa.ForeignKeyConstraint(["milestone_id"], ["milestone.id"], name=op.f("fk_submission_milestone_id")),
        sa.ForeignKeyConstraint(["submitted_by"], ["person.id"], name=op.f("fk_submission_submitted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("id", "contractor_id", name=op.f("uq_submission_id_contractor_id")),
        sa.UniqueConstraint("id", "digest", name=op.f("uq_submission_id_digest")),
        sa.UniqueConstraint("id", "milestone_id", name=op.f("uq_submission_id_milestone_id")),
        sa.UniqueConstraint("id", "state", name=op.f("uq_submission_id_state")),
    )
    op.create_index(op.f("ix_submission_milestone_id"), "submission", ["milestone_id"], unique=False)
    op.create_index(
        "uq_submission_live",
        "submission",
        ["milestone_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('pending', 'approved')"),
        postgresql_where=sa.text("state IN ('pending', 'approved')"),
    )
    op.create_table(
        "submission_party",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "contributor", "decider", "paymaster", name="part", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("contractor_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "part = 'contributor' OR organisation_id <> contractor_id",
            name=op.f("ck_submission_party_contractor_decides_nothing"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id", "organisation_id"],
            ["person.id", "person.organisation_id"],
            name=op.f("fk_submission_party_person_id_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "contractor_id"],
            ["submission.id", "submission.contractor_id"],
            name=op.f("fk_submission_party_submission_id_contractor_id"),
        ),
        sa.PrimaryKeyConstraint("submission_id", "person_id", name=op.f("pk_submission_party")),
        sa.UniqueConstraint(
            "submission_id", "person_id", "part", name=op.f("uq_submission_party_submission_id_person_id_part")
        ),
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("milestone_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "locked",
                "unlocked",
                "certified",
                "paid",
                "passed_on",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("advance_recovery_minor", sa.BigInteger(), nullable=False),
        sa.Column("retention_minor", sa.BigInteger(), nullable=False),
        sa.Column("liquidated_damages_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("damages_left_minor", sa.BigInteger(), nullable=False),
        sa.Column("policy", sa.String(length=40), nullable=True),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.Column(
            "submission_state",
            sa.Enum(
                "pending",
                "approved",
                "returned",
                "rejected",
                name="submission_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("unlocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("certified_by", sa.Uuid(), nullable=True),
        sa.Column(
            "certifier_part",
            sa.Enum(
                "contributor",
                "decider",
                "paymaster",
                name="certifier_part",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("certified_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'locked') = (submission_id IS NULL)", name=op.f("ck_certificate_unlocked_by_a_submission")
        ),
        sa.CheckConstraint(
            "(state IN ('locked', 'unlocked')) = (certified_by IS NULL)",
            name=op.f("ck_certificate_certified_by_someone"),
        ),
        sa.CheckConstraint("certifier_part = 'paymaster'", name=op.f("ck_certificate_paymaster_certifies")),
        sa.CheckConstraint("submission_state = 'approved'", name=op.f("ck_certificate_only_approved_unlocks")),
        sa.CheckConstraint(
            "(certified_by IS NULL) = (certifier_part IS NULL)", name=op.f("ck_certificate_certifier_with_part")
        ),
        sa.CheckConstraint(
            "(submission_id IS NULL) = (submission_state IS NULL)", name=op.f("ck_certificate_submission_with_state")
        ),
        sa.CheckConstraint(
            "net_minor = gross_minor - advance_recovery_minor - retention_minor - liquidated_damages_minor",
            name=op.f("ck_certificate_lines_sum_to_net"),
        ),
        sa.CheckConstraint(
            "net_minor >= 0 AND advance_recovery_minor >= 0 AND retention_minor >= 0 AND liquidated_damages_minor >= 0",
            name=op.f("ck_certificate_no_negative_line"),
        ),
        sa.ForeignKeyConstraint(["milestone_id"], ["milestone.id"], name=op.f("fk_certificate_milestone_id")),
        sa.ForeignKeyConstraint(
            ["submission_id", "certified_by", "certifier_part"],
            ["submission_party.submission_id", "submission_party.person_id", "submission_party.part"],
            name=op.f("fk_certificate_submission_id_certified_by_certifier_part"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "milestone_id"],
            ["submission.id", "submission.milestone_id"],
            name=op.f("fk_certificate_submission_id_milestone_id"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "submission_state"],
            ["submission.id", "submission.state"],
            name=op.f("fk_certificate_submission_id_submission_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("id", "certified_by", name=op.f("uq_certificate_id_certified_by")),
        sa.UniqueConstraint("id", "net_minor", name=op.f("uq_certificate_id_net_minor")),
        sa.UniqueConstraint("id", "submission_id", name=op.f("uq_certificate_id_submission_id")),
        sa.UniqueConstraint("milestone_id", name=op.f("uq_certificate_milestone_id")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_certificate_submission_id")),
    )
    op.create_table(
        "submission_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "approve", "return", "reject", name="decision", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "contributor", "decider", "paymaster", name="part", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("part = 'decider'", name=op.f("ck_submission_decision_decider_decides")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_submission_decision_has_reason")),
        sa.CheckConstraint("position IN (1, 2)", name=op.f("ck_submission_decision_at_most_two")),
        sa.ForeignKeyConstraint(
            ["submission_id", "decided_by", "part"],
            ["submission_party.submission_id", "submission_party.person_id", "submission_party.part"],
            name=op.f("fk_submission_decision_submission_id_decided_by_part"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "digest"],
            ["submission.id", "submission.digest"],
            name=op.f("fk_submission_decision_submission_id_digest"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_decision")),
        sa.UniqueConstraint(
            "submission_id", "decided_by", name=op.f("uq_submission_decision_submission_id_decided_by")
        ),
        sa.UniqueConstraint("submission_id", "position", name=op.f("uq_submission_decision_submission_id_position")),
    )
    op.create_table(
        "submission_item",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploader_id", sa.Uuid(), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "contributor", "decider", "paymaster", name="part", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.CheckConstraint("part = 'contributor'", name=op.f("ck_submission_item_uploader_contributes")),
        sa.ForeignKeyConstraint(
            ["evidence_id", "sha256"],
            ["evidence.id", "evidence.sha256"],
            name=op.f("fk_submission_item_evidence_id_sha256"),
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id", "uploader_id"],
            ["evidence.id", "evidence.uploader_id"],
            name=op.f("fk_submission_item_evidence_id_uploader_id"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "uploader_id", "part"],
            ["submission_party.submission_id", "submission_party.person_id", "submission_party.part"],
            name=op.f("fk_submission_item_submission_id_uploader_id_part"),
        ),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_submission_item_submission_id")),
        sa.PrimaryKeyConstraint("submission_id", "evidence_id", name=op.f("pk_submission_item")),
    )
    op.create_index(op.f("ix_submission_item_evidence_id"), "submission_item", ["evidence_id"], unique=False)
    op.create_table(
        "dispute",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("raised_by", sa.Uuid(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settlement", sa.String(length=2000), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name=op.f("fk_dispute_certificate_id")),
        sa.ForeignKeyConstraint(["raised_by"], ["person.id"], name=op.f("fk_dispute_raised_by")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f("fk_dispute_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    op.create_index(op.f("ix_dispute_certificate_id"), "dispute", ["certificate_id"], unique=False)
    op.create_table(
        "payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("certified_by", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("paid_by", sa.Uuid(), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "contributor", "decider", "paymaster", name="part", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("part = 'paymaster'", name=op.f("ck_payment_paymaster_pays")),
        sa.CheckConstraint("length(reference) > 0", name=op.f("ck_payment_has_reference")),
        sa.ForeignKeyConstraint(
            ["certificate_id", "amount_minor"],
            ["certificate.id", "certificate.net_minor"],
            name=op.f("fk_payment_certificate_id_amount_minor"),
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id", "certified_by"],
            ["certificate.id", "certificate.certified_by"],
            name=op.f("fk_payment_certificate_id_certified_by"),
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id", "submission_id"],
            ["certificate.id", "certificate.submission_id"],
            name=op.f("fk_payment_certificate_id_submission_id"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id", "paid_by", "part"],
            ["submission_party.submission_id", "submission_party.person_id", "submission_party.part"],
            name=op.f("fk_payment_submission_id_paid_by_part"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("certificate_id", name=op.f("uq_payment_certificate_id")),
    )
    op.create_table(
        "passing_on",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("certificate_id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("passed_on", sa.Date(), nullable=False),
        sa.Column("stated_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["payment.certificate_id"], name=op.f("fk_passing_on_certificate_id")
        ),
        sa.ForeignKeyConstraint(["stated_by"], ["person.id"], name=op.f("fk_passing_on_stated_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passing_on")),
        sa.UniqueConstraint("certificate_id", name=op.f("uq_passing_on_certificate_id")),
    )


def downgrade() -> None:
    op.drop_table("passing_on")
    op.drop_table("payment")
    op.drop_index(op.f("ix_dispute_certificate_id"), table_name="dispute")
    op.drop_table("dispute")
    op.drop_index(op.f("ix_submission_item_evidence_id"), table_name="submission_item")
    op.drop_table("submission_item")
    op.drop_table("submission_decision")
    op.drop_table("certificate")
    op.drop_table("submission_party")
    op.drop_index(
        "uq_submission_live",
        table_name="submission",
        sqlite_where=sa.text("state IN ('pending', 'approved')"),
        postgresql_where=sa.text("state IN ('pending', 'approved')"),
    )
    op.drop_index(op.f("ix_submission_milestone_id"), table_name="submission")
    op.drop_table("submission")
