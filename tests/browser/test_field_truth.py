"""The phone app where something about the phone itself is not as it should be: withdrawn, signed out, a wrong clock.

It is said before the shutter, nothing stops, and a sign-in mends what one can mend.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page

from field_app_pages import BUILT
from server.db import reading, writing
from server.models import Device, Evidence, SignInSession
from server.times import utc_now
from tests.browser.field import browser, on_site, open_camera, sign_in, take_a_photo
from tests.browser.test_field_phone import NOTED_SYNCS, PERMISSIONS, arrived, signed_by_phone
from tests.browser.test_road import address
from tests.browser.waiting import wait_until
from tests.personas import PASSWORD, PERSONAS

__all__ = ["address", "browser"]

A_DAY_AHEAD = "(() => { const right = Date.now; Date.now = () => right() + 864e5; })()"
NEEDED = "/field/#/works/ROAD-1/needed"

pytestmark = [
    pytest.mark.skipif(not (BUILT / "sw.js").is_file(), reason="the phone app is not built (bin/build-field)"),
    pytest.mark.sqlite_only("the app in the browser knows no database"),
]


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with on_site(browser, address, permissions=PERMISSIONS) as context:
        yield context.new_page()


def sign_in_again(page: Page) -> None:
    """By the bar of the present screen."""
    page.get_by_role("button", name="Sign in again").click()
    page.get_by_label("E-mail address").fill(PERSONAS["inspector"].email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("dialog").get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign in again").wait_for(state="detached")


def come_back(page: Page) -> None:
    """What a phone does when it finds a network or its app is brought to the front."""
    page.evaluate("dispatchEvent(new Event('online'))")


def withdraw_all() -> None:
    """As an administrator would."""
    with writing() as session:
        session.execute(sa.update(Device).values(revoked_at=utc_now()))


def end_all_sessions() -> None:
    with writing() as session:
        session.execute(sa.update(SignInSession).values(expires_at=utc_now()))


def test_a_phone_that_an_administrator_withdrew_says_so_and_signs_again_after_a_sign_in(page: Page) -> None:
    sign_in(page)
    page.goto("/field/#/settings")
    page.locator(".phones > li").filter(has_text="This phone").wait_for()
    withdraw_all()
    come_back(page)

    page.get_by_text("This phone was withdrawn").wait_for()
    open_camera(page)
    page.locator(".strip").filter(has_text="This phone was withdrawn: photos go unsigned").wait_for()
    page.goto("/field/#/settings")
    sign_in_again(page)

    page.locator(".phones > li").filter(has_text="This phone").filter(has_text="Since").wait_for()
    assert page.locator(".phones > li").count() == 2
    take_a_photo(page)
    assert arrived(1)
    evidence = reading().scalars(sa.select(Evidence)).one()
    assert signed_by_phone(evidence)["source"] == "camera"
    page.goto("/field/#/outbox")
    page.locator(".photo-row").get_by_text("Verified").wait_for()


def test_the_persons_own_withdrawal_is_said_at_once(page: Page) -> None:
    sign_in(page)
    page.goto("/field/#/settings")
    page.get_by_role("button", name="Withdraw", exact=True).click()
    page.get_by_role("button", name="Withdraw it").click()

    page.get_by_text("This phone was withdrawn").wait_for()
    page.reload()
    page.get_by_text("This phone was withdrawn").wait_for()


def test_photos_signed_by_a_withdrawn_phone_go_as_they_are_and_it_is_said_that_they_come_back(page: Page) -> None:
    page.add_init_script(NOTED_SYNCS)
    sign_in(page)
    page.route("**/api/v1/uploads/**", lambda route: route.abort())
    take_a_photo(page)
    withdraw_all()
    come_back(page)

    page.get_by_text("1 waiting photo was signed before that").wait_for()
    page.unroute("**/api/v1/uploads/**")
    page.goto("/field/#/outbox")
    page.get_by_role("button", name="Send now").click()
    page.locator(".photo-row").get_by_text("Returned").wait_for(timeout=30_000)


def test_an_ended_session_stops_nothing_but_the_sending(page: Page) -> None:
    sign_in(page)
    end_all_sessions()
    page.goto(NEEDED)
    come_back(page)
    page.get_by_text("Sign in again to send").wait_for()
    page.context.set_offline(True)
    take_a_photo(page)

    page.get_by_text("Sign in again to send: 1 photo waits.").wait_for()
    assert page.url.endswith("#/works/ROAD-1/needed")
    page.context.set_offline(False)
    sign_in_again(page)
    assert page.url.endswith("#/works/ROAD-1/needed")
    assert arrived(1)


def test_who_signs_out_and_in_again_begins_with_the_works(page: Page) -> None:
    sign_in(page)
    page.goto("/field/#/settings")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail address").fill(PERSONAS["inspector"].email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.get_by_role("heading", name="Your works").wait_for()


@pytest.mark.parametrize("online", [True, False])
def test_a_clock_moved_after_the_sign_in_is_seen_before_the_shutter_and_said_the_same_after_it(
    page: Page, online: bool
) -> None:
    sign_in(page)
    open_camera(page)
    page.context.set_offline(not online)
    page.evaluate(A_DAY_AHEAD)
    told = "The phone’s clock is 24 hours ahead"
    page.locator(".strip summary").filter(has_text="Will be returned").filter(has_text=told).wait_for()

    page.get_by_role("button", name="Take the photo").click()
    page.get_by_role("dialog").get_by_text("This photo will be returned").wait_for()
    page.get_by_role("dialog").get_by_text(told).wait_for()


def test_an_empty_deck_is_said_before_the_shutter(page: Page) -> None:
    page.route("**/api/v1/devices/*/nonces", lambda route: route.abort())
    sign_in(page)
    open_camera(page)

    page.locator(".strip summary").filter(has_text="Not signed until there is signal").wait_for()
    page.get_by_role("button", name="Take the photo").click()
    page.get_by_role("dialog").get_by_text("It bears no signature of this phone.").wait_for()


def test_a_screen_reader_begins_at_the_heading_of_the_screen_it_comes_to(page: Page) -> None:
    sign_in(page)
    page.get_by_role("link", name="ROAD-1").click()
    page.get_by_role("heading", name="The works of ROAD-1").wait_for()

    wait_until(page, "document.activeElement.tagName === 'H1'")
    assert page.title() == "The works of ROAD-1 · Saksi"
    page.locator(".place", has_text="Settings").click()
    wait_until(page, "document.activeElement.textContent === 'Settings'")
    assert page.title() == "Settings · Saksi"
