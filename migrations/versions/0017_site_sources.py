"""What each source says of a site's shape, and why sources that differ were let stand.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0017, after 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SOURCES = ("contract", "as_staked", "portal")


def upgrade() -> None:
    op.create_table(
        "site_source",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(*SOURCES, name="source", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("reference", sa.String(length=150), nullable=False),
        sa.Column("shape", sa.LargeBinary(), nullable=False),
        sa.Column("width_m", sa.Double(), nullable=True),
        sa.Column("chainage_start_m", sa.Double(), nullable=False),
        sa.Column("obstructed", sa.Boolean(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_site_source_project_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f("fk_site_source_entered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_source")),
    )
    op.create_index(op.f("ix_site_source_project_id"), "site_source", ["project_id"], unique=False)
    op.create_index(
        "uq_site_source_current",
        "site_source",
        ["project_id", "source"],
        unique=True,
        sqlite_where=sa.text("retired_at IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "site_difference_reason",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_site_difference_reason_project_id")),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name=op.f("fk_site_difference_reason_given_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_difference_reason")),
        sa.UniqueConstraint("project_id", "digest", name=op.f("uq_site_difference_reason_project_id_digest")),
    )


def downgrade() -> None:
    op.drop_table("site_difference_reason")
    op.drop_index("uq_site_source_current", table_name="site_source")
    op.drop_index(op.f("ix_site_source_project_id"), table_name="site_source")
    op.drop_table("site_source")
