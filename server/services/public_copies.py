"""The copies that the public sees, with faces and whatever reviewers marked made unreadable.

They are made by a job that is queued in the transaction that publishes a photo, and anew by one queued in every
transaction that changes what is hidden. From that commit on the public is given no picture until the new copies are
there: never the one that the people who work on the photo see. What was there before is taken out of the store.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from evidence.errors import OriginalMissingError
from evidence.redaction import Box
from server import jobs
from server.db import reading, writing
from server.engines import engines
from server.models import Evidence, Original
from server.models.evidence import CopiesState
from server.services import credentials, custody, faces, redaction_areas, statement
from server.services.darkrooms import darkroom
from server.times import iso, utc_now

PUBLIC_JOB = "public_copy"
GONE_JOB = "public_copy_gone"
CATCH_UP_JOB = "public_copies_missing"
#: So many photos of an older release are queued at a time, so that new uploads are not kept waiting behind them.
AT_ONCE = 20
Name = Literal["thumbnail", "web"]
NAMES: tuple[Name, Name] = ("thumbnail", "web")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one edition is made of, if it is ``wanted``; ``facts`` are what the signed copy says of itself."""

    evidence_id: UUID
    edition: int
    wanted: bool
    original: Original
    facts: credentials.Facts


@dataclass(frozen=True, slots=True)
class _Made:
    """Two files that are in the store, by their sha256."""

    web: str
    thumbnail: str
    redactions: int


def renew(session: Session, photo: Evidence, *, now: datetime) -> None:
    """Take the public's copies of a photo away and queue new ones, inside the caller's transaction, which holds it.

    Of a photo that is not published any more none are made.
    """
    if photo.public_web and photo.public_thumbnail:
        gone = f"{photo.id} {photo.public_edition} {photo.public_web[:16]} {photo.public_thumbnail[:16]}"
        jobs.enqueue(session, GONE_JOB, gone, now=now)
    photo.public_edition += 1
    photo.public_web = photo.public_thumbnail = photo.public_redactions = None
    session.flush()
    if photo.published_at is not None:
        jobs.enqueue(session, PUBLIC_JOB, f"{photo.id} {photo.public_edition}", now=now)


def store_name(evidence_id: UUID, edition: int, name: Name, sha256: str) -> str:
    """The store's name of a public copy. Another making of it, even a late one, never writes over this one."""
    folder = hashlib.sha256(f"public {evidence_id}".encode()).hexdigest()
    return f"{folder}/{name}-{edition}-{sha256[:16]}.jpg"


def read(photo: Evidence, name: Name) -> bytes | None:
    """The bytes of a public copy; None while there is none."""
    sha256 = photo.public_web if name == "web" else photo.public_thumbnail
    if sha256 is None:
        return None
    try:
        with engines().store.open_copy(store_name(photo.id, photo.public_edition, name, sha256)) as stream:
            return stream.read()
    except OriginalMissingError:
        return None


@jobs.handler(PUBLIC_JOB)
def make(subject: str) -> None:
    """Make one edition of a photo's public copies, unless another one is wanted by now; twice does no harm."""
    evidence_id, edition = subject.split()
    asked = _asked(UUID(evidence_id), int(edition))
    if not asked.wanted:
        return
    made = _made(asked)
    with writing() as session:
        stands = _record(session, asked, made, now=utc_now())
    if not stands:
        _forget_late(asked, made)


@jobs.handler(GONE_JOB)
def forget(subject: str) -> None:
    """Take the two files of an earlier edition out of the store."""
    evidence_id, edition, web, thumbnail = subject.split()
    _forget(UUID(evidence_id), int(edition), web, thumbnail)


def _asked(evidence_id: UUID, edition: int) -> _Asked:
    """What is wanted, apart from any transaction: none stays open while pixels are worked on."""
    session = reading()
    whole = [joinedload(Evidence.original), selectinload(Evidence.findings)]
    photo = session.get_one(Evidence, evidence_id, options=whole, populate_existing=True)
    asked = _Asked(evidence_id, edition, _is_wanted(photo, edition), photo.original, _facts(photo))
    session.expunge_all()
    session.rollback()
    return asked


def _facts(photo: Evidence) -> credentials.Facts:
    return credentials.Facts(
        evidence=str(photo.id),
        sha256=photo.sha256,
        media_type=photo.original.media_type,
        verdict=photo.verdict.value,
        grade=photo.grade,
        policy=photo.policy,
        checks={finding.name: finding.outcome.value for finding in photo.findings},
        redactions=0,
        state=photo.state.value,
        published_at=iso(photo.published_at),
        statement=statement.digest_of(photo),
    )


