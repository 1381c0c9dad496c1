"""What anyone may read: published projects, areas, and the photos behind approved milestones.

A photo is public from the moment its milestone is approved, and only as a copy without
metadata in which faces and whatever reviewers marked are hidden. An unpublished record does
not exist here: asking for it answers ``not-found``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import joinedload, selectinload

from evidence.context import Stage
from evidence.findings import without_other
from evidence.provenance import CredentialState
from server import credential_words, paging, wording
from server.db import reading
from server.models import Area, Contract, Evidence, Project, ProjectNews, Site, TermCount
from server.models.search import EVERY
from server.models.search_terms import area_term
from server.paging import Page, Part
from server.problems import Problem
from server.services import project_search, public_copies, public_project, receipts
from server.services.project_search import ProjectFilter
from server.services.public_documents import (
    AreaCount,
    AreaPage,
    CheckLine,
    PhotoCard,
    PhotoPage,
    ProjectCard,
    ProjectPage,
)
from server.services.site_lookup import geometry
from server.site_picture import Picture, Spot, draw
from server.texts import _
from server.times import iso

CopyName = Literal["thumbnail", "web"]


@dataclass(frozen=True, slots=True)
class CopyFile:
    """The bytes of a derived JPEG and the strong ETag that names them."""

    content: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class PublicReceipt:
    """A receipt as the compact JWS that was signed, and what it states beside the photo's id and fingerprint."""

    signed: str
    size: int
    received_at: str


def projects(
    asked: ProjectFilter, cursor: str | None, limit: int, *, now: datetime, shapes: bool = False
) -> Page[ProjectCard]:
    """Published projects by code; an area that does not exist holds none.

    A page may be short, even empty, and yet have a next one: a rare combination is sought a stretch at a time.

    Raises:
        Problem: ``invalid``, for a broken cursor.
    """
    found = project_search.find(asked, paging.decode(cursor, parts=1)[0] if cursor is not None else None, limit)
    shown = cards(found.codes, now=now, shapes=shapes)
    return Page(shown, paging.encode(found.next) if found.next is not None else None)


def cards(codes: Sequence[str], *, now: datetime, shapes: bool = False) -> list[ProjectCard]:
    """The cards of the published projects among these, in their order."""
    named = {each.code: each for each in reading().scalars(_published_projects().where(Project.code.in_(codes)))}
    return public_project.cards([named[code] for code in codes if code in named], now=now, shapes=shapes)


def project(code: str, *, now: datetime) -> ProjectPage:
    """One published project.

    Raises:
        Problem: ``not-found``.
    """
    found = reading().scalar(_published_projects().where(Project.code == code))
    if found is None:
        raise _no_project(code)
    return public_project.page(found, now=now)


def newest_photos(limit: int, *, area: str | None = None) -> tuple[PhotoCard, ...]:
    """The photos published last, over all projects or in one area and below, spread over the projects.

    Each project's newest comes before any project's second; only the projects with the latest news are looked at.
    """
    within = EVERY if area is None else area_term(area)
    latest = sa.select(Project.id).join(ProjectNews, ProjectNews.code == Project.code)
    latest = latest.where(ProjectNews.term == within).order_by(ProjectNews.published_at.desc(), ProjectNews.code.desc())
    each = [_newest_of(project_id, limit) for project_id in reading().scalars(latest.limit(limit))]
    if not each:
        return ()
    photos = reading().scalars(_published_photos().where(Evidence.id.in_(sa.union_all(*each)))).all()
    return tuple(public_project.photo_card(photo) for photo in _spread(photos)[:limit])


def _newest_of(project_id: UUID, limit: int) -> sa.Select[UUID]:
    query = sa.select(Evidence.id).where(Evidence.project_id == project_id, Evidence.published_at.is_not(None))
    return sa.select(query.order_by(*public_project.NEWEST).limit(limit).subquery())


