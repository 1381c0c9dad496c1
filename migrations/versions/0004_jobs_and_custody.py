"""Jobs with a lease, and the custody log.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0004, after 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued", "running", "done", "dead", name="state", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("last_error", sa.String(length=1000), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_job_kind_subject")),
    )
    op.create_index("ix_job_state_due", "job", ["state", "due_at"], unique=False)
    op.create_table(
        "custody_event",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("record_type", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.String(length=80), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_custody_event_actor_id")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_custody_event")),
        sa.UniqueConstraint("hash", name=op.f("uq_custody_event_hash")),
        sa.UniqueConstraint("previous", name=op.f("uq_custody_event_previous")),
    )
    op.create_index("ix_custody_event_record", "custody_event", ["record_type", "record_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_custody_event_record", table_name="custody_event")
    op.drop_table("custody_event")
    op.drop_index("ix_job_state_due", table_name="job")
    op.drop_table("job")
