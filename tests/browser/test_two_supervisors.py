"""Two supervisors with the same milestone open at once: the second is told what the first one did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from server.models.evidence import EvidenceVerdictWord
from tests.browser.test_road import DESK, address, browser, sign_in
from tests.pages.story import Road
from tests.pages.test_milestone_page import page_of

__all__ = ["address", "browser"]


@pytest.fixture
def two(browser: Browser, address: str) -> Iterator[tuple[Page, Page]]:
    """The pages of two supervisors, each with a browser context of their own."""
    with ExitStack() as closing:
        pages = []
        for _ in range(2):
            context = browser.new_context(base_url=address, viewport={"width": DESK, "height": 900})
            closing.callback(context.close)
            pages.append(context.new_page())
        yield pages[0], pages[1]


def decide(page: Page, button: str, reason: str) -> None:
    panel = page.get_by_role("region", name="Decide")
    panel.get_by_label("Reason", exact=True).fill(reason)
    panel.get_by_role("button", name=button).click()


def both_look(two: tuple[Page, Page], road: Road) -> tuple[Page, Page]:
    for page, name in zip(two, ("supervisor", "second_supervisor"), strict=True):
        sign_in(page, name)
        page.goto(page_of(road))
    return two


def test_the_second_to_decide_is_told_who_was_first(two: tuple[Page, Page], road: Road) -> None:
    road.send(caption="The roadbed")
    road.send(caption="The kerb")
    road.put_forward()
    first, second = both_look(two, road)

    decide(first, "Return for more", "The kerb is missing in the south.")
    expect(first.get_by_text("Returned. The contractor can add photos")).to_be_visible()
    decide(second, "Approve", "All there.")

    alert = second.get_by_role("alert")
    expect(alert).to_contain_text("This submission was returned.")
    expect(alert).to_contain_text("The kerb is missing in the south.")


def test_what_the_first_did_to_a_photo_holds_the_second_back_until_they_looked(
    two: tuple[Page, Page], road: Road
) -> None:
    road.send(caption="The roadbed")
    road.send(caption="The kerb")
    waiting = road.send_questionable(caption="The culvert")
    road.put_forward()
    _, second = both_look(two, road)
    road.say(waiting, EvidenceVerdictWord.ACCEPT)

    decide(second, "Return for more", "Look at the culvert.")

    expect(second.get_by_role("alert")).to_contain_text("“The culvert” was shown as “needs review”")
    panel = second.get_by_role("region", name="Decide")
    expect(panel.get_by_label("Reason", exact=True)).to_have_value("Look at the culvert.")
    panel.get_by_role("button", name="Approve").click()
    expect(second.get_by_text("Approved. The photos are public now")).to_be_visible()
