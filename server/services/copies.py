"""The job that makes a photo's thumbnail and web copy, once the inspector has the verdict.

It is the first to decode the pixels, in a process apart. Where they cannot be decoded the verdict
is lowered, with the reason; it is never raised here.
"""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from evidence import imaging
from evidence.darkroom import Darkroom
from evidence.errors import OriginalMissingError
from evidence.findings import Outcome
from server import jobs
from server.db import reading, writing
from server.engines import engines
from server.models import Evidence, EvidenceFinding, Original, Project
from server.models.evidence import CopiesState, EvidenceState
from server.services import custody, risk_counts
from server.times import utc_now

COPIES_JOB = "copies"
THUMBNAIL = "thumbnail"
WEB = "web"
_OF_THIS_THREAD = threading.local()
#: States that the machine gave; a person's word is not taken back by a job.
MACHINE_STATES = (EvidenceState.RECEIVED, EvidenceState.VERIFIED, EvidenceState.NEEDS_REVIEW)


def copy_name(sha256: str, name: str) -> str:
    """The store's name of one copy of an original; ``name`` is ``thumbnail`` or ``web``."""
    return f"{sha256}/{name}.jpg"


@jobs.handler(COPIES_JOB)
def make_copies(subject: str) -> None:
    """Make both copies of the photo with this evidence id, and count what it shows; twice does no harm."""
    _develop(UUID(subject))
    risk_counts.count_due()


def _develop(evidence_id: UUID) -> None:
    original = _original(evidence_id)
    try:
        _write_copies(original)
    except imaging.UndecodableError as error:
        _lower(evidence_id, str(error), now=utc_now())
        return
    with writing() as session:
        _mark(session, evidence_id, CopiesState.READY)


def _original(evidence_id: UUID) -> Original:
    """The photo's original, apart from any transaction: none stays open while pixels are decoded."""
    session = reading()
    query = sa.select(Original).join(Evidence, Evidence.sha256 == Original.sha256)
    original = session.scalars(query.where(Evidence.id == evidence_id)).one()
    session.expunge(original)
    session.rollback()
    return original


def _write_copies(original: Original) -> None:
    store = engines().store
    if _exists(copy_name(original.sha256, WEB)):
        return
    with store.open(original.storage_key) as stream:
        made = _darkroom().copies(stream, original.media_type)
    # The web copy comes last: where it is there, both are.
    store.put_copy(copy_name(original.sha256, THUMBNAIL), made.thumbnail)
    store.put_copy(copy_name(original.sha256, WEB), made.web)


def _darkroom() -> Darkroom:
    """The decoding process of this thread: one hostile picture holds up no other thread's."""
    if not hasattr(_OF_THIS_THREAD, "darkroom"):
        _OF_THIS_THREAD.darkroom = Darkroom()
    darkroom: Darkroom = _OF_THIS_THREAD.darkroom
    return darkroom


def _exists(name: str) -> bool:
    try:
        engines().store.open_copy(name).close()
    except OriginalMissingError:
        return False
    return True


def _lower(evidence_id: UUID, reason: str, *, now: datetime) -> None:
    with writing() as session:
        if not _mark(session, evidence_id, CopiesState.IMPOSSIBLE):
            return
        session.execute(
            sa.update(EvidenceFinding)
            .where(
                EvidenceFinding.evidence_id == evidence_id,
                EvidenceFinding.name == "file.decodes",
                # Where the reader failed it already, its reason says more than this one.
                EvidenceFinding.outcome != Outcome.FAIL,
            )
            .values(
                outcome=Outcome.FAIL,
                measured="cannot be decoded",
                message="The picture in the file is damaged and cannot be shown; take the photo again.",
            )
        )
        session.execute(sa.update(Evidence).where(Evidence.id == evidence_id).values(verdict=EvidenceState.REJECTED))
        session.execute(
            sa.update(Evidence)
            .where(Evidence.id == evidence_id, Evidence.state.in_(MACHINE_STATES))
            .values(state=EvidenceState.REJECTED)
        )
        project = session.execute(
            sa.select(Project.code).join(Evidence, Evidence.project_id == Project.id).where(Evidence.id == evidence_id)
        ).scalar_one()
        custody.append(
            session,
            None,
            "evidence.lowered",
            "evidence",
            str(evidence_id),
            now=now,
            project=project,
            check="file.decodes",
            reason=reason,
        )


def _mark(session: Session, evidence_id: UUID, copies: CopiesState) -> bool:
    """Say what became of the copies, once; False where another runner of the same job has said it already.

    One that comes late, from a machine that was paused, must take nothing back: people may have decided meanwhile.
    """
    waiting = sa.update(Evidence).where(Evidence.id == evidence_id, Evidence.copies == CopiesState.WAITING)
    return cast("sa.CursorResult[Any]", session.execute(waiting.values(copies=copies))).rowcount == 1
