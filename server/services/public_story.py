"""What happened in a published project and what comes next: its news, its next milestone, its curves over time.

Only what was approved and published is told, with days instead of names: who decided is nobody's business here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from evidence.context import Stage
from server import wording
from server.charts import Chart
from server.db import reading
from server.models import (
    Certificate,
    Contract,
    Evidence,
    Milestone,
    Payment,
    Project,
    ProjectNews,
    Submission,
    SubmissionDecision,
)
from server.models.milestones import MilestoneState
from server.models.search_terms import area_term
from server.models.submissions import SubmissionDecisionWord, SubmissionState
from server.problems import Problem
from server.services import projects
from server.services.progress import DONE
from server.services.public_curves import Facts, MoneyRow, ProgressRow, money_curve, progress_curve
from server.texts import _, counted

#: News on a project's page; its feed holds all of them, and there are few: some for each milestone.
SHOWN_NEWS = 4
#: An area's feed looks at so many projects.
MOST_PROJECTS = 12
#: When nothing ever happened.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class NewsKind(StrEnum):
    """What can happen that the public is told."""

    APPROVED = "approved"
    PAID = "paid"
    PHOTOS = "photos"
    SIGNED = "signed"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened. ``key`` names it for good; ``on`` is the day where the project is.

    ``at`` is the instant it became known here. ``photos`` and ``amount_minor`` are 0 where they say nothing.
    """

    key: str
    kind: NewsKind
    on: date
    at: datetime
    milestone_code: str | None = None
    milestone: str = ""
    photos: int = 0
    amount_minor: int = 0
    newest_photo: UUID | None = None

    @property
    def anchor(self) -> str:
        """The part of the project's page that it leads to."""
        return {NewsKind.PAID: "payments", NewsKind.SIGNED: "facts", NewsKind.PUBLISHED: "main"}.get(
            self.kind, "milestones"
        )


@dataclass(frozen=True, slots=True)
class Needed:
    """What a milestone asks for: so many photos of a stage, from a view or a station where one is named."""

    title: str
    stage: Stage
    photos: int
    view: str
    station_m: float | None


