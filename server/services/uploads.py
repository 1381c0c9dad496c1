"""Uploads that come in pieces, and may be taken up again after any break.

A piece is made durable in the store, then named in the upload's row; only what the row names has arrived. The row
moves on from the offset at which it stands or not at all, so that of two who send at once, by whichever processes,
one wins; and a killed process leaves at most a piece that nobody reads. The finished file becomes evidence by
``evidence.receive``, as any other photo.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa

from evidence.errors import StoreAwayError
from server.access import Actor
from server.db import new_id, reading, table_of, tried_again, writing
from server.engines import engines
from server.models import ResumableUpload
from server.models.uploads import UploadState
from server.problems import FieldError, Problem
from server.services import upload_bodies, upload_pieces
from server.services.evidence import Upload, UploadClaim, receive
from server.services.upload_bodies import Part
from server.services.upload_pieces import Piece, PieceLostError

LOG = logging.getLogger("saksi")
#: How long after its last byte an upload can be taken up again: a phone may be without signal for days.
KEPT_FOR = timedelta(days=14)
#: However often it is taken up again: the store sweeps pieces that are older than any upload (``FORGOTTEN_AGE``).
KEPT_AT_MOST = timedelta(days=45)
#: How long after that it is still answered that it is gone, instead of that it never was.
REMEMBERED_FOR = timedelta(days=30)
#: A last piece below this is written anew together with what follows it, so that no client makes thousands.
SMALL_BYTES = 256 * 1024

#: What one person may have under way at once; two who begin at the same moment may go over it by one.
MOST_OPEN = 300
MOST_OPEN_BYTES = 5 * 1000**3
TOO_MANY_RETRY_S = 3600

Clock = Callable[[], datetime]
ClaimReader = Callable[[dict[str, Any]], UploadClaim]
_upload = table_of(ResumableUpload)


@dataclass(frozen=True, slots=True)
class Announced:
    """What is to come: its length in bytes, its evidence's id, the claim as it was sent, and all metadata as text."""

    length: int
    evidence_id: UUID
    claim: dict[str, Any]
    metadata: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an upload is; ``finished`` once its evidence is on record."""

    id: UUID
    evidence_id: UUID
    length: int
    received: int
    pieces: tuple[Piece, ...]
    claim: dict[str, Any]
    announced: str
    state: UploadState
    refusal: dict[str, Any] | None
    created_at: datetime
    expires_at: datetime

    @property
    def whole(self) -> bool:
        """Whether every byte is there."""
        return self.received == self.length

    @property
    def finished(self) -> bool:
        """Whether the evidence is on record."""
        return self.state is UploadState.FINISHED


_PROGRESS = sa.select(*(_upload.c[name] for name in Progress.__slots__))


def begin(actor: Actor, announced: Announced, *, now: datetime) -> Progress:
    """Make room for a file of this person's.

    Raises:
        Problem: ``too-large`` or ``too-many-uploads``.
    """
    most = engines().settings.max_photo_bytes
    if announced.length > most:
        raise Problem(
            "too-large", f"A photo may have {most} bytes.", errors=[FieldError("#/length", f"At most {most}.")]
        )
    upload = Progress(
        id=new_id(),
        evidence_id=announced.evidence_id,
        length=announced.length,
        received=0,
        pieces=(),
        claim=announced.claim,
        announced=announced.metadata,
        state=UploadState.OPEN,
        refusal=None,
        created_at=now,
        expires_at=now + KEPT_FOR,
    )
    values = {name: getattr(upload, name) for name in Progress.__slots__}
    with writing() as session:
        session.execute(_upload.insert().values(**values, uploader_id=actor.person_id))
        under_way = (_upload.c.state == UploadState.OPEN, _upload.c.expires_at > now)
        totals = sa.select(sa.func.count(), sa.func.sum(_upload.c.length)).where(
            _upload.c.uploader_id == actor.person_id, *under_way
        )
        number, size = session.execute(totals).one()
        if number > MOST_OPEN or size > MOST_OPEN_BYTES:
            raise _too_many()
    return upload


def look(actor: Actor, upload_id: UUID, read_claim: ClaimReader, *, now: datetime) -> Progress:
    """How far an upload is. One that is whole and not on record, because a process was killed, is finished here.

    Raises:
        Problem: ``not-found``, ``upload-gone``, or whatever the finished file was refused with.
    """
    upload = _standing(actor, upload_id, now=now)
    return _finish(actor, upload, read_claim, now=now) if upload.whole else upload


def take(actor: Actor, upload_id: UUID, part: Part, read_claim: ClaimReader, *, clock: Clock) -> Progress:
    """Take in more of a file, and make it evidence once it is whole.

    What came before a connection broke or the body's time was up is kept, unless it had a checksum to be held
    against. The ``clock`` is asked again when bytes have come: evidence was received when its last byte was here.

    Raises:
        Problem: as ``look``, and ``offset-conflict``, ``too-large``, ``checksum-mismatch`` or, with a checksum,
            ``too-slow``; without one, a body whose time is up has ended.
        StoreAwayError: the store did not keep a piece; the upload stands where it stood before that.
    """
    upload = _standing(actor, upload_id, now=clock())
    _expect_at(part.offset, upload)
    left = upload.length - upload.received
    if part.size is not None and part.size > left:
        raise _too_much(left)
    for piece in upload_bodies.pieces(part):
        if len(piece) > upload.length - upload.received:
            raise _too_much(left)
        upload = _keep(actor, upload, piece, now=clock())
    return _finish(actor, upload, read_claim, now=clock()) if upload.whole else upload


def give_up(actor: Actor, upload_id: UUID, *, now: datetime) -> None:
    """Throw away what has come of a file. What is evidence already stays evidence.

    Raises:
        Problem: ``not-found`` or ``upload-gone``.
    """
    closed = False
    while not closed:
        upload = _row(actor, upload_id)
        _expect_there(upload, now=now)
        # What came meanwhile is thrown away too.
        closed = _close(upload, UploadState.GONE, was=upload.state)


def sweep(*, now: datetime) -> int:
    """Throw away what nobody went on with, forget what became of uploads long ago; gives the number of the former."""
    expired = _PROGRESS.where(_upload.c.state == UploadState.OPEN, _upload.c.expires_at <= now)
    found = [_progress(row) for row in reading().connection().execute(expired)]
    swept = sum(_close(upload, UploadState.GONE) for upload in found)
    closed = _upload.c.state != UploadState.OPEN
    with writing() as session:
        session.execute(_upload.delete().where(closed, _upload.c.expires_at <= now - REMEMBERED_FOR))
    return swept


def _row(actor: Actor, upload_id: UUID) -> Progress:
    """The upload of this person; nobody sees that another person's is there."""
    asked = _PROGRESS.where(_upload.c.id == upload_id, _upload.c.uploader_id == actor.person_id)
    found = reading().connection().execute(asked).one_or_none()
    # Bytes may come for minutes; no transaction, and no connection to the database, is held that long.
    reading().rollback()
    if found is None:
        raise Problem("not-found", "There is no such upload of yours. Begin it anew.")
    return _progress(found)


