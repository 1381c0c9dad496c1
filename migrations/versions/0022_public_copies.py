"""What of a photo the public sees: the areas that are hidden in it, and the copies that were made so.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0022, after 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KIND = sa.Enum("hidden", "shown", name="kind", native_enum=False, create_constraint=True, length=24)
UNPICTURED = sa.text("published_at IS NOT NULL AND public_edition = 0")


def upgrade() -> None:
    op.add_column("original", sa.Column("faces", sa.JSON, nullable=True))
    op.add_column("evidence", sa.Column("public_edition", sa.Integer, nullable=False, server_default="0"))
    op.add_column("evidence", sa.Column("public_web", sa.String(64), nullable=True))
    op.add_column("evidence", sa.Column("public_thumbnail", sa.String(64), nullable=True))
    op.add_column("evidence", sa.Column("public_redactions", sa.Integer, nullable=True))
    op.create_index("ix_evidence_unpictured", "evidence", ["id"], sqlite_where=UNPICTURED, postgresql_where=UNPICTURED)
    op.create_table(
        "redaction",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("evidence_id", sa.Uuid, sa.ForeignKey("evidence.id"), nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("x", sa.Double, nullable=False),
        sa.Column("y", sa.Double, nullable=False),
        sa.Column("width", sa.Double, nullable=False),
        sa.Column("height", sa.Double, nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("made_by", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.Uuid, sa.ForeignKey("person.id"), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_reason", sa.String(2000), nullable=True),
    )
    op.create_index(op.f("ix_redaction_evidence_id"), "redaction", ["evidence_id"])


def downgrade() -> None:
    op.drop_table("redaction")
    op.drop_index("ix_evidence_unpictured", table_name="evidence")
    for column in ("public_redactions", "public_thumbnail", "public_web", "public_edition"):
        op.drop_column("evidence", column)
    op.drop_column("original", "faces")
