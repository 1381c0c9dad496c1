"""When photos are expected: a project's schedule as the checks take it, and the milestone that fits a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from evidence.context import Schedule, Stage
from evidence.policy import EvidencePolicy
from server.models import Milestone, Project
from server.models.milestones import MilestoneState

#: A returned milestone wants more photos, so it takes them as an open one does.
TAKES_PHOTOS = frozenset({MilestoneState.OPEN, MilestoneState.RETURNED})
NEUTRAL_GRACE_DAYS = EvidencePolicy().schedule_grace_days


def schedule_for(project: Project, milestone: Milestone | None) -> Schedule:
    """The schedule of a project, with the window of one milestone if it is known.

    A contract without an effective date takes effect with its signature.
    """
    contract = project.contract
    return Schedule(
        zone=ZoneInfo(project.time_zone),
        window_start=milestone.starts_on if milestone else None,
        window_end=milestone.ends_on if milestone else None,
        contract_start=(contract.effective_on or contract.signed_on) if contract else None,
        contract_end=contract.ends_on if contract else None,
        working_days=frozenset(int(day) for day in project.working_days),
        work_starts=time.fromisoformat(project.work_starts),
        work_ends=time.fromisoformat(project.work_ends),
    )


def fitting_milestone(
    project_milestones: Iterable[Milestone],
    stage: Stage | None,
    on_date: date,
    *,
    grace_days: int = NEUTRAL_GRACE_DAYS,
) -> Milestone | None:
    """The milestone that a photo belongs to where none is named; None where none fits.

    It takes photos, its window widened by ``grace_days`` holds the day, and one of its requirements
    is of the stage (any, where the stage is not known). Of several the earliest position wins.
    """
    # Differences, as no day can be moved past the calendar's ends.
    grace = timedelta(days=grace_days)
    fitting = (
        milestone
        for milestone in project_milestones
        if milestone.state in TAKES_PHOTOS
        and milestone.starts_on - on_date <= grace
        and on_date - milestone.ends_on <= grace
        and (stage is None or any(requirement.stage is stage for requirement in milestone.requirements))
    )
    return min(fitting, key=lambda milestone: milestone.position, default=None)
