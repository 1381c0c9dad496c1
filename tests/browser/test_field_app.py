"""The phone app in a real browser: every screen, in each language and light, and what is kept without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from field_app_pages import BUILT
from tests.browser.field import LANGUAGES, browser, screens, sign_in, take_a_photo
from tests.browser.test_road import CONTRASTS, UNLABELLED, address
from tests.browser.waiting import wait_until
from tests.programme import ON_SITE

__all__ = ["address", "browser"]

FIRST_LOAD_BYTES = 120_000
SMALLEST, PHONE, DESK = 320, 390, 1440
LEAST_TARGET = 44
#: Elements that are tapped and are smaller than a thumb; what is hidden behind its label is tapped by it.
SMALL = """least => [...document.querySelectorAll('a[href], button, summary, input')]
    .filter(each => !['radio', 'checkbox'].includes(each.type))
    .filter(each => each.checkVisibility() && !each.closest('.unseen') && !each.classList.contains('unseen')
        && !each.classList.contains('skip'))
    .filter(each => { const box = each.getBoundingClientRect(); return box.width < least || box.height < least; })
    .map(each => each.outerHTML.slice(0, 120))"""

pytestmark = [
    pytest.mark.skipif(not (BUILT / "sw.js").is_file(), reason="the phone app is not built (bin/build-field)"),
    pytest.mark.sqlite_only("the app in the browser knows no database"),
]


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    latitude, longitude = ON_SITE
    context = browser.new_context(
        base_url=address,
        viewport={"width": PHONE, "height": 844},
        locale="en-PH",
        permissions=["geolocation", "camera"],
        geolocation={"latitude": latitude, "longitude": longitude, "accuracy": 9},
    )
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


def is_complaint(message: ConsoleMessage) -> bool:
    """An error of the app's own or a breach of its content security policy; that a request failed is none."""
    return message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource")


def test_the_first_load_is_small(capsys: pytest.CaptureFixture[str]) -> None:
    named = re.findall(r'(?:src|href)="/field/(assets/[^"]+\.(?:js|css))"', (BUILT / "index.html").read_text())
    size = sum((BUILT / f"{name}.br").stat().st_size for name in named)

    with capsys.disabled():
        print(f"\nphone app, first load: {size / 1000:.1f} kB of script and style, brotli")
    assert len(named) >= 2
    assert size <= FIRST_LOAD_BYTES


def test_a_photo_taken_without_a_network_is_kept_and_verified_once_there_is_one(page: Page) -> None:
    sign_in(page)
    page.goto("/field/#/works/ROAD-1")
    page.get_by_text("Inside the site").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    wait_until(page, "navigator.serviceWorker.controller !== null")
    page.get_by_text("Inside the site").wait_for()

    page.context.set_offline(True)
    take_a_photo(page)
    page.reload()
    page.goto("/field/#/outbox")

    page.get_by_text("1 photo is only on this phone").first.wait_for()
    page.get_by_role("link", name="ROAD-1").wait_for()
    page.context.set_offline(False)
    page.get_by_text("Everything is safe on the server").wait_for(timeout=60_000)
    page.locator(".photo-row").get_by_text("Verified").wait_for()


def test_signing_out_keeps_the_photos_and_says_so(page: Page) -> None:
    sign_in(page)
    page.context.set_offline(True)
    take_a_photo(page)

    page.goto("/field/#/settings")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("1 photo is not on the server yet. It stays on this phone").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Sign out").click()

    page.get_by_text("1 photo waits on this phone. It is kept").wait_for()


def test_far_away_it_says_how_far_and_where_to_walk(page: Page) -> None:
    sign_in(page)
    page.context.set_geolocation({"latitude": ON_SITE[0], "longitude": ON_SITE[1] + 0.003, "accuracy": 9})
    page.goto("/field/#/works/ROAD-1")
    page.get_by_text("Walk west").wait_for()

    page.context.set_geolocation({"latitude": ON_SITE[0], "longitude": ON_SITE[1], "accuracy": 150})
    page.get_by_text(re.compile("Accuracy .*, wait")).wait_for()


