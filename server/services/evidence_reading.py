"""Looking at evidence: one photo, a filtered list, its copies, and its original under record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
from server.paging import Page, broken_cursor, decode, encode
from server.problems import Problem
from server.services import custody
from server.services.copies import copy_name
from server.services.projects import visible_to
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


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """An original opened for reading, with what its answer needs; the caller closes the stream."""

    stream: BinaryIO
    media_type: str
    size: int
    name: str


def get(actor: Actor, evidence_id: UUID) -> Evidence:
    """One photo's evidence, for anyone with a role on its project.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    found = reading().scalar(_whole().where(Evidence.id == evidence_id))
    if found is None:
        raise Problem("not-found", "There is no evidence with this id.")
    require(actor, found.project, READERS)
    return found


def search(actor: Actor, wanted: EvidenceFilter, *, cursor: str | None, limit: int) -> Page[Evidence]:
    """The photos of the actor's projects that fit, newest first."""
    query = _whole().join(Project, Project.id == Evidence.project_id).where(visible_to(actor), *_conditions(wanted))
    if cursor is not None:
        query = query.where(sa.tuple_(Evidence.received_at, Evidence.id) < sa.tuple_(*_place(cursor)))
    query = query.order_by(Evidence.received_at.desc(), Evidence.id.desc()).limit(limit + 1)
    found = list(reading().scalars(query))
    shown = found[:limit]
    more = encode(iso(shown[-1].received_at) or "", str(shown[-1].id)) if len(found) > limit else None
    return Page(shown, more)


def original(actor: Actor, evidence_id: UUID, *, now: datetime) -> OriginalFile:
    """Open an original as the phone made it; that it was looked at goes on record first.

    Raises:
        Problem: ``not-found``, ``not-allowed`` or ``store-away``.
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
    try:
        stream = engines().store.open(kept.storage_key)
    except (OriginalMissingError, OSError) as error:
        raise Problem("store-away", "The original cannot be read now.", headers={"Retry-After": "30"}) from error
    return OriginalFile(stream, kept.media_type, kept.size, name)


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
        raise Problem("not-found", "This copy is not there; it may still be in the making.") from None


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
    conditions = [column == value for column, value in exact if value is not None]
    if wanted.received_from is not None:
        conditions.append(Evidence.received_at >= wanted.received_from)
    if wanted.received_to is not None:
        conditions.append(Evidence.received_at < wanted.received_to)
    return conditions


def _place(cursor: str) -> tuple[sa.ColumnElement[datetime], sa.ColumnElement[UUID]]:
    """The last item of the page before, typed so that each engine compares like with like."""
    received_at, evidence_id = decode(cursor, parts=2)
    try:
        instant, identity = datetime.fromisoformat(received_at), UUID(evidence_id)
        if instant.tzinfo is None:
            raise ValueError("a cursor's time has a zone")
    except ValueError:
        raise broken_cursor() from None
    return sa.literal(instant, Evidence.received_at.type), sa.literal(identity, Evidence.id.type)
