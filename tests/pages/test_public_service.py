from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from server.db import new_id, writing
from server.models import Area, Milestone, Project, Site
from server.models.evidence import EvidenceVerdictWord
from server.models.milestones import MilestoneState
from server.models.projects import ProjectStatus
from server.problems import Problem
from server.services import progress, public
from server.services.project_search import Box, ProjectFilter
from server.times import utc_now
from tests.pages.story import Road


def codes(asked: ProjectFilter) -> list[str]:
    return [card.code for card in public.projects(asked, None, 50, now=utc_now()).items]


def change(table: type, code: str, **values: object) -> None:
    with writing() as session:
        found = session.scalars(sa.select(table).where(table.code == code)).one()  # type: ignore[attr-defined]
        for name, value in values.items():
            setattr(found, name, value)


@pytest.mark.usefixtures("app")
class TestFinding:
    def test_unpublished_projects_do_not_exist(self) -> None:
        change(Project, "OTHER-1", published_at=None)

        assert codes(ProjectFilter()) == ["ROAD-1"]
        with pytest.raises(Problem) as refused:
            public.project("OTHER-1", now=utc_now())
        assert refused.value.name == "not-found"

    @pytest.mark.parametrize(
        ("bbox", "found"),
        [
            ((10.9, 122.4, 11.1, 122.6), ["ROAD-1"]),
            ((10.0, 122.0, 12.0, 123.0), ["OTHER-1", "ROAD-1"]),
            ((10.9, 122.6, 11.1, 122.4), []),
            ((10.9, 122.4999, 11.1, -170.0), ["ROAD-1"]),
            ((-90.0, -180.0, 0.0, 180.0), []),
        ],
    )
    def test_a_box_finds_the_sites_that_meet_it(self, bbox: Box, found: list[str]) -> None:
        assert codes(ProjectFilter(bbox=bbox)) == found

    @pytest.mark.parametrize(
        ("bbox", "met"),
        [
            ((-18.0, 179.0, -16.0, -179.0), True),
            ((-18.0, 179.8, -16.0, 179.9), True),
            ((-18.0, -180.0, -16.0, -179.95), True),
            ((-18.0, -170.0, -16.0, 170.0), False),
            ((-18.0, 170.0, -16.0, 179.0), False),
        ],
    )
    def test_a_site_across_the_antimeridian_is_found_from_both_sides(self, bbox: Box, met: bool) -> None:
        with writing() as session:
            site = session.scalars(sa.select(Site).join(Project).where(Project.code == "ROAD-1")).one()
            site.south, site.north, site.west, site.east = -17.1, -17.0, 179.7, -179.9

        assert ("ROAD-1" in codes(ProjectFilter(bbox=bbox))) is met

    def test_an_area_takes_in_all_below_it_and_no_namesake(self) -> None:
        with writing() as session:
            root = session.scalars(sa.select(Area).where(Area.code == "R6")).one()
            below = Area(code="ILO", name="Iloilo", level="province", path="R6/ILO/", parent_id=root.id)
            other = Area(code="R60", name="Region Sixty", level="region", path="R60/")
            session.add_all([below, other])
            session.flush()
            for code, area in (("ROAD-1", below), ("OTHER-1", other)):
                session.scalars(sa.select(Project).where(Project.code == code)).one().area_id = area.id

        assert codes(ProjectFilter(area="R6")) == ["ROAD-1"]
        assert codes(ProjectFilter(area="R60")) == ["OTHER-1"]
        assert codes(ProjectFilter(area="nowhere")) == []
        assert [(a.code, a.projects, [p.code for p in a.parts]) for a in public.areas()] == [
            ("R6", 1, ["ILO"]),
            ("R60", 1, []),
        ]
        assert [above.name for above in public.area("ILO").above] == ["Region Six"]

    @pytest.mark.parametrize(
        ("text", "found"), [("road-1", ["ROAD-1"]), ("%", []), ("_", []), ("works", ["OTHER-1", "ROAD-1"])]
    )
    def test_text_is_sought_as_it_stands(self, text: str, found: list[str]) -> None:
        assert codes(ProjectFilter(text=text)) == found

    def test_a_state_is_exact(self) -> None:
        change(Project, "ROAD-1", status=ProjectStatus.COMPLETED)

        assert codes(ProjectFilter(state=ProjectStatus.COMPLETED)) == ["ROAD-1"]

    def test_pages_follow_each_other_without_a_gap(self) -> None:
        first = public.projects(ProjectFilter(), None, 1, now=utc_now())
        second = public.projects(ProjectFilter(), first.next, 1, now=utc_now())

        assert [card.code for card in [*first.items, *second.items]] == ["OTHER-1", "ROAD-1"]
        assert second.next is None

    def test_a_feature_gives_longitude_first(self) -> None:
        shown = public.projects(ProjectFilter(), None, 9, now=utc_now(), shapes=True).items
        card = next(card for card in shown if card.code == "ROAD-1")
        feature = card.as_feature()

        assert feature["geometry"]["coordinates"][0] == pytest.approx([122.5, 10.9955])
        assert "site" not in feature["properties"]


