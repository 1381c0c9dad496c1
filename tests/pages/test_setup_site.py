"""The sources of a site on the pages: recorded, compared, and the stop where they differ too much."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from server.access import Actor
from server.db import new_id, reading, writing
from server.models import CustodyEvent, Grant, Organisation, Person, Project, Site, SiteSource
from server.models.people import Role
from server.problems import Problem
from server.services import project_import, sessions, setting_up_sources
from server.services.project_import import ImportParts
from server.services.setting_up_sources import Agreement
from server.times import utc_now
from tests.pages.browse import Visitor, _forget_token
from tests.pages.setup_story import YARD, Administrator, shifted
from tests.personas import PASSWORD

People = Callable[[str], Visitor]
SITE = "/review/setup/projects/SCHOOL-9/site"


@pytest.fixture
def administrator(app: Flask, visitor: People) -> Administrator:
    made = Administrator(visitor("administrator"))
    made.makes_project()
    return made


@pytest.fixture
def colleague(administrator: Administrator, app: Flask) -> Visitor:
    """A second administrator of the agency, who entered nothing."""
    with writing() as session:
        agency = session.scalars(sa.select(Organisation).where(Organisation.code == "agency")).one()
        person = Person(
            id=new_id(),
            email="colleague@example.org",
            name="A Colleague",
            organisation_id=agency.id,
            password_hash=sessions.hash_password(PASSWORD),
            created_at=datetime.now(UTC),
        )
        session.add(person)
        session.flush()
        session.add(Grant(person_id=person.id, role=Role.ADMINISTRATOR, agency_id=agency.id))
    signed_in = Visitor(app.test_client()).go("/sign-in")
    return signed_in.press("Sign in", email="colleague@example.org", password=PASSWORD)


def current_site() -> Site | None:
    query = sa.select(Site).join(Project, Project.id == Site.project_id)
    return reading().scalar(query.where(Project.code == "SCHOOL-9", Site.retired_at.is_(None)))


def test_coordinates_that_are_typed_are_put_on_record_and_used(administrator: Administrator) -> None:
    administrator.records_source("as_staked")
    assert current_site() is None

    administrator.uses_source("as_staked")

    site = current_site()
    assert site is not None
    assert site.source == "as-staked survey sheet 3"
    assert (round(site.south, 3), round(site.west, 3)) == (11.5, 122.8)
    actions = set(reading().scalars(sa.select(CustodyEvent.action).where(CustodyEvent.record_id == "SCHOOL-9")))
    assert {"site.source_recorded", "site.changed", "project.created"} <= actions


def test_a_line_needs_its_width_which_is_told_beside_the_field(administrator: Administrator) -> None:
    typed = {"reference": "sheet 1", "geometry": "11.5, 122.8\n11.51, 122.8", "kind": "corridor"}
    page = administrator.visitor.go(f"{SITE}/contract").press("Show how it lies", **typed)

    assert page.status == 422
    assert 'id="site-width_m-fault"' in page.html
    assert "A corridor needs its width." in page.text
    page.press("Show how it lies", kind="corridor", width_m="12")
    assert page.status == 200
    assert page.press("Put it on record", kind="corridor").status == 200
    assert reading().scalars(sa.select(SiteSource.width_m)).one() == 12


@pytest.mark.parametrize(
    ("geometry", "told"),
    [
        ("", "Draw the site on the map"),
        ("eleven, twelve", "Line 1 is no position"),
        ('{"type": "Polygon"', "not JSON to its end"),
        ("[1, 2]", "Line 1 is no position"),
        ("99.0, 122.8\n98.0, 122.8\n98.0, 123.0", ""),
        ('{"type": "Point", "coordinates": [1, 2]}', ""),
    ],
)
def test_coordinates_that_are_none_are_refused_beside_the_field(
    administrator: Administrator, geometry: str, told: str
) -> None:
    typed = {"reference": "sheet 1", "geometry": geometry, "kind": "polygon"}
    page = administrator.visitor.go(f"{SITE}/contract").press("Show how it lies", **typed)

    assert page.status == 422
    assert "fault" in page.html
    assert told in page.text
    assert "Put it on record" not in page.text


def test_a_file_is_read_and_shown_in_the_field(administrator: Administrator) -> None:
    ring = [[122.8, 11.5], [122.802, 11.5], [122.802, 11.502], [122.8, 11.5]]
    file = json.dumps({"type": "Polygon", "coordinates": [ring]}).encode()
    page = administrator.visitor.go(f"{SITE}/portal")
    token = page.form_with("geometry").values["csrf_token"]
    data = {"csrf_token": token, "reference": "the portal", "step": "show", "file": (io.BytesIO(file), "site.geojson")}
    answer = page.client.post(f"{SITE}/portal", data=data)

    assert answer.status_code == 200
    assert "122.802" in answer.get_data(as_text=True)


def test_sources_within_the_policy_agree(administrator: Administrator) -> None:
    administrator.records_source("contract")
    administrator.records_source("portal", shifted(20))
    page = administrator.visitor.go(SITE)

    assert "Contract and portal 20 m 20 m" in page.text
    assert "Stop:" not in page.text


def test_sources_that_differ_too_much_stop_the_use_and_the_publishing(administrator: Administrator) -> None:
    administrator.records_source("contract")
    administrator.uses_source("contract")
    administrator.records_source("portal", shifted(300))
    page = administrator.visitor.go(SITE)

    assert "Stop: the sources differ" in page.text
    assert "Contract and portal 300 m 300 m" in page.text
    assert "another administrator has to give the reason" in page.text
    page.press("Show what would change", source="portal")
    assert page.status == 422
    assert "lie 300 m apart; the policy allows 50 m" in page.text
    site = current_site()
    assert site is not None
    assert site.source == "contract sheet 3"
    typed = {"status": "implementation", "published": "yes"}
    page.go("/review/setup/projects/SCHOOL-9/publish").press("Show what would change", **typed)
    assert page.status == 422
    assert "lie 300 m apart" in page.text


def test_the_stop_holds_for_programs_too(administrator: Administrator, actor: Callable[[str], Actor]) -> None:
    administrator.records_source("contract")
    ring = [[122.9, 11.5], [122.902, 11.5], [122.902, 11.502], [122.9, 11.5]]
    site = {"geometry": {"type": "Polygon", "coordinates": [ring]}, "source": "a letter"}

    parts = ImportParts(administrator.document(site=site))
    with pytest.raises(Problem) as refused:
        project_import.apply(actor("administrator"), "SCHOOL-9", parts, now=utc_now())

    assert refused.value.name == "import-refused"
    assert [error.pointer for error in refused.value.errors] == ["#/site/geometry"]


def test_a_source_that_is_corrected_ends_the_stop(administrator: Administrator) -> None:
    administrator.records_source("contract")
    administrator.records_source("portal", shifted(300))
    administrator.records_source("portal", shifted(10))
    administrator.uses_source("portal")

    assert current_site() is not None
    page = administrator.visitor.go(f"{SITE}/portal")
    assert "Begin from this version" in page.text


def test_a_reason_by_another_administrator_ends_the_stop_for_these_very_shapes(
    administrator: Administrator, colleague: Visitor
) -> None:
    administrator.records_source("contract")
    administrator.records_source("as_staked", shifted(300))
    colleague.go(SITE).press("Put the reason on record", reason="The river moved; the contract is being varied.")
    assert "The sources differ, and may stand" in colleague.text

    administrator.uses_source("as_staked")
    site = current_site()
    assert site is not None
    assert site.source == "as-staked survey sheet 3"

    administrator.records_source("as_staked", shifted(400))
    assert "Stop: the sources differ" in administrator.visitor.go(SITE).text


def test_who_entered_a_source_cannot_give_the_reason(administrator: Administrator, colleague: Visitor) -> None:
    administrator.records_source("contract")
    administrator.records_source("portal", shifted(300))
    digest = colleague.go(SITE).form_with("digest").values["digest"]
    mine = administrator.visitor.go(SITE)
    assert "digest" not in {name for form in mine.page.forms for name in form.values}

    token = mine.page.forms[-1].values["csrf_token"]
    answer = mine.client.post(f"{SITE}/reason", data={"csrf_token": token, "digest": digest, "reason": "Let it stand."})

    assert answer.status_code == 403
    assert "another administrator has to give the reason" in answer.get_data(as_text=True)


def test_a_reason_for_shapes_that_are_others_by_now_is_refused(
    administrator: Administrator, colleague: Visitor
) -> None:
    administrator.records_source("contract")
    administrator.records_source("portal", shifted(300))
    colleague.go(SITE)
    administrator.records_source("portal", shifted(500))

    colleague.press("Put the reason on record", reason="It may stand.")

    assert colleague.status == 409
    assert "The sources are not those that were shown" in colleague.text
    assert "It may stand." in colleague.html


def test_of_two_reasons_for_the_same_shapes_at_once_the_first_stands(
    administrator: Administrator, colleague: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator.records_source("contract")
    administrator.records_source("portal", shifted(300))
    page = colleague.go(SITE)
    before = setting_up_sources.current
    stopped: list[Agreement] = []

    def looked_a_moment_ago(project: Project) -> Agreement:
        stopped.append(stopped[0] if stopped else before(project))
        return stopped[0]

    monkeypatch.setattr(setting_up_sources, "current", looked_a_moment_ago)
    sent = page.form_with("digest").values | {"reason": "It may stand."}
    answers = []
    for _each in range(2):
        _forget_token()
        answers.append(page.client.post(f"{SITE}/reason", data=sent).status_code)

    assert answers == [303, 409]


def test_a_reason_needs_words(administrator: Administrator, colleague: Visitor) -> None:
    administrator.records_source("contract")
    administrator.records_source("portal", shifted(300))
    colleague.go(SITE).press("Put the reason on record", reason="  ")

    assert colleague.status == 422
    assert "Write why they may stand" in colleague.text


def test_the_yard_is_where_the_tests_say() -> None:
    assert shifted(0).splitlines()[0].startswith("11.500000")
    assert len(YARD.splitlines()) == 4
