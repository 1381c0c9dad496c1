"""A real browser on the whole road: sign in, look, approve, and the public sees the photo."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from werkzeug.serving import make_server

from server import jobs
from tests.pages.story import Road
from tests.personas import PASSWORD, PERSONAS

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE, DESK = 390, 1440
DRIVER = "GL Driver Message"
UNLABELLED = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
    .filter(control => !control.labels.length && !control.ariaLabel).map(control => control.outerHTML)"""
CONTRASTS = Path(__file__).with_name("contrast.js").read_text()


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium is installed, so no real browser can walk the pages")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application is served while the test runs."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of: a broken content security policy, a missing file, an error."""
    return []


@pytest.fixture
def page(browser: Browser, address: str, complaints: list[str]) -> Iterator[Page]:
    context = browser.new_context(base_url=address, viewport={"width": DESK, "height": 900})
    opened = context.new_page()
    opened.on("console", lambda message: complaints.extend(told(message)))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()


def told(message: ConsoleMessage) -> list[str]:
    """What the browser says on its console; how slowly a machine without a graphics card draws is not the page's."""
    return [] if DRIVER in message.text else [f"{message.type}: {message.text}"]


def sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(PERSONAS[name].email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/review/")


def test_a_supervisor_approves_and_the_public_sees_the_photo(road: Road, page: Page, complaints: list[str]) -> None:
    road.send(caption="The roadbed at the river")
    questionable = road.send_questionable(caption="The left shoulder")
    road.put_forward()

    sign_in(page, "supervisor")
    page.get_by_role("link", name="Decide on “Milestone 1”").click()
    assert page.get_by_role("button", name="Approve").count() == 0

    photo = page.locator(f"#photo-{questionable}")
    photo.get_by_text("Accept or refuse").click()
    photo.get_by_label("Reason").fill("The board in the picture shows the date.")
    photo.get_by_role("button", name="Accept").click()
    page.get_by_label("Reason").last.fill("Both photos show the finished roadbed.")
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("The photos are public now").wait_for()
    page.get_by_role("button", name="Sign out").click()
    jobs.run_all_due()

    page.goto("/projects/ROAD-1")
    page.locator(".tile").get_by_role("link", name="The roadbed at the river").click()
    picture = page.get_by_role("img", name="The roadbed at the river")
    picture.wait_for()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert complaints == []


@pytest.fixture
def paths(road: Road) -> list[str]:
    """Every kind of page with something on it."""
    road.send_rejected(caption="Far away")
    photo = road.approved()[0]
    question = road.send_questionable(milestone="M2")
    first, second, certificate = road.milestone().id, road.milestone("M2").id, road.certificate().id
    public = ["/", "/?text=zebra", "/areas/R6", "/projects/ROAD-1", f"/photos/{photo}", "/problems/invalid", "/sign-in"]
    review = ["/review/", "/review/projects/ROAD-1", f"/review/milestones/{first}", f"/review/milestones/{second}"]
    return [*public, *review, f"/review/photos/{question}", f"/review/certificates/{certificate}"]


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_is_labelled_and_legible(
    paths: list[str], page: Page, complaints: list[str], width: int, scheme: str
) -> None:
    sign_in(page, "supervisor")
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in paths:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} scrolls sideways"
        assert page.evaluate(UNLABELLED) == [], f"{path} has a control without a label"
        assert page.evaluate(CONTRASTS) == [], f"{path} has text that is hard to read"
        assert page.locator("h1").count() == 1, f"{path} needs exactly one first heading"
    assert complaints == []


def test_a_form_is_filled_and_sent_by_keyboard_alone(road: Road, page: Page) -> None:
    road.send()
    page.goto("/sign-in")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type(PERSONAS["supervisor"].email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/")
