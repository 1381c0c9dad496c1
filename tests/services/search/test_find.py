from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from server.db import writing
from server.models import Area, Project, Site
from server.models.projects import ProjectStatus
from server.services import directory, project_search
from server.services.project_search import ProjectFilter, find
from tests.services.search.conftest import NOW, Publish


def codes(limit: int = 50, **asked: object) -> list[str]:
    return list(find(ProjectFilter(**asked), None, limit).codes)  # type: ignore[arg-type]


def pages(limit: int, **asked: object) -> list[str]:
    """All codes, read page by page."""
    found, after = [], None
    while True:
        page = find(ProjectFilter(**asked), after, limit)  # type: ignore[arg-type]
        found += page.codes
        if page.next is None:
            return found
        assert after is None or page.next > after, "each page goes on"
        after = page.next


@pytest.mark.parametrize(
    "text", ["bridge", "BRIDGE", "brid", "canon bridge", "bridge cañon", "Cañón", "people's", "new-7", "NEW", "7"]
)
def test_a_project_is_found_by_its_words_in_any_order_case_and_accent(publish: Publish, text: str) -> None:
    publish("NEW-7", title="Cañon Bridge", purpose="For the people's way to school.")

    assert codes(text=text) == ["NEW-7"]


@pytest.mark.parametrize("text", ["ridge", "bridge school road", "br", "%", "  ", "bridges"])
def test_what_it_does_not_say_does_not_find_it(publish: Publish, text: str) -> None:
    publish("NEW-7", title="Cañon Bridge", purpose="For the way to school.")

    assert codes(text=text) == []


@pytest.mark.parametrize("text", ["road", "R", "\ud7ff", "\U0010ffff"])
def test_where_nothing_is_published_nothing_is_found(app: Flask, text: str) -> None:
    with writing() as session:
        for project in session.scalars(sa.select(Project)):
            project.published_at = None

    assert codes(text=text) == []


@pytest.mark.parametrize("text", ["\ud7ff", "OLD\ud7ff", "\ue000", "\U0010ffff"])
def test_any_letter_of_unicode_may_end_what_is_sought(publish: Publish, text: str) -> None:
    publish("NEW-7")

    assert codes(text=text) == []


@pytest.mark.parametrize("text", ["ถนน", "สะพาน", "도로", "공사", "고속도로 공사"])
def test_a_text_without_blanks_is_found_by_any_part_of_it(publish: Publish, text: str) -> None:
    publish("NEW-7", title="고속도로공사를 위한", purpose="ก่อสร้างถนนและสะพาน")

    assert codes(text=text) == ["NEW-7"]


def test_the_name_of_a_place_finds_what_lies_in_and_below_it(publish: Publish) -> None:
    directory.add_area("CEB", "Cebu", "province", parent="R6", now=NOW)
    directory.add_area("CEB-1", "Poblacion", "town", parent="CEB", now=NOW)
    publish("NEW-7", area="CEB-1")

    assert codes(text="cebu") == codes(text="poblacion works cebu") == codes(area="CEB") == ["NEW-7"]


def test_a_renamed_place_is_found_by_its_new_name(publish: Publish) -> None:
    with writing() as session:
        session.scalars(sa.select(Area).where(Area.code == "R6")).one().name = "Western Visayas"

    assert codes(text="visayas") == ["OTHER-1", "ROAD-1"]
    assert codes(text="six") == []


def test_beginnings_of_codes_and_words_come_in_one_order(publish: Publish) -> None:
    publish("BRI-1")
    publish("AAA-1", title="Bridge")
    publish("ZZZ-1", title="Bridge")

    assert codes(text="bri") == ["AAA-1", "BRI-1", "ZZZ-1"]
    assert pages(1, text="bri") == ["AAA-1", "BRI-1", "ZZZ-1"]


def test_a_state_in_an_area_with_a_word_is_all_of_these(publish: Publish) -> None:
    publish("NEW-7", title="Bridge", status=ProjectStatus.CANCELLED)
    publish("NEW-8", title="Bridge")

    assert codes(text="bridge", area="R6", state=ProjectStatus.CANCELLED) == ["NEW-7"]
    assert codes(text="new-8", state=ProjectStatus.CANCELLED) == []


def test_a_walk_that_finds_little_stops_and_goes_on(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10):
        publish(f"A-{number}", title="Bridge" if number < 9 else "Bridge road")
        publish(f"B-{number}", title="Road")
    monkeypatch.setattr(project_search, "STEPS", (2, 2))
    first = find(ProjectFilter(text="bridge road"), None, 5)

    assert (first.codes, first.next) == ([], "A-3")
    assert pages(5, text="bridge road") == ["A-9"]


def test_many_short_lists_together_lose_nothing(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        publish(f"A-{number:02}", title=f"bridge{number % 3} bridge{number % 4}x")

    expected = [f"A-{number:02}" for number in range(12)]
    assert pages(2, text="bridge") == expected
    monkeypatch.setattr(project_search, "SHORT", 0)
    assert pages(2, text="bridge") == expected


def test_a_country_wide_site_is_found_by_the_smallest_box(app: Flask) -> None:
    with writing() as session:
        site = session.scalars(sa.select(Site).join(Project).where(Project.code == "ROAD-1")).one()
        site.south, site.north, site.west, site.east = 5.0, 19.0, 117.0, 127.0

    assert codes(bbox=(15.0, 120.0, 15.0001, 120.0001)) == ["ROAD-1"]
    assert codes(bbox=(15.0, 130.0, 15.0001, 130.0001)) == []
