"""A real browser sets a project up from nothing to published, and draws its site with the mouse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from server.assets import BUILT
from server.db import reading
from server.models import Project
from tests.browser.axe import violations
from tests.browser.test_road import DESK, PHONE, address, browser, sign_in
from tests.pages.setup_story import CONTRACT, FACTS, YARD

__all__ = ["address", "browser"]

SET_UP = "/review/setup/projects/SCHOOL-9"

pytestmark = [
    pytest.mark.skipif(not (BUILT / ".vite").is_dir(), reason="the pages' modules are not built (bin/build-field)"),
    pytest.mark.sqlite_only("what the browser does knows no database"),
]


@pytest.fixture(params=[DESK, PHONE])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def page(browser: Browser, address: str, width: int) -> Iterator[Page]:
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 900})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
    yield opened
    context.close()
    # A field that was refused is answered with 422, which a browser tells of as an error.
    assert not [error for error in errors if "422" not in error]


def fill(page: Page, values: dict[str, str]) -> None:
    for name, value in values.items():
        control = page.locator(f"form.setup-form [name={name}]").first
        if control.evaluate("control => control.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)


def show_and_save(page: Page, save: str = "Save these changes") -> None:
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_role("button", name=save).click()
    expect(page.locator(".told")).to_be_visible()


def make_project(page: Page) -> None:
    sign_in(page, "administrator")
    page.goto("/review/setup")
    page.get_by_role("link", name="New project").click()
    fill(page, FACTS)
    show_and_save(page, "Make this project")


def drawing(page: Page) -> tuple[float, float, float, float]:
    """The map's place on the screen, once it can be drawn on."""
    page.wait_for_selector("[data-map=draw][data-ready=yes]", timeout=30_000)
    page.locator("[data-map=draw]").scroll_into_view_if_needed()
    box = page.locator("[data-map=draw]").bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"], box["height"]


def press_on(page: Page, box: tuple[float, float, float, float], *places: tuple[float, float]) -> None:
    """Press at places of the map, told as shares of its width and height."""
    x, y, width, height = box
    for east, south in places:
        page.mouse.move(x + width * east, y + height * south)
        page.mouse.down()
        page.mouse.up()
        # Two presses that follow at once would be a double press, which zooms.
        page.wait_for_timeout(400)


def geometry(page: Page) -> dict[str, object]:
    found: dict[str, object] = json.loads(page.locator("#site-geometry").input_value())
    return found


def assert_accessible(page: Page) -> None:
    assert violations(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url


def test_a_project_is_set_up_from_nothing_to_published(page: Page, app: Flask) -> None:
    make_project(page)

    page.goto(f"{SET_UP}/contract")
    fill(page, CONTRACT)
    show_and_save(page)

    page.goto(f"{SET_UP}/site/contract")
    page.get_by_label("Which drawing, survey or page").fill("sheet 3")
    box = drawing(page)
    press_on(page, box, (0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7), (0.3, 0.7))
    expect(page.locator("#site-geometry")).to_have_value(re.compile("Polygon"))
    assert geometry(page)["type"] == "Polygon"
    page.get_by_role("button", name="Show how it lies").click()
    page.get_by_role("button", name="Put it on record").click()
    page.get_by_label("Contract: sheet 3").check()
    show_and_save(page, "Use this shape")

    page.goto(f"{SET_UP}/schedule")
    row = {"m_code": "M1", "m_title": "Walls", "m_weight": "60", "m_amount": "400,000.00"}
    fill(page, row | {"m_starts_on": "2026-01-05", "m_ends_on": "2026-06-30"})
    expect(page.locator("[data-sum=m_weight]")).to_have_class("is-wrong")
    page.get_by_role("button", name="Add a milestone").click()
    second = page.locator("tbody.row").nth(1)
    for name, value in {"code": "M2", "title": "Roof", "weight": "40", "amount": "600,000.00"}.items():
        second.locator(f"[name=m_{name}]").fill(value)
    for name, value in {"starts_on": "2026-07-01", "ends_on": "2026-12-20", "predecessor": "M1"}.items():
        second.locator(f"[name=m_{name}]").fill(value)
    expect(page.locator("[data-sum=m_weight]")).to_have_class("is-right")
    expect(page.locator("[data-sum=m_amount] output")).to_have_text("₱1,000,000.00")
    expect(page.locator(".gantt .bar rect")).to_have_count(2)
    show_and_save(page)

    page.goto(f"{SET_UP}/publish")
    page.get_by_label("Everybody").check()
    show_and_save(page)
    page.goto("/projects/SCHOOL-9")
    assert "Two classrooms" in page.inner_text("h1")
    made = reading().scalars(sa.select(Project).where(Project.code == "SCHOOL-9")).one()
    assert made.published_at is not None
    assert made.published_at <= datetime.now(UTC)


def test_what_is_drawn_is_undone_done_again_and_typed(page: Page, app: Flask) -> None:
    make_project(page)
    page.goto(f"{SET_UP}/site/as_staked")
    box = drawing(page)
    page.get_by_label("A line with a width").check()
    box = drawing(page)
    press_on(page, box, (0.3, 0.3), (0.6, 0.5), (0.6, 0.5))
    expect(page.locator("#site-geometry")).to_have_value(re.compile("LineString"))
    drawn = page.locator("#site-geometry").input_value()

    page.get_by_role("button", name="Undo").click()
    assert page.locator("#site-geometry").input_value() == ""
    page.get_by_role("button", name="Redo").click()
    assert page.locator("#site-geometry").input_value() == drawn

    # The same by keyboard alone: the field is the form, and what it says is drawn.
    field = page.get_by_label("Coordinates")
    page.get_by_label("An area").check()
    field.fill(YARD)
    field.press("Tab")
    expect(page.locator("[data-draw-status]")).to_have_text("Points: 4")
    page.get_by_label("Which drawing, survey or page").fill("survey of 12 January")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=How it lies")
    page.get_by_role("button", name="Put it on record").press("Enter")
    expect(page.locator(".told")).to_contain_text("On record.")


def test_every_page_is_accessible_and_fits_the_screen(page: Page, app: Flask) -> None:
    sign_in(page, "administrator")
    road = "/review/setup/projects/ROAD-1"
    parts = ("", "/facts", "/contract", "/site", "/site/portal", "/schedule", "/milestones/M1", "/publish", "/history")
    for path in ("/review/setup", "/review/setup/new", "/review/setup/import", *(road + part for part in parts)):
        page.goto(path)
        assert_accessible(page)
    page.goto("/review/setup/new")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)


def test_rows_are_moved_without_asking_the_server(page: Page, app: Flask) -> None:
    sign_in(page, "administrator")
    page.goto("/review/setup/projects/ROAD-1/schedule")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.is_navigation_request() else None)

    page.get_by_role("button", name="Move M3 up").click()
    codes = [control.input_value() for control in page.locator("[name=m_code]").all()]

    assert codes == ["M1", "M3", "M2"]
    page.get_by_role("button", name="Take M2 away").click()
    assert page.locator("[name=m_code]").count() == 2
    assert asked == []
