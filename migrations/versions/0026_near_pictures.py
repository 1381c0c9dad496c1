"""Pictures are found by their looks: a hash per original, and the keys by which near ones are asked for.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0026, after 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("pixels", sa.LargeBinary(32), nullable=False),
        sa.Column("pdq", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
        sa.ForeignKeyConstraint(["sha256"], ["original.sha256"], name=op.f("fk_picture_sha256_original")),
        sa.UniqueConstraint("sha256", name=op.f("uq_picture_sha256")),
    )
    op.create_index(op.f("ix_picture_pixels"), "picture", ["pixels"])
    op.create_table(
        "picture_key",
        sa.Column("key", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("picture", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("one", sa.BigInteger, nullable=False),
        sa.Column("two", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", "picture", name=op.f("pk_picture_key"), postgresql_include=["one", "two"]),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("picture_key")
    op.drop_index(op.f("ix_picture_pixels"), "picture")
    op.drop_table("picture")
