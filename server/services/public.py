"""What anyone may read: published projects, areas, and the photos behind approved milestones.

A photo is public from the moment its milestone is approved, and only as a copy without
metadata. An unpublished record does not exist here: asking for it answers ``not-found``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from evidence.context import Stage
from server import paging, wording
from server.db import reading
from server.models import Area, Contract, Evidence, Project, Site
from server.models.projects import ProjectStatus
from server.paging import Page, Part
from server.problems import Problem
from server.services import evidence_reading, public_project
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

Box = tuple[float, float, float, float]
CopyName = Literal["thumbnail", "web"]
#: Photos on one page of a project's photos.
PHOTOS_SHOWN = 60
#: The newest photos are chosen among this many that were published last.
LOOKED_AT = 400
#: A word that stands in the names of more areas than this is not the name of a place.
AREAS_NAMED = 20


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """Which projects; everything left None is not asked for.

    ``bbox`` is south, west, north, east in degrees, west > east across the antimeridian. ``area``
    is an area's code and takes in all areas below it; ``text`` is sought in title, purpose and code, and in
    the names of the areas in which the project lies.
    """

    bbox: Box | None = None
    area: str | None = None
    state: ProjectStatus | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class CopyFile:
    """The bytes of a derived JPEG and the strong ETag that names them."""

    content: bytes
    etag: str


def projects(asked: ProjectFilter, cursor: str | None, limit: int, *, now: datetime) -> Page[ProjectCard]:
    """Published projects by code; an area that does not exist holds none.

    Raises:
        Problem: ``invalid``, for a broken cursor.
    """
    query = _published_projects().where(*_conditions(asked)).order_by(Project.code).limit(limit + 1)
    if cursor is not None:
        query = query.where(Project.code > paging.decode(cursor, parts=1)[0])
    found = list(reading().scalars(query))
    more = len(found) > limit
    cards = public_project.cards(found[:limit], now=now)
    return Page(cards, paging.encode(found[limit - 1].code) if more else None)


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

    Each project's newest comes before any project's second; only the latest publications are looked at.
    """
    latest = sa.select(Evidence.id, Evidence.project_id, Evidence.published_at, Evidence.captured_at)
    latest = latest.join(Evidence.project).where(Evidence.published_at.is_not(None), Project.published_at.is_not(None))
    if area is not None:
        latest = latest.where(_in_area(area))
    recent = latest.order_by(Evidence.published_at.desc(), Evidence.id.desc()).limit(LOOKED_AT).subquery()
    newest = (recent.c.published_at.desc(), recent.c.captured_at.desc(), recent.c.id.desc())
    place = sa.func.row_number().over(partition_by=recent.c.project_id, order_by=newest).label("place")
    spread = sa.select(recent.c.id, place).order_by(place, *newest).limit(limit).subquery()
    query = _published_photos().join(spread, spread.c.id == Evidence.id)
    query = query.order_by(spread.c.place, Evidence.published_at.desc(), Evidence.captured_at.desc())
    return tuple(public_project.photo_card(photo) for photo in reading().scalars(query))


def photos(code: str, stage: Stage | None = None, *, number: int = 1) -> Part[PhotoCard]:
    """One numbered part of a published project's published photos, the newest first.

    Raises:
        Problem: ``not-found``.
    """
    project_id = _project_id(code)
    mine = [Evidence.project_id == project_id, Evidence.published_at.is_not(None)]
    mine += [Evidence.stage == stage] if stage else []
    total = reading().scalar(sa.select(sa.func.count()).where(*mine)) or 0
    number = paging.held(number, PHOTOS_SHOWN, total)
    query = _published_photos().where(*mine).order_by(*public_project.NEWEST).limit(PHOTOS_SHOWN)
    found = reading().scalars(query.offset((number - 1) * PHOTOS_SHOWN))
    return Part([public_project.photo_card(photo) for photo in found], number, PHOTOS_SHOWN, total)


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
            CheckLine(f.name, wording.check(f.name), f.outcome, f.measured, f.expected, f.message)
            for f in found.findings
        ),
        organisation=found.uploader.organisation.name,
        received_at=found.received_at,
        sha256=found.sha256,
        width_by_height=_pixels(found),
        policy=found.policy,
    )


def photo_copy(evidence_id: UUID, name: CopyName) -> CopyFile:
    """The bytes of a published photo's thumbnail (400 px) or web copy (1600 px).

    Raises:
        Problem: ``not-found``, also while the copy is still to be made.
    """
    sha256 = _published_photo(evidence_id).sha256
    return CopyFile(evidence_reading.read_copy(sha256, name), f"{sha256[:32]}-{name}")


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
    """The tree of areas that hold published projects, from the root, with their counts."""
    return _tree(_counted_areas())


