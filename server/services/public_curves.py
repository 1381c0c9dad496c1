"""A published project as curves over time: works planned and verified, money earned and paid, with their tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from server import charts
from server.charts import Chart, Series
from server.models import Milestone, Payment, Project
from server.services import progress


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """One line of the table that says what the curve shows: shares in basis points; verified None in the future."""

    on: date
    planned_bp: int
    verified_bp: int | None


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """One line of the table of money: what was earned by approved milestones and what was paid, by the end of a day."""

    on: date
    earned_minor: int
    paid_minor: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a project's pages over time are made from."""

    project: Project
    milestones: Sequence[Milestone]
    #: When each milestone was approved for good.
    approvals: dict[UUID, datetime]
    payments: Sequence[Payment]
    #: How many photos of each milestone are published, when the last of them were, and one of those.
    publications: dict[UUID, tuple[int, datetime, UUID | None]]
    gross: dict[UUID, int]

    def day(self, at: datetime) -> date:
        """The day where the project is."""
        return progress.today(at, self.project.time_zone)


def progress_curve(facts: Facts, today: date) -> tuple[Chart | None, tuple[ProgressRow, ...]]:
    """Planned against verified; the plan bends only where a milestone begins or ends, so those days are enough."""
    if not facts.milestones:
        return None, ()
    bends = {charts.day_before(each.starts_on) for each in facts.milestones}
    bends |= {each.ends_on for each in facts.milestones}
    days = sorted(bends | ({today} if today > max(bends) else set()))
    planned = tuple((day, progress.planned_bp(facts.milestones, day)) for day in days)
    weights = {each.id: each.weight_bp for each in facts.milestones}
    verified = charts.cumulated((facts.day(at), weights.get(id_, 0)) for id_, at in facts.approvals.items())
    line = charts.stepped(verified, begin=min(days[0], today), end=today)
    curve = charts.draw([Series("planned", planned), Series("verified", line, steps=True)], today=today)
    told = sorted({each.ends_on for each in facts.milestones} | {day for day, _bp in verified} | {today})
    return curve, tuple(_progress_row(facts, line, day, today) for day in told)


def _progress_row(facts: Facts, verified: Sequence[charts.Point], day: date, today: date) -> ProgressRow:
    known = charts.value_on(verified, day) if day <= today else None
    return ProgressRow(day, progress.planned_bp(facts.milestones, day), known)


def money_curve(facts: Facts, today: date) -> tuple[Chart | None, tuple[MoneyRow, ...]]:
    """What approved milestones are worth against what was paid, as shares of all milestones' amounts."""
    whole = sum(facts.gross.values()) or sum(each.amount_minor for each in facts.milestones)
    earned = charts.cumulated((facts.day(at), facts.gross.get(id_, 0)) for id_, at in facts.approvals.items())
    paid = charts.cumulated((each.paid_on, each.amount_minor) for each in facts.payments)
    if not whole or not earned:
        return None, ()
    begin = min(*(each.starts_on for each in facts.milestones), earned[0][0])
    lines = [
        Series(name, charts.stepped(_shares(points, whole), begin=begin, end=today), steps=True)
        for name, points in (("earned", earned), ("paid", paid))
    ]
    told = sorted({day for day, _minor in (*earned, *paid)})
    rows = tuple(MoneyRow(day, charts.value_on(earned, day), charts.value_on(paid, day)) for day in told)
    return charts.draw(lines, today=today), rows


def _shares(points: Iterable[charts.Point], whole: int) -> tuple[charts.Point, ...]:
    return tuple((day, minor * charts.WHOLE_BP // whole) for day, minor in points)
