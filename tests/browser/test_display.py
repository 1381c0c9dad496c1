"""A real browser as a public screen: parts in turn, a network that is cut, a reload without it, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from server import assets
from server.db import writing
from server.models import Project
from tests.browser.test_road import address, browser
from tests.browser.waiting import wait_until
from tests.pages.story import Road

__all__ = ["address", "browser"]

DISPLAY = "/display/ROAD-1"
#: The screen has a worker, and the page and its pictures lie in the browser's cache.
KEPT = """async () => {
    await navigator.serviceWorker.ready;
    const kept = await caches.match(location.pathname, {ignoreVary: true});
    return Boolean(kept) && (await kept.text()) !== '';
}"""
PICTURES = """() => [...document.querySelectorAll('main img')].map(each => each.complete && each.naturalWidth > 0)"""

pytestmark = [
    pytest.mark.skipif(
        not (assets.BUILT / ".vite" / "manifest.json").is_file(),
        reason="the pages' modules are not built (bin/build-field)",
    ),
    pytest.mark.sqlite_only("the screen knows no database"),
]


@pytest.fixture
def screen(browser: Browser, address: str) -> Iterator[Page]:
    """A screen of 1080 lines that hangs on a wall: nobody touches it, and its clock is the test's."""
    yield from opened(browser, address)


@pytest.fixture
def screen_without_worker(browser: Browser, address: str) -> Iterator[Page]:
    """The same, with every request made by the page, where a test can answer it."""
    yield from opened(browser, address, service_workers="block")


def opened(browser: Browser, address: str, **kind: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=address, viewport={"width": 1920, "height": 1080}, locale="en-PH", **kind)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def shown(page: Page) -> str:
    """The part that is seen."""
    assert page.locator(".part.is-on").count() == 1
    return str(page.locator(".part.is-on").get_attribute("data-part"))


def wait_until_kept(page: Page) -> None:
    wait_until(page, "navigator.serviceWorker.controller !== null")
    wait_until(page, KEPT)
    wait_until(page, f"({PICTURES})().every(Boolean)")


def test_shows_its_parts_in_turn(screen: Page, road: Road) -> None:
    road.approved()
    screen.clock.install()
    screen.goto(DISPLAY)
    wait_until(screen, f"({PICTURES})().length === 2 && ({PICTURES})().every(Boolean)")
    seen = [shown(screen)]
    for _turn in range(4):
        screen.clock.run_for(12_000)
        seen.append(shown(screen))

    assert seen == [f"ROAD-1 {part}" for part in ("progress", "photo 1", "photo 2", "payments", "progress")]


def test_can_be_held_still(screen: Page, road: Road) -> None:
    screen.clock.install()
    screen.goto(DISPLAY)
    screen.keyboard.press(" ")
    screen.clock.run_for(30_000)

    assert shown(screen) == "ROAD-1 progress"


def test_goes_on_without_a_network_and_becomes_current_when_it_is_back(screen: Page, road: Road) -> None:
    road.approved()
    screen.goto(DISPLAY)
    wait_until_kept(screen)

    screen.context.set_offline(True)
    expect(screen.locator(".as-of")).to_contain_text("As of ")
    screen.keyboard.press("ArrowRight")
    assert shown(screen) == "ROAD-1 photo 1"

    screen.reload()
    expect(screen.locator(".as-of")).to_contain_text("As of ")
    wait_until(screen, f"({PICTURES})().length === 2 && ({PICTURES})().every(Boolean)")
    screen.keyboard.press("ArrowRight")
    expect(screen.locator(".part.is-on img")).to_be_visible()

    with writing() as session:
        session.scalars(sa.select(Project).where(Project.code == "ROAD-1")).one().title = "The road, renamed"
    screen.context.set_offline(False)
    expect(screen.locator(".as-of")).to_be_hidden()
    expect(screen.locator(".shown.is-on h2")).to_have_text("The road, renamed")
    assert shown(screen) == "ROAD-1 photo 1"


def test_a_server_in_trouble_leaves_the_screen_as_it_was(screen_without_worker: Page, road: Road) -> None:
    page = screen_without_worker
    road.approved()
    page.goto(DISPLAY)
    page.route("**/display/ROAD-1", lambda route: route.fulfill(status=503, body="<h1>The store is away</h1>"))
    page.evaluate("window.dispatchEvent(new Event('online'))")

    expect(page.locator(".as-of")).to_be_visible()
    assert shown(page) == "ROAD-1 progress"


def test_a_gateway_that_answers_in_our_place_is_no_news(screen_without_worker: Page, road: Road) -> None:
    page = screen_without_worker
    page.goto(DISPLAY)
    page.route("**/display/ROAD-1", lambda route: route.fulfill(status=200, body="<h1>Sign in to this network</h1>"))
    page.evaluate("window.dispatchEvent(new Event('online'))")

    expect(page.locator(".as-of")).to_be_visible()
    assert shown(page) == "ROAD-1 progress"


def test_can_be_read_at_five_metres(screen: Page, road: Road) -> None:
    """No text is smaller than 4 % of the screen's height, but for what is only there without the module."""
    road.approved()
    screen.goto(DISPLAY)
    sizes = screen.evaluate(
        """() => [...document.querySelectorAll('.shown *')].filter(each => [...each.childNodes]
            .some(node => node.nodeType === 3 && node.data.trim()) && !each.closest('.unseen'))
            .map(each => parseFloat(getComputedStyle(each).fontSize))"""
    )

    assert min(sizes) >= 0.04 * 1080


def test_nothing_lies_outside_of_the_screen(screen: Page, road: Road) -> None:
    road.approved()
    screen.goto(DISPLAY)
    for size in ({"width": 1920, "height": 1080}, {"width": 1024, "height": 768}, {"width": 1080, "height": 1920}):
        screen.set_viewport_size(size)  # type: ignore[arg-type]
        outside = screen.evaluate(
            """() => [...document.querySelectorAll('.part, .shown > header, .shown > footer')].filter(each =>
                each.scrollHeight > each.clientHeight + 2 || each.scrollWidth > each.clientWidth + 2)
                .map(each => each.outerHTML.slice(0, 80))"""
        )
        assert outside == [], size