def area(code: str) -> AreaPage:
    """One area with the areas above and right below.

    Raises:
        Problem: ``not-found``.
    """
    found = reading().scalar(sa.select(Area).where(Area.code == code))
    if found is None:
        raise Problem("not-found", f"There is no area with the code “{code}”.")
    counted = {path: pair for path, pair in _counted_areas().items() if path.startswith(found.path)}
    here = _tree(counted, below=found.path)
    total = counted[found.path][1] if found.path in counted else 0
    names = public_project.area_names([found.path])
    above = tuple(names[step] for step in found.path.split("/")[:-2] if step in names)
    return AreaPage(AreaCount(found.code, found.name, found.level, total, here), above)


def _project_id(code: str) -> UUID:
    found = reading().scalar(sa.select(Project.id).where(Project.code == code, Project.published_at.is_not(None)))
    if found is None:
        raise _no_project(code)
    return found


def _no_project(code: str) -> Problem:
    return Problem("not-found", f"No published project has the code “{code}”.")


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
        raise Problem("not-found", "There is no published photo with this id.")
    return found


def _conditions(asked: ProjectFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if asked.area is not None:
        conditions.append(_in_area(asked.area))
    if asked.state is not None:
        conditions.append(Project.status == asked.state)
    if asked.text:
        columns = (Project.title, Project.purpose, Project.code)
        said = [column.icontains(asked.text, autoescape=True) for column in columns]
        conditions.append(sa.or_(*said, _in_area_named(asked.text)))
    if asked.bbox is not None:
        here = sa.select(Site.project_id).where(Site.retired_at.is_(None), _meets(asked.bbox))
        conditions.append(Project.id.in_(here))
    return conditions


def _in_area(code: str) -> sa.ColumnElement[bool]:
    """Projects of an area or of any below it: their area's path begins with the area's own."""
    root = sa.select(Area.path).where(Area.code == code).scalar_subquery()
    # A prefix is compared by its length, so that no letter of a path is taken for a LIKE wildcard.
    below = sa.select(Area.id).where(sa.func.substr(Area.path, 1, sa.func.length(root)) == root)
    return Project.area_id.in_(below)


def _in_area_named(text: str) -> sa.ColumnElement[bool]:
    """Projects of the areas with ``text`` in their names, and of those below; the widest areas come first."""
    query = sa.select(Area.path).where(Area.name.icontains(text, autoescape=True))
    paths = reading().scalars(query.order_by(sa.func.length(Area.path), Area.path).limit(AREAS_NAMED))
    below = (sa.func.substr(Area.path, 1, len(path)) == path for path in paths)
    return Project.area_id.in_(sa.select(Area.id).where(sa.or_(sa.false(), *below)))


def _meets(bbox: Box) -> sa.ColumnElement[bool]:
    """Sites whose own box meets ``bbox``; either of the two may cross the antimeridian."""
    south, west, north, east = bbox
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    plain = Site.west <= Site.east
    longitudes = sa.or_(
        *(sa.and_(plain, Site.west <= right, Site.east >= left) for left, right in spans),
        *(sa.and_(~plain, sa.or_(Site.west <= right, Site.east >= left)) for left, right in spans),
    )
    return sa.and_(Site.south <= north, Site.north >= south, longitudes)


def _counted_areas() -> dict[str, tuple[Area, int]]:
    """Every area that holds a published project in it or below, by path, with the number of them."""
    rows = reading().execute(
        sa.select(Area.path, sa.func.count())
        .join(Project, Project.area_id == Area.id)
        .where(Project.published_at.is_not(None))
        .group_by(Area.path)
    )
    counts: dict[str, int] = {}
    for path, number in rows:
        for prefix in _prefixes(path):
            counts[prefix] = counts.get(prefix, 0) + number
    found = reading().scalars(sa.select(Area).where(Area.path.in_(counts)).order_by(Area.name))
    return {each.path: (each, counts[each.path]) for each in found}


def _tree(counted: dict[str, tuple[Area, int]], below: str = "") -> tuple[AreaCount, ...]:
    """The areas right below a path, each with its own parts, by name."""
    return tuple(
        AreaCount(each.code, each.name, each.level, number, _tree(counted, path))
        for path, (each, number) in counted.items()
        if path != below and path.startswith(below) and path[len(below) :].count("/") == 1
    )


def _prefixes(path: str) -> Sequence[str]:
    steps = path.rstrip("/").split("/")
    return ["/".join(steps[: depth + 1]) + "/" for depth in range(len(steps))]


def _pixels(found: Evidence) -> str | None:
    file = found.claims.get("file") or {}
    width, height = file.get("width"), file.get("height")
    return f"{width} × {height}" if width and height else None
