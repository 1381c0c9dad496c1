"""A phone in Chromium for the benches of the phone app: its arguments, its place, and somebody who signs in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benches.installation import UPLOADER
from tests.personas import PASSWORD
from tests.programme import ON_SITE

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
#: What a page of the app may do, and where it is.
ALLOWED: dict[str, Any] = {
    "permissions": ["geolocation", "camera"],
    "geolocation": {"latitude": ON_SITE[0], "longitude": ON_SITE[1], "accuracy": 9},
    "locale": "en-PH",
}


def program() -> str:
    """Where Chromium is.

    Raises:
        RuntimeError: none is installed.
    """
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise RuntimeError("no Chromium is installed")
    return found


@contextmanager
def chromium(arguments: list[str]) -> Iterator[Browser]:
    """A browser of its own, without a window."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program(), args=ARGUMENTS + arguments)
        yield started
        started.close()


@contextmanager
def phone(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A phone on the site, for the server at this address."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": 390, "height": 844},
        # What is waited for is asked of the page by scripts, which its own policy lets none but the app's do.
        bypass_csp=True,
        **ALLOWED,
    )
    context.set_default_timeout(20_000)
    yield context
    context.close()


def sign_in(page: Page) -> None:
    """Open the app and sign in; ends when the works are listed."""
    page.goto("/field/")
    page.get_by_label("E-mail address").fill(UPLOADER)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="ROAD-1").wait_for()
