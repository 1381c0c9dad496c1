"""When a milestone's works are due: its window against today and its neighbours, and the hours of work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from babel.dates import get_day_names

from server import schedule_picture
from server.db import reading
from server.models import Milestone, Project
from server.schedule_picture import SchedulePicture, Window
from server.services.progress import DONE, today
from server.texts import _, counted, language

#: So many milestones before and after are drawn with it.
NEIGHBOURS = 2


@dataclass(frozen=True, slots=True)
class MilestoneSchedule:
    """The picture, and in words how the window lies to ``today`` and when people work."""

    picture: SchedulePicture
    today: date
    standing: str
    hours: str


def schedule(milestone: Milestone, *, now: datetime) -> MilestoneSchedule:
    """A milestone's window among its neighbours, at the project's day of ``now``."""
    day = today(now, milestone.project.time_zone)
    windows = [_window(each, milestone) for each in _around(milestone)]
    picture = schedule_picture.draw(windows, day)
    return MilestoneSchedule(picture, day, _standing(milestone, day), hours(milestone.project))


def hours(project: Project) -> str:
    """When people work on a project, in words."""
    names = get_day_names("abbreviated", locale=language())
    days = ", ".join(names[int(day) - 1] for day in sorted(project.working_days))
    return _(
        "Working hours: %(days)s, %(starts)s to %(ends)s.",
        days=days,
        starts=project.work_starts,
        ends=project.work_ends,
    )


def _around(milestone: Milestone) -> list[Milestone]:
    query = sa.select(Milestone).where(Milestone.project_id == milestone.project_id)
    before = query.where(Milestone.position < milestone.position).order_by(Milestone.position.desc())
    after = query.where(Milestone.position > milestone.position).order_by(Milestone.position)
    earlier = reversed(reading().scalars(before.limit(NEIGHBOURS)).all())
    return [*earlier, milestone, *reading().scalars(after.limit(NEIGHBOURS))]


def _window(each: Milestone, current: Milestone) -> Window:
    return Window(each.title, each.starts_on, each.ends_on, each.state.value, each.id, current=each is current)


def _standing(milestone: Milestone, day: date) -> str:
    if milestone.state in DONE:
        return _("It is approved.")
    if day < milestone.starts_on:
        return counted(
            "Its window opens in %(num)s day.", "Its window opens in %(num)s days.", _days(day, milestone.starts_on)
        )
    if day <= milestone.ends_on:
        return counted(
            "%(num)s day of its window is left, today among them.",
            "%(num)s days of its window are left, today among them.",
            _days(day, milestone.ends_on) + 1,
        )
    return counted(
        "Its last planned day was %(num)s day ago.",
        "Its last planned day was %(num)s days ago.",
        _days(milestone.ends_on, day),
    )


def _days(first: date, last: date) -> int:
    return (last - first).days
