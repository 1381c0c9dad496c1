"""Queueing photos of before for another look: those that some check of pixels has not answered.

Bounded and resumable: each call goes on behind the last photo of the one before, and a photo that was looked at, or
waits for it already, is passed over.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from evidence import pixel_checks
from server import jobs
from server.db import reading, writing
from server.models import Evidence, EvidenceFinding
from server.models.evidence import CopiesState
from server.services.looking import LOOK_JOB


class Batch(NamedTuple):
    """How many photos were queued, and behind which one to go on; None where no photo is left."""

    queued: int
    last: UUID | None


def queue(after: UUID | None, most: int, *, now: datetime) -> Batch:
    """Queue up to ``most`` photos, in the order of their ids, behind ``after``."""
    with writing() as session:
        ids = session.scalars(_unanswered(after).limit(most)).all()
        queued = sum(jobs.enqueue_once(session, LOOK_JOB, str(evidence_id), now=now) for evidence_id in ids)
        return Batch(queued, ids[-1] if len(ids) == most else None)


def jobs_queued() -> int:
    """How many jobs of any kind wait at this moment."""
    session = reading()
    session.rollback()
    return jobs.counts(session).queued


def _unanswered(after: UUID | None) -> sa.Select[UUID]:
    """Photos with copies, which some check of pixels has not answered."""
    names = pixel_checks.names()
    answers = (
        sa.select(sa.func.count())
        .where(EvidenceFinding.evidence_id == Evidence.id, EvidenceFinding.name.in_(names))
        .scalar_subquery()
    )
    query = sa.select(Evidence.id).where(Evidence.copies == CopiesState.READY, answers < len(names))
    return (query if after is None else query.where(Evidence.id > after)).order_by(Evidence.id)
