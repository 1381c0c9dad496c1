"""Noting that a project's facts are to be counted anew: one row, appended, which nobody waits for.

Counting them is ``risk_counts``'. Every change of a photo comes by here, because every one is told to the custody log.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from server.db import new_id, table_of
from server.models import FactDue

_INSERT = table_of(FactDue).insert()


def note(session: Session, project_code: str | None) -> None:
    """Say so in the transaction that changes a photo of this project; a photo of no project is counted nowhere."""
    if project_code is not None:
        session.connection().execute(_INSERT, {"id": new_id(), "project_code": project_code})
