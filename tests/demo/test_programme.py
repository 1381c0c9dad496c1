"""The programme's files: six different projects, all marked as a demonstration, dated around the day of loading."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from demo import programme
from demo.programme import Plan
from demo.shots import Shot, evidence_id

ANCHOR = datetime(2026, 3, 18, 2, 30, tzinfo=UTC)
PLANS = programme.read(ANCHOR)
SHOTS = programme.all_shots(PLANS)
DIRECTORY = programme.directory()


def shot(name: str) -> Shot:
    (found,) = (each for each in SHOTS if each.name == name)
    return found


def test_there_are_six_projects_in_three_areas_some_along_a_line_and_some_with_an_outline() -> None:
    assert len(PLANS) >= 6
    assert len({plan.document["area"] for plan in PLANS}) >= 3
    kinds = Counter(plan.document["site"]["type"] for plan in PLANS)
    assert kinds["corridor"] >= 2
    assert kinds["polygon"] >= 4


def test_sites_come_as_geojson_and_kml_and_milestones_as_json_and_csv() -> None:
    assert {plan.site_name.rpartition(".")[2] for plan in PLANS} == {"geojson", "kml"}
    assert {plan.milestones_file is None for plan in PLANS} == {True, False}


def test_every_role_has_an_account_and_every_person_says_that_they_are_none() -> None:
    assert {person["role"] for person in DIRECTORY["people"]} == {
        "inspector", "contractor", "supervisor", "safety_officer", "paymaster", "administrator", "auditor",
    }  # fmt: skip
    assert all(person["name"].endswith("(persona)") for person in DIRECTORY["people"])
    assert all(person["email"].endswith(".example") for person in DIRECTORY["people"])


def test_every_area_and_organisation_is_marked_as_a_demonstration() -> None:
    for record in (*DIRECTORY["areas"], *DIRECTORY["organisations"]):
        assert "demonstration" in record["name"].lower(), record
    for plan in PLANS:
        assert plan.document["purpose"].endswith("Demonstration data: no such work exists.")


def test_days_are_counted_from_the_day_of_loading_on_the_projects_own_calendar() -> None:
    late_in_manila = datetime(2026, 3, 18, 17, 0, tzinfo=UTC)
    road = next(plan for plan in programme.read(late_in_manila) if plan.code == "FMR-HAL-014")

    assert road.document["starts_on"] == "2026-02-02"
    assert road.milestones_file is not None
    assert b",2026-02-07,2026-03-22,,before-0000," in road.milestones_file
    assert b"day " not in road.milestones_file.replace(b"Day ", b"")


def test_nothing_but_the_clock_that_runs_ahead_lies_in_the_future_and_nobody_works_on_sundays() -> None:
    for each in SHOTS:
        if each.odd.clock_h <= 0:
            assert each.device_time < ANCHOR, each.name
            assert each.device_time.isoweekday() != 7, each.name


def test_most_photos_are_at_most_four_weeks_old() -> None:
    old = [each.name for each in SHOTS if ANCHOR - each.device_time > timedelta(days=28)]

    assert sorted(old) == ["BRG-HUW-007/before-contract", "BRG-HUW-007/late"]


def test_every_photo_has_a_name_of_its_own_and_keeps_its_id_for_ever() -> None:
    assert len({each.evidence_id for each in SHOTS}) == len(SHOTS)
    assert 60 <= len(SHOTS) <= 90
    assert str(evidence_id("SCH-HAL-021/during/1")) == "65eeff23-fa91-5733-8d04-ec4f56deb318"


def test_the_same_day_gives_the_same_programme() -> None:
    assert programme.all_shots(programme.read(ANCHOR)) == SHOTS


def test_positions_vary_as_a_moving_phones_do_and_file_and_phone_differ_by_metres() -> None:
    places = [(each.tagged.latitude, each.tagged.longitude) for each in SHOTS]

    assert len(set(places)) == len(places)
    plain = [each for each in SHOTS if each.said and not any(each.odd.device_moved_m)]
    for each in plain:
        assert each.said is not None
        assert 0 < abs(each.tagged.latitude - each.said.latitude) < 1e-4, each.name


def test_a_photo_at_a_station_stands_on_the_line_there() -> None:
    first, last = shot("FMR-HAL-014/before-0000/0"), shot("FMR-HAL-014/before-1250/5")

    assert first.tagged.latitude == pytest.approx(11.0712, abs=1e-4)
    assert last.caption == "Earth track at 1+250, in the direction of the line"
    assert last.view == 5


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.code)
def test_steps_name_milestones_photos_and_people_that_exist(plan: Plan) -> None:
    people = {person["email"].partition("@")[0] for person in DIRECTORY["people"]}
    names = {each.name for each in SHOTS}
    for step in plan.steps:
        assert step.said["by"] in people
        if "photo" in step.said:
            assert f"{plan.code}/{step.said['photo']}" in names
    for each in SHOTS:
        assert each.odd.same_file_as is None or each.odd.same_file_as in names