@dataclass(frozen=True, slots=True)
class NextMilestone:
    """The first milestone that is not approved; ``late_days`` is 0 unless its last day is over."""

    code: str
    title: str
    must_exist: str
    state: MilestoneState
    starts_on: date
    ends_on: date
    late_days: int
    amount_minor: int
    needed: tuple[Needed, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A project over time. The charts are None where nothing is known to draw."""

    news: tuple[News, ...]
    next: NextMilestone | None
    progress: Chart | None
    progress_rows: tuple[ProgressRow, ...]
    money: Chart | None
    money_rows: tuple[MoneyRow, ...]
    today: date


def published(code: str) -> Project:
    """A published project, with what its page names.

    Raises:
        Problem: ``not-found``.
    """
    query = sa.select(Project).where(Project.code == code, Project.published_at.is_not(None))
    found = reading().scalar(
        query.options(joinedload(Project.contract).joinedload(Contract.supplier), joinedload(Project.agency))
    )
    if found is None:
        raise Problem("not-found", _("No published project has the code “%(code)s”.", code=code))
    return found


def story(project: Project, *, now: datetime) -> Story:
    """What happened in a project until now, and what comes next."""
    facts = _gather(project)
    today = facts.day(now)
    curve, rows = progress_curve(facts, today)
    money, money_rows = money_curve(facts, today)
    return Story(tuple(_news(facts)), _next(facts, today), curve, rows, money, money_rows, today)


def latest(area: str, most: int = MOST_PROJECTS) -> list[Project]:
    """The published projects in an area, or below it, with the latest photos."""
    query = sa.select(Project).join(ProjectNews, ProjectNews.code == Project.code)
    query = query.where(ProjectNews.term == area_term(area), Project.published_at.is_not(None))
    ordered = query.order_by(ProjectNews.published_at.desc(), ProjectNews.code.desc()).limit(most)
    named = ordered.options(joinedload(Project.contract).joinedload(Contract.supplier), joinedload(Project.agency))
    return list(reading().scalars(named))


def news_of(found: Iterable[Project]) -> list[tuple[Project, News]]:
    """The news of some projects together, the latest first."""
    told = [(project, each) for project in found for each in _news(_gather(project))]
    return sorted(told, key=lambda pair: (pair[1].at, pair[1].key), reverse=True)


def isolated(name: str) -> str:
    """A name inside a sentence, which does not turn the words around it whatever its script (Unicode UAX 9)."""
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}"


def sentence(news: News, currency: str) -> str:
    """News as a sentence in the reader's language."""
    name = isolated(news.milestone)
    if news.kind is NewsKind.PAID:
        return _("%(money)s was paid for “%(name)s”.", money=wording.money(news.amount_minor, currency), name=name)
    if news.kind is NewsKind.SIGNED:
        return _("The contract was signed with %(name)s.", name=name)
    if news.kind is NewsKind.PUBLISHED:
        return _("The project was published here.")
    if not news.photos:
        return _("“%(name)s” was approved.", name=name)
    return _with_photos(news.kind, news.photos, name)


def _with_photos(kind: NewsKind, photos: int, name: str) -> str:
    # Each sentence is given where it is counted: what collects the sentences to translate finds no other.
    if kind is NewsKind.APPROVED:
        return counted(
            "“%(name)s” was approved on its evidence; %(num)s photo can be seen here.",
            "“%(name)s” was approved on its evidence; %(num)s photos can be seen here.",
            photos,
            name=name,
        )
    return counted(
        "%(num)s verified photo of “%(name)s” was published.",
        "%(num)s verified photos of “%(name)s” were published.",
        photos,
        name=name,
    )


def _gather(project: Project) -> Facts:
    return Facts(
        project,
        projects.milestones(project.id),
        _approvals(project.id),
        _paid(project.id),
        _publications(project.id),
        _gross(project.id),
    )


def _approvals(project_id: UUID) -> dict[UUID, datetime]:
    """The last word that each approved submission needed."""
    query = (
        sa.select(
            Submission.milestone_id,
            sa.func.max(SubmissionDecision.decided_at, type_=SubmissionDecision.decided_at.type),
        )
        .join(Submission.decisions)
        .join(Submission.milestone)
        .where(Milestone.project_id == project_id, Submission.state == SubmissionState.APPROVED)
        .where(SubmissionDecision.decision == SubmissionDecisionWord.APPROVE)
        .group_by(Submission.milestone_id)
    )
    found: dict[UUID, Any] = dict(reading().execute(query).all())
    return found


def _paid(project_id: UUID) -> list[Payment]:
    query = sa.select(Payment).join(Certificate, Certificate.id == Payment.certificate_id)
    mine = query.join(Certificate.milestone).where(Milestone.project_id == project_id)
    return list(reading().scalars(mine.order_by(Payment.recorded_at)))


def _publications(project_id: UUID) -> dict[UUID, tuple[int, datetime, UUID | None]]:
    """Of each milestone: the number of published photos, when the last came, and the newest if it has a picture."""
    newest = (Evidence.published_at.desc(), Evidence.captured_at.desc(), Evidence.id)
    ranked = (
        sa.select(
            Evidence.milestone_id,
            Evidence.published_at,
            Evidence.id,
            sa.func.count().over(partition_by=Evidence.milestone_id).label("photos"),
            sa.func.row_number().over(partition_by=Evidence.milestone_id, order_by=newest).label("place"),
        )
        .where(Evidence.project_id == project_id, Evidence.published_at.is_not(None))
        .subquery()
    )
    query = sa.select(ranked, Evidence.public_web).join(Evidence, Evidence.id == ranked.c.id)
    rows = reading().execute(query.where(ranked.c.place == 1, ranked.c.milestone_id.is_not(None)))
    return {row.milestone_id: (row.photos, row.published_at, row.id if row.public_web else None) for row in rows}


def _gross(project_id: UUID) -> dict[UUID, int]:
    query = sa.select(Certificate.milestone_id, Certificate.gross_minor).join(Certificate.milestone)
    found: dict[UUID, Any] = dict(reading().execute(query.where(Milestone.project_id == project_id)).all())
    return found


# News


def _news(facts: Facts) -> list[News]:
    """All that happened, the latest first."""
    named = {milestone.id: milestone for milestone in facts.milestones}
    told = [_approved(facts, named[id_], at) for id_, at in facts.approvals.items() if id_ in named]
    told += [_photos(facts, named[id_]) for id_ in facts.publications if id_ in named and id_ not in facts.approvals]
    told += _paid_news(facts, named)
    told += _beginnings(facts)
    return sorted(told, key=lambda each: (each.on, each.at, each.key), reverse=True)


def _approved(facts: Facts, milestone: Milestone, at: datetime) -> News:
    photos, _at, newest = facts.publications.get(milestone.id, (0, at, None))
    return News(
        f"approved/{milestone.id}", NewsKind.APPROVED, facts.day(at), at, milestone.code, milestone.title, photos,
        newest_photo=newest,
    )  # fmt: skip


def _photos(facts: Facts, milestone: Milestone) -> News:
    photos, at, newest = facts.publications[milestone.id]
    return News(
        f"photos/{milestone.id}", NewsKind.PHOTOS, facts.day(at), at, milestone.code, milestone.title, photos,
        newest_photo=newest,
    )  # fmt: skip


def _paid_news(facts: Facts, named: dict[UUID, Milestone]) -> list[News]:
    query = sa.select(Certificate.id, Certificate.milestone_id).where(
        Certificate.id.in_([payment.certificate_id for payment in facts.payments])
    )
    milestones = {id_: named[milestone_id] for id_, milestone_id in reading().execute(query)}
    return [_paid_one(payment, milestones[payment.certificate_id]) for payment in facts.payments]


def _paid_one(payment: Payment, milestone: Milestone) -> News:
    return News(
        f"paid/{payment.id}", NewsKind.PAID, payment.paid_on, payment.recorded_at, milestone.code, milestone.title,
        amount_minor=payment.amount_minor,
    )  # fmt: skip


def _beginnings(facts: Facts) -> list[News]:
    project, contract = facts.project, facts.project.contract
    known = project.published_at
    if known is None:
        return []
    told = [News(f"published/{project.id}", NewsKind.PUBLISHED, facts.day(known), known)]
    if contract is not None and contract.signed_on is not None:
        signed = contract.signed_on
        told.append(News(f"signed/{project.id}", NewsKind.SIGNED, signed, known, milestone=contract.supplier.name))
    return told


# What comes next


def _next(facts: Facts, today: date) -> NextMilestone | None:
    waiting = next((each for each in facts.milestones if each.state not in DONE), None)
    if waiting is None:
        return None
    return NextMilestone(
        code=waiting.code,
        title=waiting.title,
        must_exist=waiting.must_exist,
        state=waiting.state,
        starts_on=waiting.starts_on,
        ends_on=waiting.ends_on,
        late_days=max((today - waiting.ends_on).days, 0),
        amount_minor=waiting.amount_minor,
        needed=tuple(
            Needed(each.title, each.stage, each.photos, each.view, each.station_m) for each in waiting.requirements
        ),
    )
