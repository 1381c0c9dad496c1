"""A real browser whose session ends while somebody types: the words come back after signing in, and are sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect

from server.access import Actor
from server.db import writing
from server.models import SignInSession
from server.models.evidence import EvidenceState
from server.services import evidence_reading
from server.times import utc_now
from tests.browser.test_road import address, browser
from tests.pages.story import Road
from tests.personas import PASSWORD, PERSONAS

__all__ = ["address", "browser"]

pytestmark = pytest.mark.sqlite_only("the browser knows no database")


@pytest.mark.parametrize("scripts", [True, False])
def test_nothing_typed_is_lost(
    browser: Browser, address: str, road: Road, actor: Callable[[str], Actor], scripts: bool
) -> None:
    photo = road.send_questionable()
    context = browser.new_context(base_url=address, java_script_enabled=scripts)
    context.set_default_timeout(10_000)
    page = context.new_page()
    for _time in range(2):
        page.goto(f"/review/photos/{photo}")
        if "/sign-in" not in page.url:
            break
        page.fill("#email", PERSONAS["supervisor"].email)
        page.fill("#password", PASSWORD)
        page.locator("form[action='/sign-in'] button").click()
    page.fill("textarea[name=reason]", "This is not the culvert.")
    with writing() as session:
        session.execute(sa.update(SignInSession).values(ended_at=utc_now()))
    page.locator("button[name=decision][value=refuse]").click()
    page.fill("#email", PERSONAS["supervisor"].email)
    page.fill("#password", PASSWORD)
    page.locator("form[action='/sign-in'] button").click()
    expect(page.locator(".as-typed").first).to_be_visible()
    page.reload()
    expect(page.get_by_text("This is not the culvert.")).to_be_visible()
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_text("This is not the culvert.").first).to_be_visible()
    context.close()

    assert evidence_reading.get(actor("supervisor"), photo).state == EvidenceState.REFUSED
