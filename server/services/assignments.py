"""What a phone takes along: the projects of one person, with all it needs to pre-check a photo offline.

The answer is the same as long as the records are, so that its ETag spares the way over a bad
network; that is why no clock is asked. What was found wrong with single photos is kept out; here
they are only counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from evidence.context import Stage
from evidence.tolerance import tolerance_m
from server.access import Actor
from server.db import reading
from server.documents import plain
from server.engines import engines
from server.models import Evidence, Milestone, Project, Requirement, Site
from server.models.evidence import HOLDS, CopiesState, EvidenceState
from server.policy import Policy
from server.services import projects, site_lookup
from server.services.schedule import TAKES_PHOTOS, schedule_for

#: Under which word each state of a photo is counted.
COUNTED_AS = {
    EvidenceState.VERIFIED: "verified",
    EvidenceState.ACCEPTED: "verified",
    EvidenceState.RECEIVED: "needs_review",
    EvidenceState.NEEDS_REVIEW: "needs_review",
    EvidenceState.REJECTED: "rejected",
    EvidenceState.REFUSED: "rejected",
}
Counts = dict[UUID, dict[str, int]]
#: What a later photo of the same view is laid over, the better first.
GHOST_STAGES = (Stage.BEFORE, Stage.MOBILISATION)
#: A view of a project, on a road or canal at one station: the same words are said of every station.
View = tuple[UUID, str, float | None]
#: The photo for each view.
Ghosts = dict[View, UUID]


@dataclass(frozen=True, slots=True)
class Standing:
    """What photos there are already: how many for each requirement, and of each view the one to compare with."""

    counts: Counts
    ghosts: Ghosts


def of(actor: Actor) -> dict[str, Any]:
    """The projects on which the person holds a role of their own, in order of code.

    A role across an agency is no assignment: an administrator's or auditor's list is empty.
    """
    mine = _projects(actor)
    ids = [project.id for project in mine]
    sites, milestones = projects.current_sites(ids), projects.milestones_of(ids)
    standing = Standing(_counts(ids), _ghosts(ids))
    return {
        "person": {"id": str(actor.person_id), "name": actor.name, "organisation": actor.organisation_name},
        "projects": [
            _project(actor, project, sites.get(project.id), milestones.get(project.id, []), standing)
            for project in mine
        ],
    }


def _projects(actor: Actor) -> Sequence[Project]:
    query = sa.select(Project).where(Project.id.in_(actor.project_ids)).order_by(Project.code)
    return reading().scalars(query.options(joinedload(Project.contract), joinedload(Project.agency))).all()


def _counts(project_ids: list[UUID]) -> Counts:
    """How many photos of each standing there are for each requirement; as for a submission, the same bytes are one."""
    word = sa.case(COUNTED_AS, value=Evidence.state)
    query = sa.select(Evidence.requirement_id, word, sa.func.count(sa.distinct(Evidence.sha256)))
    query = query.where(Evidence.project_id.in_(project_ids), Evidence.requirement_id.is_not(None))
    counts: Counts = {}
    for requirement_id, counted_as, number in reading().execute(query.group_by(Evidence.requirement_id, word)):
        counts.setdefault(requirement_id, {})[counted_as] = number
    return counts


def _ghosts(project_ids: list[UUID]) -> Ghosts:
    """Of each view, the newest photo that holds and has copies, of the best stage that there is one of."""
    rank = sa.case({stage: place for place, stage in enumerate(GHOST_STAGES)}, value=Evidence.stage)
    query = (
        sa.select(Milestone.project_id, Requirement.view, Requirement.station_m, Evidence.id)
        .select_from(Requirement)
        .join(Milestone, Milestone.id == Requirement.milestone_id)
        .join(Evidence, Evidence.requirement_id == Requirement.id)
        .where(
            Milestone.project_id.in_(project_ids),
            Requirement.view != "",
            Evidence.stage.in_(GHOST_STAGES),
            Evidence.state.in_(HOLDS),
            Evidence.copies == CopiesState.READY,
        )
        .order_by(rank, Evidence.received_at.desc(), Evidence.id.desc())
    )
    ghosts: Ghosts = {}
    for project_id, view, station_m, evidence_id in reading().execute(query):
        ghosts.setdefault((project_id, view, station_m), evidence_id)
    return ghosts


def _project(
    actor: Actor, project: Project, site: Site | None, milestones: list[Milestone], standing: Standing
) -> dict[str, Any]:
    policy = engines().policies.latest(project.policy)
    roles = actor.roles_on(project.id, project.agency_id)
    return {
        "code": project.code,
        "title": project.title,
        "status": project.status.value,
        "agency": project.agency.name,
        "roles": sorted(role.value for role in roles),
        "time_zone": project.time_zone,
        "schedule": _schedule(project),
        "site": None if site is None else _site(site, policy),
        "policy": policy.as_phone_numbers(),
        "milestones": [_milestone(milestone, standing) for milestone in milestones],
    }


def _schedule(project: Project) -> dict[str, Any]:
    """Days and hours in the project's zone; weekdays as ISO numbers them, Monday being 1."""
    schedule = schedule_for(project, None)
    return {
        "contract_starts_on": plain(schedule.contract_start),
        "contract_ends_on": plain(schedule.contract_end),
        "working_days": sorted(schedule.working_days),
        "work_starts": project.work_starts,
        "work_ends": project.work_ends,
    }


def _site(site: Site, policy: Policy) -> dict[str, Any]:
    """A GeoJSON Feature (RFC 7946), longitude first; lengths in metres."""
    shape = site_lookup.geometry(site)
    return {
        "type": "Feature",
        "id": str(site.id),
        "geometry": shape.geojson(),
        "properties": {
            "kind": shape.kind,
            "width_m": shape.width_m,
            "chainage_start_m": shape.chainage_start_m if shape.kind == "corridor" else None,
            "length_m": None if shape.length_m is None else round(shape.length_m, 2),
            "tolerance_m": tolerance_m(shape, policy.evidence),
            "obstructed": shape.obstructed,
        },
    }


def _milestone(milestone: Milestone, standing: Standing) -> dict[str, Any]:
    return {
        "id": str(milestone.id),
        "code": milestone.code,
        "title": milestone.title,
        "must_exist": milestone.must_exist,
        "state": milestone.state.value,
        "takes_photos": milestone.state in TAKES_PHOTOS,
        "starts_on": milestone.starts_on.isoformat(),
        "ends_on": milestone.ends_on.isoformat(),
        "requirements": [
            _requirement(
                requirement,
                standing.counts.get(requirement.id, {}),
                standing.ghosts.get((milestone.project_id, requirement.view, requirement.station_m)),
            )
            for requirement in milestone.requirements
        ],
    }


def _requirement(requirement: Requirement, counts: dict[str, int], ghost: UUID | None) -> dict[str, Any]:
    return {
        "code": requirement.code,
        "title": requirement.title,
        "stage": requirement.stage.value,
        "photos": requirement.photos,
        "view": requirement.view,
        "station_m": requirement.station_m,
        "station_tolerance_m": requirement.station_tolerance_m,
        "minimum_megapixels": requirement.minimum_megapixels,
        "oldest_age_h": requirement.oldest_age_h,
        "counts": {word: counts.get(word, 0) for word in ("verified", "needs_review", "rejected")},
        "ghost": None if ghost is None else str(ghost),
    }