def test_without_a_position_that_is_said_before_the_shutter_and_what_to_do(page: Page) -> None:
    page.context.clear_permissions()
    page.context.grant_permissions(["camera"])
    sign_in(page)
    page.goto("/field/#/works/ROAD-1/needed")
    page.get_by_role("link", name="Camera: ").first.click()

    page.locator(".strip summary").get_by_text(re.compile("^Before the shutter: No position: .* Allow it")).wait_for()


def test_a_chosen_file_that_is_no_photo_is_refused_and_nothing_is_kept(page: Page) -> None:
    sign_in(page)
    page.goto("/field/#/works/ROAD-1/needed")
    page.get_by_role("link", name="Camera: ").first.click()
    page.get_by_role("button", name="Other ways").click()
    html = {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": b"<!doctype html><title>No photo</title>"}
    page.get_by_label(re.compile("A picture from the gallery")).set_input_files(html)

    page.get_by_role("alert").get_by_text("no photo that the server takes").wait_for()
    page.goto("/field/#/outbox")
    page.get_by_text("No photos yet").wait_for()


def test_a_photo_without_a_position_needs_a_reason(page: Page) -> None:
    page.context.clear_permissions()
    page.context.grant_permissions(["camera"])
    sign_in(page)
    page.goto("/field/#/works/ROAD-1/needed")
    page.get_by_role("link", name="Camera: ").first.click()
    page.get_by_role("button", name="Take the photo").click()

    page.get_by_text("Why is there no position?").wait_for()
    page.get_by_role("button", name="Indoors or under a roof").click()

    page.get_by_role("dialog").get_by_text("On this phone").wait_for()


def test_nothing_runs_off_the_side_of_the_smallest_phone(page: Page) -> None:
    page.set_viewport_size({"width": SMALLEST, "height": 640})
    sign_in(page)
    page.route("**/api/v1/uploads/**", lambda _: None)
    take_a_photo(page)
    wide: dict[str, int] = {}
    for language, works in LANGUAGES.items():
        page.goto("/field/#/settings")
        page.get_by_role("radio", name=language).check(force=True)
        page.goto("/field/#/works")
        page.get_by_role("heading", name=works).wait_for()
        for path in screens(page):
            page.goto(path)
            page.wait_for_timeout(150)
            if (width := page.evaluate("document.documentElement.scrollWidth")) > SMALLEST:
                wide[f"{path} in {language}"] = width
    assert wide == {}


def test_a_work_of_somebody_else_is_said_to_be_so(page: Page) -> None:
    sign_in(page)
    page.goto("/field/#/works/OTHER-1")

    page.get_by_text("This work is not assigned to you").wait_for()
    page.get_by_role("link", name="All your works").click()
    page.get_by_role("link", name="ROAD-1").wait_for()


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_fits_is_labelled_and_legible_in_each_language(page: Page, width: int, scheme: str) -> None:
    sign_in(page)
    take_a_photo(page)
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for language, works in LANGUAGES.items():
        page.goto("/field/#/settings")
        page.get_by_role("radio", name=language).check(force=True)
        page.goto("/field/#/works")
        page.get_by_role("heading", name=works).wait_for()
        for path in screens(page):
            page.goto(path)
            page.wait_for_timeout(150)
            where = f"{path} in {language}"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{where} scrolls sideways"
            assert page.evaluate(UNLABELLED) == [], f"{where} has a control without a label"
            assert page.evaluate(CONTRASTS) == [], f"{where} has text that is hard to read"
            assert page.evaluate(SMALL, LEAST_TARGET) == [], f"{where} has a target that is too small"
            assert page.locator("h1").count() == 1, f"{where} needs exactly one first heading"