class TestProject:
    def test_photos_are_hidden_until_their_milestone_is_approved(self, road: Road) -> None:
        photo = road.send()
        assert public.project("ROAD-1", now=utc_now()).published == ()
        assert public.project("ROAD-1", now=utc_now()).waiting_photos == 1
        assert_hidden(photo)

        road.send()
        road.approve(road.put_forward())

        page = public.project("ROAD-1", now=utc_now())
        assert {card.id for card in page.published} >= {photo}
        assert (page.photos, page.waiting_photos) == (2, 0)
        assert page.progress.verified_bp == 2000

    def test_a_published_photo_is_hidden_with_its_project(self, road: Road) -> None:
        photo = road.approved()[0]
        change(Project, "ROAD-1", published_at=None)

        assert_hidden(photo)

    def test_refused_photos_are_counted_with_their_reasons(self, road: Road) -> None:
        road.send_rejected()
        road.send_rejected()
        road.say(road.send_questionable(), EvidenceVerdictWord.REFUSE)
        page = public.project("ROAD-1", now=utc_now())

        assert page.refused_photos == 3
        assert [(r.check, r.photos) for r in page.refused] == [("place.inside_site", 2), ("review", 1)]
        assert page.refused[0].reason == "taken outside the site"

    def test_a_payment_appears_with_its_lines_and_day(self, road: Road) -> None:
        road.paid()
        (payment,) = public.project("ROAD-1", now=utc_now()).payments

        assert (payment.gross_minor, payment.net_minor, payment.paid_on) == (20_000_000, 15_000_000, road.today())

    def test_locked_certificates_are_no_payments(self, road: Road) -> None:
        assert public.project("ROAD-1", now=utc_now()).payments == ()

    def test_nobody_is_named_below_their_organisation(self, road: Road) -> None:
        photo = road.approved()[0]
        told = f"{public.photo(photo).as_document()} {public.project('ROAD-1', now=utc_now()).as_document()}"

        assert "Agency" in told
        for private in ("Inspector", "inspector@", str(road.actor("inspector").person_id), "Supervisor"):
            assert private not in told

    def test_a_photo_says_what_vouches_for_it(self, road: Road) -> None:
        page = public.photo(road.approved()[0])
        place = next(check for check in page.checks if check.check == "place.inside_site")

        assert (place.words, place.outcome) == ("Taken inside the site", "pass")
        assert page.grade_words.startswith("Corroborated")

    @pytest.mark.parametrize("name", ["thumbnail", "web"])
    def test_a_copy_carries_no_metadata(self, road: Road, name: public.CopyName) -> None:
        found = public.photo_copy(road.approved()[0], name)

        assert found.content.startswith(b"\xff\xd8")
        assert b"Exif" not in found.content

    def test_documents_are_plain_json(self, road: Road, app: Flask) -> None:
        photo = road.approved()[0]
        for document in (public.photo(photo), public.project("ROAD-1", now=utc_now()), public.area("R6")):
            assert app.json.loads(app.json.dumps(document.as_document())) == document.as_document()


def assert_hidden(photo: UUID) -> None:
    for ask in (public.photo, lambda id_: public.photo_copy(id_, "web")):
        with pytest.raises(Problem) as refused:
            ask(photo)
        assert refused.value.name == "not-found"


MARCH = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("on", "planned"),
    [
        (MARCH - timedelta(days=1), 0),
        (MARCH, 100),
        (MARCH + timedelta(days=4), 500),
        (MARCH + timedelta(days=99), 1000),
    ],
)
def test_the_plan_is_a_straight_line_through_a_milestones_days(on: date, planned: int) -> None:
    milestone = Milestone(id=new_id(), weight_bp=1000, starts_on=MARCH, ends_on=MARCH + timedelta(days=9))

    assert progress.planned_bp([milestone], on) == planned


@pytest.mark.parametrize(
    ("state", "share"), [(MilestoneState.SUBMITTED, 0), (MilestoneState.APPROVED, 1000), (MilestoneState.PAID, 1000)]
)
def test_only_approved_milestones_are_verified(state: MilestoneState, share: int) -> None:
    assert progress.verified_bp([Milestone(weight_bp=1000, state=state)]) == share


def test_the_day_is_the_projects_own() -> None:
    assert progress.today(datetime(2026, 3, 1, 20, tzinfo=UTC), "Asia/Manila") == date(2026, 3, 2)
