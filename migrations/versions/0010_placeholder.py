"""Holds the number of a migration that comes from another branch; it changes nothing.

Revision: 0010, after 0009
"""

from __future__ import annotations

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
