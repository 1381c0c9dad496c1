"""Looking for faces in a photo: the job that does it once a photo is put forward, and what it found.

It is a job of its own and not part of making the copies: it takes as long as eight copies do, most photos that
arrive are not published, and a detector that fails must not make a photo look damaged. Whatever was not looked
through by then is when its public copies are made.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from evidence.errors import OriginalMissingError
from evidence.imaging import UndecodableError
from evidence.redaction import Face
from server import jobs
from server.db import writing
from server.engines import engines
from server.models import Evidence, Original
from server.models.evidence import CopiesState
from server.services import copies
from server.services.darkrooms import darkroom

FACES_JOB = "faces"


def look_later(session: Session, submission_id: UUID, photos: Iterable[Evidence], *, now: datetime) -> None:
    """Queue a look at each of these photos that nobody looked through, inside the caller's transaction."""
    for photo in photos:
        if photo.copies is not CopiesState.IMPOSSIBLE and photo.original.faces is None:
            jobs.enqueue(session, FACES_JOB, f"{submission_id} {photo.id}", now=now)


@jobs.handler(FACES_JOB)
def look(subject: str) -> None:
    """Look for faces in the photo that the second id names; a file is looked through once, however often asked."""
    original = copies.original_of(UUID(subject.split()[1]))
    try:
        found_in(original, web_copy(original))
    except UndecodableError:
        # The job that makes the copies finds the same, and says so where it matters.
        return


def found_in(original: Original, web: bytes) -> tuple[Face, ...]:
    """All that may be faces in a photo, from its web copy where nobody looked before; kept beside the original.

    Raises:
        UndecodableError, DarkroomError: as the darkroom does.
    """
    if original.faces is not None:
        return known(original) or ()
    with darkroom() as room:
        found = room.faces_in(web)
    with writing() as session:
        keep = sa.update(Original).where(Original.sha256 == original.sha256)
        session.execute(keep.values(faces=[face.document() for face in found]))
    return found


def known(original: Original) -> tuple[Face, ...] | None:
    """All that may be faces; None where nobody looked yet."""
    return None if original.faces is None else tuple(Face.told(each) for each in original.faces)


def web_copy(original: Original) -> bytes:
    """The web copy of a photo as those who work on it see it; made again where the store has lost it.

    Raises:
        UndecodableError, DarkroomError: as the darkroom does.
    """
    try:
        return _read(original)
    except OriginalMissingError:
        copies.developed(original)
        return _read(original)


def _read(original: Original) -> bytes:
    with engines().store.open_copy(copies.copy_name(original.sha256, copies.WEB)) as stream:
        return stream.read()
