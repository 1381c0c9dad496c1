"""Bundles of evidence to take along: what vouches for published photos, checked without this server.

A bundle is a ZIP file of the form ``saksi-bundle/1`` (docs/verify.md), written while it is sent: photo by photo, and
the list of all files with its signature at the end. It holds what the public may see and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from server.canonical import bytes_of
from server.db import reading
from server.engines import engines
from server.models import Evidence, LogCheckpoint, Milestone, Project, Submission
from server.problems import Problem
from server.services import bundle_events, log_reading, public, receipts, statement
from server.services.bundle_events import Proving
from server.services.log_reading import LoggedEvent
from server.services.public_photos import LATEST
from server.texts import _
from server.times import iso

FORMAT = "saksi-bundle/1"
TYPE = "saksi-bundle+jws"
#: A bundle has the newest photos, at most so many and of so many bytes together; a milestone's has those left out.
MOST_PHOTOS = 2_000
MOST_BYTES = 2_000_000_000
#: Photos whose rows are read at once.
AT_ONCE = 50
File = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a bundle is about: a project, one of its milestones, or one photo."""

    kind: str
    project: str
    milestone: str | None = None
    photo: str | None = None

    def as_document(self) -> dict[str, str | None]:
        """As plain JSON values."""
        return {"kind": self.kind, "project": self.project, "milestone": self.milestone, "photo": self.photo}


@dataclass(slots=True)
class Bundle:
    """One bundle on its way: the files that were sent, and what is still to be sent."""

    subject: Subject
    photos: Sequence[UUID]
    published: int
    milestones: Sequence[UUID]
    checkpoint: LogCheckpoint
    made_at: datetime
    consistency: dict[str, Any] | None
    listed: dict[str, dict[str, Any]] = field(default_factory=dict)
    included: list[str] = field(default_factory=list)

    def packed(self) -> Iterator[bytes]:
        """The ZIP file, piece by piece."""
        sink = _Sink()
        with zipfile.ZipFile(cast(Any, sink), "w") as archive:
            for name, content in self._files():
                archive.writestr(_entry(name), content)
                yield sink.taken()
        yield sink.taken()

    def _files(self) -> Iterator[File]:
        for name, content in self._body():
            self.listed[name] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
            yield name, content
        listing = _text(self._document())
        yield "bundle.json", listing
        yield "bundle.jws", _signature(listing)

    def _body(self) -> Iterator[File]:
        proving = Proving(self.checkpoint)
        yield "keys.json", _text({"receipts": receipts.keys()["keys"], "log": log_reading.all_keys()})
        yield "checkpoint.txt", self.checkpoint.note.encode()
        if self.consistency is not None:
            yield "consistency.json", _text(self.consistency)
        for number, milestone in enumerate(self.milestones, 1):
            yield f"milestones/{number:04}.json", _text(_milestone(milestone, proving))
        yield from self._photos(proving)

    def _photos(self, proving: Proving) -> Iterator[File]:
        size = 0
        for photo, events in _rows(self.photos):
            files = _photo(photo, events, proving)
            size += sum(len(content) for _name, content in files)
            if size > MOST_BYTES:
                return
            if files:
                self.included.append(str(photo.id))
            yield from files

    def _document(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "subject": self.subject.as_document(),
            "made_at": iso(self.made_at),
            "origin": engines().log_key.origin,
            "photos": self.included,
            "published": self.published,
            "files": self.listed,
        }


def of_photo(evidence_id: UUID, since: int | None, *, now: datetime) -> Bundle:
    """The bundle of one published photo; ``since`` is the size of a checkpoint that the reader kept.

    Raises:
        Problem: ``not-found``, also while nothing was signed yet and for a size that the log never had.
    """
    page = public.photo(evidence_id)
    milestone = reading().scalar(sa.select(Evidence.milestone_id).where(Evidence.id == evidence_id))
    subject = Subject("photo", page.project.code, page.milestone.code, str(evidence_id))
    return _bundle(subject, [evidence_id], [milestone] if milestone else [], since, published=1, now=now)


def of_milestone(code: str, milestone: str, since: int | None, *, now: datetime) -> Bundle:
    """The bundle of one milestone of a published project, with its published photos.

    Raises:
        Problem: as ``of_photo``.
    """
    query = sa.select(Milestone.id).join(Milestone.project).where(Project.code == code, Milestone.code == milestone)
    found = reading().scalar(query.where(Project.published_at.is_not(None)))
    if found is None:
        raise Problem("not-found", _("No published project has such a milestone."))
    return _of_many(Subject("milestone", code, milestone), Evidence.milestone_id == found, [found], since, now)


