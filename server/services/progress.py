"""How far a project is: planned by its schedule, and verified by approved milestones.

Shares are integers in basis points. Within a milestone's days the plan is a straight line, for
want of anything better stated.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from server.models.milestones import MilestoneState

#: A milestone in one of these states was approved on evidence.
DONE = frozenset({MilestoneState.APPROVED, MilestoneState.PAID})


class Scheduled(Protocol):
    """What progress is reckoned from: a milestone, or these columns of one."""

    @property
    def weight_bp(self) -> int:
        """Its share of the works, in basis points."""

    @property
    def starts_on(self) -> date:
        """The first of its days."""

    @property
    def ends_on(self) -> date:
        """The last of its days."""

    @property
    def state(self) -> MilestoneState:
        """How far its approval is."""


def today(now: datetime, zone: str) -> date:
    """The day it is at the project when the clock shows ``now``."""
    return now.astimezone(ZoneInfo(zone)).date()


def verified_bp(milestones: Iterable[Scheduled]) -> int:
    """The weights of the approved milestones together."""
    return sum(milestone.weight_bp for milestone in milestones if milestone.state in DONE)


def planned_bp(milestones: Iterable[Scheduled], on: date) -> int:
    """The share of the works that the schedule expects by the end of the day ``on``."""
    return sum(_planned(milestone, on) for milestone in milestones)


def _planned(milestone: Scheduled, on: date) -> int:
    days = (milestone.ends_on - milestone.starts_on).days + 1
    passed = min(max((on - milestone.starts_on).days + 1, 0), days)
    return milestone.weight_bp * passed // days if days > 0 else 0
