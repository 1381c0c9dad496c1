"""Looking at evidence: one photo, a filtered list, its copies, and its original under record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from evidence.context import Stage
from evidence.errors import OriginalMissingError
from server.access import READERS, Actor, require
from server.db import reading, writing
from server.engines import engines
from server.models import Evidence, Project
from server.models.evidence import EvidenceState
from server.paging import Page, decode, encode, identity, instant
from server.problems import Problem
from server.services import custody
from server.services.copies import copy_name
from server.services.projects import visible_to
from server.texts import _
from server.times import iso

EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/png": "png",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/tiff": "tif",
}
#: The order of lists, the newest first.
NEWEST = (Evidence.received_at.desc(), Evidence.id.desc())
#: Whose photos are looked for project by project; for more projects, the newest photos of all are looked through.
FEW_PROJECTS = 500
LOOKED_AT = 5000
#: How long the address of an original opens it: long enough for a phone to follow it, too short to pass on.
ADDRESS_VALID_FOR = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class EvidenceFilter:
    """Which photos to list; None leaves a filter out. Times are aware; the end is not included."""

    project: str | None = None
    milestone: UUID | None = None
    stage: Stage | None = None
    verdict: EvidenceState | None = None
    state: EvidenceState | None = None
    uploader: UUID | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None

    def names_one(self) -> bool:
        """Whether one project, milestone or person is named, whose photos are few and listed by themselves."""
        return self.project is not None or self.milestone is not None or self.uploader is not None


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """An original that someone may read and is on record for reading, with what the answer needs."""

    storage_key: str
    media_type: str
    size: int
    name: str

    def open(self) -> BinaryIO:
        """Its bytes, checked while they are read; the caller closes the stream.

        Raises:
            Problem: ``store-away``.
        """
        try:
            return engines().store.open(self.storage_key)
        except OriginalMissingError as error:
            raise _unreadable() from error

    def address(self) -> str | None:
        """An address of the store's own, good for a minute, or None where the store has none.

        Raises:
            Problem: ``store-away``.
        """
        try:
            return engines().store.reading_address(
                self.storage_key, media_type=self.media_type, file_name=self.name, valid_for=ADDRESS_VALID_FOR
            )
        except OriginalMissingError as error:
            raise _unreadable() from error


def get(actor: Actor, evidence_id: UUID) -> Evidence:
    """One photo's evidence, for anyone with a role on its project.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    found = reading().scalar(_whole().where(Evidence.id == evidence_id))
    if found is None:
        raise Problem("not-found", _("There is no evidence with this id."))
    require(actor, found.project, READERS)
    return found


def search(actor: Actor, wanted: EvidenceFilter, *, cursor: str | None, limit: int) -> Page[Evidence]:
    """The photos of the actor's projects that fit, newest first.

    Across an agency's very many projects only a stretch of the newest photos is looked at for one page, which may so
    be short, even empty, and yet have a next one.
    """
    beyond = [] if cursor is None else [sa.tuple_(Evidence.received_at, Evidence.id) < sa.tuple_(*_place(cursor))]
    own = None if wanted.names_one() else _few_projects(actor)
    if own is None and not wanted.names_one():
        return _stretch(actor, wanted, beyond, limit)
    within = visible_to(actor) if own is None else Evidence.project_id.in_(own)
    query = sa.select(Evidence.id).join(Evidence.project).where(within, *_conditions(wanted), *beyond)
    found = reading().scalars(query.order_by(*NEWEST).limit(limit + 1)).all()
    return _page(found, limit, None)


def _few_projects(actor: Actor) -> Sequence[UUID] | None:
    """The projects that the person sees, unless they are too many to be looked into one by one."""
    ids = reading().scalars(sa.select(Project.id).where(visible_to(actor)).limit(FEW_PROJECTS + 1)).all()
    return ids if len(ids) <= FEW_PROJECTS else None


