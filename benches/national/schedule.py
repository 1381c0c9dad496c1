"""Ten milestones a project, with what evidence each asks for and where it stands on the last day.

Every fifth milestone asks for two kinds of photos, the others for one. In every fifth project the
milestones have submissions, certificates and payments (``money``); in the others they are approved without.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benches.national import keys
from benches.national.keys import Whole
from benches.national.tables import Batch, Column
from benches.national.works import DAY_S, LAST_DAY, Works

MILESTONES = 10
WITH_MONEY = 5
STAGES = ("before", "mobilisation", *["during"] * 7, "completion")
PLANNED, OPEN, SUBMITTED, RETURNED, APPROVED, PAID = range(6)
STATES = ("planned", "open", "submitted", "returned", "approved", "paid")


def window(of: Works, milestone: Whole) -> tuple[Whole, Whole]:
    """First day and the day after the last of milestones, in days since 1970."""
    project, slot = np.divmod(milestone, MILESTONES)
    start, duration = of.start[project], of.duration[project]
    return start + duration * slot // MILESTONES, start + duration * (slot + 1) // MILESTONES


def has_money(project: Whole) -> Any:
    """Which projects have submissions and certificates."""
    return project % WITH_MONEY == 0


def states(of: Works, milestone: Whole) -> Whole:
    """Where each milestone stands, as a place in ``STATES``."""
    first, end = window(of, milestone)
    drawn, money = keys.chance(keys.STATE, milestone), has_money(milestone // MILESTONES)
    ended = np.select(
        [(drawn < 0.6) & money, drawn < 0.9, (drawn < 0.95) & money, drawn < 0.97],
        [PAID, APPROVED, SUBMITTED, RETURNED],
        OPEN,
    )
    return np.select([end <= LAST_DAY, first <= LAST_DAY], [ended, OPEN], PLANNED)


def milestone_ids(of: Works, milestone: Whole) -> list[str]:
    """Ids of milestones by their numbers, ten a project."""
    return keys.ids(keys.MILESTONE, milestone, of.made_s[milestone // MILESTONES])


def requirement_ids(of: Works, milestone: Whole, second: Any) -> list[str]:
    """Ids of the first, or where ``second`` of the other, requirement of milestones."""
    return keys.ids(keys.REQUIREMENT, milestone * 2 + second, of.made_s[milestone // MILESTONES])


def asks_twice(milestone: Whole) -> Any:
    """Which milestones have a second requirement."""
    return milestone % 5 == 4


def milestones(of: Works, projects: Whole) -> Batch:
    """The milestones of projects."""
    number = _of_projects(projects)
    project, slot = np.divmod(number, MILESTONES)
    first, end = window(of, number)
    own = milestone_ids(of, number)
    places = slot.tolist()
    columns: dict[str, Column] = {
        "id": own,
        "project_id": of.ids(project),
        "code": [f"M{place + 1:02d}" for place in places],
        "position": [place + 1 for place in places],
        "title": [f"Part {place + 1} of the works" for place in places],
        "must_exist": ["What the drawings show for this part."] * len(own),
        "weight_bp": [1_000] * len(own),
        "amount_minor": (of.budget[project] // 20_000 * 1_900).tolist(),
        "starts_on": keys.days(first),
        "ends_on": keys.days(np.maximum(first, end - 1)),
        "predecessor_id": [own[row - 1] if place else None for row, place in enumerate(places)],
        "state": [STATES[state] for state in states(of, number).tolist()],
    }
    return Batch("milestone", columns)


def requirements(of: Works, projects: Whole) -> Batch:
    """One or two requirements of each milestone."""
    every = _of_projects(projects)
    number = np.concatenate([every, every[asks_twice(every)]])
    second = np.arange(len(number)) >= len(every)
    columns: dict[str, Column] = {
        "id": requirement_ids(of, number, second),
        "milestone_id": milestone_ids(of, number),
        "code": np.where(second, "detail", "view").tolist(),
        "stage": [STAGES[slot] for slot in (number % MILESTONES).tolist()],
        "title": np.where(second, "A detail from near", "The works from afar").tolist(),
        "photos": [2] * len(number),
        "view": [""] * len(number),
    }
    return Batch("requirement", columns)


def approved_s(of: Works, milestone: Whole) -> Whole:
    """When approved milestones were approved: some days after their end."""
    _, end = window(of, milestone)
    return (end + 7) * DAY_S + 9 * 3600


def _of_projects(projects: Whole) -> Whole:
    return (projects[:, None] * MILESTONES + np.arange(MILESTONES)).ravel()
