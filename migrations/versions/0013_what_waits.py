"""What waits is ordered by age and grade from an index of its own; a person's filters of it are kept by name.

The index holds only photos that need review, so that all others cost it nothing, and all that the list asks of them.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0013, after 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'needs_review'")
COLUMNS = ["project_id", "milestone_id", "uploader_id", "received_at", "grade", "id", "state"]


def upgrade() -> None:
    op.create_index("ix_evidence_waiting", "evidence", COLUMNS, sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_saved_filter_has_name")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_filter_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_filter_person_id_name")),
    )


def downgrade() -> None:
    op.drop_table("saved_filter")
    op.drop_index("ix_evidence_waiting", table_name="evidence")
