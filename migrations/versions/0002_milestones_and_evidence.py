"""Milestones, their requirements, and photos as evidence.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0002, after 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "original",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_original")),
    )
    op.create_table(
        "milestone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("must_exist", sa.Text(), nullable=False),
        sa.Column("weight_bp", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("predecessor_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "open",
                "submitted",
                "returned",
                "approved",
                "paid",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_milestone_amount_not_negative")),
        sa.CheckConstraint("weight_bp BETWEEN 0 AND 10000", name=op.f("ck_milestone_weight_is_a_share")),
        sa.ForeignKeyConstraint(["predecessor_id"], ["milestone.id"], name=op.f("fk_milestone_predecessor_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_milestone_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint("project_id", "code", name=op.f("uq_milestone_project_id_code")),
        sa.UniqueConstraint("project_id", "position", name=op.f("uq_milestone_project_id_position")),
    )
    op.create_index(op.f("ix_milestone_project_id"), "milestone", ["project_id"], unique=False)
    op.create_table(
        "requirement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("milestone_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "before",
                "mobilisation",
                "during",
                "completion",
                "warranty",
                "safety",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("photos", sa.Integer(), nullable=False),
        sa.Column("view", sa.String(length=100), nullable=False),
        sa.Column("station_m", sa.Double(), nullable=True),
        sa.Column("station_tolerance_m", sa.Double(), nullable=True),
        sa.Column("minimum_megapixels", sa.Double(), nullable=True),
        sa.Column("oldest_age_h", sa.Double(), nullable=True),
        sa.CheckConstraint("photos BETWEEN 1 AND 1000", name=op.f("ck_requirement_photos_in_range")),
        sa.ForeignKeyConstraint(["milestone_id"], ["milestone.id"], name=op.f("fk_requirement_milestone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement")),
        sa.UniqueConstraint("milestone_id", "code", name=op.f("uq_requirement_milestone_id_code")),
    )
    op.create_index(op.f("ix_requirement_milestone_id"), "requirement", ["milestone_id"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("milestone_id", sa.Uuid(), nullable=True),
        sa.Column("requirement_id", sa.Uuid(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "before",
                "mobilisation",
                "during",
                "completion",
                "warranty",
                "safety",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("caption", sa.String(length=1000), nullable=False),
        sa.Column("uploader_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("claim_digest", sa.String(length=64), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("quadtile", sa.BigInteger(), nullable=True),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy", sa.String(length=40), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "received",
                "verified",
                "needs_review",
                "rejected",
                "accepted",
                "refused",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("grade", sa.String(length=1), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "verified",
                "needs_review",
                "rejected",
                "accepted",
                "refused",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "copies",
            sa.Enum(
                "waiting", "ready", "impossible", name="copies", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["milestone_id"], ["milestone.id"], name=op.f("fk_evidence_milestone_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_evidence_project_id")),
        sa.ForeignKeyConstraint(["requirement_id"], ["requirement.id"], name=op.f("fk_evidence_requirement_id")),
        sa.ForeignKeyConstraint(["sha256"], ["original.sha256"], name=op.f("fk_evidence_sha256")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_evidence_site_id")),
        sa.ForeignKeyConstraint(["uploader_id"], ["person.id"], name=op.f("fk_evidence_uploader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("id", "sha256", name=op.f("uq_evidence_id_sha256")),
        sa.UniqueConstraint("id", "uploader_id", name=op.f("uq_evidence_id_uploader_id")),
    )
    op.create_index("ix_evidence_milestone_state", "evidence", ["milestone_id", "state"], unique=False)
    op.create_index("ix_evidence_project_received", "evidence", ["project_id", "received_at", "id"], unique=False)
    op.create_index(op.f("ix_evidence_quadtile"), "evidence", ["quadtile"], unique=False)
    op.create_index(op.f("ix_evidence_requirement_id"), "evidence", ["requirement_id"], unique=False)
    op.create_index(op.f("ix_evidence_sha256"), "evidence", ["sha256"], unique=False)
    op.create_index("ix_evidence_uploader_received", "evidence", ["uploader_id", "received_at"], unique=False)
    op.create_table(
        "appeal",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("uploader_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_appeal_has_reason")),
        sa.ForeignKeyConstraint(
            ["evidence_id", "uploader_id"],
            ["evidence.id", "evidence.uploader_id"],
            name=op.f("fk_appeal_evidence_id_uploader_id"),
        ),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_appeal")),
    )
    op.create_table(
        "evidence_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("uploader_id", sa.Uuid(), nullable=False),
        sa.Column("contractor_id", sa.Uuid(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum("accept", "refuse", name="decision", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decider_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("decided_by <> uploader_id", name=op.f("ck_evidence_decision_decider_is_not_uploader")),
        sa.CheckConstraint(
            "decider_organisation_id <> contractor_id", name=op.f("ck_evidence_decision_decider_is_not_contractor")
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_evidence_decision_has_reason")),
        sa.ForeignKeyConstraint(
            ["decided_by", "decider_organisation_id"],
            ["person.id", "person.organisation_id"],
            name=op.f("fk_evidence_decision_decided_by_decider_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id", "uploader_id"],
            ["evidence.id", "evidence.uploader_id"],
            name=op.f("fk_evidence_decision_evidence_id_uploader_id"),
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "contractor_id"],
            ["contract.project_id", "contract.supplier_id"],
            name=op.f("fk_evidence_decision_project_id_contractor_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_decision")),
    )
    op.create_index(op.f("ix_evidence_decision_evidence_id"), "evidence_decision", ["evidence_id"], unique=False)
    op.create_table(
        "evidence_finding",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "pass", "warn", "fail", "unknown", name="outcome", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("measured", sa.String(length=300), nullable=True),
        sa.Column("expected", sa.String(length=300), nullable=True),
        sa.Column(
            "claim",
            sa.Enum("file", "device", "operator", name="claim", native_enum=False, create_constraint=True, length=24),
            nullable=True,
        ),
        sa.Column("message", sa.String(length=600), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_finding_evidence_id")),
        sa.PrimaryKeyConstraint("evidence_id", "name", name=op.f("pk_evidence_finding")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("evidence_finding")
    op.drop_index(op.f("ix_evidence_decision_evidence_id"), table_name="evidence_decision")
    op.drop_table("evidence_decision")
    op.drop_table("appeal")
    op.drop_index("ix_evidence_uploader_received", table_name="evidence")
    op.drop_index(op.f("ix_evidence_sha256"), table_name="evidence")
    op.drop_index(op.f("ix_evidence_requirement_id"), table_name="evidence")
    op.drop_index(op.f("ix_evidence_quadtile"), table_name="evidence")
    op.drop_index("ix_evidence_project_received", table_name="evidence")
    op.drop_index("ix_evidence_milestone_state", table_name="evidence")
    op.drop_table("evidence")
    op.drop_index(op.f("ix_requirement_milestone_id"), table_name="requirement")
    op.drop_table("requirement")
    op.drop_index(op.f("ix_milestone_project_id"), table_name="milestone")
    op.drop_table("milestone")
    op.drop_table("original")
