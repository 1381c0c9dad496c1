"""``make screenshots``: a picture of every page of the demonstration, as a phone and as a desk show it.

Pages are found by following links, as a person finds them, so that a page which nobody can reach is noticed here.
Chromium and Playwright come with the development environment; nothing else of the demonstration needs them.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from rich.console import Console

import config
from demo import house, programme
from demo.run import served

FOLDER = config.ROOT / "var" / "screens"
#: Of these the upper part, made small, is in the README.
BEST = ("home", "project", "photo", "waits", "milestone-to-decide", "review-photo")
BEST_FOLDER = config.ROOT / "docs" / "screens"
BEST_HEIGHT, BEST_WIDTH = 1080, 1080
PORT = 8765
WIDTHS = {"phone": (390, 844), "desk": (1440, 900)}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass(frozen=True, slots=True)
class Screen:
    """One picture: where to begin, the links to follow from there (a part of each one's address), and who looks.

    ``who`` is the name of a demonstration account without its domain, None for the public.
    """

    name: str
    path: str
    follow: tuple[str, ...] = ()
    who: str | None = None


SCREENS = (
    Screen("home", "/"),
    Screen("search", "/?text=road"),
    Screen("area", "/", ("/areas/",)),
    Screen("about", "/about"),
    Screen("second-look", "/second-look"),
    Screen("project", "/projects/SCH-HAL-021"),
    Screen("project-under-way", "/projects/FMR-HAL-014"),
    Screen("project-refused", "/projects/BRG-HUW-007"),
    Screen("project-photos", "/projects/SCH-HAL-021/photos"),
    Screen("photo", "/projects/SCH-HAL-021", ("/photos/",)),
    Screen("widget", "/widget/SCH-HAL-021"),
    Screen("display", "/display/FMR-HAL-014"),
    Screen("display-area", "/", ("/areas/", "/display/area/")),
    Screen("not-found", "/projects/NONE"),
    Screen("sign-in", "/sign-in"),
    Screen("first-sign-in", "/first-sign-in"),
    Screen("waits", "/review/", who="supervisor"),
    Screen("milestone", "/review/projects/MKT-HUW-002", ("/review/milestones/",), who="supervisor"),
    Screen("milestone-to-decide", "/review/", ("/review/milestones/",), who="supervisor"),
    Screen("milestone-with-questions", "/review/projects/BRG-HUW-007", ("/review/milestones/",), who="supervisor"),
    Screen("review-photo", "/review/", ("/review/photos/",), who="supervisor"),
    Screen("my-projects", "/review/projects", who="supervisor"),
    Screen("review-project", "/review/projects/FMR-HAL-014", who="supervisor"),
    Screen("waits-paymaster", "/review/", who="paymaster"),
    Screen("payments", "/review/payments", who="paymaster"),
    Screen("certificate", "/review/payments", ("/review/certificates/",), who="paymaster"),
    Screen("record", "/review/record", who="auditor"),
    Screen("second-looks", "/review/second-look", who="auditor"),
    Screen("people", "/review/people", who="administrator"),
    Screen("person", "/review/people", ("/review/people/",), who="administrator"),
    Screen("devices", "/review/devices", who="administrator"),
    Screen("policies", "/review/policies", who="administrator"),
    Screen("policy", "/review/policies", ("/review/policies/",), who="administrator"),
    Screen("setup", "/review/setup", who="administrator"),
    Screen("setup-new", "/review/setup/new", who="administrator"),
    *(
        Screen(
            f"setup-{part or 'project'}",
            f"/review/setup/projects/FMR-HAL-014{part and '/' + part}",
            who="administrator",
        )
        for part in ("", "facts", "contract", "site", "schedule", "publish", "history")
    ),
    Screen("setup-import", "/review/setup/import", who="administrator"),
)


def main(only: tuple[str, ...] = ()) -> None:
    """Take every picture, or those whose names are given."""
    console = Console()
    program = _chromium()
    place = house.House(house.DEFAULT_FOLDER, PORT)
    with house.occupied(place.folder, PORT) as lock, served(place, lock, console), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        for screen in SCREENS:
            if not only or screen.name in only:
                _take(browser, place.base, screen)
                console.print(f"  {screen.name}")
        browser.close()
    for name in BEST:
        _keep_small(name)
    console.print(f"The pictures are in {FOLDER}.", soft_wrap=True, highlight=False)


def _keep_small(name: str) -> None:
    """Put the upper part of a picture at desk size where the README shows it."""
    BEST_FOLDER.mkdir(exist_ok=True)
    with Image.open(FOLDER / f"{name}.desk.png") as whole:
        upper = whole.convert("RGB").crop((0, 0, whole.width, min(whole.height, BEST_HEIGHT)))
        small = ImageOps.contain(upper, (BEST_WIDTH, BEST_HEIGHT))
        small.save(BEST_FOLDER / f"{name}.webp", quality=80, method=6)


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise house.HouseError("Screenshots need Chromium or Chrome, and there is none on this machine.")
    return found


def _take(browser: Browser, base: str, screen: Screen) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for device, (width, height) in WIDTHS.items():
        with _visit(browser, width, height) as context:
            page = context.new_page()
            if screen.who:
                _sign_in(page, base, screen.who)
            page.goto(base + screen.path)
            for part in screen.follow:
                page.locator(f"main a[href*='{part}']").first.click()
                page.wait_for_load_state()
            _settle(page)
            page.screenshot(path=_file(screen, device), full_page=True)


@contextmanager
def _visit(browser: Browser, width: int, height: int) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-PH", reduced_motion="reduce")
    yield context
    context.close()


def _sign_in(page: Page, base: str, who: str) -> None:
    page.goto(f"{base}/sign-in")
    page.get_by_label("E-mail address").fill(f"{who}@demo.example")
    page.get_by_label("Password").fill(programme.directory()["password"])
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def _settle(page: Page) -> None:
    """Scroll once through the page, so that pictures which wait to be seen are there, and go back to the top."""
    page.evaluate(
        """async () => {
            for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
                scrollTo(0, y);
                await new Promise((done) => setTimeout(done, 60));
            }
            scrollTo(0, 0);
        }"""
    )
    page.wait_for_load_state("networkidle")


def _file(screen: Screen, device: str) -> Path:
    return FOLDER / f"{screen.name}.{device}.png"


if __name__ == "__main__":
    try:
        main(tuple(sys.argv[1:]))
    except house.HouseError as error:
        sys.exit(str(error))