def _spread(photos: Iterable[Evidence]) -> list[Evidence]:
    """First each project's newest, then each one's second, and so on."""
    seen: Counter[UUID] = Counter()
    placed = []
    for photo in sorted(photos, key=_newness, reverse=True):
        placed.append((seen[photo.project_id], photo))
        seen[photo.project_id] += 1
    return [photo for _place, photo in sorted(placed, key=lambda each: each[0])]


def _newness(photo: Evidence) -> tuple[datetime, bool, datetime, UUID]:
    published_at = photo.published_at or photo.received_at
    return published_at, photo.captured_at is not None, photo.captured_at or photo.received_at, photo.id


def photos_by_stage(code: str, each: int) -> list[tuple[Stage, Part[PhotoCard]]]:
    """The newest published photos of each stage, at most ``each``, in the order of the works.

    Raises:
        Problem: ``not-found``.
    """
    published = (Evidence.project_id == _project_id(code), Evidence.published_at.is_not(None))
    count = sa.func.count().over(partition_by=Evidence.stage).label("photos")
    place = sa.func.row_number().over(partition_by=Evidence.stage, order_by=public_project.NEWEST).label("place")
    ranked = sa.select(Evidence.id, count, place).where(*published).subquery()
    query = _published_photos().join(ranked, ranked.c.id == Evidence.id).where(ranked.c.place <= each)
    found: dict[Stage, list[PhotoCard]] = {}
    totals: dict[Stage, int] = {}
    for photo, total in reading().execute(query.add_columns(ranked.c.photos).order_by(ranked.c.place)):
        found.setdefault(photo.stage, []).append(public_project.photo_card(photo))
        totals[photo.stage] = total
    return [(stage, Part(found[stage], 1, each, totals[stage])) for stage in Stage if stage in found]


def photo(evidence_id: UUID) -> PhotoPage:
    """One published photo with its checks.

    Raises:
        Problem: ``not-found``.
    """
    found = _published_photo(evidence_id)
    card = public_project.photo_card(found)
    return PhotoPage(
        **{name: getattr(card, name) for name in card.__dataclass_fields__},
        grade_words=wording.GRADES[found.grade],
        state=found.state,
        checks=tuple(
            CheckLine(f.name, wording.check(f.name), f.outcome, without_other(f.measured), f.expected, f.message)
            for f in found.findings
        ),
        organisation=found.uploader.organisation.name,
        received_at=found.received_at,
        sha256=found.sha256,
        width_by_height=_pixels(found),
        policy=found.policy,
        redactions=found.public_redactions,
        credentials=_credentials(found),
    )


def _credentials(photo: Evidence) -> str | None:
    its = credential_words.kept(photo.original.seen)
    return None if its is None or its.state is CredentialState.ABSENT else its.state.value


def receipt(evidence_id: UUID) -> PublicReceipt | None:
    """The receipt that whoever sent a published photo holds; None while none can be signed.

    Raises:
        Problem: ``not-found``.
    """
    found = _published_photo(evidence_id)
    row = {"id": found.id, "sha256": found.sha256, "received_at": found.received_at}
    try:
        signed = receipts.receipt_of(row, size=found.original.size, leaf=receipts.promised_leaf(found.id))
    except SQLAlchemyError:
        return None
    return PublicReceipt(signed, found.original.size, iso(found.received_at) or "")


def photo_copy(evidence_id: UUID, name: CopyName) -> CopyFile:
    """The bytes of a published photo's thumbnail (400 px) or web copy (1600 px).

    Raises:
        Problem: ``not-found``, also while the picture is being prepared.
    """
    found = _published_photo(evidence_id)
    content = public_copies.read(found, name)
    sha256 = found.public_web if name == "web" else found.public_thumbnail
    if content is None or sha256 is None:
        told = _("The picture is being prepared. Try again in a minute.")
        raise Problem("not-found", told, headers={"Retry-After": "60", "Cache-Control": "no-store"})
    return CopyFile(content, sha256)


