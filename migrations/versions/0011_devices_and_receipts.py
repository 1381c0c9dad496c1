"""Enrolled devices, their nonces, the envelopes they signed, and the keys of receipts.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0011, after 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("public_key", sa.JSON(), nullable=False),
        sa.Column("thumbprint", sa.String(length=43), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_device_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("thumbprint", name=op.f("uq_device_thumbprint")),
    )
    op.create_index("ix_device_person_enrolled", "device", ["person_id", "enrolled_at", "id"], unique=False)
    op.create_table(
        "nonce",
        sa.Column("nonce", sa.String(length=43), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_nonce_device_id")),
        sa.ForeignKeyConstraint(
            ["used_by"], ["evidence.id"], name=op.f("fk_nonce_used_by"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_nonce")),
        sa.UniqueConstraint("used_by", name=op.f("uq_nonce_used_by")),
    )
    op.create_index("ix_nonce_device_expires", "nonce", ["device_id", "expires_at"], unique=False)
    op.create_table(
        "evidence_envelope",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_evidence_envelope_device_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_envelope_evidence_id")),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_evidence_envelope")),
    )
    op.create_index(op.f("ix_evidence_envelope_device_id"), "evidence_envelope", ["device_id"], unique=False)
    op.create_table(
        "receipt_key",
        sa.Column("kid", sa.String(length=43), nullable=False),
        sa.Column("x", sa.String(length=43), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_receipt_key")),
    )


def downgrade() -> None:
    op.drop_table("receipt_key")
    op.drop_table("evidence_envelope")
    op.drop_table("nonce")
    op.drop_table("device")
