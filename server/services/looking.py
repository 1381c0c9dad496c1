"""Weighing what the worker saw in a photo's pixels, in the worker's own transaction.

The checks are ``evidence.pixel_checks``; what they find may lower the verdict, never raise it. What was seen is kept
beside the original.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from evidence import pixel_checks
from evidence.pixel_context import PixelContext
from evidence.seen import Seen
from server.engines import engines
from server.models import Evidence, Original
from server.services import second_thoughts


def look(session: Session, evidence_id: UUID, seen: Seen, *, now: datetime) -> None:
    """Run every check of pixels on one photo and let the findings stand that are new or worse."""
    evidence = session.get_one(Evidence, evidence_id)
    keep = sa.update(Original).where(Original.sha256 == evidence.sha256).values(seen=seen.document())
    session.execute(keep)
    findings = pixel_checks.run_all(_context(evidence, seen))
    second_thoughts.settle(session, evidence_id, findings, now=now)


def _context(evidence: Evidence, seen: Seen) -> PixelContext:
    return PixelContext(
        evidence=str(evidence.id),
        seen=seen,
        stage=evidence.stage,
        project=evidence.project.code,
        milestone=str(evidence.milestone_id) if evidence.milestone_id else None,
        requirement=str(evidence.requirement_id) if evidence.requirement_id else None,
        captured_at=evidence.captured_at,
        received_at=evidence.received_at,
        zone=ZoneInfo(evidence.project.time_zone),
        policy=engines().policies.get(evidence.policy).evidence,
    )
