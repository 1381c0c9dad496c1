"""The list of what waits for a signed-in person, as they asked to see it, and the way through it.

Reading only. Everything that waits is gathered and put in order (``server.services.waiting``), then what was asked is
chosen from it, so that the counts beside a filter, the list, its parts and the next thing after one all agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa

from server import paging
from server.access import Actor
from server.db import reading
from server.models import Appeal, Area, Certificate, Evidence
from server.models.evidence import CopiesState
from server.paging import Part
from server.services import reckoning
from server.services.waiting import gathering, order
from server.services.waiting.things import Kind, Target, Waiting

#: Things on one page, photos of one milestone that are shown beside it, and projects to choose from.
SHOWN, PHOTOS_BESIDE, PROJECTS_OFFERED = 25, 6, 8


class Age(StrEnum):
    """How long a thing has waited: longer than the policy allows, or than so many days."""

    OVERDUE = "overdue"
    WEEK = "7"
    MONTH = "30"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which things; everything left None is not asked for.

    ``area`` is an area's code and takes in all areas below it. ``text`` asks for things that have all its words in the
    code or title of project or milestone, or in the name of the organisation that sent them.
    """

    kind: Kind | None = None
    project: str | None = None
    area: str | None = None
    age: Age | None = None
    text: str | None = None

    @property
    def query(self) -> dict[str, str]:
        """What was asked, as the fields of an address; two that ask the same have the same."""
        return {name: str(value) for name, value in asdict(self).items() if value is not None}

    def but(self, name: str, value: str | None) -> dict[str, str]:
        """The fields of an address that asks for something else in one respect; None for not at all."""
        rest = {key: given for key, given in self.query.items() if key != name}
        return rest if value is None else {**rest, name: value}


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to ask for, how many would be shown then, and whether it is asked for now."""

    value: str
    label: str
    number: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo among those of a milestone that wait."""

    id: UUID
    has_copies: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """One page of what waits.

    ``everything`` is how many things wait in all. ``above`` leads from the root to the area that is asked for.
    ``awaits`` says by certificate why nobody can certify it yet. ``full``: the list stops at the oldest of a kind.
    """

    asked: Asked
    things: Part[Waiting]
    everything: int
    kinds: Sequence[Choice]
    ages: Sequence[Choice]
    projects: Sequence[Choice]
    areas: Sequence[Choice]
    above: Sequence[Choice]
    photos: dict[tuple[UUID, UUID | None], list[Photo]]
    awaits: dict[UUID, str]
    full: bool

    def beside(self, thing: Waiting) -> list[Photo]:
        """The first photos of a group."""
        return self.photos.get(_group(thing), []) if thing.kind is Kind.PHOTOS else []


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go on: the page, its record, and the place in the list, from 0."""

    target: Target
    page_id: UUID
    at: int
    project: str


def desk(actor: Actor, asked: Asked, *, part: int = 1, now: datetime) -> Desk:
    """One page of what waits for this person and of what they asked to see."""
    things = order.in_order(gathering.gathered(actor), now=now)
    shown = paging.part_of(_chosen(things, asked), part, SHOWN)
    areas, above = _areas(_chosen(things, replace(asked, area=None)), asked)
    return Desk(
        asked=asked,
        things=shown,
        everything=len(things),
        kinds=_kinds(_chosen(things, replace(asked, kind=None)), asked),
        ages=_ages(_chosen(things, replace(asked, age=None)), asked),
        projects=_projects(_chosen(things, replace(asked, project=None)), asked),
        areas=areas,
        above=above,
        photos=_photos(actor, [each for each in shown.items if each.kind is Kind.PHOTOS]),
        awaits=_awaited(shown.items),
        full=max(Counter(each.kind for each in things).values(), default=0) >= gathering.MOST,
    )


def listed(actor: Actor, asked: Asked, *, now: datetime) -> list[Waiting]:
    """Everything that was asked for, in order."""
    return _chosen(order.in_order(gathering.gathered(actor), now=now), asked)


def following(
    actor: Actor, asked: Asked, here: str, at: int | None, *, now: datetime, back: bool = False
) -> Place | None:
    """Where to go from a thing, in the order of the list; None beyond the last.

    Args:
        actor: the person.
        asked: the list they go through.
        here: the page they are on, as ``Waiting.key`` writes it.
        at: the place in the list from which they opened it: what was dealt with meanwhile is not there any more, and
            the one after it has moved up into its place.
        now: the time.
        back: go to the one before instead.
    """
    things = listed(actor, asked, now=now)
    photo = _photo_named(here)
    group = None if photo is None else _group_with(things, photo, at)
    if photo is not None and group is not None:
        beside = _photo_of(actor, things[group], beside=photo, back=back)
        if beside is not None:
            return Place(Target.PHOTO, beside, group, things[group].project.code)
    start = group if group is not None else _place_of(things, here, at)
    found = next((place for place in _onward(things, start, at, back=back) if things[place].key != here), None)
    return None if found is None else _opened(actor, things, found, photos=photo is not None)


def _onward(things: Sequence[Waiting], here: int | None, at: int | None, *, back: bool) -> range:
    """The places to look at, one after the other, from where somebody is, or was."""
    if back:
        return range((here if here is not None else min(at or 0, len(things))) - 1, -1, -1)
    return range(here + 1 if here is not None else at or 0, len(things))


# -- choosing ----------------------------------------------------------------------------------


def _chosen(things: Iterable[Waiting], asked: Asked) -> list[Waiting]:
    words = asked.text.casefold().split() if asked.text else []
    return [each for each in things if _fits(each, asked) and _has_words(each, words)]


def _fits(thing: Waiting, asked: Asked) -> bool:
    return (
        asked.kind in (None, thing.kind)
        and asked.project in (None, thing.project.code)
        and (asked.area is None or asked.area in _codes(thing))
        and (asked.age is None or _is_of_age(thing, asked.age))
    )


def _is_of_age(thing: Waiting, age: Age) -> bool:
    return thing.at.overdue_days > 0 if age is Age.OVERDUE else thing.at.waited_days >= int(age)


def _has_words(thing: Waiting, words: Sequence[str]) -> bool:
    if not words:
        return True
    milestone = (thing.milestone.code, thing.milestone.title) if thing.milestone else ()
    text = "\n".join((thing.project.code, thing.project.title, *milestone, *thing.organisations)).casefold()
    return all(word in text for word in words)


def _codes(thing: Waiting) -> list[str]:
    return thing.project.area_path.rstrip("/").split("/")


# -- what can be asked, and how much each would show --------------------------------------------


def _kinds(things: Iterable[Waiting], asked: Asked) -> list[Choice]:
    counts = Counter(each.kind for each in things)
    wanted = [kind for kind in Kind if counts[kind] or kind is asked.kind]
    return [Choice(kind.value, kind.value, counts[kind], kind is asked.kind) for kind in wanted]


def _ages(things: Sequence[Waiting], asked: Asked) -> list[Choice]:
    counts = {age: sum(_is_of_age(each, age) for each in things) for age in Age}
    return [Choice(age.value, age.value, counts[age], age is asked.age) for age in Age]


def _projects(things: Iterable[Waiting], asked: Asked) -> list[Choice]:
    """The projects on which most waits, and the one that is asked for."""
    counts = Counter((each.project.code, each.project.title) for each in things)
    if asked.project is not None and all(code != asked.project for code, _title in counts):
        counts[asked.project, asked.project] = 0
    fullest = sorted(counts.items(), key=lambda item: (item[0][0] != asked.project, -item[1], item[0]))
    return [Choice(code, title, number, code == asked.project) for (code, title), number in fullest[:PROJECTS_OFFERED]]


def _areas(things: Iterable[Waiting], asked: Asked) -> tuple[list[Choice], list[Choice]]:
    """The areas directly below the one that is asked for (or where the ways first part), and those above them."""
    paths = Counter(tuple(_codes(each)) for each in things)
    above = _way_down(paths, asked.area)
    counts: Counter[str] = Counter()
    for path, number in paths.items():
        if path[: len(above)] == above:
            counts.update(dict.fromkeys(path[len(above) : len(above) + 1], number))
    names = _names([*above, *counts])
    below = [Choice(code, names.get(code, code), counts[code], False) for code in counts]
    inside = {code: sum(number for path, number in paths.items() if code in path) for code in above}
    led = [Choice(code, names.get(code, code), inside[code], code == asked.area) for code in above]
    return sorted(below, key=lambda choice: choice.label), led


def _way_down(paths: Iterable[tuple[str, ...]], area: str | None) -> tuple[str, ...]:
    """The codes from the root to an area, or as far down as all the paths go together."""
    ways = list(paths)
    if area is not None:
        way = next((path for path in ways if area in path), None)
        return way[: way.index(area) + 1] if way else (area,)
    together: list[str] = []
    for codes in zip(*ways, strict=False):
        if len(set(codes)) > 1:
            break
        together.append(codes[0])
    return tuple(together)


def _names(codes: Sequence[str]) -> dict[str, str]:
    found = reading().execute(sa.select(Area.code, Area.name).where(Area.code.in_(codes)))
    return {row.code: row.name for row in found}


# -- told in full ------------------------------------------------------------------------------


def _group(thing: Waiting) -> tuple[UUID, UUID | None]:
    return thing.project.id, thing.milestone.id if thing.milestone else None


def _photos(actor: Actor, groups: Sequence[Waiting]) -> dict[tuple[UUID, UUID | None], list[Photo]]:
    """The first photos of each group, the oldest first."""
    if not groups:
        return {}
    keys = (Evidence.project_id, Evidence.milestone_id)
    place = sa.func.row_number().over(partition_by=keys, order_by=(Evidence.received_at, Evidence.id)).label("place")
    inside = _waiting(actor).with_only_columns(Evidence.id, place, maintain_column_froms=True)
    milestones = [each.milestone.id for each in groups if each.milestone]
    loose = [each.project.id for each in groups if not each.milestone]
    of_groups = sa.or_(
        Evidence.milestone_id.in_(milestones), sa.and_(Evidence.milestone_id.is_(None), Evidence.project_id.in_(loose))
    )
    inside = inside.where(Evidence.project_id.in_({each.project.id for each in groups}), of_groups)
    numbered = inside.subquery()
    query = (
        sa.select(*keys, Evidence.id, Evidence.copies)
        .join(numbered, numbered.c.id == Evidence.id)
        .where(numbered.c.place <= PHOTOS_BESIDE)
        .order_by(numbered.c.place)
    )
    found: dict[tuple[UUID, UUID | None], list[Photo]] = {}
    for project_id, milestone_id, photo, copies in reading().execute(query):
        found.setdefault((project_id, milestone_id), []).append(Photo(photo, copies is CopiesState.READY))
    return found


def _waiting(actor: Actor) -> sa.Select[Evidence]:
    """Photos on which this person may say a word, without those under appeal."""
    appealed = sa.exists().where(Appeal.evidence_id == Evidence.id)
    return sa.select(Evidence).join(Evidence.project).where(gathering.reviewable(actor), ~appealed)


def _awaited(things: Iterable[Waiting]) -> dict[UUID, str]:
    """Why nobody can certify a certificate yet, for those shown that wait for it."""
    ids = [each.page_id for each in things if each.kind is Kind.CERTIFY and each.later]
    found = reading().scalars(sa.select(Certificate).where(Certificate.id.in_(ids)))
    return {each.id: reckoning.awaited(reading(), each) or "" for each in found}


# -- the way through ---------------------------------------------------------------------------


def _place_of(things: Sequence[Waiting], key: str, at: int | None) -> int | None:
    """Where the thing stands: at its old place if it is still there, else wherever it is."""
    if at is not None and at < len(things) and things[at].key == key:
        return at
    return next((place for place, each in enumerate(things) if each.key == key), None)


def _photo_named(key: str) -> Evidence | None:
    """The photo on whose page somebody is."""
    target, _colon, photo_id = key.partition(":")
    return reading().get(Evidence, UUID(photo_id)) if target == Target.PHOTO else None


def _group_with(things: Sequence[Waiting], photo: Evidence, at: int | None) -> int | None:
    """Where the group stands to which a photo belongs, whether this one waits or not; None where none waits there."""
    if at is not None and at < len(things) and things[at].kind is Kind.APPEAL:
        return None
    key = (photo.project_id, photo.milestone_id)
    return next((place for place, each in enumerate(things) if each.kind is Kind.PHOTOS and _group(each) == key), None)


def _photo_of(actor: Actor, group: Waiting, *, beside: Evidence | None = None, back: bool = False) -> UUID | None:
    """The first photo of a group that waits, or the first after (or before) another."""
    milestone = Evidence.milestone_id == group.milestone.id if group.milestone else Evidence.milestone_id.is_(None)
    query = _waiting(actor).with_only_columns(Evidence.id, maintain_column_froms=True)
    query = query.where(Evidence.project_id == group.project.id, milestone)
    keys = Evidence.received_at, Evidence.id
    if beside is not None:
        row, other = sa.tuple_(*keys), sa.tuple_(*(sa.literal(getattr(beside, k.key), k.type) for k in keys))
        query = query.where(row < other if back else row > other)
    ordered = query.order_by(*(key.desc() for key in keys)) if back else query.order_by(*keys)
    return reading().scalar(ordered.limit(1))


def _opened(actor: Actor, things: Sequence[Waiting], at: int, *, photos: bool) -> Place:
    """The page on which the thing at a place is dealt with; whoever goes from photo to photo is led to a photo."""
    thing = things[at]
    if thing.kind is Kind.PHOTOS and (photos or thing.number == 1 or thing.milestone is None):
        photo = _photo_of(actor, thing)
        if photo is not None:
            return Place(Target.PHOTO, photo, at, thing.project.code)
    return Place(thing.target, thing.page_id, at, thing.project.code)
