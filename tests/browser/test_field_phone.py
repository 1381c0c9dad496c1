"""The phone app and the phone around it: a network that comes when the app is closed, an update, little room, other
cameras, phones that are withdrawn, the home screen.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from field_app_pages import BUILT
from field_app_pages.door import BUILD
from server.db import reading
from server.models import Evidence, EvidenceEnvelope
from tests.browser.field import browser, on_site, open_camera, sign_in, take_a_photo
from tests.browser.test_road import address
from tests.browser.waiting import wait_until
from tests.photos import jpeg
from tests.programme import ON_SITE

__all__ = ["address", "browser"]

ARRIVES_WITHIN_S = 20.0
PERMISSIONS = ["geolocation", "camera", "background-sync"]
LITTLE_ROOM = "navigator.storage.estimate = async () => ({quota: 1e9, usage: 93e7})"
#: A closed tab's lock is let go a moment after it.
NOBODY_CAPTURES = "async () => !(await navigator.locks.query()).held.some(lock => lock.name === 'saksi-capture')"
#: The page's syncs are only noted, so that the test says when the browser wakes the worker.
NOTED_SYNCS = """window.noted = [];
    window.SyncManager.prototype.register = async function (tag) { window.noted.push(tag); }"""

pytestmark = [
    pytest.mark.skipif(not (BUILT / "sw.js").is_file(), reason="the phone app is not built (bin/build-field)"),
    pytest.mark.sqlite_only("the app in the browser knows no database"),
]


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[BrowserContext]:
    with on_site(browser, address, permissions=PERMISSIONS, accept_downloads=True) as context:
        yield context


@pytest.fixture
def page(phone: BrowserContext) -> Page:
    return phone.new_page()


def arrived(count: int) -> bool:
    """Whether so many photos come to be on record."""
    until = time.monotonic() + ARRIVES_WITHIN_S
    while time.monotonic() < until:
        reading().rollback()
        if reading().scalar(sa.select(sa.func.count()).select_from(Evidence)) == count:
            return True
        time.sleep(0.1)
    return False


def signed_by_phone(evidence: Evidence) -> dict[str, Any]:
    """What the envelope of a photo says."""
    jws = reading().scalars(sa.select(EvidenceEnvelope.jws).where(EvidenceEnvelope.evidence_id == evidence.id)).one()
    payload = jws.split(".")[1]
    return dict(json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


def worker_is_ready(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def test_the_browser_sends_by_itself_what_the_page_could_not(page: Page) -> None:
    sign_in(page)
    worker_is_ready(page)
    page.route("**/api/v1/uploads/**", lambda route: route.abort())

    take_a_photo(page)

    assert arrived(1), "only the worker could have sent it"


def test_a_photo_goes_with_every_page_closed(phone: BrowserContext, page: Page) -> None:
    page.add_init_script(NOTED_SYNCS)
    sign_in(page)
    worker_is_ready(page)
    elsewhere = phone.new_page()
    wake = sync_waker(phone, elsewhere)
    page.route("**/api/v1/uploads/**", lambda route: route.abort())
    take_a_photo(page)
    assert set(page.evaluate("window.noted")) == {"saksi-send"}
    page.close()
    assert not reading().scalar(sa.select(sa.func.count()).select_from(Evidence))

    wake(elsewhere.url)

    assert arrived(1)
    again = phone.new_page()
    again.goto("/field/#/outbox")
    again.get_by_text("Everything is safe on the server").wait_for()


def sync_waker(phone: BrowserContext, page: Page) -> Callable[[str], None]:
    """What wakes the worker of the app as the browser does once it has a network."""
    page.goto("/sign-in")
    session: CDPSession = phone.new_cdp_session(page)
    known: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: known.extend(each["registrationId"] for each in told["registrations"] if not each["isDeleted"]),
    )
    session.send("ServiceWorker.enable")

    def wake(url: str) -> None:
        page.wait_for_timeout(200)
        origin = re.sub(r"^(https?://[^/]+)/.*$", r"\1/", url)
        told = {"origin": origin, "registrationId": known[-1], "tag": "saksi-send", "lastChance": False}
        session.send("ServiceWorker.dispatchSyncEvent", told)

    return wake


def controlled(page: Page) -> None:
    """Open the app once more, now by its worker."""
    worker_is_ready(page)
    page.reload()
    wait_until(page, "navigator.serviceWorker.controller !== null")


def release(app: Flask, folder: Path) -> None:
    """Serve a newer version of the app from now on: the same files, and a worker that is not."""
    build = shutil.copytree(BUILT, folder / "newer")
    for compressed in build.glob("sw.js.*"):
        compressed.unlink()
    with (build / "sw.js").open("a") as worker:
        worker.write("// a newer version\n")
    app.config[BUILD] = str(build)


def test_an_update_waits_for_another_tab_that_takes_a_photo(
    app: Flask, phone: BrowserContext, page: Page, tmp_path: Path
) -> None:
    sign_in(page)
    controlled(page)
    release(app, tmp_path)
    other = phone.new_page()
    open_camera(other)
    page.evaluate("navigator.serviceWorker.getRegistration().then(found => found.update())")
    page.get_by_text("A new version is ready").wait_for()
    page.evaluate("window.old = true")

    page.get_by_role("button", name="Update").click()
    page.get_by_text("It can be installed when nothing is being taken or sent").wait_for()
    assert page.evaluate("window.old")

    other.close()
    wait_until(page, NOBODY_CAPTURES)
    page.get_by_role("button", name="Update").click()
    page.get_by_text("A new version is ready").wait_for(state="detached")
    page.get_by_role("link", name="ROAD-1").wait_for()
    assert page.evaluate("window.old") is None


def test_little_room_is_told_before_the_shutter_and_not_a_second_time(page: Page) -> None:
    page.add_init_script(LITTLE_ROOM)
    sign_in(page)
    open_camera(page)

    page.get_by_role("button", name="Take the photo").click()
    page.get_by_role("dialog").get_by_text("This phone is 93% full").wait_for()
    assert page.locator(".preview").count() == 0
    page.get_by_role("button", name="Take it anyway").click()
    page.get_by_role("dialog").get_by_text("On this phone").wait_for()

    page.get_by_role("button", name=re.compile("Next photo|Take another")).click()
    page.get_by_role("button", name="Take the photo").click()
    page.get_by_role("dialog").get_by_text("On this phone").wait_for()


@pytest.mark.parametrize(
    ("label", "source", "told"),
    [
        ("The phone’s own camera", "phone_camera", "Phone’s own camera (weaker)"),
        ("A picture from the gallery", "gallery", "From the gallery (weakest)"),
    ],
)
def test_a_picture_by_another_way_arrives_as_it_is_and_is_labelled_weaker(
    page: Page, tmp_path: Path, label: str, source: str, told: str
) -> None:
    picture = tmp_path / "IMG_0001.jpg"
    picture.write_bytes(jpeg(latitude=ON_SITE[0], longitude=ON_SITE[1], size=(2400, 1800)))
    sign_in(page)
    open_camera(page)
    page.get_by_role("button", name="Other ways").click()
    page.get_by_label(re.compile(label)).set_input_files(picture)
    page.get_by_role("dialog").get_by_text(told).wait_for()
    page.get_by_role("button", name="Done").click()

    assert arrived(1)
    page.goto("/field/#/outbox")
    page.locator("a.photo-row").click()
    page.get_by_text(told).wait_for()
    page.get_by_text("The picture has left this phone").wait_for()
    evidence = reading().scalars(sa.select(Evidence)).one()
    assert evidence.original.size == picture.stat().st_size
    assert signed_by_phone(evidence)["source"] == source


def test_a_phone_is_listed_and_withdrawn(page: Page) -> None:
    sign_in(page)
    page.goto("/field/#/settings")
    phones = page.locator(".phones > li")
    phones.filter(has_text="This phone").wait_for()
    assert phones.count() == 1

    page.get_by_role("button", name="Withdraw", exact=True).click()
    page.get_by_role("button", name="Withdraw it").click()

    phones.filter(has_text=re.compile("Withdrawn .*20")).wait_for()
    assert page.get_by_role("button", name="Withdraw", exact=True).count() == 0


def test_a_withdrawal_that_did_not_get_through_is_told(page: Page) -> None:
    sign_in(page)
    page.goto("/field/#/settings")
    page.route("**/api/v1/devices/*", lambda route: route.abort() if route.request.method == "DELETE" else None)
    page.get_by_role("button", name="Withdraw", exact=True).click()
    page.get_by_role("button", name="Withdraw it").click()

    page.get_by_role("alert").get_by_text("It could not be withdrawn").wait_for()
    assert page.get_by_role("button", name="Withdraw", exact=True).count() == 1


def test_receipts_are_saved_as_files(page: Page) -> None:
    sign_in(page)
    take_a_photo(page)
    page.goto("/field/#/outbox")
    page.get_by_text("Everything is safe on the server").wait_for()
    page.goto("/field/#/settings")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the file").click()
    (photo,) = json.loads(Path(download.value.path()).read_text())["photos"]
    assert photo["receipt"].count(".") == 2

    page.goto("/field/#/outbox")
    page.locator("a.photo-row").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the receipt").click()
    assert download.value.suggested_filename == f"saksi-receipt-{photo['id']}.jws"
    assert Path(download.value.path()).read_text() == photo["receipt"]


def test_the_home_screen_is_offered_in_the_settings(page: Page) -> None:
    sign_in(page)
    page.goto("/field/#/settings")
    page.get_by_role("heading", name="Home screen").wait_for()
    page.evaluate(
        """() => { const offer = new Event('beforeinstallprompt'); window.asked = 0;
            offer.prompt = async () => { window.asked += 1; }; dispatchEvent(offer); }"""
    )
    page.get_by_role("button", name="Put Saksi on the home screen").click()
    assert page.evaluate("window.asked") == 1


def test_the_browser_finds_that_the_app_can_be_installed(phone: BrowserContext, page: Page) -> None:
    page.goto("/field/")
    worker_is_ready(page)
    session = phone.new_cdp_session(page)
    manifest = session.send("Page.getAppManifest")

    assert manifest["errors"] == []
    told = json.loads(manifest["data"])
    # A photo of a road is taken with the phone held sideways: what is locked upright would lay it on its side.
    assert "orientation" not in told
    sizes = {(icon["sizes"], icon.get("purpose", "any")) for icon in told["icons"]}
    assert sizes >= {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    assert [each["errorId"] for each in session.send("Page.getInstallabilityErrors")["installabilityErrors"]] in (
        [],
        # A window without traces of its own cannot have apps installed; nothing else is amiss.
        ["in-incognito"],
    )