def _progress(row: sa.Row[Any]) -> Progress:
    told = row._asdict()
    return Progress(**told | {"pieces": tuple(Piece(*piece) for piece in told["pieces"])})


def _standing(actor: Actor, upload_id: UUID, *, now: datetime) -> Progress:
    upload = _row(actor, upload_id)
    _expect_there(upload, now=now)
    if upload.refusal is not None:
        told = dict(upload.refusal)
        errors = [FieldError(**error) for error in told.pop("errors")]
        raise Problem(told.pop("name"), told.pop("detail"), errors=errors, **told)
    return upload


def _expect_there(upload: Progress, *, now: datetime) -> None:
    if upload.state is UploadState.GONE or (upload.state is UploadState.OPEN and upload.expires_at <= now):
        raise _gone()


def _expect_at(offset: int, upload: Progress) -> None:
    if offset != upload.received:
        detail = f"{upload.received} bytes have arrived. Go on there."
        raise Problem("offset-conflict", detail, headers={"Upload-Offset": str(upload.received)})


def _gone() -> Problem:
    return Problem("upload-gone", "This upload was given up, or nobody went on with it for too long. Begin it anew.")


def _too_many() -> Problem:
    detail = f"You have too many unfinished uploads (at most {MOST_OPEN}, of {MOST_OPEN_BYTES} bytes together)."
    return Problem("too-many-uploads", detail, headers={"Retry-After": str(TOO_MANY_RETRY_S)})


