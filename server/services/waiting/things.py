"""The values of what waits: one thing, its project and milestone, and how pressing it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What somebody is asked to do, in the order in which the kinds are named on the page."""

    APPEAL = "appeal"
    DECIDE = "decide"
    PHOTOS = "photos"
    DISPUTE = "dispute"
    CERTIFY = "certify"
    PAY = "pay"
    PRESENT = "present"


class Target(StrEnum):
    """The kind of page on which a thing is dealt with."""

    MILESTONE = "milestone"
    PHOTO = "photo"
    CERTIFICATE = "certificate"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class AtProject:
    """What the list needs of a project; ``area_path`` is the codes from the root, each followed by a slash."""

    id: UUID
    code: str
    title: str
    area_path: str
    time_zone: str
    policy: str
    working_days: str
    currency: str


@dataclass(frozen=True, slots=True)
class AtMilestone:
    """What the list needs of a milestone; amounts are minor units of the project's currency."""

    id: UUID
    code: str
    title: str
    amount_minor: int
    ends_on: date
    state: str


@dataclass(frozen=True, slots=True)
class Pressing:
    """How pressing a thing is, and each reason for it; days are whole days at the project.

    ``overdue_days`` is 0 until the last day for an answer has passed. ``due_on`` is that day.
    """

    points: int
    waited_days: int
    overdue_days: int
    due_on: date
    large: bool


@dataclass(slots=True)
class Waiting:
    """One thing that waits, or the photos of one milestone together.

    ``page_id`` names what the page is of; a project's page is found by its code. ``number`` counts photos and ``grade``
    is the weakest of them. ``later`` means that this person cannot do it yet.
    """

    kind: Kind
    target: Target
    page_id: UUID
    project: AtProject
    milestone: AtMilestone | None
    since: datetime
    number: int = 0
    grade: str | None = None
    organisations: set[str] = field(default_factory=set)
    amount_minor: int = 0
    later: bool = False
    disputed: bool = False
    words: str = ""
    policy: str | None = None
    pressing: Pressing | None = None

    @property
    def key(self) -> str:
        """What an address names this thing by, as long as it waits."""
        return f"{self.target}:{self.page_id}"

    @property
    def at(self) -> Pressing:
        """How pressing it is, once ``order`` has said so."""
        if self.pressing is None:
            raise RuntimeError("asked before the things were put in order")
        return self.pressing
