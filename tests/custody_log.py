"""What the custody log holds of one record, for tests that ask whether something was told."""

from __future__ import annotations

import sqlalchemy as sa

from server.db import reading
from server.models import CustodyEvent


def of_record(record_type: str, record_id: str) -> list[CustodyEvent]:
    """The events of one record, oldest first."""
    return list(
        reading().scalars(
            sa.select(CustodyEvent)
            .where(CustodyEvent.record_type == record_type, CustodyEvent.record_id == record_id)
            .order_by(CustodyEvent.sequence)
        )
    )
