"""What the worker measured in the pixels of an original is kept beside it.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0021, after 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("original", sa.Column("seen", sa.JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("original", "seen")
