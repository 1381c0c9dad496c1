"""Finding published projects by what is asked of them: words, place, state, sector, contractor, year.

Whatever is asked becomes lists of projects' codes that are kept in order. The shortest is walked and the others are
probed, so that the work depends on what is shown and not on how many projects there are. What terms a project has
is decided in ``server.models.search_terms``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from server.db import reading
from server.models import Project, ProjectTerm, Site, TermCount
from server.models.projects import ProjectStatus
from server.models.search import EVERY
from server.models.search_terms import area_term, box_terms, contractor_term, sector_term, state_term, year_term
from server.words import is_joined, words

Box = tuple[float, float, float, float]
#: Words of one question; what comes after is left out.
MOST_WORDS = 12
#: A word of so many letters also finds longer words that begin with it, the most used first.
BEGINNING = 3
MOST_BEGUN = 32
BEGUN_LOOKED_AT = 1000
#: A walk looks at some projects, then at so many more; a page that ends there is short, and its cursor goes on.
STEPS = (500, 10_000)
#: Lists that are no longer are read whole.
SHORT = 500
FIRST_AFTER_SURROGATES = 0xE000


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """Which projects; everything left None is not asked for.

    ``bbox`` is south, west, north, east in degrees, west > east across the antimeridian. ``area`` is an area's code and
    takes in all areas below it. ``text`` asks for projects that have all its words, or words that begin so, in
    title, purpose, code or the names of their areas, and for those whose code begins with it. ``contractor`` is the
    organisation's code, ``year`` one in which works are planned.
    """

    bbox: Box | None = None
    area: str | None = None
    state: ProjectStatus | None = None
    text: str | None = None
    sector: str | None = None
    contractor: str | None = None
    year: int | None = None

    @property
    def terms(self) -> list[str]:
        """The single terms that a project must have, one for each thing asked beside words and a box."""
        found = [area_term(self.area)] if self.area is not None else []
        found += [state_term(self.state)] if self.state is not None else []
        found += [sector_term(self.sector)] if self.sector is not None else []
        found += [contractor_term(self.contractor)] if self.contractor is not None else []
        return found + ([year_term(self.year)] if self.year is not None else [])


@dataclass(frozen=True, slots=True)
class Found:
    """Codes in order, and the code after which to go on, None where all were found."""

    codes: Sequence[str]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Group:
    """Terms of which a project has at least one, with how many projects have each; a term that none has is left out."""

    counts: dict[str, int]

    @property
    def size(self) -> int:
        """How many projects there are at most."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class _Walk:
    """One list to walk, in order of code, and what each project on it must have beside."""

    driver: _Group
    others: Sequence[_Group] = ()
    conditions: Sequence[sa.ColumnElement[bool]] = ()
    beginning: str | None = None


@dataclass(slots=True)
class _Walked:
    """What a walk found, and the code up to which it looked; None means to the end."""

    codes: list[str] = field(default_factory=list)
    up_to: str | None = None


def find(asked: ProjectFilter, after: str | None, limit: int) -> Found:
    """At most ``limit`` published projects after a code, in order of code."""
    walked = [_walk(walk, after or "", limit + 1) for walk in _walks(asked)]
    horizon = min((each.up_to for each in walked if each.up_to is not None), default=None)
    codes = sorted({code for each in walked for code in each.codes if horizon is None or code <= horizon})
    if len(codes) > limit:
        return Found(codes[:limit], codes[limit - 1])
    return Found(codes, horizon)


def _walks(asked: ProjectFilter) -> list[_Walk]:
    """A walk for the words of a text, and one for the codes that begin with it."""
    conditions = [_meets(asked.bbox)] if asked.bbox is not None else []
    within = _within(asked)
    if asked.text is None:
        return _planned(within, conditions)
    found = _planned([*within, *_word_groups(asked.text)], conditions) if words(asked.text) else []
    beginnings = dict.fromkeys((asked.text.strip(), asked.text.strip().upper(), asked.text.strip().lower()))
    every = _counted([EVERY])
    return found + [_Walk(every, within, conditions, start) for start in beginnings if start]


def _planned(groups: Sequence[_Group], conditions: Sequence[sa.ColumnElement[bool]]) -> list[_Walk]:
    """The walk over the shortest list; none where a list is empty."""
    shortest, *others = sorted(groups or [_counted([EVERY])], key=lambda group: group.size)
    return [_Walk(shortest, others, conditions)] if shortest.counts else []


def _within(asked: ProjectFilter) -> list[_Group]:
    groups = [_counted([term]) for term in asked.terms]
    if asked.bbox is not None:
        groups.append(_counted(box_terms(asked.bbox)))
    return groups


def _counted(terms: Iterable[str]) -> _Group:
    query = sa.select(TermCount.term, TermCount.projects).where(TermCount.term.in_(list(terms)))
    return _Group(dict(reading().execute(query).all()))


def _word_groups(text: str) -> list[_Group]:
    return [_Group(_begun(word)) for word in words(text)[:MOST_WORDS]]


def _begun(word: str) -> dict[str, int]:
    """The words that ``word`` stands for, itself first, with how many projects have each."""
    if len(word) < BEGINNING and not (is_joined(word) and len(word) == 1):
        return _counted([word]).counts
    inside = sa.select(TermCount.term, TermCount.projects).where(*_range(TermCount.term, word))
    looked_at = inside.order_by(TermCount.term).limit(BEGUN_LOOKED_AT).subquery()
    most_used = sa.select(looked_at).order_by(looked_at.c.term != word, looked_at.c.projects.desc(), looked_at.c.term)
    return dict(reading().execute(most_used.limit(MOST_BEGUN)).all())


