"""A supervisor's day, from the sign-in to the unlocked payment: once by keyboard alone, once by touch alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from server.assets import BUILT
from tests.browser.test_road import address, browser
from tests.pages.story import Road
from tests.personas import PASSWORD, PERSONAS

__all__ = ["address", "browser"]

pytestmark = [
    pytest.mark.skipif(
        not (BUILT / ".vite" / "manifest.json").is_file(), reason="the pages' modules are not built (bin/build-field)"
    ),
    pytest.mark.sqlite_only("the browser knows no database"),
]
WHY = "The board in the picture shows the date."


@pytest.fixture(autouse=True)
def day(road: Road) -> None:
    """What waits in the morning: a photo that the checks could not settle, in a milestone that was put forward."""
    road.send(caption="The roadbed")
    road.send_questionable(caption="The left shoulder")
    road.put_forward()


def opened(context: BrowserContext) -> Page:
    """The page on which one signs in."""
    page = context.new_page()
    page.goto("/sign-in")
    return page


@pytest.fixture
def at_a_desk(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
    yield opened(context)
    context.close()


@pytest.fixture
def in_the_hand(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(
        base_url=address, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    yield opened(context)
    context.close()


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Go on with the tabulator until the control with this name has the focus, as somebody without a mouse does."""
    for _ in range(200):
        page.keyboard.press(key)
        said = page.evaluate("document.activeElement.textContent || document.activeElement.ariaLabel || ''")
        labels = page.evaluate("[...document.activeElement.labels || []].map(each => each.textContent).join(' ')")
        if str(said).strip() == name or str(labels).strip() == name:
            return
    raise AssertionError(f"the tabulator does not come to “{name}”")


def the_money_is_unlocked(page: Page, road: Road) -> None:
    expect(page.get_by_text("The photos are public now")).to_be_visible()
    assert road.certificate().state.value == "unlocked"


def test_by_keyboard_alone(at_a_desk: Page, road: Road) -> None:
    page, keys = at_a_desk, at_a_desk.keyboard
    tab_to(page, "E-mail address")
    keys.type(PERSONAS["supervisor"].email)
    tab_to(page, "Password")
    keys.type(PASSWORD)
    keys.press("Enter")
    page.wait_for_url("**/review/")

    keys.press("j")
    keys.press("Tab")
    keys.press("Enter")
    page.wait_for_url("**/review/photos/**")
    keys.press("a")
    keys.type(WHY)
    keys.press("Control+Enter")
    expect(page.get_by_text("Accepted. The photo counts")).to_be_visible()

    keys.press("n")
    page.wait_for_url("**/review/milestones/**")
    keys.press("a")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    tab_to(page, "Reason", "Shift+Tab")
    keys.type("Both photos show the finished roadbed.")
    tab_to(page, "Approve")
    keys.press("Enter")

    the_money_is_unlocked(page, road)


def test_by_touch_alone(in_the_hand: Page, road: Road) -> None:
    page = in_the_hand
    page.get_by_label("E-mail address").tap()
    page.keyboard.type(PERSONAS["supervisor"].email)
    page.get_by_label("Password").tap()
    page.keyboard.type(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").tap()
    page.wait_for_url("**/review/")

    page.get_by_role("link", name=re.compile("Look at 1 photo")).tap()
    page.get_by_role("link", name="The left shoulder").first.tap()
    page.wait_for_url("**/review/photos/**")
    page.get_by_label("Reason").tap()
    page.keyboard.type(WHY)
    page.get_by_role("button", name="Accept").tap()
    page.get_by_text("Accepted. The photo counts").wait_for()

    page.get_by_role("link", name="Milestone 1").first.tap()
    page.wait_for_url("**/review/milestones/**")
    decide = page.get_by_role("region", name="Decide")
    decide.get_by_label("Reason", exact=True).tap()
    page.keyboard.type("Both photos show the finished roadbed.")
    decide.get_by_role("button", name="Approve").tap()

    the_money_is_unlocked(page, road)


def test_what_is_touched_is_large_enough_for_a_finger(in_the_hand: Page, road: Road) -> None:
    page = in_the_hand
    page.get_by_label("E-mail address").fill(PERSONAS["supervisor"].email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").tap()
    page.wait_for_url("**/review/")
    milestone = f"/review/milestones/{road.milestone('M1').id}"
    for path in ("/review/", milestone):
        page.goto(path)
        small = page.evaluate(
            """[...document.querySelectorAll('main button, main .button, main summary, main select')]
                .filter(each => each.offsetParent && each.getBoundingClientRect().height < 44)
                .map(each => each.outerHTML.slice(0, 90))"""
        )
        assert small == [], path
