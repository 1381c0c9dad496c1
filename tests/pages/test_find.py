"""The find page: what is asked for stands in its address, what was found is counted, and there is always a way back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from server.models.projects import ProjectStatus
from server.services import directory, finding
from tests.pages.browse import Visitor
from tests.services.search.conftest import NOW, Publish, publish

__all__ = ["publish"]
Find = Callable[[str], Visitor]


@pytest.fixture
def several(app: Flask, publish: Publish) -> None:
    """Works that differ in sector, state, years and place."""
    directory.add_area("CEB", "Cebu", "province", parent="R6", now=NOW)
    publish("SCH-1", title="School", sector="education", starts_on=date(2024, 6, 1), ends_on=date(2025, 2, 1))
    publish("SCH-2", title="School", sector="education", area="CEB", status=ProjectStatus.COMPLETED)
    publish("CLI-1", title="Clinic", sector="Water and waste", starts_on=date(2025, 1, 1))


def title(page: Visitor) -> str:
    found = re.search("<title>(.*?)</title>", page.html)
    assert found
    return found[1]


def projects(page: Visitor) -> list[str]:
    return [link.removeprefix("/projects/") for link in page.page.links if link.startswith("/projects/")]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("sector=education", ["SCH-1", "SCH-2"]),
        ("sector=water_and_waste", ["CLI-1"]),
        ("sector=Water+and+waste", ["CLI-1"]),
        ("sector=education&year=2025", ["SCH-1"]),
        ("sector=education&year=2026", []),
        ("year=2025&text=clinic", ["CLI-1"]),
        ("sector=education&state=completed", ["SCH-2"]),
        ("area=CEB&sector=education", ["SCH-2"]),
        ("contractor=builder", ["ROAD-1"]),
        ("contractor=nobody", []),
        ("text=sch-2", ["SCH-2"]),
        ("bbox=122.4,10.9,122.6,11.1&text=road-1", ["ROAD-1"]),
        ("bbox=10,10,11,11", []),
    ],
)
def test_what_is_asked_for_is_found(several: None, anyone: Visitor, query: str, codes: list[str]) -> None:
    assert projects(anyone.go(f"/?{query}")) == codes
    assert anyone.status == 200


def test_what_was_found_is_counted(several: None, anyone: Visitor) -> None:
    assert "2 projects" in anyone.go("/?sector=education").text
    assert "1 project" in anyone.go("/?sector=education&year=2024").text
    assert "0 projects" in anyone.go("/?sector=education&year=1999").text


def test_a_count_that_is_not_known_says_at_least(
    several: None, anyone: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_COUNTED", 1)

    assert "At least 1 project" in anyone.go("/?text=school&sector=education").text


def test_each_filter_can_be_taken_away_alone(several: None, anyone: Visitor) -> None:
    anyone.go("/?area=CEB&sector=education&state=completed&text=school")

    assert {
        "/?text=school&state=completed&sector=education",
        "/areas/CEB?text=school&sector=education",
        "/areas/CEB?text=school&state=completed",
        "/areas/CEB?state=completed&sector=education",
        "/",
    } <= {link.replace("&amp;", "&") for link in anyone.page.links}


def test_titles_say_what_is_shown(several: None, anyone: Visitor) -> None:
    assert title(anyone.go("/")) == "Public works, witnessed · Saksi"
    assert title(anyone.go("/areas/CEB")) == "Cebu: public works · Saksi"
    assert title(anyone.go("/areas/CEB?sector=education&year=2025")) == (
        "Cebu · Education · works in 2025: public works · Saksi"
    )


def test_an_area_has_one_address(several: None, anyone: Visitor) -> None:
    answer = anyone.client.get("/?area=CEB&sector=education&text=")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/areas/CEB?sector=education")


def test_an_area_that_does_not_exist_is_not_found(anyone: Visitor) -> None:
    assert anyone.go("/?area=nowhere").status == 404


def test_an_area_without_projects_says_so_kindly(anyone: Visitor) -> None:
    directory.add_area("EMP", "Isla", "province", parent=None, now=NOW)
    anyone.go("/areas/EMP")

    assert anyone.status == 200
    assert "No project is published in Isla yet." in anyone.text
    assert "Show all projects" in anyone.text


def test_the_way_down_the_tree_keeps_what_is_asked_for(several: None, anyone: Visitor) -> None:
    assert "/areas/CEB?sector=education" in anyone.go("/areas/R6?sector=education").page.links


@pytest.mark.parametrize(
    ("query", "filter_named", "rest"),
    [
        ("state=nonsense&text=road", "State", "/?text=road"),
        ("year=MMXX&sector=education", "Year", "/?sector=education"),
        ("year=1", "Year", "/"),
        ("near=here&text=a", "Near a place", "/?text=a"),
        ("near=91,0", "Near a place", "/"),
        ("near=nan,0", "Near a place", "/"),
        ("bbox=1,2,3", "Part of the map", "/"),
        ("bbox=1,2,3,-4", "Part of the map", "/"),
        ("cursor=nonsense&text=road", "Where the list goes on", "/?text=road"),
        ("near=11,122&cursor=WyI5OTk5OSJd", "Where the list goes on", "/?near=11,122"),
    ],
)
def test_a_filter_that_is_not_right_is_named_and_can_be_left_out(
    anyone: Visitor, query: str, filter_named: str, rest: str
) -> None:
    anyone.go(f"/?{query}")

    assert anyone.status == 422
    assert "A filter in this address is not right" in anyone.text
    assert filter_named in anyone.text
    assert rest in [link.replace("%2C", ",") for link in anyone.page.links]
    assert anyone.go(rest).status == 200


def test_on_an_areas_page_what_is_not_right_is_left_out_of_that_page(anyone: Visitor) -> None:
    assert "/areas/R6?text=road" in anyone.go("/areas/R6?state=nonsense&text=road").page.links


def test_near_a_place_says_how_far_each_project_is(anyone: Visitor) -> None:
    anyone.go("/?near=11.01,122.5")

    assert projects(anyone)[0] == "ROAD-1"
    assert "1.1 km away" in anyone.text


def test_a_place_is_kept_no_more_exactly_than_100_metres(anyone: Visitor) -> None:
    anyone.go("/?near=11.0123456,122.5123456")

    assert anyone.form_with("near").values["near"] == "11.012,122.512"
    assert "near=11.012,122.512" in anyone.go("/?near=11.0123456,122.5123456&text=works").html


def test_a_card_tells_the_code_and_an_amount_in_one_piece(anyone: Visitor) -> None:
    anyone.go("/?text=road-1")

    assert '<span class="code">ROAD-1</span>' in anyone.html
    assert re.search(r'<b class="nowrap">₱[\d,.]+</b>', anyone.html)


def test_the_button_for_near_is_not_there_without_javascript(anyone: Visitor) -> None:
    button = re.search(r"<button[^>]*data-near=[^>]*>", anyone.go("/").html)

    assert button
    assert " hidden" in button[0]


def points(anyone: Visitor, query: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(anyone.client.get(f"/find.geojson?{query}").data)
    return found


def test_the_map_shows_what_the_list_does(several: None, anyone: Visitor) -> None:
    on_the_map = {each["properties"]["code"] for each in points(anyone, "text=road")["features"]}

    assert on_the_map == set(projects(anyone.go("/?text=road"))) == {"ROAD-1"}


def test_a_map_that_does_not_show_all_says_so(anyone: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert points(anyone, "text=road")["complete"]
    monkeypatch.setattr(finding, "MOST_COUNTED", 1)
    assert not points(anyone, "")["complete"]


def test_a_map_of_a_filter_that_is_not_right_is_refused(anyone: Visitor) -> None:
    assert anyone.client.get("/find.geojson?state=nonsense").status_code == 422


def test_search_engines_are_told_of_projects_and_areas(several: None, anyone: Visitor) -> None:
    robots = anyone.client.get("/robots.txt").get_data(as_text=True)
    assert "Disallow: /*/board.pdf" in robots, (
        "a board is drawn for whoever prints it, not for a crawler of every project"
    )
    index = anyone.client.get("/sitemap.xml").get_data(as_text=True)

    assert "Sitemap: http://localhost/sitemap.xml" in robots
    assert "<loc>http://localhost/sitemap-projects.xml</loc>" in index
    assert "<loc>http://localhost/projects/SCH-1</loc>" in anyone.client.get("/sitemap-projects.xml").get_data(
        as_text=True
    )
    assert "<loc>http://localhost/areas/CEB</loc>" in anyone.client.get("/sitemap-areas.xml").get_data(as_text=True)
    assert anyone.client.get("/sitemap-photos.xml").status_code == 404


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/?text=&sector=education", "/?sector=education"),
        ("/areas/R6?language=en", "/areas/R6"),
        ("/?unknown=1", "/"),
    ],
)
def test_a_view_names_its_one_address_and_says_what_it_is(anyone: Visitor, path: str, canonical: str) -> None:
    anyone.go(path)

    assert f'<link rel="canonical" href="http://localhost{canonical}">' in anyone.html
    assert '<meta name="description" content="' in anyone.html
    assert '<meta property="og:title"' in anyone.html


def test_what_is_checked_and_what_the_grades_mean_has_a_page(anyone: Visitor) -> None:
    assert "/about" in anyone.go("/").page.links
    anyone.go("/about")

    for words in ("Taken inside the site", "Attested", "Corroborated", "Single witness", "Stated", "does not prove"):
        assert words in anyone.text


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "“quotes”\"'", "مشروع", "\\", "%", "_"])
def test_whatever_is_typed_comes_back_as_text(anyone: Visitor, text: str) -> None:
    anyone.client.get("/", query_string={"text": text, "sector": text, "contractor": text})
    answer = anyone.client.get("/", query_string={"text": text, "sector": text[:60], "contractor": text[:60]})

    assert answer.status_code == 200
    assert b"<script>alert" not in answer.data


def test_a_part_of_a_map_that_is_filtered_has_the_points_of_that_part(several: None, anyone: Visitor) -> None:
    def asked_of(path: str) -> str:
        found = re.search('data-points="([^"]*)"', anyone.go(path).html)
        assert found
        return found[1].replace("&amp;", "&")

    assert asked_of("/?sector=education&bbox=1,2,3,4") == "/find.geojson?sector=education&bbox=1,2,3,4"
    assert asked_of("/?bbox=1,2,3,4") == "/find.geojson"
