"""A project's published photos are counted by stage, month, milestone and view from an index alone.

A project with thousands of photos is paged by when they were taken; its rows lie wherever they arrived.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0019, after 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

PUBLISHED = sa.text("published_at IS NOT NULL")
COLUMNS = ["project_id", "stage", "requirement_id", "milestone_id", "captured_at", "published_at", "id"]


def upgrade() -> None:
    op.create_index(
        "ix_evidence_published_view", "evidence", COLUMNS, sqlite_where=PUBLISHED, postgresql_where=PUBLISHED
    )


def downgrade() -> None:
    op.drop_index("ix_evidence_published_view", table_name="evidence")
