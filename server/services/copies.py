"""The jobs that decode a photo once the inspector has the verdict: its two copies, and what is seen in its pixels.

The decoding is done in a process apart. Where the pixels cannot be decoded the verdict is lowered, with the reason;
what is seen in them is weighed by ``looking``. No verdict is ever raised here.
"""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from evidence import imaging
from evidence.errors import OriginalMissingError
from evidence.findings import Finding, Outcome
from evidence.seen import Seen
from server import jobs
from server.db import reading, writing
from server.engines import engines
from server.models import Evidence, Original
from server.models.evidence import CopiesState
from server.services import looking, second_thoughts
from server.services.darkrooms import darkroom
from server.services.looking import LOOK_JOB
from server.times import utc_now

COPIES_JOB = "copies"
THUMBNAIL = "thumbnail"
WEB = "web"
_DAMAGED = Finding(
    "file.decodes",
    Outcome.FAIL,
    "The picture in the file is damaged and cannot be shown; take the photo again.",
    measured="cannot be decoded",
)


def copy_name(sha256: str, name: str) -> str:
    """The store's name of one copy of an original; ``name`` is ``thumbnail`` or ``web``."""
    return f"{sha256}/{name}.jpg"


@jobs.handler(COPIES_JOB)
def make_copies(subject: str) -> None:
    """Make both copies of the photo with this evidence id and look at its pixels; doing it twice does no harm."""
    evidence_id = UUID(subject)
    original = original_of(evidence_id)
    try:
        seen = developed(original)
    except imaging.UndecodableError as error:
        with writing() as session:
            if _mark(session, evidence_id, CopiesState.IMPOSSIBLE):
                second_thoughts.settle(session, evidence_id, [_DAMAGED], now=utc_now(), reason=str(error))
        return
    with writing() as session:
        looking.keep(session, original.sha256, seen)
    findings, later = looking.weigh(evidence_id, seen)
    with writing() as session:
        if _mark(session, evidence_id, CopiesState.READY):
            second_thoughts.settle(session, evidence_id, findings, now=utc_now())
            looking.ask_again(session, later, evidence_id, now=utc_now())


def original_of(evidence_id: UUID) -> Original:
    """The photo's original, apart from any transaction: none stays open while pixels are decoded."""
    session = reading()
    query = sa.select(Original).join(Evidence, Evidence.sha256 == Original.sha256)
    original = session.scalars(query.where(Evidence.id == evidence_id)).one()
    session.expunge(original)
    session.rollback()
    return original


def developed(original: Original) -> Seen:
    """Keep the copies, and answer what was seen; a file that was developed before is not decoded again."""
    store = engines().store
    known = _known(original)
    if known is not None and _exists(copy_name(original.sha256, WEB)):
        return known
    with store.open(original.storage_key) as stream, darkroom() as room:
        made = room.develop(stream, original.media_type)
    # The web copy comes last: where it is there, both are.
    store.put_copy(copy_name(original.sha256, THUMBNAIL), made.copies.thumbnail)
    store.put_copy(copy_name(original.sha256, WEB), made.copies.web)
    return made.seen


@jobs.handler(LOOK_JOB)
def look_again(subject: str) -> None:
    """Look once more at the photo that ``subject`` names first; its copies stay as they are, and twice does no harm.

    So is looked at what came before pixels were looked at as today, and what looks like an earlier photo that was found
    after it.
    """
    evidence_id = UUID(subject.partition(" ")[0])
    original = original_of(evidence_id)
    known = _known(original)
    seen = known or _seen_now(original)
    findings, later = looking.weigh(evidence_id, seen)
    with writing() as session:
        second_thoughts.settle(session, evidence_id, findings, now=utc_now())
        if known is None:
            looking.ask_again(session, later, evidence_id, now=utc_now())


def _seen_now(original: Original) -> Seen:
    with engines().store.open(original.storage_key) as stream, darkroom() as room:
        seen = room.develop(stream, original.media_type).seen
    with writing() as session:
        looking.keep(session, original.sha256, seen)
    return seen


def _known(original: Original) -> Seen | None:
    """What was seen in this file before, where that was all that is looked for today."""
    return Seen.told(original.seen) if original.seen is not None and Seen.is_whole(original.seen) else None


def _exists(name: str) -> bool:
    try:
        engines().store.open_copy(name).close()
    except OriginalMissingError:
        return False
    return True


def _mark(session: Session, evidence_id: UUID, copies: CopiesState) -> bool:
    """Say what became of the copies, once; False where another runner of the same job has said it already.

    One that comes late, from a machine that was paused, must take nothing back: people may have decided meanwhile.
    """
    waiting = sa.update(Evidence).where(Evidence.id == evidence_id, Evidence.copies == CopiesState.WAITING)
    return cast("sa.CursorResult[Any]", session.execute(waiting.values(copies=copies))).rowcount == 1