def picture(code: str, photos: Sequence[PhotoCard], *, around_photos_m: float | None = None) -> Picture | None:
    """The site of a published project drawn with some of its photos; None where no site is known.

    ``around_photos_m`` None draws the whole site, a length only so much around the photos.
    """
    query = sa.select(Site).join(Project, Project.id == Site.project_id)
    site = reading().scalar(
        query.where(Project.code == code, Project.published_at.is_not(None), Site.retired_at.is_(None))
    )
    if site is None:
        return None
    spots = [
        Spot(photo.latitude, photo.longitude, photo.caption or wording.stage(photo.stage), link=f"/photos/{photo.id}")
        for photo in photos
        if photo.latitude is not None and photo.longitude is not None
    ]
    return draw(geometry(site), spots, around_spots_m=around_photos_m)


def areas() -> tuple[AreaCount, ...]:
    """The areas at the root that hold published projects and those right below, with their counts."""
    roots = _counted(Area.parent_id.is_(None))
    below = _counted(Area.parent_id.in_([root.id for root, _number in roots]))
    return tuple(
        _area_count(root, number, [each for each in below if each[0].parent_id == root.id]) for root, number in roots
    )


def area(code: str) -> AreaPage:
    """One area with the areas above and right below.

    Raises:
        Problem: ``not-found``.
    """
    found = reading().scalar(sa.select(Area).where(Area.code == code))
    if found is None:
        raise Problem("not-found", _("There is no area with the code “%(code)s”.", code=code))
    total = reading().scalar(sa.select(TermCount.projects).where(TermCount.term == area_term(code))) or 0
    names = public_project.area_names([found.path])
    above = tuple(names[step] for step in found.path.split("/")[:-2] if step in names)
    return AreaPage(_area_count(found, total, _counted(Area.parent_id == found.id)), above)


def _project_id(code: str) -> UUID:
    found = reading().scalar(sa.select(Project.id).where(Project.code == code, Project.published_at.is_not(None)))
    if found is None:
        raise _no_project(code)
    return found


def _no_project(code: str) -> Problem:
    return Problem("not-found", _("No published project has the code “%(code)s”.", code=code))


def _published_projects() -> sa.Select[Project]:
    return (
        sa.select(Project)
        .where(Project.published_at.is_not(None))
        .options(
            joinedload(Project.agency),
            joinedload(Project.area),
            joinedload(Project.contract).joinedload(Contract.supplier),
            joinedload(Project.contract).selectinload(Contract.variations),
        )
    )


def _published_photos() -> sa.Select[Evidence]:
    return (
        sa.select(Evidence)
        .join(Evidence.project)
        .where(Evidence.published_at.is_not(None), Project.published_at.is_not(None))
        .options(joinedload(Evidence.project), joinedload(Evidence.milestone))
    )


def _published_photo(evidence_id: UUID) -> Evidence:
    query = _published_photos().where(Evidence.id == evidence_id).options(selectinload(Evidence.findings))
    found = reading().scalar(query)
    if found is None:
        raise Problem("not-found", _("There is no published photo with this id."))
    return found


def _counted(which: sa.ColumnElement[bool]) -> list[tuple[Area, int]]:
    """The areas that hold published projects, by name, with the number of them there and below."""
    query = sa.select(Area, TermCount.projects).join(TermCount, TermCount.term == area_term("") + Area.code)
    return [(each, number) for each, number in reading().execute(query.where(which).order_by(Area.name, Area.code))]


def _area_count(area: Area, number: int, parts: Iterable[tuple[Area, int]]) -> AreaCount:
    return AreaCount(area.code, area.name, area.level, number, tuple(_area_count(*each, ()) for each in parts))


def _pixels(found: Evidence) -> str | None:
    file = found.claims.get("file") or {}
    width, height = file.get("width"), file.get("height")
    return f"{width} × {height}" if width and height else None
