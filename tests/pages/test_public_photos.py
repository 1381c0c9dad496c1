from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from evidence.context import Stage
from server.db import writing
from server.models import Evidence
from tests.pages.browse import Visitor
from tests.pages.story import Road
from tests.pages.views import at_view

PAGE = "/projects/ROAD-1/photos"


def shown(anyone: Visitor) -> list[str]:
    """The photos on the page, in its order."""
    return [link for link in anyone.page.links if link.startswith("/photos/")]


def taken(photo: UUID, at: datetime | None) -> None:
    with writing() as session:
        session.get_one(Evidence, photo).captured_at = at


def addresses(*photos: UUID) -> list[str]:
    return [f"/photos/{photo}" for photo in photos]


def test_the_last_taken_come_first_whenever_they_were_published(road: Road, anyone: Visitor) -> None:
    first, second = road.approved()
    now = datetime.now(UTC)
    taken(first, now - timedelta(days=1))
    taken(second, now - timedelta(days=2))
    assert shown(anyone.go(PAGE)) == addresses(first, second)

    taken(first, now - timedelta(days=3))
    assert shown(anyone.go(PAGE)) == addresses(second, first)


def test_a_photo_without_a_time_of_its_own_counts_from_when_it_was_published(road: Road, anyone: Visitor) -> None:
    first, second = road.approved()
    taken(first, None)
    taken(second, datetime.now(UTC) - timedelta(days=2))

    assert shown(anyone.go(PAGE)) == addresses(first, second)
    assert "day not known" in anyone.text


def test_stages_are_told_apart_with_their_counts(road: Road, anyone: Visitor) -> None:
    before = road.send(stage=Stage.BEFORE)
    road.send()
    road.send()
    road.approve(road.put_forward())
    anyone.go(PAGE)
    assert "Stage All 3 Before the works 1 During the works 2" in anyone.text

    assert shown(anyone.go(f"{PAGE}?stage=before")) == addresses(before)
    assert "All 3 Before the works 1 During the works 2" in anyone.text, "what else there is stays in sight"


def test_a_month_is_that_of_the_place_where_it_was_taken(road: Road, anyone: Visitor) -> None:
    first, second = road.approved()
    # In Manila it is August already while it is still July by UTC.
    taken(first, datetime(2026, 7, 31, 15, 59, tzinfo=UTC))
    taken(second, datetime(2026, 7, 31, 16, 1, tzinfo=UTC))
    anyone.go(PAGE)

    assert "Month All 2 July 2026 1 August 2026 1" in anyone.text
    assert shown(anyone.go(f"{PAGE}?month=2026-07")) == addresses(first)
    assert shown(anyone.go(f"{PAGE}?month=2026-08")) == addresses(second)


def test_views_and_stations_are_told_apart(road: Road, anyone: Visitor) -> None:
    first, second = road.approved()
    at_view("from the bridge", first)
    at_view("", second, station_m=1250.0)
    anyone.go(f"{PAGE}?view=from+the+bridge")
    assert shown(anyone) == addresses(first)

    assert shown(anyone.go(f"{PAGE}?station=1250")) == addresses(second)
    assert "Station All 2 1+250 1" in anyone.text


def test_filters_hold_together_and_count_what_the_others_leave(road: Road, anyone: Visitor) -> None:
    before, during, other = road.send(stage=Stage.BEFORE), road.send(), road.send()
    road.approve(road.put_forward())
    at_view("north", before, during)
    at_view("south", other)
    anyone.go(f"{PAGE}?stage=before&view=north")

    assert shown(anyone) == addresses(before)
    assert f"{PAGE}?stage=before" in anyone.page.links, "the view can be taken off again"
    assert f"{PAGE}?view=north" in anyone.page.links, "and so can the stage"


def test_what_fits_nothing_says_so_and_leads_back(road: Road, anyone: Visitor) -> None:
    road.approved()
    anyone.go(f"{PAGE}?stage=warranty")

    assert "No photo fits all of these. Show all photos" in anyone.text
    assert PAGE in anyone.page.links


def test_a_milestone_leads_to_its_photos(road: Road, anyone: Visitor) -> None:
    photos = road.approved()

    assert sorted(shown(anyone.go(f"{PAGE}?milestone=M1"))) == sorted(addresses(*photos))
    assert shown(anyone.go(f"{PAGE}?milestone=M2")) == []


@pytest.mark.parametrize(
    "query", ["stage=none", "month=2026-13", "month=x", "station=x", "station=nan", "page=0", "page=x", "view=%00"]
)
def test_a_filter_that_cannot_be_is_refused_as_a_page(anyone: Visitor, query: str) -> None:
    assert anyone.go(f"{PAGE}?{query}").status == 422


@pytest.mark.parametrize("query", ["month=1900-01", "month=9999-12", "view=%F0%9F%98%80", "station=-50"])
def test_a_filter_that_nothing_fits_is_no_fault(road: Road, anyone: Visitor, query: str) -> None:
    road.approved()

    assert anyone.go(f"{PAGE}?{query}").status == 200


def test_a_part_beyond_the_end_is_the_last(road: Road, anyone: Visitor) -> None:
    assert len(shown(anyone.go(f"{PAGE}?page=99") if road.approved() else anyone)) == 2


def test_what_is_not_published_is_not_counted(road: Road, anyone: Visitor) -> None:
    road.send()
    road.send_rejected()
    anyone.go(PAGE)

    assert "No photo is public here yet." in anyone.text
    assert "0 photos" in anyone.text


def test_grades_are_told_in_words_below(road: Road, anyone: Visitor) -> None:
    road.approved()

    assert "Corroborated: the file and the device each state the place and the time" in anyone.go(PAGE).text
