"""The public's pages of the demonstration: what Lighthouse says of them, and how many bytes each takes over the line.

The bytes are those of a first visit with an empty cache, compressed as the server sends them, without photos and map.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Response, sync_playwright
from rich.console import Console

from benches.field_app_phone import program
from benches.lighthouse import Scores, free_port, rows, scores
from benches.peers import NoPeerError
from benches.rows import Row, row
from demo import house
from demo.run import served

GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
GOAL_KB = 100
#: 400 kbit/s, 400 ms there and back.
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PAGES = {"home": "/", "area": "/areas/", "project": "/projects/SCH-HAL-021", "photo": "/photos/"}
LIGHTHOUSE = ("home", "project", "photo")
#: What the goal leaves out: photos and the map's library.
LEFT_OUT = ("/thumbnail", "/web", "base_map", "maplibre", ".mvt")


def run() -> list[Row]:
    """A row for each category of Lighthouse, and one for the heaviest page."""
    place = house.House(house.DEFAULT_FOLDER, free_port())
    with (
        house.occupied(place.folder, place.port) as lock,
        served(place, lock, Console(stderr=True)),
        _browser(place.base) as (page, port),
    ):
        addresses = _addresses(page)
        weights = {name: _weight(page, path) for name, path in addresses.items()}
        judged = _judged(place.base, port, addresses)
        waited = {name: _waited(page, path) for name, path in addresses.items()}
    return [*judged, _weight_row(weights), _waited_row(waited)]


def _judged(base: str, port: int, addresses: dict[str, str]) -> list[Row]:
    try:
        found: dict[str, Scores] = {name: scores(base + addresses[name], port, GOALS) for name in LIGHTHOUSE}
    except NoPeerError as error:
        return [row("public_pages_lighthouse", None, "", note=str(error))]
    return rows("public_pages_lighthouse", GOALS, found)


@contextmanager
def _browser(base: str) -> Iterator[tuple[Page, int]]:
    port = free_port()
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        phone = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=program(),
            args=[*ARGUMENTS, f"--remote-debugging-port={port}"],
            base_url=base,
            viewport={"width": 390, "height": 844},
        )
        yield phone.new_page(), port
        phone.close()


def _addresses(page: Page) -> dict[str, str]:
    """Each page's address; an area and a photo are found by following the first link to one."""
    page.goto("/")
    area = page.locator("main a[href^='/areas/']").first.get_attribute("href") or "/"
    page.goto(PAGES["project"])
    photo = page.locator("main a[href^='/photos/']").first.get_attribute("href") or "/"
    return PAGES | {"area": area, "photo": photo}


def _weight(page: Page, path: str) -> int:
    """Bytes over the line of a first visit."""
    page.context.clear_cookies()
    session = page.context.new_cdp_session(page)
    session.send("Network.clearBrowserCache")
    session.detach()
    answers: list[Response] = []

    def hear(answer: Response) -> None:
        answers.append(answer)

    page.on("response", hear)
    page.goto(path, wait_until="networkidle")
    page.remove_listener("response", hear)
    counted = [each for each in answers if not any(part in each.url for part in LEFT_OUT)]
    return sum(each.request.sizes()["responseBodySize"] for each in counted)


def _waited(page: Page, path: str) -> float:
    """Seconds until the heading stands, on a slow 3G line with an empty cache."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.clearBrowserCache")
    line.send("Network.emulateNetworkConditions", SLOW_3G)
    began = time.perf_counter()
    page.goto(path, wait_until="commit")
    page.get_by_role("heading", level=1).wait_for()
    waited = time.perf_counter() - began
    line.send("Network.emulateNetworkConditions", {**SLOW_3G, "latency": 0, "downloadThroughput": -1})
    line.detach()
    return waited


def _waited_row(waited: dict[str, float]) -> Row:
    return row(
        "public_pages_slow_3g",
        max(waited.values()),
        "s until the heading stands, 400 kbit/s and 400 ms, empty cache, the slowest page",
        note=", ".join(f"{name} {seconds:.1f}" for name, seconds in waited.items()),
    )


def _weight_row(weights: dict[str, int]) -> Row:
    heaviest = max(weights.values()) / 1000
    return row(
        "public_pages_weight",
        heaviest,
        "kB compressed, the heaviest page, without photos and map",
        goal=f"<= {GOAL_KB}",
        met=heaviest <= GOAL_KB,
        note=", ".join(f"{name} {weight / 1000:.1f}" for name, weight in weights.items()),
    )