def _is_wanted(photo: Evidence, edition: int) -> bool:
    """Whether this edition is the newest, of a photo that is published, and not there yet."""
    current = photo.public_edition == edition and photo.published_at is not None
    return current and photo.public_web is None and photo.copies is CopiesState.READY


def _made(asked: _Asked) -> _Made:
    web = faces.web_copy(asked.original)
    boxes = _hidden(asked, web)
    with darkroom() as room:
        made = room.redact(web, boxes)
    # Nothing is done with the bytes after they are signed: their sha256 is what the custody log tells of.
    signed = credentials.sign_copy(made.web, replace(asked.facts, redactions=len(boxes)))
    return _Made(_keep(asked, "web", signed), _keep(asked, "thumbnail", made.thumbnail), len(boxes))


def _hidden(asked: _Asked, web: bytes) -> list[Box]:
    """What is hidden as things stand now; a change that comes later asks for an edition of its own."""
    found = faces.found_in(asked.original, web)
    rows = redaction_areas.standing(reading(), asked.evidence_id)
    boxes = [area.box for area in redaction_areas.areas(found, rows) if area.hidden]
    reading().rollback()
    return boxes


def _keep(asked: _Asked, name: Name, data: bytes) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    engines().store.put_copy(store_name(asked.evidence_id, asked.edition, name, sha256), data)
    return sha256


def _record(session: Session, asked: _Asked, made: _Made, *, now: datetime) -> bool:
    """Let the public have this edition, and tell of it; False where it came too late."""
    photo = session.get_one(Evidence, asked.evidence_id, with_for_update=True, populate_existing=True)
    if not _is_wanted(photo, asked.edition):
        # Another runner of this very job may have made the same bytes, and they stand.
        return photo.public_edition == asked.edition and photo.public_web == made.web
    photo.public_web, photo.public_thumbnail, photo.public_redactions = made.web, made.thumbnail, made.redactions
    details = {"copy": made.web, "thumbnail": made.thumbnail, "parent": photo.sha256, "redactions": made.redactions}
    project = photo.project.code
    custody.append(session, None, "copy.published", "evidence", str(photo.id), now=now, project=project, **details)
    return True


def _forget_late(asked: _Asked, made: _Made) -> None:
    """Take out what a late runner made, but for the files that are shown: the same picture has the same name."""
    session = reading()
    photo = session.get_one(Evidence, asked.evidence_id, populate_existing=True)
    shown = {photo.public_web, photo.public_thumbnail} if photo.public_edition == asked.edition else set()
    session.rollback()
    both: tuple[tuple[Name, str], ...] = (("web", made.web), ("thumbnail", made.thumbnail))
    for name, sha256 in both:
        if sha256 not in shown:
            engines().store.forget_copy(store_name(asked.evidence_id, asked.edition, name, sha256))


def _forget(evidence_id: UUID, edition: int, web: str, thumbnail: str) -> None:
    store = engines().store
    store.forget_copy(store_name(evidence_id, edition, "web", web))
    store.forget_copy(store_name(evidence_id, edition, "thumbnail", thumbnail))


# What was published before there were public copies.


def missing() -> int:
    """How many published photos never had public copies asked for."""
    return reading().scalar(sa.select(sa.func.count()).select_from(Evidence).where(*_UNPICTURED)) or 0


def catch_up(*, now: datetime) -> bool:
    """Begin to have them made, some at a time; False where none is missing, or it has begun already."""
    if reading().scalar(sa.select(Evidence.id).where(*_UNPICTURED).limit(1)) is None:
        return False
    reading().rollback()
    with writing() as session:
        return jobs.enqueue_once(session, CATCH_UP_JOB, "first", now=now)


@jobs.handler(CATCH_UP_JOB)
def queue_some(_subject: str) -> None:
    """Queue the next few, and behind them itself."""
    ids = reading().scalars(sa.select(Evidence.id).where(*_UNPICTURED).order_by(Evidence.id).limit(AT_ONCE)).all()
    reading().rollback()
    for evidence_id in ids:
        with writing() as session:
            _queue_missing(session, evidence_id, now=utc_now())
    if ids:
        with writing() as session:
            jobs.enqueue(session, CATCH_UP_JOB, str(ids[-1]), now=utc_now())


def _queue_missing(session: Session, evidence_id: UUID, *, now: datetime) -> None:
    photo = session.get_one(Evidence, evidence_id, with_for_update=True, populate_existing=True)
    if photo.published_at is not None and photo.public_edition == 0:
        renew(session, photo, now=now)


_UNPICTURED = (Evidence.published_at.is_not(None), Evidence.public_edition == 0)
