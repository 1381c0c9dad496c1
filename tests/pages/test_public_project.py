from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from evidence.context import Stage
from server.db import new_id, writing
from server.models import Evidence, Milestone, Organisation, Project
from server.services import public_photos
from tests.pages.browse import Visitor
from tests.pages.story import Road
from tests.pages.views import at_view

PAGE = "/projects/ROAD-1"
HOSTILE = '"><script>alert(1)</script>\u202e\u05d0\u05d1'


def test_the_project_page_tells_progress_money_photos_and_refusals(road: Road, anyone: Visitor) -> None:
    road.send_rejected()
    road.paid()
    anyone.go("/projects/ROAD-1")

    for words in ("Verified 20 %", "₱150,000.00", "The kerb", "taken outside the site", "paid"):
        assert words in anyone.text


def test_the_latest_news_come_first_and_what_comes_next_is_said(road: Road, anyone: Visitor) -> None:
    road.paid()
    anyone.go(PAGE)
    words = anyone.text.replace("\u2068", "").replace("\u2069", "")

    news = words.index("Latest news")
    paid, approved = words.index("was paid for “Milestone 1”"), words.index("“Milestone 1” was approved")
    assert news < paid < approved < words.index("What comes next") < words.index("Progress Verified is")
    assert "2 photos: The works under way" in words
    assert "Milestone 2 under way Due by" in words


def test_a_milestone_whose_last_day_is_over_is_said_to_be_late(road: Road, anyone: Visitor) -> None:
    with writing() as session:
        milestone = session.scalars(sa.select(Milestone).where(Milestone.id == road.milestone().id)).one()
        milestone.ends_on = road.today() - timedelta(days=3)

    assert "3 days ago." in anyone.go(PAGE).text


def test_when_all_is_approved_nothing_comes_next(road: Road, anyone: Visitor) -> None:
    road.approved()
    with writing() as session:
        for code in ("M2", "M3"):
            session.get_one(Milestone, road.milestone(code).id).state = road.milestone("M1").state

    assert "Every milestone was approved on its photos." in anyone.go(PAGE).text


def test_the_curves_have_their_numbers_as_tables(road: Road, anyone: Visitor) -> None:
    road.paid()
    anyone.go(PAGE)

    assert anyone.html.count('<svg class="chart"') == 2
    assert "The works over time: by today 20 % are verified" in anyone.html
    assert "approved milestones are worth ₱200,000.00, and ₱150,000.00 was paid" in anyone.html
    assert "(today)" in anyone.text
    assert "Worth approved" in anyone.text


def test_before_any_approval_there_is_a_plan_and_no_curve_of_money(anyone: Visitor) -> None:
    assert anyone.go(PAGE).html.count('<svg class="chart"') == 1
    assert "Nothing was released yet." in anyone.text


def test_a_project_without_a_schedule_stands(anyone: Visitor) -> None:
    anyone.go("/projects/OTHER-1")

    assert anyone.status == 200
    assert "No schedule is known yet." in anyone.text


def test_a_link_that_is_passed_on_shows_what_it_is(road: Road, anyone: Visitor) -> None:
    photos = road.approved()
    html = anyone.go(PAGE).html

    assert '<link rel="canonical" href="http://localhost/projects/ROAD-1">' in html
    assert '<meta property="og:title" content="The works of ROAD-1">' in html
    assert '<meta name="description" content="Region Six: 20 % of the works verified' in html
    assert any(f'property="og:image" content="http://localhost/photos/{photo}/web.jpg"' in html for photo in photos)


def test_a_link_before_any_photo_has_no_picture(anyone: Visitor) -> None:
    assert "og:image" not in anyone.go(PAGE).html


def test_every_picture_has_its_place_kept_and_only_the_first_is_urgent(road: Road, anyone: Visitor) -> None:
    road.approved()
    html = anyone.go(PAGE).html

    assert len(re.findall(r'<img [^>]*width="\d+" height="\d+"', html)) == html.count("<img")
    assert html.count('fetchpriority="high"') == 1
    assert html.count("<img") - 1 == html.count('loading="lazy"')


