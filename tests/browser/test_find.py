"""The find page in a real browser: the map and the list agree, by hand and keyboard, and without script."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Response

from server import assets
from server.models.projects import ProjectStatus
from tests.browser.test_road import address, browser, complaints, page
from tests.services.search.conftest import Publish, publish
from tests.services.search.test_near import Place, place

__all__ = ["address", "browser", "complaints", "page", "place", "publish"]

LARGEST_BYTES = 100_000
PHONE = {"width": 390, "height": 844}
READY = '[data-map="find"][data-ready]'

pytestmark = [
    pytest.mark.skipif(
        not (assets.BUILT / ".vite" / "manifest.json").is_file(), reason="the pages' modules are not built"
    ),
    pytest.mark.sqlite_only("the browser knows no database"),
]


@pytest.fixture
def schools(publish: Publish, place: Place) -> None:
    """Thirty schools in a row and a clinic far away, so that the list has two pages and the map clusters."""
    for number in range(30):
        place(f"SCH-{number:02}", 11.0 + 0.001 * number, 122.5, title=f"School {number}", sector="education")
    place("CLI-1", 9.0, 125.0, title="Clinic", sector="health", status=ProjectStatus.COMPLETED)


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, viewport=PHONE, has_touch=True, is_mobile=True)
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": 8.9987654, "longitude": 125.0012345})
    yield context.new_page()
    context.close()


def listed(page: Page) -> list[str]:
    return page.locator(".card .code").all_text_contents()


def on_the_map(page: Page) -> set[str]:
    """The codes in the answer from which the map is drawn."""
    points = page.get_attribute('[data-map="find"]', "data-points")
    assert points
    return set(
        page.evaluate("p => fetch(p).then(a => a.json()).then(a => a.features.map(f => f.properties.code))", points)
    )


def test_the_map_shows_the_projects_of_all_pages_of_the_list(schools: None, page: Page) -> None:
    page.goto("/?sector=education")
    page.wait_for_selector(READY)
    first = listed(page)
    page.get_by_role("link", name="More projects").click()
    page.wait_for_selector(READY)

    assert len(first) == 24
    assert set(first) | set(listed(page)) == on_the_map(page) == {f"SCH-{number:02}" for number in range(30)}
    assert page.get_attribute(READY, "data-ready") == "30"


def test_the_list_follows_the_part_of_the_map_that_is_asked_for(
    schools: None, page: Page, complaints: list[str]
) -> None:
    page.goto("/?sector=health")
    page.wait_for_selector(READY)
    button = page.get_by_role("button", name="Search in this part of the map")
    assert not button.is_visible()
    page.get_by_role("button", name="Zoom in").click()
    button.click()
    page.wait_for_url(re.compile("bbox="))

    assert page.get_by_text("in this part of the map", exact=True).first.is_visible()
    assert "sector=health" in page.url
    assert [each for each in complaints if "GL Driver" not in each] == []


def test_a_project_on_the_map_leads_to_its_page(schools: None, page: Page) -> None:
    page.goto("/?sector=health")
    page.wait_for_selector(READY)
    box = page.locator(READY).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    link = page.locator(".maplibregl-popup").get_by_role("link", name="Clinic")

    assert link.get_attribute("href") == "/projects/CLI-1"
    assert "CLI-1 · completed" in page.locator(".maplibregl-popup").inner_text()


def test_a_card_that_has_the_focus_has_its_place_marked(schools: None, page: Page) -> None:
    page.goto("/?sector=health")
    page.wait_for_selector(READY)
    before = page.locator(READY).screenshot()
    page.get_by_role("link", name="Clinic").focus()
    page.wait_for_timeout(400)
    marked = page.locator(READY).screenshot()
    page.get_by_label("Place, project or code").focus()
    page.wait_for_timeout(400)

    assert marked != before
    assert page.locator(READY).screenshot() == before


def test_all_is_reached_by_keyboard(schools: None, page: Page) -> None:
    page.goto("/")
    page.get_by_label("Place, project or code").focus()
    page.keyboard.type("clinic")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?text=clinic*")
    assert listed(page) == ["CLI-1"]
    page.get_by_role("link", name="“clinic”").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "clinic" not in url)

    assert len(listed(page)) == 24


def test_near_me_asks_when_it_is_pressed_and_tells_100_metres(schools: None, phone: Page) -> None:
    phone.goto("/")
    phone.get_by_role("button", name="Near me").tap()
    phone.wait_for_url(re.compile("near="))

    assert "near=8.999%2C125.001" in phone.url
    assert listed(phone)[0] == "CLI-1"
    assert "m away" in phone.locator(".card").first.inner_text()


def test_who_does_not_tell_where_they_are_is_told_what_to_do(schools: None, page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Near me").click()

    page.get_by_text("Your device did not tell where you are.").wait_for()
    assert page.get_by_role("button", name="Near me").is_enabled()


def test_a_phone_has_the_list_first_and_the_map_when_it_asks(schools: None, phone: Page) -> None:
    loaded: list[str] = []
    phone.on("response", lambda answer: loaded.append(answer.url))
    phone.goto("/")
    phone.wait_for_load_state("networkidle")
    assert not [url for url in loaded if "base_map" in url or "find.geojson" in url]

    phone.get_by_role("button", name="Show on a map").tap()
    phone.wait_for_selector(READY)
    assert phone.get_by_role("button", name="Hide the map").get_attribute("aria-expanded") == "true"


def test_a_page_without_its_map_and_photos_is_small(schools: None, phone: Page) -> None:
    """Counted as bytes on the line: heads are left out, bodies are as they were sent."""
    answers: list[Response] = []
    # Playwright does not take a list's own method for a listener.
    phone.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108
    phone.goto("/")
    phone.wait_for_load_state("networkidle")
    sizes = {each.url: each.request.sizes()["responseBodySize"] for each in answers if "thumbnail" not in each.url}

    assert sizes
    assert 0 < sum(sizes.values()) <= LARGEST_BYTES, sizes


def test_without_javascript_it_is_a_list(schools: None, browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/?sector=education")
    assert len(listed(page)) == 24
    assert not page.get_by_role("button", name="Near me").is_visible()
    assert not page.locator('[data-map="find"]').is_visible()
    page.get_by_label("Sector").select_option("Health")
    page.get_by_role("button", name="Search").click()

    assert listed(page) == ["CLI-1"]
    assert "1 project" in page.get_by_role("heading", level=2).first.inner_text()
    context.close()
