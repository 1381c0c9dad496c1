"""What is around a photo: its neighbours in time, by person and phone, and the same view from before the works."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from evidence.context import Stage
from server.access import Actor
from server.db import reading, writing
from server.models import Evidence, Project, Requirement
from server.models.devices import Device, EvidenceEnvelope
from server.models.evidence import EvidenceState
from server.services import photo_before, photo_neighbours
from server.services.photo_neighbours import Neighbour
from tests.pages.conftest import road
from tests.pages.story import Road
from tests.programme import ON_SITE

__all__ = ["road"]

Actors = Callable[[str], Actor]
NOON = datetime.now(UTC) - timedelta(hours=2)
#: A second of arc is about 31 m northward.
NORTH_20_M = (ON_SITE[0] + 20 / 110_600, ON_SITE[1])
NORTH_300_M = (ON_SITE[0] + 300 / 110_600, ON_SITE[1])


def minutes(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def around(actor: Actor, photo: UUID) -> list[Neighbour]:
    return photo_neighbours.of(actor, reading().get_one(Evidence, photo))


def before(photo: UUID) -> photo_before.Earlier | None:
    return photo_before.of(reading().get_one(Evidence, photo))


def change(photo: UUID, **values: object) -> None:
    with writing() as session:
        evidence = session.get_one(Evidence, photo)
        for name, value in values.items():
            setattr(evidence, name, value)


def looking(photo: UUID, heading_deg: float) -> None:
    claims = dict(reading().get_one(Evidence, photo).claims)
    claims["file"] = claims["file"] | {"position": claims["file"]["position"] | {"heading_deg": heading_deg}}
    change(photo, claims=claims)


def asked_for(photo: UUID, stage: Stage, milestone_id: UUID, **wanted: object) -> None:
    with writing() as session:
        requirement = Requirement(
            code=str(photo), milestone_id=milestone_id, stage=stage, title="A view", photos=1, **wanted
        )
        session.add(requirement)
        session.flush()
        session.get_one(Evidence, photo).requirement_id = requirement.id


def signed(person_id: UUID, *photos: UUID) -> None:
    """The photos are signed by one phone of the person."""
    with writing() as session:
        name = str(photos[0])[:40]
        device = Device(person_id=person_id, name=name, public_key={}, thumbprint=name, enrolled_at=NOON)
        session.add(device)
        session.flush()
        session.add_all(EvidenceEnvelope(evidence_id=photo, device_id=device.id, jws="x") for photo in photos)


def test_tells_the_same_persons_photos_before_and_after(road: Road, actor: Actors) -> None:
    first, here, last = (road.send(taken=minutes(number)) for number in (0, 12, 30))
    road.send(taken=minutes(11), by="second_inspector")
    found = around(actor("supervisor"), here)

    assert [(each.evidence_id, each.earlier, each.apart_s) for each in found] == [
        (first, True, pytest.approx(720, abs=1)),
        (last, False, pytest.approx(1080, abs=1)),
    ]
    assert all(each.by_person and not each.by_device for each in found)


def test_a_photo_sent_late_still_stands_where_it_was_taken(road: Road, actor: Actors) -> None:
    here, late = road.send(taken=minutes(20)), road.send(taken=minutes(10))

    assert [each.evidence_id for each in around(actor("supervisor"), here)] == [late]


def test_tells_the_same_phones_photos_and_joins_those_of_the_same_person(road: Road, actor: Actors) -> None:
    other, here, own = (
        road.send(taken=minutes(number), by=by)
        for number, by in ((5, "second_inspector"), (10, "inspector"), (15, "inspector"))
    )
    signed(actor("inspector").person_id, other, here, own)
    found = around(actor("supervisor"), here)

    assert [(each.evidence_id, each.by_person, each.by_device) for each in found] == [
        (other, False, True),
        (own, True, True),
    ]


def test_tells_how_fast_somebody_must_have_moved(road: Road, actor: Actors) -> None:
    road.send(taken=minutes(0), at=NORTH_300_M)
    (neighbour,) = around(actor("supervisor"), road.send(taken=minutes(6)))

    assert neighbour.metres == pytest.approx(300, rel=0.01)
    assert neighbour.kmh == pytest.approx(3, rel=0.02)
    assert not neighbour.too_fast


def test_a_speed_that_nobody_drives_is_marked(road: Road, actor: Actors) -> None:
    road.send(taken=minutes(0), at=NORTH_300_M)
    (neighbour,) = around(actor("supervisor"), road.send(taken=minutes(0) + timedelta(seconds=5)))

    assert neighbour.too_fast


def test_no_speed_is_told_within_one_site(road: Road, actor: Actors) -> None:
    road.send(taken=minutes(0), at=NORTH_20_M)
    (neighbour,) = around(actor("supervisor"), road.send(taken=minutes(0)))

    assert neighbour.kmh is None


def elsewhere(photo: UUID) -> None:
    other = reading().query(Project).filter_by(code="OTHER-1").one()
    change(photo, project_id=other.id, milestone_id=None, site_id=None, caption="Not for your eyes")


def test_who_weighs_a_photo_hears_of_one_for_a_project_they_do_not_see_but_not_what_it_is(
    road: Road, actor: Actors
) -> None:
    elsewhere(road.send(taken=minutes(0), at=NORTH_300_M))
    (neighbour,) = around(actor("supervisor"), road.send(taken=minutes(6)))

    assert (neighbour.evidence_id, neighbour.caption, neighbour.other_project) == (None, "", None)
    assert neighbour.kmh is not None
    assert not neighbour.pictured


@pytest.mark.parametrize("name", ["contractor", "inspector", "paymaster"])
def test_nobody_else_hears_where_a_person_was_for_others(road: Road, actor: Actors, name: str) -> None:
    elsewhere(road.send(taken=minutes(0)))

    assert around(actor(name), road.send(taken=minutes(6))) == []


def test_a_photo_without_a_time_has_no_neighbours(road: Road, actor: Actors) -> None:
    road.send()

    assert around(actor("supervisor"), road.send_questionable()) == []


def test_the_view_before_is_that_of_the_same_fixed_view(road: Road) -> None:
    then, nearer = (road.send(stage=Stage.BEFORE, at=at) for at in (NORTH_20_M, ON_SITE))
    now, milestone = road.send(), road.milestone().id
    asked_for(then, Stage.BEFORE, milestone, view="From the north")
    asked_for(nearer, Stage.BEFORE, milestone, view="From the south")
    asked_for(now, Stage.DURING, milestone, view="From the north")
    found = before(now)

    assert found is not None
    assert (found.evidence_id, found.view) == (then, "From the north")
    assert found.metres == pytest.approx(20, abs=1)


def test_the_view_before_is_that_of_the_same_station(road: Road) -> None:
    then, now, milestone = road.send(stage=Stage.BEFORE, at=NORTH_20_M), road.send(), road.milestone().id
    road.send(stage=Stage.BEFORE)
    asked_for(then, Stage.BEFORE, milestone, station_m=500.0)
    asked_for(now, Stage.DURING, milestone, station_m=500.0)
    found = before(now)

    assert found is not None
    assert found.evidence_id == then


def test_a_view_that_is_asked_for_all_along_a_road_is_that_of_the_same_place(road: Road) -> None:
    far, near = (road.send(stage=Stage.BEFORE, at=at) for at in (NORTH_300_M, NORTH_20_M))
    now, milestone = road.send(), road.milestone().id
    for photo, stage in ((far, Stage.BEFORE), (near, Stage.BEFORE), (now, Stage.DURING)):
        asked_for(photo, stage, milestone, view="along the line")
    change(far, captured_at=datetime.now(UTC))
    found = before(now)

    assert found is not None
    assert found.evidence_id == near


def test_one_of_the_same_name_far_off_is_not_the_same_view(road: Road) -> None:
    far, now, milestone = road.send(stage=Stage.BEFORE, at=NORTH_300_M), road.send(), road.milestone().id
    asked_for(far, Stage.BEFORE, milestone, view="along the line")
    asked_for(now, Stage.DURING, milestone, view="along the line")

    assert before(now) is None


def test_without_a_fixed_view_the_nearest_is_told_as_such(road: Road) -> None:
    road.send(stage=Stage.BEFORE, at=NORTH_20_M)
    near = road.send(stage=Stage.BEFORE)
    found = before(road.send())

    assert found is not None
    assert (found.evidence_id, found.view) == (near, "")


def test_one_that_looks_the_same_way_comes_before_a_nearer_one_that_looks_away(road: Road) -> None:
    alike, away, now = road.send(stage=Stage.BEFORE, at=NORTH_20_M), road.send(stage=Stage.BEFORE), road.send()
    looking(alike, 350)
    looking(away, 180)
    looking(now, 10)
    found = before(now)

    assert found is not None
    assert found.evidence_id == alike
    assert found.turned_deg == pytest.approx(20)


def test_one_far_away_shows_no_view_of_this(road: Road) -> None:
    road.send(stage=Stage.BEFORE, at=NORTH_300_M)

    assert before(road.send()) is None


@pytest.mark.parametrize("state", [EvidenceState.REFUSED, EvidenceState.REJECTED, EvidenceState.NEEDS_REVIEW])
def test_one_that_does_not_hold_shows_nothing(road: Road, state: EvidenceState) -> None:
    change(road.send(stage=Stage.BEFORE), state=state)

    assert before(road.send()) is None


def test_a_photo_from_before_has_none_before_it(road: Road) -> None:
    road.send(stage=Stage.BEFORE)

    assert before(road.send(stage=Stage.BEFORE)) is None
