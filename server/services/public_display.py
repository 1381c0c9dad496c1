"""What a public screen shows: a project, or the projects of an area in turn, each with what is new about it.

Everything here is published, and little of it: what fits on a screen that nobody touches. A project with thousands of
photos gives its newest few, an area with thousands of projects those with the latest news.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from evidence.context import Stage
from server.db import reading
from server.models import Certificate, Contract, Evidence, Milestone, Project, ProjectNews, Requirement
from server.models.payments import CertificateState
from server.models.search_terms import area_term
from server.problems import Problem
from server.services import progress, project_search, projects, public, public_project
from server.services.project_search import ProjectFilter
from server.services.public_documents import AreaPage, PhotoCard, ProjectCard
from server.texts import _

#: An area's screen comes round in a few minutes.
MOST_PROJECTS = 10
PHOTOS_OF_A_PROJECT, PHOTOS_IN_AN_AREA = 4, 1
MOST_PAIRS = 2
#: Photos of fixed views among which pairs are sought, the newest first and the oldest first.
LOOKED_AT = 500
EARLY = (Stage.BEFORE, Stage.MOBILISATION)
PAID = (CertificateState.PAID, CertificateState.PASSED_ON)


@dataclass(frozen=True, slots=True)
class NextMilestone:
    """The first milestone that is not approved yet."""

    title: str
    ends_on: date
    is_late: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos of one fixed view or station, from before the works and from later."""

    before: PhotoCard
    after: PhotoCard


