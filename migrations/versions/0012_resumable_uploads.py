"""Uploads that come in pieces (tus): how far each one is, and what became of it.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0012, after 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATES = ("open", "finished", "refused", "gone")


def upgrade() -> None:
    op.create_table(
        "resumable_upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("uploader_id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.JSON(), nullable=False),
        sa.Column("claim", sa.JSON(), nullable=False),
        sa.Column("announced", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("refusal", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "received >= 0 AND received <= length", name=op.f("ck_resumable_upload_received_within_length")
        ),
        sa.ForeignKeyConstraint(["uploader_id"], ["person.id"], name=op.f("fk_resumable_upload_uploader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resumable_upload")),
    )
    op.create_index("ix_resumable_upload_state_expires", "resumable_upload", ["state", "expires_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_resumable_upload_state_expires", table_name="resumable_upload")
    op.drop_table("resumable_upload")
