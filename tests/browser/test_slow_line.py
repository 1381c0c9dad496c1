"""The public's road from an area to a photo, on a phone with a slow 3G line: every step by touch, nothing but links."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_road import address, browser
from tests.pages.story import Road

__all__ = ["address", "browser"]

pytestmark = pytest.mark.sqlite_only("the browser knows no database")
#: 400 kbit/s down and up, 400 ms there and back.
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without"])
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """A phone on a slow line."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        java_script_enabled=request.param,
    )
    opened = context.new_page()
    line = context.new_cdp_session(opened)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_3G)
    yield opened
    context.close()


def test_from_an_area_to_a_photo(road: Road, page: Page) -> None:
    road.approved()
    page.goto("/areas/R6")
    page.get_by_role("link", name="The works of ROAD-1").first.tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("The works of ROAD-1")

    page.get_by_role("link", name="The kerb").first.tap()

    expect(page.get_by_role("heading", level=1)).to_contain_text("The kerb")
    picture = page.locator("main figure img").first
    expect(picture).to_have_js_property("complete", True, timeout=20_000)
    assert picture.evaluate("each => each.naturalWidth") > 0
    expect(page.get_by_text("Taken inside the site")).to_be_visible()
