"""What a person is to do: their projects with all that a phone needs to check photos offline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import Response, url_for
from marshmallow import fields

from evidence.context import Stage
from field_api.blueprint import api
from field_api.bodies import JSON
from field_api.caching import REVALIDATE, kept_json
from field_api.fields import Day, Ident, Word
from field_api.operation import Answer, operation
from field_api.shapes import Answered
from server.access import SIGNED_IN
from server.auth import current_actor
from server.models.milestones import MilestoneState
from server.models.people import Role
from server.models.projects import ProjectStatus, SiteKind
from server.services import assignments


class AssignedPerson(Answered):
    """Whose assignments these are."""

    id = Ident(required=True)
    name = fields.String(required=True)
    organisation = fields.String(required=True)


class AssignedSiteProperties(Answered):
    """A site's measures in metres; stationing is of corridors alone."""

    kind = Word(SiteKind, required=True)
    width_m = fields.Float(required=True, allow_none=True)
    chainage_start_m = fields.Float(required=True, allow_none=True)
    length_m = fields.Float(required=True, allow_none=True)
    tolerance_m = fields.Float(required=True)
    obstructed = fields.Boolean(required=True)


class AssignedSite(Answered):
    """The site as a GeoJSON Feature (RFC 7946): longitude before latitude."""

    type = fields.String(required=True)
    id = Ident(required=True)
    geometry = fields.Dict(required=True)
    properties = fields.Nested(AssignedSiteProperties, required=True)


class AssignedSchedule(Answered):
    """Days and hours in the project's time zone; weekdays by ISO 8601, Monday being 1."""

    contract_starts_on = Day(required=True, allow_none=True)
    contract_ends_on = Day(required=True, allow_none=True)
    working_days = fields.List(fields.Integer(), required=True)
    work_starts = fields.String(required=True)
    work_ends = fields.String(required=True)


class RequirementCounts(Answered):
    """How many photos of each standing there are for a requirement."""

    verified = fields.Integer(required=True)
    needs_review = fields.Integer(required=True)
    rejected = fields.Integer(required=True)


class Ghost(Answered):
    """The photo of the same view (and station) from before the works, to be laid over the camera's picture."""

    evidence = Ident(required=True)
    web = fields.String(required=True)


class AssignedRequirement(Answered):
    """What photos a milestone asks for; stations in metres, ages in hours."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    stage = Word(Stage, required=True)
    photos = fields.Integer(required=True)
    view = fields.String(required=True)
    station_m = fields.Float(required=True, allow_none=True)
    station_tolerance_m = fields.Float(required=True, allow_none=True)
    minimum_megapixels = fields.Float(required=True, allow_none=True)
    oldest_age_h = fields.Float(required=True, allow_none=True)
    counts = fields.Nested(RequirementCounts, required=True)
    ghost = fields.Nested(Ghost, required=True, allow_none=True)


class AssignedMilestone(Answered):
    """A milestone with its window, both days included."""

    id = Ident(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)
    must_exist = fields.String(required=True)
    state = Word(MilestoneState, required=True)
    takes_photos = fields.Boolean(required=True)
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    requirements = fields.List(fields.Nested(AssignedRequirement), required=True)


class AssignedProject(Answered):
    """One project.

    ``policy`` holds the thresholds, each with its unit in its name, and ``decisive``: the checks whose warning alone
    keeps a photo from being verified.
    """

    code = fields.String(required=True)
    title = fields.String(required=True)
    status = Word(ProjectStatus, required=True)
    agency = fields.String(required=True)
    roles = fields.List(Word(Role), required=True)
    time_zone = fields.String(required=True)
    schedule = fields.Nested(AssignedSchedule, required=True)
    site = fields.Nested(AssignedSite, required=True, allow_none=True)
    policy = fields.Dict(required=True)
    milestones = fields.List(fields.Nested(AssignedMilestone), required=True)


class Assignments(Answered):
    """The person and the projects on which they hold a role of their own."""

    person = fields.Nested(AssignedPerson, required=True)
    projects = fields.List(fields.Nested(AssignedProject), required=True)


@operation(
    api,
    "GET",
    "/assignments",
    access=SIGNED_IN,
    summary="What the signed-in person is to do",
    headers=("If-None-Match",),
    answers={
        200: Answer("The assignments.", Assignments, headers=("ETag",)),
        304: Answer("They are those of the ETag that was sent."),
    },
)
def list_assignments() -> Response:
    """Projects with site, schedule, milestones, requirements and the policy's numbers, for use without a network."""
    document = assignments.of(current_actor())
    for requirement in _requirements(document):
        requirement["ghost"] = _ghost(requirement["ghost"])
    return kept_json(document, media_type=JSON, cache=f"private, {REVALIDATE}")


def _requirements(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for project in document["projects"]:
        for milestone in project["milestones"]:
            yield from milestone["requirements"]


def _ghost(evidence_id: str | None) -> dict[str, str] | None:
    """The photo with the address of its web copy."""
    if evidence_id is None:
        return None
    return {"evidence": evidence_id, "web": url_for("field_api.get_web_copy", evidence_id=UUID(evidence_id))}
