"""A milestone's window drawn to scale between its neighbours and today: numbers for an inline SVG, in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

WIDTH, ROW, BAR, LABEL = 520, 46, 14, 18


@dataclass(frozen=True, slots=True)
class Window:
    """One milestone's planned days, both counted in."""

    title: str
    starts_on: date
    ends_on: date
    state: str
    milestone_id: UUID | None = None
    current: bool = False


@dataclass(frozen=True, slots=True)
class Strip:
    """One window on the canvas; ``y`` is the top of its bar, its text stands above."""

    window: Window
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class SchedulePicture:
    """Strips one below the other; ``today_x`` lies on the edge where today is out of the picture."""

    width: int
    height: int
    strips: tuple[Strip, ...]
    today_x: float
    first: date
    last: date


def draw(windows: Sequence[Window], today: date) -> SchedulePicture:
    """Draw the windows in their order; their first and last day fill the canvas, and today where it is near.

    Today stretches the picture by at most a third, so that works long done are still told apart.
    """
    first, last = min(each.starts_on for each in windows), max(each.ends_on for each in windows)
    span = max(1, (last - first).days + 1)
    near = -span // 3 <= (today - first).days < span + span // 3
    if near:
        first, last = min(first, today), max(last, today)
    days = (last - first).days + 1
    scale = WIDTH / days
    strips = tuple(
        Strip(
            each,
            x=round((each.starts_on - first).days * scale, 1),
            y=number * ROW + LABEL + 4,
            width=round(max(2.0, ((each.ends_on - each.starts_on).days + 1) * scale), 1),
        )
        for number, each in enumerate(windows)
    )
    at = (today - first).days + 0.5
    today_x = round(min(max(at * scale, 1.0), WIDTH - 1.0), 1)
    return SchedulePicture(WIDTH, len(windows) * ROW, strips, today_x, first, last)
