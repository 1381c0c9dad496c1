"""Codes and names are ordered by their bytes on PostgreSQL, as they are on SQLite, whatever the server's language is.

Only the indexes on these columns are made anew, no table is. That of the photos' findings is the one that takes
time, and nobody can send photos meanwhile.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0008, after 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMNS = (
    ("area", "code", 64),
    ("area", "name", 200),
    ("area", "path", 500),
    ("project", "code", 64),
    ("milestone", "code", 40),
    ("requirement", "code", 40),
    ("custody_event", "action", 60),
    ("evidence_finding", "name", 60),
)


def upgrade() -> None:
    _order('"C"')


def downgrade() -> None:
    _order('"default"')


def _order(collation: str) -> None:
    """SQLite orders by bytes already, and its tables stay as they are."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column, length in COLUMNS:
        op.execute(sa.text(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar({length}) COLLATE {collation}"))