def _stretch(actor: Actor, wanted: EvidenceFilter, beyond: list[sa.ColumnElement[bool]], limit: int) -> Page[Evidence]:
    """Those that fit among the next so many photos of all."""
    newest = sa.select(Evidence.id, Evidence.received_at).where(*_when(wanted), *beyond).order_by(*NEWEST)
    stretch = newest.limit(LOOKED_AT).subquery()
    fitting = sa.select(stretch.c.id).join(Evidence, Evidence.id == stretch.c.id).join(Evidence.project)
    fitting = fitting.where(visible_to(actor), *_conditions(wanted))
    newest_first = (stretch.c.received_at.desc(), stretch.c.id.desc())
    found = reading().scalars(fitting.order_by(*newest_first).limit(limit + 1)).all()
    last = None if len(found) > limit else reading().execute(newest.offset(LOOKED_AT - 1).limit(1)).first()
    return _page(found, limit, None if last is None else encode(iso(last.received_at) or "", str(last.id)))


def _page(ids: Sequence[UUID], limit: int, otherwise: str | None) -> Page[Evidence]:
    """The page of these photos, of which one too many says that there are more; else ``otherwise`` is the cursor."""
    shown = list(reading().scalars(_whole().where(Evidence.id.in_(ids[:limit])).order_by(*NEWEST)))
    if len(ids) <= limit:
        return Page(shown, otherwise)
    return Page(shown, encode(iso(shown[-1].received_at) or "", str(shown[-1].id)))


def original(actor: Actor, evidence_id: UUID, *, now: datetime) -> OriginalFile:
    """An original as the phone made it; that it was looked at goes on record first.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    evidence = get(actor, evidence_id)
    kept, project = evidence.original, evidence.project.code
    name = f"{project}-{evidence_id}.{EXTENSIONS.get(kept.media_type, 'bin')}"
    reading().expunge_all()
    with writing() as session:
        custody.append(
            session,
            actor.person_id,
            "evidence.original_opened",
            "evidence",
            str(evidence_id),
            now=now,
            project=project,
        )
    return OriginalFile(kept.storage_key, kept.media_type, kept.size, name)


def _unreadable() -> Problem:
    return Problem("store-away", _("The original cannot be read now."), headers={"Retry-After": "30"})


def copy(actor: Actor, evidence_id: UUID, name: str) -> bytes:
    """A copy (``thumbnail`` or ``web``) for someone with a role on the project.

    Raises:
        Problem: ``not-found``, also while the copy is still being made.
    """
    evidence = get(actor, evidence_id)
    return read_copy(evidence.sha256, name)


def read_copy(sha256: str, name: str) -> bytes:
    """The bytes of a copy; who may have them is the caller's to know."""
    try:
        with engines().store.open_copy(copy_name(sha256, name)) as stream:
            return stream.read()
    except OriginalMissingError:
        raise Problem("not-found", _("This copy is not there; it may still be in the making.")) from None


def _whole() -> sa.Select[Evidence]:
    return sa.select(Evidence).options(
        joinedload(Evidence.original),
        joinedload(Evidence.project),
        joinedload(Evidence.requirement),
        joinedload(Evidence.uploader),
        selectinload(Evidence.findings),
    )


def _conditions(wanted: EvidenceFilter) -> list[sa.ColumnElement[bool]]:
    exact = [
        (Project.code, wanted.project),
        (Evidence.milestone_id, wanted.milestone),
        (Evidence.stage, wanted.stage),
        (Evidence.verdict, wanted.verdict),
        (Evidence.state, wanted.state),
        (Evidence.uploader_id, wanted.uploader),
    ]
    return [*(column == value for column, value in exact if value is not None), *_when(wanted)]


def _when(wanted: EvidenceFilter) -> list[sa.ColumnElement[bool]]:
    conditions = []
    if wanted.received_from is not None:
        conditions.append(Evidence.received_at >= wanted.received_from)
    if wanted.received_to is not None:
        conditions.append(Evidence.received_at < wanted.received_to)
    return conditions


def _place(cursor: str) -> tuple[sa.ColumnElement[datetime], sa.ColumnElement[UUID]]:
    """The last item of the page before, typed so that each engine compares like with like."""
    received_at, evidence_id = decode(cursor, parts=2)
    last = sa.literal(instant(received_at), Evidence.received_at.type)
    return last, sa.literal(identity(evidence_id), Evidence.id.type)
