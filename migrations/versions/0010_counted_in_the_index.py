"""How many photos of a project stand where, which of them wait, and what submissions do, is read from indexes alone.

The rows of one project's photos lie wherever they arrived, each a page of the disk away from the next. The index of
what needs review goes: the new one serves the same questions.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0010, after 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'needs_review'")
PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    op.create_index("ix_evidence_project_state", "evidence", ["project_id", "state", "milestone_id", "id"])
    op.drop_index("ix_evidence_waiting", table_name="evidence")
    _partial("submission", "pending", ["milestone_id", "id"], PENDING)


def downgrade() -> None:
    op.drop_index("ix_submission_pending", table_name="submission")
    _partial("evidence", "waiting", ["project_id", "milestone_id"], WAITING)
    op.drop_index("ix_evidence_project_state", table_name="evidence")


def _partial(table: str, name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(f"ix_{table}_{name}", table, columns, sqlite_where=where, postgresql_where=where)
