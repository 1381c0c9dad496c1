"""Facts are counted by project, contractor, uploader and reviewer; decisions are found by their project.

Every project with photos is noted as to be counted; the upkeep does it, so that the migration itself stays short.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0024, after 0023
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

PART = 5000


def bytewise(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")


def upgrade() -> None:
    kinds = sa.Enum(
        "all",
        "project",
        "contractor",
        "uploader",
        "reviewer",
        name="kind",
        native_enum=False,
        create_constraint=True,
        length=24,
    )
    op.create_table(
        "fact_count",
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("period", bytewise(7), nullable=False),
        sa.Column("fact", bytewise(80), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope_id", "kind", "subject_id", "period", "fact", name=op.f("pk_fact_count")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_fact_count_order", "fact_count", ["scope_id", "kind", "period", "fact", "number", "subject_id"])
    op.create_index("ix_fact_count_subject", "fact_count", ["kind", "subject_id", "fact", "period", "scope_id"])
    due = op.create_table(
        "fact_due",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_code", bytewise(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_due")),
    )
    op.create_index("ix_fact_due_project_code", "fact_due", ["project_code"])
    op.create_index("ix_evidence_decision_project_id", "evidence_decision", ["project_id", "decided_at", "id"])
    _note_all(due)


def _note_all(due: sa.Table) -> None:
    """Every project that has photos, a part at a time."""
    connection = op.get_bind()
    asked = sa.text(
        "SELECT code FROM project p WHERE EXISTS (SELECT 1 FROM evidence e WHERE e.project_id = p.id) ORDER BY code"
    )
    codes = connection.execute(asked).scalars().all()
    for first in range(0, len(codes), PART):
        rows = [{"id": uuid.uuid4(), "project_code": code} for code in codes[first : first + PART]]
        connection.execute(due.insert(), rows)


def downgrade() -> None:
    op.drop_index("ix_evidence_decision_project_id", table_name="evidence_decision")
    op.drop_table("fact_due")
    op.drop_table("fact_count")