def of_project(code: str, since: int | None, *, now: datetime) -> Bundle:
    """The bundle of a published project, with its published photos, the newest first.

    Raises:
        Problem: as ``of_photo``.
    """
    query = sa.select(Project.id).where(Project.code == code, Project.published_at.is_not(None))
    found = reading().scalar(query)
    if found is None:
        raise Problem("not-found", _("No published project has the code “%(code)s”.", code=code))
    milestones = sa.select(Milestone.id).where(Milestone.project_id == found).order_by(Milestone.position)
    every = reading().scalars(milestones).all()
    return _of_many(Subject("project", code), Evidence.project_id == found, every, since, now)


def _of_many(
    subject: Subject,
    which: sa.ColumnElement[bool],
    milestones: Sequence[UUID],
    since: int | None,
    now: datetime,
) -> Bundle:
    published = (which, Evidence.published_at.is_not(None))
    photos = reading().scalars(sa.select(Evidence.id).where(*published).order_by(*LATEST).limit(MOST_PHOTOS)).all()
    number = reading().scalar(sa.select(sa.func.count()).select_from(Evidence).where(*published)) or 0
    return _bundle(subject, photos, milestones, since, published=number, now=now)


def _bundle(
    subject: Subject,
    photos: Sequence[UUID],
    milestones: Sequence[UUID],
    since: int | None,
    *,
    published: int,
    now: datetime,
) -> Bundle:
    checkpoint = log_reading.newest()
    consistency = None
    if since is not None:
        hashes = log_reading.consistency(since, checkpoint.size)
        consistency = {"first": since, "second": checkpoint.size, "hashes": [each.hex() for each in hashes]}
    return Bundle(subject, photos, published, milestones, checkpoint, now, consistency)


def _rows(ids: Sequence[UUID]) -> Iterator[tuple[Evidence, list[LoggedEvent]]]:
    """The photos in this order with their events, some at a time; one that is public no longer is left out."""
    query = sa.select(Evidence).options(
        joinedload(Evidence.original),
        joinedload(Evidence.project),
        joinedload(Evidence.milestone),
        selectinload(Evidence.findings),
    )
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        events = bundle_events.of_photos([str(each) for each in some])
        found = {photo.id: photo for photo in reading().scalars(query.where(Evidence.id.in_(some)))}
        for each in some:
            if each in found and found[each].published_at is not None:
                yield found[each], events[str(each)]


def _photo(photo: Evidence, events: list[LoggedEvent], proving: Proving) -> list[File]:
    """The four files of one photo; none while its public copy is not there."""
    copy = _public_copy(photo.id)
    if copy is None:
        return []
    row = {"id": photo.id, "sha256": photo.sha256, "received_at": photo.received_at}
    promised = next((each for each in events if each.action == "evidence.received"), None)
    leaf = receipts.promised_leaf(photo.id) if promised else None
    folder = f"photos/{photo.id}"
    return [
        (f"{folder}/public.jpg", copy),
        (f"{folder}/statement.json", bytes_of(statement.of(photo))),
        (f"{folder}/receipt.jws", receipts.receipt_of(row, size=photo.original.size, leaf=leaf).encode()),
        (f"{folder}/events.json", _text(proving.document(events))),
    ]


def _public_copy(evidence_id: UUID) -> bytes | None:
    """The picture as the public gets it."""
    try:
        return public.photo_copy(evidence_id, "web").content
    except Problem:
        return None


def _milestone(milestone_id: UUID, proving: Proving) -> dict[str, Any]:
    milestone = reading().get_one(Milestone, milestone_id)
    submissions = reading().scalars(sa.select(Submission.id).where(Submission.milestone_id == milestone_id))
    events = bundle_events.of_milestone(str(milestone_id), [str(each) for each in submissions])
    told = {"id": str(milestone.id), "code": milestone.code, "title": milestone.title}
    return {"milestone": told, **proving.document(events)}


def _signature(listing: bytes) -> bytes:
    payload = bytes_of({"v": 1, "bundle": hashlib.sha256(listing).hexdigest()})
    return engines().receipt_key.sign_as(TYPE, payload).encode()


def _text(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry that is the same whenever it is written; pictures cannot be made smaller."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(".jpg") else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


class _Sink:
    """Takes what is written until it is sent."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        """Keep a piece."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits anywhere."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
