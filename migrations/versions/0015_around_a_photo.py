"""A photo's neighbours by person and by phone, and what its place looked like before, are found by index.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0015, after 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BEFORE = sa.text("stage = 'before'")


def upgrade() -> None:
    op.create_index("ix_evidence_uploader_captured", "evidence", ["uploader_id", "captured_at", "id"])
    op.create_index(
        "ix_evidence_before",
        "evidence",
        ["project_id", "latitude", "longitude"],
        sqlite_where=BEFORE,
        postgresql_where=BEFORE,
    )
    # Serves what the index of the device alone served.
    op.create_index("ix_evidence_envelope_device", "evidence_envelope", ["device_id", "evidence_id"])
    op.drop_index("ix_evidence_envelope_device_id", table_name="evidence_envelope")


def downgrade() -> None:
    op.create_index("ix_evidence_envelope_device_id", "evidence_envelope", ["device_id"])
    op.drop_index("ix_evidence_envelope_device", table_name="evidence_envelope")
    op.drop_index("ix_evidence_before", table_name="evidence")
    op.drop_index("ix_evidence_uploader_captured", table_name="evidence")