def _range(column: sa.SQLColumnExpression[str], beginning: str) -> tuple[sa.ColumnElement[bool], ...]:
    """The texts with one beginning, as a range of the index: up to the beginning with its last letter raised."""
    raised = min(ord(beginning[-1]) + 1, 0x10FFFF)
    # Half of a surrogate pair is no letter, and nothing that a database takes.
    return column >= beginning, column < beginning[:-1] + chr(FIRST_AFTER_SURROGATES if raised == 0xD800 else raised)


def count(asked: ProjectFilter) -> int | None:
    """How many published projects there are, where that is kept: for nothing asked, or one thing; else None."""
    if asked.text is not None or asked.bbox is not None or len(asked.terms) > 1:
        return None
    return _counted(asked.terms or [EVERY]).size


def share(asked: ProjectFilter) -> float:
    """What part of all projects fits at most, from the rarest thing that is asked for."""
    every = _counted([EVERY]).size
    rarest = min((group.size for group in _having(asked)), default=every)
    return rarest / every if every else 0.0


def fitting(asked: ProjectFilter, codes: Sequence[str]) -> list[str]:
    """Those of the codes whose projects have every term asked for; a box is left out of account."""
    groups = _having(asked)
    if not groups or any(not group.counts for group in groups):
        return [] if groups else list(codes)
    found: list[str] = []
    for at in range(0, len(codes), SHORT):
        left = list(codes[at : at + SHORT])
        for group in groups:
            has = ProjectTerm.term.in_(list(group.counts)), ProjectTerm.code.in_(left)
            left = sorted(set(reading().scalars(sa.select(ProjectTerm.code).where(*has)))) if left else []
        found += left
    return found


def _having(asked: ProjectFilter) -> list[_Group]:
    return [_counted([term]) for term in asked.terms] + _word_groups(asked.text or "")


# -- walking -----------------------------------------------------------------------------------


def _walk(walk: _Walk, after: str, wanted: int) -> _Walked:
    """The first codes after ``after`` that fit; looks at no more than the sum of ``STEPS``."""
    if any(not group.counts for group in (walk.driver, *walk.others)):
        return _Walked()
    walked = _Walked()
    certain = not walk.others and not walk.conditions
    for step in (wanted,) if certain else STEPS:
        looked_at = _driver(walk, after, step)
        walked.codes += reading().scalars(_fitting(walk, looked_at).limit(wanted - len(walked.codes)))
        if len(walked.codes) == wanted:
            walked.up_to = walked.codes[-1]
            return walked
        number, last = reading().execute(_extent(looked_at)).one()
        walked.up_to = last if number == step else None
        if walked.up_to is None:
            return walked
        after = walked.up_to
    return walked


def _driver(walk: _Walk, after: str, step: int) -> sa.Select[str]:
    """The next codes of the list that is walked; long lists are each begun, short ones read whole."""
    short = [term for term, projects in walk.driver.counts.items() if projects <= SHORT]
    long = [term for term in walk.driver.counts if term not in short]
    parts = [_list(ProjectTerm.term == term, walk, after).limit(step) for term in long]
    # A project may stand in several of the short lists, and must not be counted twice towards the step.
    parts += [_list(ProjectTerm.term.in_(short), walk, after).distinct().limit(step)] if short else []
    if len(parts) == 1:
        return parts[0]
    together = sa.union_all(*(sa.select(part.subquery()) for part in parts)).subquery()
    return sa.select(together.c.code).distinct().order_by(together.c.code).limit(step)


def _list(term: sa.ColumnElement[bool], walk: _Walk, after: str) -> sa.Select[str]:
    query = sa.select(ProjectTerm.code).where(term).order_by(ProjectTerm.code)
    if walk.beginning is None:
        return query.where(ProjectTerm.code > after)
    # An engine searches by one lower bound and reads on to the other, so it is given only the higher.
    first, last = _range(ProjectTerm.code, walk.beginning)
    return query.where(ProjectTerm.code > after if after >= walk.beginning else first, last)


def _extent(looked_at: sa.Select[str]) -> sa.Select[int, str]:
    listed = looked_at.subquery()
    return sa.select(sa.func.count(), sa.func.max(listed.c.code)).select_from(listed)


def _fitting(walk: _Walk, looked_at: sa.Select[str]) -> sa.Select[str]:
    """Those looked at, in order, that have a term of every other list, and meet the conditions."""
    listed = looked_at.subquery()
    query = sa.select(listed.c.code).order_by(listed.c.code)
    for group in walk.others:
        # With a limit it stays a look-up for each project on every engine, and never becomes a join of whole lists.
        has = ProjectTerm.term.in_(list(group.counts)), ProjectTerm.code == listed.c.code
        query = query.where(sa.select(ProjectTerm.code).where(*has).limit(1).scalar_subquery().is_not(None))
    if walk.conditions:
        query = query.join(Project, Project.code == listed.c.code).where(*walk.conditions)
    return query


def _meets(bbox: Box) -> sa.ColumnElement[bool]:
    """Projects whose site's own box meets ``bbox``; either of the two may cross the antimeridian."""
    south, west, north, east = bbox
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    plain = Site.west <= Site.east
    longitudes = sa.or_(
        *(sa.and_(plain, Site.west <= right, Site.east >= left) for left, right in spans),
        *(sa.and_(~plain, sa.or_(Site.west <= right, Site.east >= left)) for left, right in spans),
    )
    current = Site.project_id == Project.id, Site.retired_at.is_(None)
    return sa.exists().where(*current, Site.south <= north, Site.north >= south, longitudes)
