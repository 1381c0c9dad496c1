"""A person's way and the places of a batch, as the records tell them when the next photo comes in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from evidence.claims import PositionClaim
from server.access import Actor
from server.db import reading, writing
from server.models import Evidence, Grant, Project
from server.models.evidence import EvidenceState
from server.models.people import Role
from server.services.evidence_view import document
from tests.photos import jpeg
from tests.programme import OFF_SITE, ON_SITE, OTHER_SITE
from tests.services.test_receive import send

Actors = Callable[[str], Actor]
NOON = datetime.now(UTC) - timedelta(hours=6)


def both_projects(actor: Actors) -> Actor:
    """An inspector who works on both projects, 64 km apart."""
    person = actor("inspector").person_id
    with writing() as session:
        other = session.scalars(sa.select(Project.id).where(Project.code == "OTHER-1")).one()
        session.add(Grant(person_id=person, role=Role.INSPECTOR, project_id=other))
    return actor("inspector")


def taken(
    actor: Actor, minutes: float, place: tuple[float, float], project: str = "ROAD-1", shade: int = 1
) -> Evidence:
    """A photo of a project, taken so many minutes after noon."""
    data = jpeg(latitude=place[0], longitude=place[1], taken=NOON + timedelta(minutes=minutes), shade=shade)
    photo: UUID = send(actor, data, project=project).evidence_id
    reading().rollback()
    return reading().get_one(Evidence, photo)


def finding(photo: Evidence, name: str) -> tuple[str, str | None]:
    return next((each.outcome.value, each.measured) for each in photo.findings if each.name == name)


def test_nobody_is_at_two_sites_64_km_apart_within_a_minute(actor: Actors) -> None:
    inspector = both_projects(actor)
    taken(inspector, 0, ON_SITE)

    there = taken(inspector, 1, OTHER_SITE, "OTHER-1", 2)

    assert finding(there, "motion.plausible")[0] == "fail"
    assert there.verdict is EvidenceState.NEEDS_REVIEW


def test_two_hours_later_it_is_a_drive(actor: Actors) -> None:
    inspector = both_projects(actor)
    taken(inspector, 0, ON_SITE)

    assert finding(taken(inspector, 120, OTHER_SITE, "OTHER-1", 2), "motion.plausible")[0] == "pass"


def test_another_person_may_be_there(actor: Actors) -> None:
    taken(actor("inspector"), 0, ON_SITE)

    there = taken(actor("second_inspector"), 1, ON_SITE, shade=2)

    assert finding(there, "motion.plausible")[0] == "unknown"


def test_a_photo_that_comes_late_is_weighed_against_what_was_taken_after_it(actor: Actors) -> None:
    inspector = both_projects(actor)
    taken(inspector, 60, ON_SITE)

    late = taken(inspector, 58, OTHER_SITE, "OTHER-1", 2)

    assert finding(late, "motion.plausible")[0] == "fail"


def test_a_photo_that_was_rejected_for_its_place_blames_no_other(actor: Actors) -> None:
    inspector = actor("inspector")
    assert taken(inspector, 0, OFF_SITE).verdict is EvidenceState.REJECTED

    again = taken(inspector, 1, ON_SITE, shade=2)

    assert finding(again, "motion.plausible")[0] == "unknown"
    assert again.verdict is EvidenceState.VERIFIED


def test_old_photos_without_a_time_say_nothing_of_a_way(actor: Actors) -> None:
    inspector = both_projects(actor)
    taken(inspector, 0, ON_SITE)
    data = jpeg(latitude=OTHER_SITE[0], longitude=OTHER_SITE[1], shade=3)

    photo = send(inspector, data, project="OTHER-1").evidence

    assert finding(photo, "motion.plausible")[0] == "unknown"


def test_the_fifth_photo_whose_phone_says_the_very_same_point_is_asked_about(actor: Actors) -> None:
    inspector = actor("inspector")
    stated = PositionClaim(*ON_SITE, "device", accuracy_m=5.0, confidence=0.95)

    said = [
        send(
            inspector,
            jpeg(taken=NOON + timedelta(minutes=shade), shade=shade),
            project="ROAD-1",
            device_position=stated,
            captured_at=NOON + timedelta(minutes=shade),
        ).evidence
        for shade in range(5)
    ]

    assert [finding(photo, "place.repeated")[0] for photo in said] == ["unknown", "pass", "pass", "pass", "warn"]


def test_a_photo_recorded_before_exposures_were_read_is_told_whole(actor: Actors) -> None:
    photo = taken(actor("inspector"), 0, ON_SITE)
    now = {"exposure_s", "f_number", "iso", "flash_fired", "programs"}
    before = {**photo.claims, "file": {name: told for name, told in photo.claims["file"].items() if name not in now}}
    with writing() as session:
        session.execute(sa.update(Evidence).values(claims=before))
    reading().rollback()
    reading().expire_all()

    told = document(reading().get_one(Evidence, photo.id))["claims"]["file"]

    assert told["programs"] == []
    assert now <= set(told)
    assert finding(taken(actor("inspector"), 5, ON_SITE, shade=2), "motion.plausible")[0] == "pass"
