"""A schedule as a picture: a bar for each milestone over the months, what follows what, and where today is.

Days become numbers for an inline SVG, pixels from the upper left on a canvas ``WIDTH`` wide. What the colours mean and
how the SVG is written is the templates' work (``parts/gantt.html``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

#: As wide as a page shows it beside a text; the letters stay legible on a phone, as those of a site's picture.
WIDTH, MARGIN = 640, 12
HEAD, ROW, BAR = 30, 48, 16
#: Where in its row a bar begins: below the line of its name.
BAR_TOP = 24
LEAST_BAR = 4.0
#: So many marks of time are legible side by side.
MOST_TICKS = 7
STEPS_IN_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)


@dataclass(frozen=True, slots=True)
class Work:
    """One milestone as the picture needs it; days may be unknown while a schedule is being written."""

    code: str
    title: str
    starts_on: date | None
    ends_on: date | None
    state: str = "planned"
    predecessor: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One milestone drawn: its row's top, its bar (``width`` 0 where its days are not known or not in order)."""

    work: Work
    y: float
    bar_y: float
    x: float
    width: float
    text_x: float
    text_anchor: str


@dataclass(frozen=True, slots=True)
class Tick:
    """The first day of a month."""

    x: float
    day: date
    is_year: bool


@dataclass(frozen=True, slots=True)
class Gantt:
    """Everything that the SVG needs; ``links`` is path data, ``today_x`` None where today lies outside."""

    width: int
    height: int
    bar_height: int
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    links: tuple[str, ...]
    today_x: float | None
    starts_on: date | None
    ends_on: date | None


def draw(works: Sequence[Work], today: date) -> Gantt:
    """Draw a schedule in the order given. Works without known days keep their row, so that none goes missing."""
    height = HEAD + ROW * len(works)
    days = [day for work in works if _is_dated(work) for day in (work.starts_on, work.ends_on) if day is not None]
    if not days:
        bars = tuple(_bar(work, place, None) for place, work in enumerate(works))
        return Gantt(WIDTH, height, BAR, bars, (), (), None, None, None)
    scale = _Scale(min(days), max(days))
    bars = tuple(_bar(work, place, scale) for place, work in enumerate(works))
    return Gantt(
        width=WIDTH,
        height=height,
        bar_height=BAR,
        bars=bars,
        ticks=tuple(_ticks(scale)),
        links=tuple(_links(bars)),
        today_x=scale.x(today) if scale.first <= today <= scale.last else None,
        starts_on=scale.first,
        ends_on=scale.last,
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """Days to pixels; the last day is drawn to its end."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def x(self, day: date) -> float:
        """Where a day begins."""
        return round(MARGIN + (WIDTH - 2 * MARGIN) * (day - self.first).days / self.days, 1)

    def end(self, day: date) -> float:
        """Where a day ends."""
        return round(MARGIN + (WIDTH - 2 * MARGIN) * ((day - self.first).days + 1) / self.days, 1)


def _is_dated(work: Work) -> bool:
    return work.starts_on is not None and work.ends_on is not None and work.starts_on <= work.ends_on


def _bar(work: Work, place: int, scale: _Scale | None) -> Bar:
    y = float(HEAD + ROW * place)
    x, width = float(MARGIN), 0.0
    if scale is not None and _is_dated(work) and work.starts_on is not None and work.ends_on is not None:
        x = scale.x(work.starts_on)
        width = max(round(scale.end(work.ends_on) - x, 1), LEAST_BAR)
    # The name stands over the bar, from whichever end leaves it more room.
    late = x > WIDTH / 2
    return Bar(work, y, y + BAR_TOP, x, width, x + width if late else x, "end" if late else "start")


def _ticks(scale: _Scale) -> Iterator[Tick]:
    """The first of months so far apart that all can be read."""
    months = scale.days / 30.4
    step = next((each for each in STEPS_IN_MONTHS if months / each <= MOST_TICKS), STEPS_IN_MONTHS[-1])
    month = scale.first.year * 12 + scale.first.month - 1
    month += -month % step
    while (day := _first_of(month)) is not None and day <= scale.last:
        if day >= scale.first:
            yield Tick(scale.x(day), day, is_year=day.month == 1)
        month += step


def _first_of(month: int) -> date | None:
    """The first day of a month counted from the year 0; None beyond the calendar."""
    year = month // 12
    return date(year, month % 12 + 1, 1) if 1 <= year <= 9999 else None


def _links(bars: Sequence[Bar]) -> Iterator[str]:
    """From the end of each bar down to the beginning of the bar that waits for it."""
    known: Mapping[str, Bar] = {bar.work.code: bar for bar in bars if bar.width}
    for bar in bars:
        before = known.get(bar.work.predecessor or "")
        if before is not None and bar.width and before.y < bar.y:
            x, top = before.x + before.width, before.bar_y + BAR / 2
            turn = min(x + 5, WIDTH - 3)
            yield f"M{x:g},{top:g}H{turn:g}V{bar.bar_y + BAR / 2:g}H{bar.x:g}"


def days(work: Work) -> int:
    """How many days a work takes, both ends counted; 0 where they are not known."""
    if not _is_dated(work) or work.starts_on is None or work.ends_on is None:
        return 0
    return (work.ends_on - work.starts_on + timedelta(days=1)).days
