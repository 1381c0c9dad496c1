"""The terms by which published projects are found, their counts and news; indexes for lists of photos.

The tables are left empty: terms are folded words, which only the application knows how to make. ``saksi migrate``
makes them after this migration where projects are published already.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0006, after 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

#: Indexes of the photos that fit a condition.
PUBLISHED = sa.text("published_at IS NOT NULL")
WAITING = sa.text("state = 'needs_review'")


def _bytewise(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "project_term",
        sa.Column("term", _bytewise(80), nullable=False),
        sa.Column("code", _bytewise(64), nullable=False),
        sa.PrimaryKeyConstraint("term", "code", name=op.f("pk_project_term")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "findable",
        sa.Column("code", _bytewise(64), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_findable")),
    )
    op.create_table(
        "term_count",
        sa.Column("term", _bytewise(80), nullable=False),
        sa.Column("projects", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term", name=op.f("pk_term_count")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "project_news",
        sa.Column("code", _bytewise(64), nullable=False),
        sa.Column("term", _bytewise(80), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", "term", name=op.f("pk_project_news")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_project_news_latest", "project_news", ["term", "published_at", "code"])
    op.create_index("ix_project_agency_id_code", "project", ["agency_id", "code"])
    op.create_index("ix_evidence_received", "evidence", ["received_at", "id", "project_id"])
    columns = ["project_id", "published_at", "captured_at", "id"]
    op.create_index("ix_evidence_published", "evidence", columns, sqlite_where=PUBLISHED, postgresql_where=PUBLISHED)
    columns = ["project_id", "milestone_id"]
    op.create_index("ix_evidence_waiting", "evidence", columns, sqlite_where=WAITING, postgresql_where=WAITING)


def downgrade() -> None:
    op.drop_index("ix_evidence_waiting", table_name="evidence", sqlite_where=WAITING, postgresql_where=WAITING)
    op.drop_index("ix_evidence_published", table_name="evidence", sqlite_where=PUBLISHED, postgresql_where=PUBLISHED)
    op.drop_index("ix_evidence_received", table_name="evidence")
    op.drop_index("ix_project_agency_id_code", table_name="project")
    op.drop_table("project_news")
    op.drop_table("term_count")
    op.drop_table("findable")
    op.drop_table("project_term")
