"""An inspector with the phone app in a real browser: signing in, taking photos, going from screen to screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.test_road import ARGUMENTS, chromium
from tests.personas import PASSWORD, PERSONAS
from tests.programme import ON_SITE

#: What Chromium needs to have a camera without a person who allows it.
CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
#: Each language by its own name, with the title of the list of works in it.
LANGUAGES = {"English": "Your works", "Filipino": "Ang iyong mga gawain", "ไทย": "งานของคุณ"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser with a camera; tests that import it share it within their file."""
    program = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS + CAMERA)
        yield started
        started.close()


@contextmanager
def on_site(browser: Browser, address: str, **more: Any) -> Iterator[BrowserContext]:
    """A phone upright on the road, which lets the app use its camera and its position."""
    phone: dict[str, Any] = {
        "base_url": address,
        "viewport": {"width": 390, "height": 844},
        "locale": "en-PH",
        "permissions": ["geolocation", "camera"],
        "geolocation": {"latitude": ON_SITE[0], "longitude": ON_SITE[1], "accuracy": 9},
    }
    context = browser.new_context(**phone | more)
    context.set_default_timeout(10_000)
    yield context
    context.close()


def sign_in(page: Page) -> None:
    """Come in as the road's inspector, in English."""
    page.goto("/field/")
    page.get_by_label("E-mail address").fill(PERSONAS["inspector"].email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="ROAD-1").wait_for()


def open_camera(page: Page) -> None:
    """The camera of the road's first requirement, once the phone knows where it is."""
    page.goto("/field/#/works/ROAD-1/needed")
    page.get_by_role("link", name="Camera: ").first.click()
    page.locator(".strip").wait_for()
    page.locator(".strip").filter(has_text="There is no position yet").wait_for(state="detached")


def take_a_photo(page: Page) -> None:
    """Take a photo, which is on the phone afterwards, and leave the camera."""
    open_camera(page)
    page.get_by_role("button", name="Take the photo").click()
    page.get_by_role("dialog").get_by_text("On this phone").wait_for()
    page.get_by_role("button", name="Done").click()


def screens(page: Page) -> list[str]:
    """The addresses of every kind of screen with something on it; needs a photo in the outbox."""
    page.goto("/field/#/works/ROAD-1/needed")
    camera = page.locator("a.round.strong").first.get_attribute("href")
    page.goto("/field/#/outbox")
    photo = page.locator("a.photo-row").first.get_attribute("href")
    return [
        f"/field/{each}"
        for each in ("#/works", "#/works/ROAD-1", "#/works/ROAD-1/needed", "#/outbox", "#/settings", camera, photo)
    ]
