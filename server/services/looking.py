"""Weighing what the worker saw in a photo's pixels.

The checks are ``evidence.pixel_checks``; what they find may lower the verdict, never raise it. Three steps, so that of
two photos that are alike the later one is always accused, whichever worker is first, and no lock is held while the
record is searched: the looks are kept and committed; then all that is alike is found; then the findings are written.
Whoever finds a later photo has it looked at again, for that one may have looked before these looks were there.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from evidence import pixel_checks
from evidence.findings import Finding
from evidence.pixel_context import NearPicture, PixelContext
from evidence.seen import Seen
from server import jobs
from server.db import reading
from server.engines import engines
from server.models import Evidence, Original
from server.services import earlier_pictures, near_pictures

LOOK_JOB = "look"


def keep(session: Session, sha256: str, seen: Seen) -> None:
    """Keep what was seen beside the original, and its looks where others are found by them; the caller commits."""
    session.execute(sa.update(Original).where(Original.sha256 == sha256).values(seen=seen.document()))
    near_pictures.keep(session, sha256, seen)


def weigh(evidence_id: UUID, seen: Seen) -> tuple[tuple[Finding, ...], tuple[UUID, ...]]:
    """What every check of pixels finds of one photo, and the later photos that look like it; nothing is written."""
    session = reading()
    session.rollback()
    evidence = session.get_one(Evidence, evidence_id)
    alike = earlier_pictures.find(session, evidence, seen)
    findings = pixel_checks.run_all(_context(evidence, seen, alike.earlier))
    session.rollback()
    return findings, alike.later


def ask_again(session: Session, later: tuple[UUID, ...], first: UUID, *, now: datetime) -> None:
    """Have later photos looked at again because of this one; a pair waits in the queue once."""
    for evidence_id in later:
        # One that is queued already will see this photo: its looks were committed before.
        jobs.enqueue_once(session, LOOK_JOB, f"{evidence_id.hex} {first.hex}", now=now)


def _context(evidence: Evidence, seen: Seen, near: tuple[NearPicture, ...]) -> PixelContext:
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
        standpoint=earlier_pictures.standpoint(evidence),
        near=near,
    )
