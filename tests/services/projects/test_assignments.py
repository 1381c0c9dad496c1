"""What a phone takes along: a person's projects, whole, and the same bytes as long as nothing changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from evidence.context import Stage
from server.access import Actor
from server.db import reading, writing
from server.models import Evidence, Grant, Original, Project, Requirement
from server.models.evidence import CopiesState, EvidenceState
from server.models.people import Role
from server.services import assignments

NOW = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.fixture
def inspector(actor: Callable[[str], Actor]) -> Actor:
    return actor("inspector")


def road(told: dict[str, Any]) -> dict[str, Any]:
    (project,) = told["projects"]
    assert project["code"] == "ROAD-1"
    return dict(project)


def test_tells_the_project_with_all_a_phone_needs_offline(inspector: Actor) -> None:
    project = road(assignments.of(inspector))

    assert (project["roles"], project["time_zone"]) == (["inspector"], "Asia/Manila")
    assert project["site"]["geometry"] == {"type": "LineString", "coordinates": [[122.5, 10.9955], [122.5, 11.0045]]}
    assert project["site"]["properties"] == {
        "kind": "corridor",
        "width_m": 20.0,
        "chainage_start_m": 0.0,
        "length_m": pytest.approx(995.4, abs=0.5),
        "tolerance_m": 25.0,
        "obstructed": False,
    }
    assert (project["policy"]["policy"], project["policy"]["schedule_grace_days"]) == ("ph-1", 7)
    assert project["schedule"]["working_days"] == [1, 2, 3, 4, 5, 6, 7]
    assert [(each["code"], each["state"], each["takes_photos"]) for each in project["milestones"]] == [
        ("M1", "open", True),
        ("M2", "planned", False),
        ("M3", "planned", False),
    ]
    assert project["milestones"][0]["requirements"][0]["photos"] == 2


def test_counts_photos_of_a_requirement_by_how_they_stand(inspector: Actor) -> None:
    for state in ("verified", "accepted", "needs_review", "received", "rejected", "refused", "refused"):
        _photo(EvidenceState(state), inspector)

    first = road(assignments.of(inspector))["milestones"][0]["requirements"][0]

    assert first["counts"] == {"verified": 2, "needs_review": 2, "rejected": 3}


def test_the_same_bytes_sent_twice_are_one_photo_as_for_a_submission(inspector: Actor) -> None:
    _photo(EvidenceState.VERIFIED, inspector, sha256="ab" * 32)
    _photo(EvidenceState.ACCEPTED, inspector, sha256="ab" * 32)

    first = road(assignments.of(inspector))["milestones"][0]["requirements"][0]

    assert first["counts"]["verified"] == 1


def test_is_plain_json(inspector: Actor) -> None:
    told = assignments.of(inspector)

    assert json.loads(json.dumps(told)) == told


def test_the_answer_is_the_same_while_nothing_changes(inspector: Actor) -> None:
    assert json.dumps(assignments.of(inspector)) == json.dumps(assignments.of(inspector))


def test_the_answer_changes_with_a_photo(inspector: Actor) -> None:
    first = assignments.of(inspector)
    _photo(EvidenceState.VERIFIED, inspector)

    assert assignments.of(inspector) != first


@pytest.mark.parametrize("persona", ["administrator", "auditor", "nobody"])
def test_a_role_across_an_agency_is_no_assignment(actor: Callable[[str], Actor], persona: str) -> None:
    assert assignments.of(actor(persona))["projects"] == []


def test_only_projects_of_the_person_are_told_in_order_of_code(actor: Callable[[str], Actor]) -> None:
    other = reading().scalars(sa.select(Project.id).where(Project.code == "OTHER-1")).one()
    person = actor("inspector").person_id
    with writing() as session:
        session.add(Grant(person_id=person, role=Role.SAFETY_OFFICER, project_id=other))

    told = assignments.of(actor("inspector"))["projects"]

    assert [(each["code"], each["roles"]) for each in told] == [
        ("OTHER-1", ["safety_officer"]),
        ("ROAD-1", ["inspector"]),
    ]


def _view(view: str, station_m: float | None = None) -> None:
    """Let the requirement of the first milestone ask for this view."""
    with writing() as session:
        first = session.execute(sa.select(Requirement).order_by(Requirement.id).limit(1)).scalar_one()
        first.view, first.station_m = view, station_m


def _ghosts(inspector: Actor) -> set[str | None]:
    return {each["ghost"] for each in road(assignments.of(inspector))["milestones"][0]["requirements"]}


def test_a_view_is_laid_over_its_newest_photo_from_before_that_holds(inspector: Actor) -> None:
    _view("North abutment")
    _photo(EvidenceState.VERIFIED, inspector, stage=Stage.BEFORE, days=1)
    newest = _photo(EvidenceState.ACCEPTED, inspector, stage=Stage.BEFORE, days=2)
    _photo(EvidenceState.REJECTED, inspector, stage=Stage.BEFORE, days=3)
    _photo(EvidenceState.VERIFIED, inspector, stage=Stage.BEFORE, days=4, copies=CopiesState.WAITING)
    _photo(EvidenceState.VERIFIED, inspector, stage=Stage.MOBILISATION, days=5)
    _photo(EvidenceState.VERIFIED, inspector, stage=Stage.DURING, days=6)

    assert _ghosts(inspector) == {str(newest)}


def test_a_view_without_a_photo_from_before_is_laid_over_that_of_the_mobilisation(inspector: Actor) -> None:
    _view("North abutment")
    photo = _photo(EvidenceState.VERIFIED, inspector, stage=Stage.MOBILISATION)

    assert _ghosts(inspector) == {str(photo)}


def test_a_view_at_a_station_is_not_laid_over_another_stations(inspector: Actor) -> None:
    _view("Along the line", station_m=1250.0)
    photo = _photo(EvidenceState.VERIFIED, inspector, stage=Stage.BEFORE)

    assert _ghosts(inspector) == {str(photo)}
    _ask_also("Along the line", 1000.0)
    assert _ghosts(inspector) == {str(photo), None}


def _ask_also(view: str, station_m: float) -> None:
    """Let the first milestone require another photo."""
    with writing() as session:
        milestone_id = session.scalars(sa.select(Requirement.milestone_id).order_by(Requirement.id)).first()
        more = Requirement(milestone_id=milestone_id, code="NEXT", title="The next", stage=Stage.DURING)
        more.view, more.station_m = view, station_m
        session.add(more)


def test_where_no_view_is_named_nothing_is_laid_over(inspector: Actor) -> None:
    _photo(EvidenceState.VERIFIED, inspector, stage=Stage.BEFORE)

    assert _ghosts(inspector) == {None}


def _photo(
    state: EvidenceState,
    uploader: Actor,
    *,
    stage: Stage | None = None,
    days: int = 0,
    copies: CopiesState = CopiesState.READY,
    sha256: str | None = None,
) -> UUID:
    found = reading().execute(sa.select(Requirement).order_by(Requirement.id).limit(1)).scalar_one()
    project = reading().scalars(sa.select(Project.id).where(Project.code == "ROAD-1")).one()
    sha256 = sha256 or uuid4().hex * 2
    with writing() as session:
        if session.get(Original, sha256) is None:
            session.add(Original(sha256=sha256, size=1, media_type="image/jpeg", storage_key=sha256, kept_at=NOW))
        session.flush()
        photo = Evidence(id=uuid4(), project_id=project, requirement_id=found.id, milestone_id=found.milestone_id)
        photo.uploader_id, photo.sha256, photo.claim_digest, photo.claims = uploader.person_id, sha256, "c" * 64, {}
        photo.stage, photo.policy, photo.grade = stage or found.stage, "ph-1", "C"
        photo.received_at, photo.copies = NOW + timedelta(days=days), copies
        photo.verdict = photo.state = state
        session.add(photo)
        return photo.id