@dataclass(frozen=True, slots=True)
class Payments:
    """What was paid out, in minor units, and its share of ``value_minor`` in basis points."""

    paid_minor: int
    value_minor: int

    @property
    def share_bp(self) -> int:
        """The share; more than the whole is drawn as the whole."""
        return min(self.paid_minor * 10_000 // self.value_minor, 10_000) if self.value_minor > 0 else 0


@dataclass(frozen=True, slots=True)
class Shown:
    """One project on a screen; ``news_at`` is when its newest photo was published."""

    card: ProjectCard
    time_zone: str
    milestones: int
    approved: int
    next: NextMilestone | None
    payments: Payments
    photos: tuple[PhotoCard, ...]
    pairs: tuple[Pair, ...]
    news_at: datetime | None


@dataclass(frozen=True, slots=True)
class Display:
    """A screen: the area that it is for, or None, and its projects in their order."""

    area: AreaPage | None
    projects: tuple[Shown, ...]


def project(code: str, *, now: datetime) -> Display:
    """The screen of one project.

    Raises:
        Problem: ``not-found``.
    """
    found = _published([code])
    if not found:
        raise Problem("not-found", _("No published project has the code “%(code)s”.", code=code))
    return Display(None, _shown(found, PHOTOS_OF_A_PROJECT, MOST_PAIRS, now=now))


def area(code: str, *, now: datetime) -> Display:
    """The screen of an area: the projects there and below with the latest news, then others by their code.

    Raises:
        Problem: ``not-found``.
    """
    page = public.area(code)
    newest = sa.select(ProjectNews.code).where(ProjectNews.term == area_term(code))
    newest = newest.order_by(ProjectNews.published_at.desc(), ProjectNews.code.desc()).limit(MOST_PROJECTS)
    codes = list(reading().scalars(newest))
    if len(codes) < MOST_PROJECTS:
        codes += project_search.find(ProjectFilter(area=code), None, MOST_PROJECTS).codes
    return Display(page, _shown(_published(list(dict.fromkeys(codes))[:MOST_PROJECTS]), PHOTOS_IN_AN_AREA, 1, now=now))


def _published(codes: Sequence[str]) -> list[Project]:
    """The published ones among these, in their order."""
    query = sa.select(Project).where(Project.code.in_(codes), Project.published_at.is_not(None))
    ways = (*projects.WITH_NAMES, joinedload(Project.contract).selectinload(Contract.variations))
    found = {each.code: each for each in reading().scalars(query.options(*ways))}
    return [found[code] for code in codes if code in found]


def _shown(found: Sequence[Project], photos: int, pairs: int, *, now: datetime) -> tuple[Shown, ...]:
    ids = [each.id for each in found]
    milestones, paid = projects.milestones_of(ids), _paid(ids)
    cards = public_project.cards(found, now=now)
    return tuple(
        _one(
            each,
            card,
            milestones.get(each.id, []),
            paid_minor=paid.get(each.id, 0),
            newest=_newest(each.id, photos),
            pairs=_pairs(each.id, pairs),
            now=now,
        )
        for each, card in zip(found, cards, strict=True)
    )


def _one(
    found: Project,
    card: ProjectCard,
    milestones: Sequence[Milestone],
    *,
    paid_minor: int,
    newest: tuple[PhotoCard, ...],
    pairs: tuple[Pair, ...],
    now: datetime,
) -> Shown:
    value = card.contract_value_minor if card.contract_value_minor is not None else card.budget_minor
    return Shown(
        card=card,
        time_zone=found.time_zone,
        milestones=len(milestones),
        approved=sum(each.state in progress.DONE for each in milestones),
        next=_next(milestones, progress.today(now, found.time_zone)),
        payments=Payments(paid_minor, value),
        photos=newest,
        pairs=pairs,
        news_at=newest[0].published_at if newest else None,
    )


def _next(milestones: Iterable[Milestone], on: date) -> NextMilestone | None:
    coming = next((each for each in milestones if each.state not in progress.DONE), None)
    return NextMilestone(coming.title, coming.ends_on, coming.ends_on < on) if coming else None


def _paid(project_ids: Sequence[UUID]) -> dict[UUID, int]:
    """What was paid out for each project."""
    query = (
        sa.select(Milestone.project_id, sa.func.sum(Certificate.net_minor))
        .join(Certificate, Certificate.milestone_id == Milestone.id)
        .where(Milestone.project_id.in_(project_ids), Certificate.state.in_(PAID))
        .group_by(Milestone.project_id)
    )
    return {project_id: int(minor) for project_id, minor in reading().execute(query)}


def _newest(project_id: UUID, limit: int) -> tuple[PhotoCard, ...]:
    query = _photos().where(*_of(project_id)).order_by(*public_project.NEWEST).limit(limit)
    return tuple(public_project.photo_card(photo) for photo in reading().scalars(query))


def _photos() -> sa.Select[Evidence]:
    return sa.select(Evidence).options(joinedload(Evidence.project), joinedload(Evidence.milestone))


def _of(project_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    """What is published of a project and has a copy that can be shown."""
    return Evidence.project_id == project_id, Evidence.published_at.is_not(None), Evidence.public_web.is_not(None)


def _pairs(project_id: UUID, most: int) -> tuple[Pair, ...]:
    """Of each fixed view or station the first photo from before the works and the last from later, newest first."""
    before, after = _views(project_id, early=True), _views(project_id, early=False)
    joined = [(before[place], after[place]) for place in after if place in before][:most]
    cards = {each.id: public_project.photo_card(each) for each in reading().scalars(_photos().where(_among(joined)))}
    return tuple(Pair(cards[first], cards[last]) for first, last in joined)


def _among(joined: Iterable[tuple[UUID, UUID]]) -> sa.ColumnElement[bool]:
    return Evidence.id.in_([photo for pair in joined for photo in pair])


def _views(project_id: UUID, *, early: bool) -> dict[tuple[str, float | None], UUID]:
    """For each fixed view and station the photo that stands for it: the oldest early one, or the newest later one."""
    fixed = sa.or_(Requirement.view != "", Requirement.station_m.is_not(None))
    stages = Evidence.stage.in_(EARLY) if early else Evidence.stage.not_in(EARLY)
    order = (Evidence.captured_at, Evidence.id) if early else (Evidence.captured_at.desc(), Evidence.id.desc())
    query = sa.select(Requirement.view, Requirement.station_m, Evidence.id).join(
        Requirement, Requirement.id == Evidence.requirement_id
    )
    query = query.where(*_of(project_id), fixed, stages, Evidence.captured_at.is_not(None))
    found: defaultdict[tuple[str, float | None], list[UUID]] = defaultdict(list)
    for view, station_m, photo in reading().execute(query.order_by(*order).limit(LOOKED_AT)):
        found[view, station_m].append(photo)
    return {place: photos[0] for place, photos in found.items()}
