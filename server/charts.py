"""Curves over time, drawn: days and values in, numbers for an inline SVG out.

Values are shares in basis points of whatever the caller calls the whole. Pixels run y downward on a canvas ``WIDTH``
by ``HEIGHT``. What the lines mean, their words and their colours are the templates' work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

#: As wide as it is shown beside a text; letters grow on a phone, so the margins leave room for that.
WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 26, 46
WHOLE_BP = 10_000
#: Lines across the picture, as shares of its greatest value.
SHARES = (0, 2_500, 5_000, 7_500, 10_000)
#: More days named below the picture would run into each other on a phone.
MOST_DAYS = 4
#: Months between two named days: the first of these that names few enough is taken.
MONTHS_APART = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240, 600)

Point = tuple[date, int]


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name, its points by day, and whether it stands still between them (a step) or runs straight."""

    name: str
    points: tuple[Point, ...]
    steps: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line drawn: SVG path data, the same closed down to the axis, and where it ends."""

    name: str
    path: str
    area: str
    end_x: float
    end_y: float


@dataclass(frozen=True, slots=True)
class DayMark:
    """A day named below the picture; ``anchor`` is the SVG's text-anchor, which keeps the words on the canvas."""

    x: float
    day: date
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class ShareMark:
    """A share named beside the picture, in basis points."""

    y: float
    share_bp: int


@dataclass(frozen=True, slots=True)
class Chart:
    """All that the SVG needs; ``today`` is None where the day lies outside the picture."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    lines: tuple[Line, ...]
    days: tuple[DayMark, ...]
    shares: tuple[ShareMark, ...]
    today: DayMark | None


@dataclass(frozen=True, slots=True)
class _Scale:
    first: date
    last: date
    most_bp: int

    def x(self, day: date) -> float:
        span = max((self.last - self.first).days, 1)
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - self.first).days / span, 1)

    def y(self, value_bp: int) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value_bp / self.most_bp, 1)


def draw(series: Sequence[Series], *, today: date | None = None) -> Chart | None:
    """The lines on common axes, from the first day of any of them to the last; None where there is no point at all.

    The axis of values ends at the whole, or at the greatest value above it.
    """
    points = [point for each in series for point in each.points]
    if not points:
        return None
    days = [day for day, _value in points]
    scale = _Scale(min(days), max(days), max(WHOLE_BP, *(value for _day, value in points)))
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=TOP,
        bottom=HEIGHT - BOTTOM,
        lines=tuple(_line(each, scale) for each in series if each.points),
        days=_days(scale),
        shares=tuple(ShareMark(scale.y(share), share) for share in SHARES),
        today=_today(today, scale),
    )


def cumulated(amounts: Iterable[Point]) -> tuple[Point, ...]:
    """What had come together by the end of each day on which something came: one point per day, in order."""
    by_day: dict[date, int] = {}
    for day, amount in amounts:
        by_day[day] = by_day.get(day, 0) + amount
    total, points = 0, []
    for day in sorted(by_day):
        total += by_day[day]
        points.append((day, total))
    return tuple(points)


def stepped(points: Sequence[Point], *, begin: date, end: date) -> tuple[Point, ...]:
    """The points with a beginning at nothing and an end at the last value, so that the line spans those days."""
    first = [(min(begin, points[0][0]) if points else begin, 0)]
    last = points[-1][1] if points else 0
    tail = [(end, last)] if not points or points[-1][0] < end else []
    return (*first, *points, *tail)


def value_on(points: Sequence[Point], day: date) -> int:
    """What a stepped line holds at the end of a day."""
    return next((value for when, value in reversed(points) if when <= day), 0)


def _line(series: Series, scale: _Scale) -> Line:
    drawn = [(scale.x(day), scale.y(value)) for day, value in series.points]
    path = _steps(drawn) if series.steps else _straight(drawn)
    (first_x, _), (end_x, end_y) = drawn[0], drawn[-1]
    area = f"{path}V{scale.y(0):g}H{first_x:g}Z"
    return Line(series.name, path, area, end_x, end_y)


def _straight(drawn: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in drawn)


def _steps(drawn: Sequence[tuple[float, float]]) -> str:
    (first_x, first_y), *rest = drawn
    return f"M{first_x:g},{first_y:g}" + "".join(f"H{x:g}V{y:g}" for x, y in rest)


def _today(today: date | None, scale: _Scale) -> DayMark | None:
    if today is None or not scale.first <= today <= scale.last:
        return None
    x = scale.x(today)
    return DayMark(x, today, _anchor(x))


def _anchor(x: float) -> str:
    """Near an edge words run inward."""
    if x < LEFT + 40:
        return "start"
    return "end" if x > WIDTH - RIGHT - 40 else "middle"


def _days(scale: _Scale) -> tuple[DayMark, ...]:
    """The firsts of months, evenly apart; the two ends where no month begins between them often enough."""
    for months in MONTHS_APART:
        firsts = list(_firsts(scale, months))
        if len(firsts) <= MOST_DAYS:
            break
    days = firsts if len(firsts) > 1 else sorted({scale.first, scale.last})
    return tuple(DayMark(scale.x(day), day, _anchor(scale.x(day))) for day in days)


def _firsts(scale: _Scale, months: int) -> Iterable[date]:
    month = scale.first.year * 12 + scale.first.month - 1
    month += -month % months
    while (day := date(month // 12, month % 12 + 1, 1)) <= scale.last:
        if day >= scale.first:
            yield day
        month += months


def day_before(day: date) -> date:
    """The day before; a line that rises during a day begins at the end of the one before."""
    return day - timedelta(days=1) if day > date.min else day
