"""A reviewer looks into a photo and compares it with the view before, by keyboard, by mouse and by touch."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from evidence.context import Stage
from server.assets import BUILT
from server.db import reading
from server.models import Evidence
from server.models.evidence import EvidenceState
from tests.browser.axe import AXE, violations
from tests.browser.test_road import CONTRASTS, address, browser, complaints, page, sign_in
from tests.browser.waiting import wait_until
from tests.pages.story import Road

__all__ = ["address", "browser", "complaints", "page"]

ZOOM = "() => getComputedStyle(document.querySelector('.viewer')).getPropertyValue('--zoom')"
PLACE = """() => ['--x', '--y'].map(name =>
    parseFloat(getComputedStyle(document.querySelector('.viewer')).getPropertyValue(name)))"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

pytestmark = [
    pytest.mark.skipif(
        not (BUILT / ".vite" / "manifest.json").is_file() or not AXE.is_file(),
        reason="the pages' modules are not built (bin/build-field)",
    ),
    pytest.mark.sqlite_only("the page in the browser knows no database"),
]


@pytest.fixture
def photo(road: Road) -> UUID:
    """A photo that waits for a word, with one from before of the same place."""
    road.send(stage=Stage.BEFORE)
    return road.send(caption="The kerb")


def opened(page: Page, photo: UUID) -> Page:
    sign_in(page, "supervisor")
    page.goto(f"/review/photos/{photo}")
    page.locator(".viewer.is-on").wait_for()
    return page


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, **PHONE)
    yield context.new_page()
    context.close()


def zoom(page: Page) -> float:
    return float(page.evaluate(ZOOM))


def test_the_picture_is_looked_into_by_keyboard(page: Page, photo: UUID, complaints: list[str]) -> None:
    opened(page, photo)
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert zoom(page) == pytest.approx(1.96)

    page.locator(".viewer-stage").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate(PLACE) == [-60, 0]

    page.keyboard.press("-")
    assert zoom(page) == pytest.approx(1.4)
    page.keyboard.press("0")
    assert (zoom(page), page.evaluate(PLACE)) == (1, [0, 0])
    assert complaints == []


def test_enter_on_the_picture_shows_it_in_its_own_size_and_whole_again(page: Page, photo: UUID) -> None:
    opened(page, photo).set_viewport_size({"width": 500, "height": 800})
    page.locator(".viewer-stage").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".viewer output")).to_have_text("100 %")
    assert page.url.endswith(f"/review/photos/{photo}")

    page.keyboard.press("Enter")
    assert zoom(page) == 1


def test_the_picture_fills_the_screen_and_escape_leaves_it(page: Page, photo: UUID) -> None:
    opened(page, photo)
    button = page.get_by_role("button", name="Full screen")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert page.locator(".viewer").bounding_box() == {"x": 0, "y": 0, "width": 1440, "height": 900}

    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-pressed", "false")


def test_a_wheel_scrolls_past_the_whole_picture_and_zooms_an_enlarged_one(page: Page, photo: UUID) -> None:
    opened(page, photo).locator(".viewer-stage").hover()
    page.mouse.wheel(0, -200)
    assert zoom(page) == 1

    page.keyboard.press("+")
    page.mouse.wheel(0, -200)
    wait_until(page, f"({ZOOM})() > 1.5")


def test_an_enlarged_picture_is_dragged_and_does_not_leave_its_frame(page: Page, photo: UUID) -> None:
    opened(page, photo)
    page.keyboard.press("+")
    box = page.locator(".viewer-stage").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 180, steps=4)
    page.mouse.up()
    assert page.evaluate(PLACE) == [-50, -20]
    assert zoom(page) == pytest.approx(1.4)

    page.mouse.down()
    page.mouse.move(5, box["y"] + 180, steps=4)
    page.mouse.up()
    assert page.evaluate(PLACE)[0] == pytest.approx(-0.2 * box["width"], abs=2)


def test_two_fingers_enlarge_the_picture(phone: Page, photo: UUID) -> None:
    opened(phone, photo)
    box = phone.locator(".viewer-stage").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    pinch(phone.context.new_cdp_session(phone), middle, 40, 120)

    assert zoom(phone) == pytest.approx(3, rel=0.1)


def pinch(session: CDPSession, middle: tuple[float, float], first: float, last: float) -> None:
    """Two fingers, so many pixels to either side of the middle, then so many."""
    x, y = middle
    for kind, apart in (("touchStart", first), ("touchMove", (first + last) / 2), ("touchMove", last), ("touchEnd", 0)):
        points = [] if kind == "touchEnd" else [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_a_tap_enlarges_the_picture(phone: Page, photo: UUID) -> None:
    opened(phone, photo).locator(".viewer-stage").tap()

    assert zoom(phone) > 1


@pytest.fixture
def without_script(browser: Browser, address: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    yield context
    context.close()


def test_without_javascript_the_link_opens_the_picture_and_both_views_stand_side_by_side(
    without_script: BrowserContext, photo: UUID
) -> None:
    page = without_script.new_page()
    sign_in(page, "supervisor")
    page.goto(f"/review/photos/{photo}")
    assert page.locator(".viewer-tools").is_hidden()
    boxes = [page.locator(f".compare-{which} img").bounding_box() for which in ("before", "after")]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]

    page.locator(".viewer-stage").click()
    assert page.url.endswith("/web.jpg")


def share(page: Page) -> float:
    return float(
        page.locator(".compare").evaluate("each => parseFloat(getComputedStyle(each).getPropertyValue('--at'))")
    )


def test_before_and_after_are_compared_by_keyboard(page: Page, photo: UUID) -> None:
    opened(page, photo)
    slider = page.get_by_role("slider", name="How much of the picture shows how it was before")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert share(page) == 52
    expect(slider).to_have_attribute("aria-valuetext", "52 % before, the rest after")

    page.keyboard.press("Home")
    assert share(page) == 0


def test_before_and_after_are_compared_by_touch(phone: Page, photo: UUID) -> None:
    slider = opened(phone, photo).get_by_role("slider")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    phone.touchscreen.tap(box["x"] + 0.25 * box["width"], box["y"] + box["height"] / 2)

    assert share(phone) == pytest.approx(25, abs=3)


def test_a_word_is_said_without_a_mouse(road: Road, page: Page) -> None:
    photo = road.send_questionable()
    opened(page, photo).keyboard.press("r")
    assert reading().get_one(Evidence, photo).state is EvidenceState.NEEDS_REVIEW
    page.keyboard.type("Another road: a and r are letters here.")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Refused. The photo stays on record").wait_for()
    reading().rollback()
    reading().expunge_all()

    assert reading().get_one(Evidence, photo).state is EvidenceState.REFUSED


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_breaks_no_rule(browser: Browser, address: str, road: Road, width: int, scheme: str) -> None:
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 900}, bypass_csp=True)
    context.add_init_script(path=AXE)
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    road.send(stage=Stage.BEFORE)
    opened(page, road.send_rejected(caption="Far away"))
    page.evaluate("() => document.querySelectorAll('details').forEach(each => { each.open = true })")

    assert violations(page) == []
    assert page.evaluate(CONTRASTS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
