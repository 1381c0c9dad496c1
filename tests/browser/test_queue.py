"""What waits, in a real browser, by keyboard alone: through the list, into a thing, on to the next, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from server.assets import BUILT
from tests.browser.axe import AXE, violations
from tests.browser.test_road import address, browser
from tests.browser.waiting import wait_until
from tests.pages.story import Road
from tests.personas import PASSWORD, PERSONAS

__all__ = ["address", "browser"]

pytestmark = [
    pytest.mark.skipif(
        not (BUILT / ".vite" / "manifest.json").is_file() or not AXE.is_file(),
        reason="the pages' modules are not built (bin/build-field)",
    ),
    pytest.mark.sqlite_only("the browser knows no database"),
]


@pytest.fixture
def page(browser: Browser, address: str, road: Road) -> Iterator[Page]:
    """A supervisor at the list: three photos of one milestone, and the decision on them."""
    for _ in range(3):
        road.send_questionable()
    road.put_forward()
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}, bypass_csp=True)
    context.add_init_script(path=AXE)
    opened = context.new_page()
    opened.goto("/sign-in")
    opened.locator("#email").fill(PERSONAS["supervisor"].email)
    opened.locator("#password").fill(PASSWORD)
    opened.keyboard.press("Enter")
    opened.wait_for_url("**/review/")
    yield opened
    context.close()


def on(page: Page) -> str:
    """The id of the element that has the focus."""
    return str(page.evaluate("document.activeElement.id"))


def focused(page: Page) -> str:
    """The words of the element that has the focus."""
    return str(page.evaluate("document.activeElement.textContent")).strip()


def test_the_list_is_walked_and_a_row_opened(page: Page) -> None:
    page.keyboard.press("j")
    assert focused(page) == "Look at 3 photos of “Milestone 1”"
    page.keyboard.press("ArrowDown")
    assert focused(page) == "Decide on “Milestone 1”"
    page.keyboard.press("j")
    assert focused(page) == "Decide on “Milestone 1”", "that is the last"
    page.keyboard.press("k")
    page.keyboard.press("o")

    page.wait_for_url("**/review/milestones/**")
    page.keyboard.press("u")
    page.wait_for_url(re.compile(r"/review/(\?.*)?#w0$"))
    assert focused(page) == "Look at 3 photos of “Milestone 1”", "one is where one came from"


def test_the_way_goes_from_photo_to_photo_and_ends_at_the_decision(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/photos/**")
    seen = [page.url]
    for key in ("n", "j"):
        page.keyboard.press(key)
        page.wait_for_url(lambda url: url not in seen)
        assert "/review/photos/" in page.url
        seen.append(page.url)
    page.keyboard.press("p")
    page.wait_for_url(seen[1])
    page.keyboard.press("n")
    page.wait_for_url(seen[2])
    page.keyboard.press("n")

    page.wait_for_url("**/review/milestones/**")


def test_a_key_does_nothing_while_somebody_types(page: Page) -> None:
    page.keyboard.press("/")
    assert on(page) == "text"
    page.keyboard.type("jo?/n")
    assert page.locator("#text").input_value() == "jo?/n"
    expect(page.locator("#keys")).not_to_be_visible()
    page.keyboard.press("Enter")

    page.wait_for_url("**/review/?text=*")
    expect(page.get_by_text("Nothing that waits fits this filter.")).to_be_visible()


def test_the_keys_are_told_and_can_be_switched_off(page: Page) -> None:
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Do nothing on single keys").check()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    page.keyboard.press("j")
    # A closed dialog's field keeps the focus until the browser draws its next frame.
    wait_until(page, "document.activeElement === document.body")

    page.get_by_role("button", name="Keys").click()
    dialog.get_by_label("Do nothing on single keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert focused(page) == "Look at 3 photos of “Milestone 1”"


def test_escape_leads_out_of_the_search_back_to_the_list(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("road")
    page.keyboard.press("Escape")
    page.keyboard.press("j")

    assert focused(page) == "Look at 3 photos of “Milestone 1”"


def test_a_filter_is_saved_by_keyboard(page: Page) -> None:
    page.goto("/review/?kind=photos")
    page.keyboard.press("s")
    page.keyboard.type("Only photos")
    page.keyboard.press("Enter")

    expect(page.get_by_role("link", name="Only photos")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/review/?kind=photos", "/review/?text=nowhere"])
def test_no_rule_of_accessibility_is_broken(page: Page, scheme: str, path: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(path)
        page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
        assert violations(page) == [], width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
