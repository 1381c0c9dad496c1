"""The published photos of one project: filtered with counts, one after another, and by pairs of before and after.

Whatever is counted or ordered is read from one index (``ix_evidence_published_view``); of the wide rows only those
that are shown are touched. A photo is "taken" when its claims say so, else when it was published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from evidence.context import Stage
from server import paging
from server.db import UtcDateTime, reading
from server.models import Evidence, Milestone, Project, Requirement
from server.paging import Part
from server.services import public_project
from server.services.public_documents import PhotoCard

#: Photos on one page of a project's photos.
SHOWN = 60
#: Photos are told apart by so many months; what is older than that counts to the first of them.
MOST_MONTHS = 120
#: Pairs of before and after that a project's page shows.
MOST_PAIRS = 2
_Taken = tuple[datetime, UUID]
TAKEN = sa.func.coalesce(Evidence.captured_at, Evidence.published_at)
#: The order of a project's photos, the last taken first.
LATEST = (TAKEN.desc(), Evidence.id.desc())


@dataclass(frozen=True, slots=True)
class PhotoFilter:
    """Which photos: None leaves a filter out. ``month`` is the first day's year and month, ``milestone`` a code."""

    stage: Stage | None = None
    month: str | None = None
    milestone: str | None = None
    view: str | None = None
    station_m: float | None = None

    def query(self) -> dict[str, str]:
        """The filter as an address says it."""
        station = None if self.station_m is None else f"{self.station_m:g}"
        stage = self.stage.value if self.stage else None
        told = {"stage": stage, "month": self.month, "milestone": self.milestone, "view": self.view, "station": station}
        return {key: value for key, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter: how many photos there would be, and the filter that asks for them."""

    value: Stage | str | float | None
    name: str
    photos: int
    chosen: bool
    query: dict[str, str]


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter with the values that this project's photos have; the first takes it off again."""

    field: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One part of the photos that fit, and the filters by which they can be told apart."""

    part: Part[PhotoCard]
    facets: tuple[Facet, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """The same view before the works and now; ``view`` is its name, ``station_m`` its chainage, where there is one."""

    view: str
    station_m: float | None
    before: PhotoCard
    after: PhotoCard


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The photos of the project taken before and after one, None at the ends."""

    earlier: UUID | None
    later: UUID | None


@dataclass(frozen=True, slots=True)
class _Group:
    """So many photos that are the same to every filter."""

    stage: Stage
    month: str
    milestone: str | None
    view: str | None
    station_m: float | None
    photos: int


def find(project: Project, asked: PhotoFilter, *, number: int = 1) -> Found:
    """One numbered part of the photos that fit, the last taken first, with the filters and their counts."""
    months = _months(project)
    groups = _groups(project, months)
    total = sum(group.photos for group in groups if _fits(group, asked))
    number = paging.held(number, SHOWN, total)
    which = sa.select(Evidence.id).where(*_published(project.id), *_conditions(asked, months, project.time_zone))
    ids = list(reading().scalars(which.order_by(*LATEST).limit(SHOWN).offset((number - 1) * SHOWN))) if total else []
    return Found(Part(_cards(ids), number, SHOWN, total), tuple(_facets(groups, asked, project)))


def pairs(project_id: UUID, most: int = MOST_PAIRS) -> tuple[Pair, ...]:
    """The earliest photo from before the works and the newest from after, of the places whose newest is newest."""
    requirements = _placed_requirements(project_id)
    firsts = _extremes(project_id, list(requirements), before=True)
    lasts = _extremes(project_id, list(requirements), before=False)
    by_place: dict[tuple[str, float | None], list[UUID]] = {}
    for each in requirements.values():
        by_place.setdefault(_place(each), []).append(each.id)
    ends = [(place, _ends(ids, firsts, lasts)) for place, ids in by_place.items()]
    whole = [(place, first, last) for place, (first, last) in ends if first and last]
    chosen = sorted(whole, key=lambda each: each[2][0], reverse=True)[:most]
    shown = {card.id: card for card in _cards([id_ for _, first, last in chosen for id_ in (first[1], last[1])])}
    return tuple(Pair(*place, shown[first[1]], shown[last[1]]) for place, first, last in chosen)


def spread(groups: Sequence[Sequence[PhotoCard]], most: int) -> list[PhotoCard]:
    """At most so many photos of some groups, as evenly as there are, in the groups' order."""
    taken = [0] * len(groups)
    for turn in range(most):
        for place, group in enumerate(groups):
            if len(group) > turn and sum(taken) < most:
                taken[place] += 1
    return [photo for group, number in zip(groups, taken, strict=True) for photo in group[:number]]


def pair_of(evidence_id: UUID) -> Pair | None:
    """The same view before the works and now, with this photo as one of the two; None where the other is missing."""
    photo = reading().scalars(sa.select(Evidence).where(Evidence.id == evidence_id)).one()
    requirements = _placed_requirements(photo.project_id)
    mine = requirements.get(photo.requirement_id) if photo.requirement_id else None
    if mine is None:
        return None
    same = [each.id for each in requirements.values() if _place(each) == _place(mine)]
    is_before = photo.stage is Stage.BEFORE
    others = _extremes(photo.project_id, same, before=not is_before).values()
    other = (max if is_before else min)(others, default=None)
    if other is None:
        return None
    shown = {card.id: card for card in _cards([evidence_id, other[1]])}
    first, last = (evidence_id, other[1]) if is_before else (other[1], evidence_id)
    return Pair(*_place(mine), shown[first], shown[last])


def neighbours(card: PhotoCard) -> Neighbours:
    """The photos of the same project taken right before and right after one."""
    project_id = sa.select(Project.id).where(Project.code == card.project.code).scalar_subquery()
    mine = sa.select(Evidence.id).where(Evidence.project_id == project_id, Evidence.published_at.is_not(None))
    taken = sa.literal(card.captured_at or card.published_at, UtcDateTime)
    earlier = mine.where(sa.or_(taken > TAKEN, sa.and_(taken == TAKEN, Evidence.id < card.id)))
    later = mine.where(sa.or_(taken < TAKEN, sa.and_(taken == TAKEN, Evidence.id > card.id)))
    upward = (TAKEN, Evidence.id)
    return Neighbours(
        reading().scalar(earlier.order_by(*LATEST).limit(1)), reading().scalar(later.order_by(*upward).limit(1))
    )


def every(project_id: UUID) -> Iterator[PhotoCard]:
    """All published photos of a project, the last taken first, some hundred at a time."""
    ids = list(reading().scalars(sa.select(Evidence.id).where(*_published(project_id)).order_by(*LATEST)))
    for start in range(0, len(ids), paging.MOST):
        yield from _cards(ids[start : start + paging.MOST])


def _published(project_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return Evidence.project_id == project_id, Evidence.published_at.is_not(None)


def _cards(ids: Sequence[UUID]) -> list[PhotoCard]:
    """The cards of some photos, in this order."""
    query = sa.select(Evidence).where(Evidence.id.in_(ids))
    named = query.options(joinedload(Evidence.milestone), joinedload(Evidence.project), sa.orm.defer(Evidence.claims))
    found = {photo.id: photo for photo in reading().scalars(named)}
    return [public_project.photo_card(found[id_]) for id_ in ids if id_ in found]


# The filters


def _months(project: Project) -> list[datetime]:
    """The instants at which the months begin, where the project is, from its first photo to its last."""
    ends = sa.select(sa.func.min(TAKEN), sa.func.max(TAKEN)).where(*_published(project.id))
    first, last = reading().execute(ends).one()
    if first is None:
        return []
    zone = ZoneInfo(project.time_zone)
    newest = _month_number(last.astimezone(zone))
    oldest = max(_month_number(first.astimezone(zone)), newest - MOST_MONTHS + 1)
    return [_beginning(number, zone) for number in range(oldest, newest + 1)]


def _month_number(when: datetime) -> int:
    return when.year * 12 + when.month - 1


def _beginning(number: int, zone: ZoneInfo) -> datetime:
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=zone).astimezone(UTC)


def _named(month: datetime, zone: str) -> str:
    return f"{month.astimezone(ZoneInfo(zone)):%Y-%m}"


def _groups(project: Project, months: Sequence[datetime]) -> list[_Group]:
    """How many photos there are of each kind that the filters can tell apart."""
    if not months:
        return []
    later = [(beginning > TAKEN, place) for place, beginning in enumerate(months[1:])]
    month = sa.case(*later, else_=len(months) - 1) if later else sa.literal(0)
    counted = (
        sa.select(
            Evidence.stage,
            month.label("month"),
            Evidence.milestone_id,
            Evidence.requirement_id,
            sa.func.count().label("n"),
        )
        .where(*_published(project.id))
        .group_by(Evidence.stage, sa.text("month"), Evidence.milestone_id, Evidence.requirement_id)
        .subquery()
    )
    rows = reading().execute(
        sa.select(counted, Milestone.code, Requirement.view, Requirement.station_m)
        .outerjoin(Milestone, Milestone.id == counted.c.milestone_id)
        .outerjoin(Requirement, Requirement.id == counted.c.requirement_id)
    )
    names = [_named(each, project.time_zone) for each in months]
    return [_Group(row.stage, names[row.month], row.code, row.view or None, row.station_m, row.n) for row in rows]


def _conditions(asked: PhotoFilter, months: Sequence[datetime], zone: str) -> list[sa.ColumnElement[bool]]:
    told: list[sa.ColumnElement[bool]] = [Evidence.stage == asked.stage] if asked.stage else []
    told += _in_month(asked.month, months, zone) if asked.month else []
    if asked.milestone is not None:
        told.append(Evidence.milestone.has(Milestone.code == asked.milestone))
    if asked.view is not None:
        told.append(Evidence.requirement.has(Requirement.view == asked.view))
    if asked.station_m is not None:
        told.append(Evidence.requirement.has(Requirement.station_m == asked.station_m))
    return told


def _in_month(month: str, months: Sequence[datetime], zone: str) -> list[sa.ColumnElement[bool]]:
    """Between two beginnings; the first month takes in what is older, and the last has no end."""
    names = [_named(each, zone) for each in months]
    if month not in names:
        return [sa.false()]
    place = names.index(month)
    told = [months[place] <= TAKEN] if place else []
    return told + ([months[place + 1] > TAKEN] if place + 1 < len(months) else [])


_VALUES: dict[str, Callable[[_Group], Stage | str | float | None]] = {
    "stage": lambda group: group.stage,
    "month": lambda group: group.month,
    "milestone": lambda group: group.milestone,
    "view": lambda group: group.view,
    "station_m": lambda group: group.station_m,
}
FIELDS = tuple(_VALUES)


def _fits(group: _Group, asked: PhotoFilter, *, but: str = "") -> bool:
    wanted = ((field, getattr(asked, field)) for field in FIELDS if field != but)
    return all(value is None or _VALUES[field](group) == value for field, value in wanted)


def _facets(groups: Sequence[_Group], asked: PhotoFilter, project: Project) -> Iterator[Facet]:
    """Each filter that tells this project's photos apart, or that is set."""
    titles = _titles(project.id)
    for field in FIELDS:
        values = {_VALUES[field](group) for group in groups} - {None}
        if len(values) > 1 or getattr(asked, field) is not None:
            ordered = sorted(values, key=_ordering(field, list(titles)))
            yield Facet(field, tuple(_choices(field, ordered, groups, asked, titles)))


def _ordering(field: str, codes: list[str]) -> Callable[[object], tuple[object, ...]]:
    if field == "stage":
        return lambda value: (list(Stage).index(value),)  # type: ignore[arg-type]
    if field == "milestone":
        return lambda value: (codes.index(value) if value in codes else len(codes),)
    return lambda value: (value,)


def _choices(
    field: str, values: Sequence[object], groups: Sequence[_Group], asked: PhotoFilter, titles: dict[str, str]
) -> Iterator[Choice]:
    others = [group for group in groups if _fits(group, asked, but=field)]
    chosen = getattr(asked, field)
    off = replace(asked, **{field: None}).query()
    yield Choice(None, "", sum(group.photos for group in others), chosen is None, off)
    for value in values:
        photos = sum(group.photos for group in others if _VALUES[field](group) == value)
        query = replace(asked, **{field: value}).query()  # type: ignore[arg-type]
        yield Choice(value, titles.get(str(value), str(value)), photos, value == chosen, query)  # type: ignore[arg-type]


def _titles(project_id: UUID) -> dict[str, str]:
    query = sa.select(Milestone.code, Milestone.title).where(Milestone.project_id == project_id)
    found: dict[str, Any] = dict(reading().execute(query.order_by(Milestone.position)).all())
    return found


# Before and after


def _placed_requirements(project_id: UUID) -> dict[UUID, Requirement]:
    """The requirements that name a view or a station, in the order of the works."""
    query = sa.select(Requirement).join(Requirement.milestone).where(Milestone.project_id == project_id)
    placed = query.where(sa.or_(Requirement.view != "", Requirement.station_m.is_not(None)))
    return {each.id: each for each in reading().scalars(placed.order_by(Milestone.position, Requirement.code))}


def _place(requirement: Requirement) -> tuple[str, float | None]:
    """The same place is asked for again by the same view at the same station; a milestone adds nothing to it."""
    return requirement.view, requirement.station_m


def _ends(
    ids: Sequence[UUID], firsts: dict[UUID, _Taken], lasts: dict[UUID, _Taken]
) -> tuple[_Taken | None, _Taken | None]:
    """The earliest of the first photos and the newest of the last, over all requirements of one place."""
    first = min((firsts[each] for each in ids if each in firsts), default=None)
    return first, max((lasts[each] for each in ids if each in lasts), default=None)


def _extremes(project_id: UUID, requirements: Sequence[UUID], *, before: bool) -> dict[UUID, _Taken]:
    """For each requirement the earliest photo from before the works, or the newest from after they began."""
    if not requirements:
        return {}
    stage = Evidence.stage == Stage.BEFORE if before else Evidence.stage != Stage.BEFORE
    order = (TAKEN, Evidence.id) if before else LATEST
    place = sa.func.row_number().over(partition_by=Evidence.requirement_id, order_by=order).label("place")
    ranked = (
        sa.select(Evidence.requirement_id, TAKEN.label("taken"), Evidence.id, place)
        .where(*_published(project_id), stage, Evidence.requirement_id.in_(requirements))
        .subquery()
    )
    rows = reading().execute(sa.select(ranked).where(ranked.c.place == 1))
    return {row.requirement_id: (row.taken, row.id) for row in rows}
