"""Finding what a photo belongs to: its project, milestone and requirement, and the rules there.

What the claim names is looked up and must fit together; what it leaves out is found by place,
by time and by stage.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from evidence.context import Requirement as RequirementRule
from evidence.context import Schedule, Stage
from evidence.policy import EvidencePolicy
from geo.site import Site as SiteShape
from server.access import UPLOADERS, Actor, require
from server.db import reading
from server.engines import engines
from server.models import Milestone, Project, Requirement
from server.problems import FieldError, Problem
from server.services import site_lookup, works
from server.services.schedule import fitting_milestone, schedule_for
from server.services.works import Works
from server.texts import _


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the claim says of where the photo belongs.

    ``places`` are (latitude, longitude), best first; ``captured_in`` tells the capture time
    once the zone of the site is known.
    """

    project: str | None
    milestone: UUID | None
    stage: Stage | None
    requirement: str | None
    places: tuple[tuple[float, float], ...]
    captured_in: Callable[[ZoneInfo], datetime | None]


@dataclass(frozen=True, slots=True)
class Target:
    """What the photo belongs to, with the rules by which it is judged."""

    project: Project
    milestone: Milestone | None
    requirement: Requirement | None
    stage: Stage
    site_id: UUID | None
    shape: SiteShape | None
    schedule: Schedule
    policy: EvidencePolicy

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the site."""
        return self.schedule.zone

    @property
    def rule(self) -> RequirementRule | None:
        """What the requirement asks of a photo, as the checks take it."""
        if self.requirement is None:
            return None
        return RequirementRule(
            code=self.requirement.code,
            station_m=self.requirement.station_m,
            station_tolerance_m=self.requirement.station_tolerance_m,
            minimum_megapixels=self.requirement.minimum_megapixels,
            oldest_age_h=self.requirement.oldest_age_h,
        )


def find_target(actor: Actor, wanted: Wanted, *, now: datetime) -> Target:
    """Look up, or find, where a photo belongs.

    Raises:
        Problem: ``not-allowed``, ``not-found`` (what the claim names), ``invalid`` (the stage is not the
            requirement's) or ``project-not-placed``.
    """
    session = reading()
    found = _works(session, actor, wanted)
    project = found.project
    require(actor, project, UPLOADERS)
    zone = ZoneInfo(project.time_zone)
    on_date = (wanted.captured_in(zone) or now).astimezone(zone).date()
    policy = engines().policies.latest(project.policy).evidence
    milestone = (
        _named_milestone(found.milestones, wanted.milestone)
        if wanted.milestone
        else fitting_milestone(found.milestones, wanted.stage, on_date, grace_days=policy.schedule_grace_days)
    )
    requirement = _named_requirement(milestone, wanted)
    return Target(
        project=project,
        milestone=milestone,
        requirement=requirement,
        stage=_stage(wanted.stage, milestone, requirement),
        site_id=found.site_id,
        shape=found.shape,
        schedule=schedule_for(project, milestone),
        policy=policy,
    )


def _works(session: Session, actor: Actor, wanted: Wanted) -> Works:
    """The project, by name, by milestone or by place, with what a photo is judged by there."""
    if wanted.project is not None:
        found = works.by_code(session, wanted.project)
        missing = _no_such("project", "There is no project with this code.")
    elif wanted.milestone is not None:
        found = works.by_milestone(session, wanted.milestone)
        missing = _no_such("milestone", "There is no milestone with this id.")
    else:
        found = works.by_id(session, _project_at(session, actor, wanted))
        missing = _not_placed(wanted)
    if found is None:
        raise missing
    return found


def _project_at(session: Session, actor: Actor, wanted: Wanted) -> UUID:
    """The project whose site contains the claim, among those the person may send photos to."""
    mine = {held.project_id for held in actor.held if held.project_id and held.role in UPLOADERS}
    for latitude, longitude in wanted.places:
        sites = site_lookup.find(session, latitude, longitude, among=mine)
        if sites:
            return sites[0].project_id
    raise _not_placed(wanted)


def _not_placed(wanted: Wanted) -> Problem:
    detail = (
        "None of your projects' sites contains the position of this photo. Name the project."
        if wanted.places
        else "The photo has no position, so its project cannot be found by place. Name the project."
    )
    return Problem("project-not-placed", detail, errors=[FieldError("#/claim/project", _("Name the project."))])


def _named_milestone(milestones: Sequence[Milestone], wanted: UUID) -> Milestone:
    for milestone in milestones:
        if milestone.id == wanted:
            return milestone
    raise _no_such("milestone", "This project has no milestone with this id.")


def _named_requirement(milestone: Milestone | None, wanted: Wanted) -> Requirement | None:
    if wanted.requirement is None:
        return None
    for requirement in milestone.requirements if milestone else ():
        if requirement.code == wanted.requirement:
            if wanted.stage not in {None, requirement.stage}:
                detail = f"Requirement {requirement.code} asks for stage {requirement.stage.value}."
                raise Problem("invalid", detail, errors=[FieldError("#/claim/stage", detail)])
            return requirement
    raise _no_such("requirement", "The milestone has no requirement with this code.")


def _stage(wanted: Stage | None, milestone: Milestone | None, requirement: Requirement | None) -> Stage:
    """The stage that was named, else the requirement's, else the milestone's only one, else during."""
    if wanted is not None:
        return wanted
    if requirement is not None:
        return requirement.stage
    stages = {each.stage for each in milestone.requirements} if milestone else set()
    return stages.pop() if len(stages) == 1 else Stage.DURING


def _no_such(field: str, detail: str) -> Problem:
    return Problem("not-found", detail, errors=[FieldError(f"#/claim/{field}", detail)])
