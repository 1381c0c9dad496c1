"""Finding what a photo belongs to: its project, milestone and requirement, and the rules there.

What the claim names is looked up and must fit together; what it leaves out is found by place,
by time and by stage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from evidence.context import Requirement as RequirementRule
from evidence.context import Schedule, Stage
from evidence.policy import EvidencePolicy
from geo.site import Site as SiteShape
from server.access import UPLOADERS, Actor, require
from server.db import reading
from server.engines import engines
from server.models import Milestone, Project, Requirement, Site
from server.problems import FieldError, Problem
from server.services import site_lookup
from server.services.schedule import fitting_milestone, schedule_for


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
        Problem: ``not-found``, ``not-allowed``, ``invalid`` or ``project-not-placed``.
    """
    session = reading()
    project = _project(session, actor, wanted)
    require(actor, project, UPLOADERS)
    zone = ZoneInfo(project.time_zone)
    on_date = (wanted.captured_in(zone) or now).astimezone(zone).date()
    policy = engines().policies.latest(project.policy)
    milestones = _milestones(session, project)
    milestone = (
        _named_milestone(milestones, wanted.milestone)
        if wanted.milestone
        else fitting_milestone(milestones, wanted.stage, on_date, grace_days=policy.evidence.schedule_grace_days)
    )
    requirement = _named_requirement(milestone, wanted)
    site = session.scalar(sa.select(Site).where(Site.project_id == project.id, Site.retired_at.is_(None)))
    return Target(
        project=project,
        milestone=milestone,
        requirement=requirement,
        stage=_stage(wanted.stage, milestone, requirement),
        site_id=site.id if site else None,
        shape=site_lookup.geometry(site) if site else None,
        schedule=schedule_for(project, milestone),
        policy=policy.evidence,
    )


def _project(session: Session, actor: Actor, wanted: Wanted) -> Project:
    if wanted.project is not None:
        found = session.scalar(_projects().where(Project.code == wanted.project))
        if found is None:
            raise _no_such("project", "There is no project with this code.")
        return found
    if wanted.milestone is not None:
        found = session.scalar(_projects().join(Milestone).where(Milestone.id == wanted.milestone))
        if found is None:
            raise _no_such("milestone", "There is no milestone with this id.")
        return found
    return _project_by_place(session, actor, wanted)


def _project_by_place(session: Session, actor: Actor, wanted: Wanted) -> Project:
    for latitude, longitude in wanted.places:
        sites = site_lookup.find(session, latitude, longitude, among=actor.project_ids)
        if sites:
            return session.scalars(_projects().where(Project.id == sites[0].project_id)).one()
    detail = (
        "None of your projects' sites contains the position of this photo. Name the project."
        if wanted.places
        else "The photo has no position, so its project cannot be found by place. Name the project."
    )
    raise Problem("project-not-placed", detail, errors=[FieldError("#/claim/project", "Name the project.")])


def _projects() -> sa.Select[tuple[Project]]:
    return sa.select(Project).options(joinedload(Project.contract))


def _milestones(session: Session, project: Project) -> list[Milestone]:
    return list(
        session.scalars(
            sa.select(Milestone)
            .where(Milestone.project_id == project.id)
            .order_by(Milestone.position)
            .options(selectinload(Milestone.requirements))
        )
    )


def _named_milestone(milestones: list[Milestone], wanted: UUID) -> Milestone:
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
    return Problem("invalid", detail, errors=[FieldError(f"#/claim/{field}", detail)])
