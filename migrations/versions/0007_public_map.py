"""What the public map shows and where, and how much of it there is in each cell.

The columns are left empty: a site's centre is known to the application alone. ``saksi migrate`` fills them after this
migration where something is published already.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0007, after 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SHOWN = sa.text("map_key IS NOT NULL")
INDEXES = {
    "project": ["map_key", "id"],
    "evidence": ["map_key", "id", "project_id", "stage", "grade", "captured_at"],
}


def upgrade() -> None:
    for table, columns in INDEXES.items():
        op.add_column(table, sa.Column("map_key", sa.BigInteger(), nullable=True))
        op.create_index(f"ix_{table}_map", table, columns, sqlite_where=SHOWN, postgresql_where=SHOWN)
    layer = sa.Enum("photos", "projects", name="layer", native_enum=False, create_constraint=True, length=24)
    op.create_table(
        "map_count",
        sa.Column("layer", layer, nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("cell", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("layer", "level", "cell", name=op.f("pk_map_count")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("map_count")
    for table in INDEXES:
        op.drop_index(f"ix_{table}_map", table_name=table, sqlite_where=SHOWN, postgresql_where=SHOWN)
        op.drop_column(table, "map_key")
