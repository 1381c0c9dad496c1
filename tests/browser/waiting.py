"""Waiting in a page of a test. ``Page.wait_for_function`` cannot serve under a policy that forbids ``eval``: its second
look is refused, and a promise counts as true."""

from __future__ import annotations

import time

from playwright.sync_api import Page

__all__ = ["wait_until"]


def wait_until(page: Page, condition: str, *, seconds: float = 10) -> None:
    """Return once the expression or function, with what it promises, is true in the page.

    Raises:
        AssertionError: it is not true in time.
    """
    end = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < end, f"not within {seconds} s: {condition}"
        page.wait_for_timeout(50)
