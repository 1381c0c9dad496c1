"""What the public's find page shows: the projects that fit, how many they are, where they lie, and the choices.

The list and the map ask the same question here, so that they agree. Nothing reads more than a bounded number of rows:
where more fit than were looked at, that is said and not counted on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from geo import quadtile
from geo.position import Bounds
from server import paging
from server.db import reading
from server.models import MapCount, Organisation, Project, TermCount
from server.models.public_map import MapLayer
from server.models.search_terms import CONTRACTOR, SECTOR, YEAR, contractor_term
from server.paging import Page
from server.services import near, project_search, public
from server.services.near import Place
from server.services.project_search import ProjectFilter
from server.services.public_documents import Named, ProjectCard

#: More projects than these are not counted one by one, nor drawn one by one.
MOST_COUNTED = 1000
#: So many of a kind stand in a list to choose from, those with the most projects.
MOST_CHOICES = 60
CHOICES_LOOKED_AT = 5000
#: The ground of the whole map is found from no more cells than these.
MOST_CELLS = 64
DEEPEST_EXTENT = 16


@dataclass(frozen=True, slots=True)
class Question:
    """Which projects, and from where: with ``near`` (latitude, longitude) the nearest come first."""

    which: ProjectFilter
    near: Place | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Some of the projects that fit, and how many fit in all; ``exact`` False means at least so many.

    ``places`` says where each lies, by code, in latitude and longitude, and ``metres`` how far off it is where the
    nearest come first.
    """

    cards: Sequence[ProjectCard]
    next: str | None
    number: int
    exact: bool
    metres: dict[str, float]
    places: dict[str, Place]


@dataclass(frozen=True, slots=True)
class Spot:
    """One project on the map, in degrees."""

    code: str
    title: str
    status: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Spots:
    """Those that fit and have a place; ``complete`` False where only the first of them are here."""

    spots: Sequence[Spot]
    complete: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen: sectors, contractors and years with the number of projects of each."""

    sectors: Sequence[tuple[str, int]]
    contractors: Sequence[tuple[Named, int]]
    years: Sequence[tuple[int, int]]


def answer(asked: Question, cursor: str | None, limit: int, *, now: datetime) -> Answer:
    """A page of the projects that fit, in order of code or, from a place, of distance.

    Raises:
        Problem: ``invalid``, for a broken cursor.
    """
    if asked.near is not None:
        return _nearest(asked.which, asked.near, cursor, limit, now=now)
    number, exact, first = _number(asked.which)
    if cursor is None and first is not None:
        codes = first[:limit]
        following = paging.encode(codes[-1]) if len(first) > limit else None
        page = Page(public.cards(codes, now=now), following)
    else:
        page = public.projects(asked.which, cursor, limit, now=now)
    return Answer(page.items, page.next, max(number, len(page.items)), exact, {}, _places(page.items))


def _nearest(which: ProjectFilter, place: Place, cursor: str | None, limit: int, *, now: datetime) -> Answer:
    number, exact, _first = _number(which)
    after = _offset(cursor)
    found = near.nearest(which, place, after + limit + 1)
    shown = dict(found[after : after + limit])
    following = paging.encode(str(after + limit)) if len(found) > after + limit else None
    cards = public.cards(list(shown), now=now)
    return Answer(cards, following, max(number, len(found)), exact, shown, _places(cards))


def spots(which: ProjectFilter) -> Spots:
    """Where the projects lie that fit, at most ``MOST_COUNTED`` of them by code."""
    found = project_search.find(which, None, MOST_COUNTED)
    placed = near.placed(found.codes, Project.title, Project.status)
    listed = [Spot(code, title, status.value, *quadtile.position(key)) for code, key, title, status in placed]
    return Spots(listed, found.next is None)


def are_few() -> bool:
    """Whether all published projects can be drawn one by one."""
    return (project_search.count(ProjectFilter()) or 0) <= MOST_COUNTED


def choices() -> Choices:
    """What there is to choose from, the most used first, the years from the latest."""
    sectors = _most_used(SECTOR)
    contractors = _most_used(CONTRACTOR)
    names = _names(code for code, _projects in contractors)
    years = sorted(((int(year), projects) for year, projects in _most_used(YEAR)), reverse=True)
    named = [(Named(code, names[code]), projects) for code, projects in contractors if code in names]
    return Choices(sorted(sectors), sorted(named, key=lambda each: each[0].name), years)


def contractor(code: str) -> Named | None:
    """A contractor of published projects by code; None where it has none."""
    has = reading().scalar(sa.select(TermCount.projects).where(TermCount.term == contractor_term(code)))
    return Named(code, _names([code])[code]) if has else None


def extent() -> Bounds | None:
    """South, west, north and east of all published projects, somewhat larger; None where there are none.

    Looked for in ever smaller cells, as long as these are few.
    """
    cells, level = _cells(0), 0
    while cells and level < DEEPEST_EXTENT:
        finer = _cells(level + 1)
        if len(finer) > MOST_CELLS:
            break
        cells, level = finer, level + 1
    return _around(cells, level) if cells else None


def _places(cards: Sequence[ProjectCard]) -> dict[str, Place]:
    return {code: quadtile.position(key) for code, key in near.placed([card.code for card in cards])}


def _number(which: ProjectFilter) -> tuple[int, bool, Sequence[str] | None]:
    """How many fit, whether that is all of them, and the first of them where they were looked for to be counted."""
    kept = project_search.count(which)
    if kept is not None:
        return kept, True, None
    found = project_search.find(which, None, MOST_COUNTED)
    enough = found.next is None or len(found.codes) == MOST_COUNTED
    return len(found.codes), found.next is None, found.codes if enough else None


def _offset(cursor: str | None) -> int:
    """How many of the nearest were shown already."""
    if cursor is None:
        return 0
    told = paging.decode(cursor, parts=1)[0]
    if not (told.isascii() and told.isdigit() and int(told) <= near.MOST_SHOWN):
        raise paging.broken_cursor()
    return int(told)


def _most_used(kind: str) -> list[tuple[str, int]]:
    """The terms of one kind, without its sign, and how many projects have each."""
    here = TermCount.term >= kind, TermCount.term < chr(ord(kind) + 1)
    looked_at = sa.select(TermCount.term, TermCount.projects).where(*here).order_by(TermCount.term)
    inside = looked_at.limit(CHOICES_LOOKED_AT).subquery()
    most = sa.select(inside.c.term, inside.c.projects).order_by(inside.c.projects.desc(), inside.c.term)
    return [(term[len(kind) :], projects) for term, projects in reading().execute(most.limit(MOST_CHOICES))]


def _names(codes: Iterable[str]) -> dict[str, str]:
    query = sa.select(Organisation.code, Organisation.name).where(Organisation.code.in_(list(codes)))
    return dict(reading().execute(query).all())


def _cells(level: int) -> list[int]:
    here = MapCount.layer == MapLayer.PROJECTS, MapCount.level == level
    return list(reading().scalars(sa.select(MapCount.cell).where(*here).limit(MOST_CELLS + 1)))


def _around(cells: Sequence[int], level: int) -> Bounds:
    """The box around some cells of one level."""
    rest = 2 * (quadtile.BITS - level)
    corners = [quadtile.position(key) for cell in cells for key in (cell << rest, ((cell + 1) << rest) - 1)]
    latitudes, longitudes = [each[0] for each in corners], [each[1] for each in corners]
    return min(latitudes), min(longitudes), max(latitudes), max(longitudes)