def test_the_same_view_before_and_after_stands_side_by_side(road: Road, anyone: Visitor) -> None:
    road.send()
    before, after = road.send(stage=Stage.BEFORE), road.send()
    road.approve(road.put_forward())
    at_view("from the bridge", before, after)
    anyone.go(PAGE)

    assert "Before and after from the bridge" in anyone.text
    assert {f"/photos/{before}/web.jpg", f"/photos/{after}/web.jpg"} <= set(anyone.page.images)


def test_photos_of_two_views_are_no_pair(road: Road, anyone: Visitor) -> None:
    road.send()
    before, after = road.send(stage=Stage.BEFORE), road.send()
    road.approve(road.put_forward())
    at_view("from the bridge", before)
    at_view("from the school", after)

    assert "Before and after" not in anyone.go(PAGE).text


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/photos", "/widget/ROAD-1"])
def test_hostile_names_stay_names(road: Road, anyone: Visitor, path: str) -> None:
    photo = road.send(caption=HOSTILE)
    road.send()
    road.approve(road.put_forward())
    at_view(HOSTILE, photo)
    with writing() as session:
        project = session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one()
        project.title = project.purpose = project.source_of_funds = HOSTILE
        session.get_one(Milestone, road.milestone().id).title = HOSTILE
        for organisation in session.scalars(sa.select(Organisation)):
            organisation.name = f"{organisation.code} {HOSTILE}"
    anyone.go(path)

    assert anyone.status == 200
    assert "<script>alert" not in anyone.html
    assert anyone.page.inline == []


def test_a_name_in_a_sentence_does_not_turn_the_words_around_it(road: Road, anyone: Visitor) -> None:
    with writing() as session:
        session.get_one(Milestone, road.milestone().id).title = "أساس الطريق"
    road.approved()

    assert "“\u2068أساس الطريق\u2069” was approved" in anyone.go(PAGE).text


@pytest.mark.parametrize("address", ["/projects/none", "/projects/none/photos", "/widget/none", "/photos/none"])
def test_what_is_not_there_is_helped_to_be_found(anyone: Visitor, address: str) -> None:
    anyone.go(address)

    assert anyone.status == 404
    assert anyone.form_with("text").action == "/"
    assert "/" in anyone.page.links


def test_a_withdrawn_project_is_as_one_that_never_was(road: Road, anyone: Visitor) -> None:
    road.approved()
    with writing() as session:
        session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one().published_at = None

    assert anyone.go(PAGE).status == 404
    assert "The works of ROAD-1" not in anyone.text
    assert anyone.go(f"{PAGE}/photos").status == 404


def test_five_thousand_photos_make_no_page_longer(road: Road, anyone: Visitor) -> None:
    photo = road.approved()[0]
    few = len(anyone.go(PAGE).html), len(anyone.go(f"{PAGE}/photos").html)
    many(photo, 5000)
    long, paged = anyone.go(PAGE).html, anyone.go(f"{PAGE}/photos").html

    assert "Verified photos 5,002" in anyone.go(PAGE).text
    assert len(long) - few[0] < 60_000
    assert paged.count('class="tile"') == public_photos.SHOWN
    assert len(paged) < 100_000
    assert "1 to 60 of 5,002" in anyone.go(f"{PAGE}/photos").text
    assert "4,981 to 5,002 of 5,002" in anyone.go(f"{PAGE}/photos?page=84").text


def many(photo: UUID, number: int) -> None:
    """So many more published photos like this one, each taken a minute before the other."""
    table = Evidence.__table__
    with writing() as session:
        row = dict(session.execute(sa.select(table).where(table.c.id == photo)).mappings().one())
        taken = datetime.now(UTC)
        session.execute(
            sa.insert(table),
            [
                row | {"id": new_id(), "captured_at": taken - timedelta(minutes=place), "map_key": None}
                for place in range(number)
            ],
        )
