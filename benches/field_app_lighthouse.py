"""What Lighthouse says of every screen of the phone app, by its own rules for a cheap phone on a slow line.

It opens each screen anew in a browser in which somebody has signed in and taken a photo.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from benches.field_app_phone import ALLOWED, ARGUMENTS, CAMERA, program, sign_in
from benches.lighthouse import Scores, free_port, rows, scores
from benches.peers import NoPeerError
from benches.rows import Row, row

GOALS = {"performance": 90, "accessibility": 100, "best-practices": 100}


def lighthouse(address: str) -> list[Row]:
    """A row for each category: the worst of all screens, with every screen's score beside it."""
    try:
        return rows("field_app_lighthouse", GOALS, _all_scores(address))
    except NoPeerError as error:
        return [row("field_app_lighthouse", None, "", note=str(error))]


def _all_scores(address: str) -> dict[str, Scores]:
    with _signed_out(address) as (page, port):
        found = {"sign-in": scores(page.url, port, GOALS)}
        sign_in(page)
        found |= {screen: scores(f"{address}/field/{at}", port, GOALS) for screen, at in _screens(page)}
    return found


@contextmanager
def _signed_out(address: str) -> Iterator[tuple[Page, int]]:
    """A phone at the first screen, and the port at which its browser takes orders."""
    port = free_port()
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        phone = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=program(),
            args=[*ARGUMENTS, *CAMERA, f"--remote-debugging-port={port}"],
            base_url=address,
            **ALLOWED,
        )
        page = phone.new_page()
        page.goto("/field/")
        yield page, port
        phone.close()


def _screens(page: Page) -> list[tuple[str, str]]:
    """The part of the address after the app's own, for each screen; takes a photo on the way."""
    page.goto("/field/#/works/ROAD-1/needed")
    page.locator("a.round.strong").first.click()
    page.locator(".shutter:not(:disabled)").click()
    page.locator("dialog .kept").wait_for()
    camera = page.evaluate("location.hash")
    page.goto("/field/#/outbox")
    page.locator("main a[href^='#/outbox/']").first.click()
    page.wait_for_function("location.hash.length > '#/outbox/'.length")
    photo = page.evaluate("location.hash")
    return [
        ("works", "#/works"),
        ("site", "#/works/ROAD-1"),
        ("needed", "#/works/ROAD-1/needed"),
        ("camera", camera),
        ("outbox", "#/outbox"),
        ("photo", photo),
        ("settings", "#/settings"),
    ]