def _too_much(left: int) -> Problem:
    return Problem("too-large", f"Only {left} bytes of this file were still to come.")


def _keep(actor: Actor, upload: Progress, data: bytes, *, now: datetime) -> Progress:
    """Make one piece durable and name it in the row, if the upload still stands where it stood.

    Raises:
        Problem: ``offset-conflict`` or ``upload-gone``; then nothing of the piece is kept.
    """
    store = engines().store.pieces
    last = upload.pieces[-1:] if upload.pieces and upload.pieces[-1].size < SMALL_BYTES else ()
    try:
        data_with_last = b"".join([*map(upload_pieces.read, last), data])
    except PieceLostError:
        raise _why_not(actor, upload, now=now) from None
    piece = upload_pieces.put(upload.id, data_with_last)
    moved = replace(
        upload,
        received=upload.received + len(data),
        pieces=(*upload.pieces[: len(upload.pieces) - len(last)], piece),
        expires_at=min(now + KEPT_FOR, upload.created_at + KEPT_AT_MOST),
    )
    values = {"received": moved.received, "pieces": moved.pieces, "expires_at": moved.expires_at}
    if not tried_again(lambda: _move(upload, values)):
        _tidy(partial(store.forget, piece.name))
        raise _why_not(actor, upload, now=now)
    for old in last:
        _tidy(partial(store.forget, old.name))
    return moved


def _why_not(actor: Actor, upload: Progress, *, now: datetime) -> Problem:
    """Why an upload could not go on from where it stood: somebody else moved it, closed it, or its pieces are lost."""
    there = _row(actor, upload.id)
    try:
        _expect_there(there, now=now)
        _expect_at(upload.received, there)
    except Problem as problem:
        return problem
    if there.state is UploadState.OPEN:
        LOG.error("pieces of the upload %s are on record, and not in the store as they were acknowledged", upload.id)
        _close(there, UploadState.GONE)
    return _gone()


def _move(upload: Progress, values: dict[str, Any], *, was: UploadState = UploadState.OPEN) -> bool:
    """Change the row, if nobody has since; says whether it did."""
    as_it_stood = (_upload.c.id == upload.id, _upload.c.received == upload.received, _upload.c.state == was)
    with writing() as session:
        changed = session.execute(_upload.update().where(*as_it_stood).values(**values))
        return cast("sa.CursorResult[Any]", changed).rowcount == 1


def _close(
    upload: Progress, state: UploadState, *, was: UploadState = UploadState.OPEN, refusal: dict[str, Any] | None = None
) -> bool:
    """Say what became of an upload, and take its pieces away; says whether it was still to be said."""
    closed = tried_again(lambda: _move(upload, {"state": state, "refusal": refusal, "pieces": []}, was=was))
    if closed:
        _tidy(partial(engines().store.pieces.forget_upload, upload.id.hex))
    return closed


def _tidy(step: Callable[[], None]) -> None:
    """Take something away that nobody reads any more; where the store is away, its sweep does."""
    try:
        step()
    except StoreAwayError as error:
        LOG.warning("a piece that nobody needs stays for a while: %s", error)


def _finish(actor: Actor, upload: Progress, read_claim: ClaimReader, *, now: datetime) -> Progress:
    """Make a whole upload evidence, unless it is: again and again it comes to the same."""
    if upload.finished:
        return upload
    try:
        tried_again(lambda: _receive(actor, upload, read_claim, now=now))
    except PieceLostError:
        there = _standing(actor, upload.id, now=now)
        if there.finished:
            return there
        raise _why_not(actor, upload, now=now) from None
    except Problem as problem:
        if problem.kind.status < 500:
            _close(upload, UploadState.REFUSED, refusal=_kept(problem))
        raise
    _close(upload, UploadState.FINISHED)
    return replace(upload, state=UploadState.FINISHED)


def _receive(actor: Actor, upload: Progress, read_claim: ClaimReader, *, now: datetime) -> None:
    with engines().store.incoming() as photo:
        upload_pieces.join(upload.pieces, upload.length, photo)
        receive(actor, Upload(upload.evidence_id, photo, read_claim(upload.claim)), now=now)


def _kept(problem: Problem) -> dict[str, Any]:
    errors = [{"pointer": error.pointer, "detail": error.detail} for error in problem.errors]
    return {"name": problem.name, "detail": problem.detail, "errors": errors, **problem.extra}
