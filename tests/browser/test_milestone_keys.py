"""The milestone by keyboard alone: from photo to photo, and to the decision."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from server.assets import BUILT
from tests.browser.test_road import DESK, address, browser, sign_in
from tests.pages.story import Road
from tests.pages.test_milestone_page import page_of

__all__ = ["address", "browser"]

pytestmark = pytest.mark.skipif(
    not (BUILT / ".vite" / "manifest.json").is_file(), reason="the pages' modules are not built (bin/build-field)"
)


@pytest.fixture
def page(browser: Browser, address: str, road: Road) -> Iterator[Page]:
    """A supervisor who looks at two photos that were put forward."""
    road.send(caption="The roadbed")
    road.send(caption="The kerb")
    road.put_forward()
    context = browser.new_context(base_url=address, viewport={"width": DESK, "height": 900})
    opened = context.new_page()
    sign_in(opened, "supervisor")
    opened.goto(page_of(road))
    yield opened
    context.close()


def test_j_and_k_go_from_photo_to_photo_and_enter_opens_one(page: Page) -> None:
    photos = page.locator("[data-photo]")
    page.keyboard.press("j")
    expect(photos.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(photos.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(photos.nth(0)).to_be_focused()

    page.keyboard.press("Enter")

    page.wait_for_url("**/review/photos/*")


def test_a_and_r_bring_to_the_buttons_and_press_nothing(page: Page) -> None:
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    page.keyboard.press("r")
    expect(page.get_by_role("button", name="Return for more")).to_be_focused()

    expect(page.get_by_role("region", name="Decide")).to_be_visible()


def test_a_key_that_is_typed_is_a_letter(page: Page) -> None:
    reason = page.get_by_role("region", name="Decide").get_by_label("Reason", exact=True)
    reason.focus()
    page.keyboard.type("jar")

    expect(reason).to_have_value("jar")
    expect(reason).to_be_focused()
