"""The phone app in a real Chromium: how small it comes, how soon it opens without a network, how fast its shutter is.

The server is Saksi as its operators run it, on the loopback address. Lighthouse judges the first screen by its own
rules for a cheap phone; it is installed into the benches' folder, as the app itself does not need it.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benches.installation import UPLOADER, installation
from benches.national.kept import folder
from benches.peers import NoPeerError
from benches.photos import photos
from benches.rows import Row, median, row, spread
from benches.saksi_server import saksi
from field_app_pages import BUILT
from tests.personas import PASSWORD
from tests.programme import ON_SITE

FIRST_LOAD_KB, SHELL_S, SHUTTER_S = 120, 1.0, 1.0
OPENED, SHOTS = 11, 12
SLOW_DOWN = 4
LIGHTHOUSE = "lighthouse@12.8.2"
GOALS = {"performance": 90, "accessibility": 100, "best-practices": 100}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
#: Notes when the works are listed, in milliseconds since the page was asked for.
LISTED = """new MutationObserver((_, observer) => {
    if (!document.querySelector('a[href^="#/works/"]')) return;
    window.listed = performance.now(); observer.disconnect();
}).observe(document, {childList: true, subtree: true})"""
#: Notes when the shutter is pressed, and when the photo is said to be on this phone.
TIMED = """addEventListener('click', event => {
    if (event.target.closest('.shutter')) { window.pressed = performance.now(); window.kept = null; }
}, true);
new MutationObserver(() => {
    if (window.pressed && !window.kept && document.querySelector('.kept')) window.kept = performance.now();
}).observe(document, {childList: true, subtree: true})"""
#: A sensor whose still is ready; the picture as base64 is put in.
SENSOR = """const still = Uint8Array.from(atob('%s'), letter => letter.charCodeAt(0));
window.ImageCapture = class {
    async getPhotoCapabilities() { return {imageWidth: {max: 4000}, imageHeight: {max: 3000}}; }
    async takePhoto() { return new Blob([still], {type: 'image/jpeg'}); }
}"""
SHOWN_SIZE = """async () => {
    const picture = document.querySelector('dialog .preview');
    await picture.decode();
    return [picture.naturalWidth, picture.naturalHeight];
}"""


def run() -> list[Row]:
    """Rows for first load, offline shell, shutter, and Lighthouse's three categories."""
    if not (BUILT / "sw.js").is_file():
        return [row("field_app", None, "", note="the phone app is not built (bin/build-field)")]
    rows = [_first_load()]
    with installation() as installed, saksi(installed.settings) as server:
        address = f"http://127.0.0.1:{server.port}"
        rows.append(_offline_shell(address))
        rows += _shutter(address)
        rows += _lighthouse(address)
    return rows


def _first_load() -> Row:
    named = re.findall(r'(?:src|href)="/field/(assets/[^"]+\.(?:js|css))"', (BUILT / "index.html").read_text())
    brotli, gzip = (sum((BUILT / f"{name}{end}").stat().st_size for name in named) / 1000 for end in (".br", ".gz"))
    return row(
        "field_app_first_load",
        brotli,
        "kB of script and style, brotli",
        goal=f"<= {FIRST_LOAD_KB} kB",
        met=brotli <= FIRST_LOAD_KB,
        note=f"gzip: {gzip:.1f} kB",
    )


def _offline_shell(address: str) -> Row:
    with _chromium(CAMERA) as browser, _phone(browser, address) as phone:
        page = phone.new_page()
        _sign_in(page)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.close()
        phone.set_offline(True)
        taken = [_opening(phone) for _ in range(OPENED)]
    return row(
        "field_app_offline_shell",
        median(taken),
        "s from asking for the page until the works are listed, no network",
        goal=f"<= {SHELL_S} s",
        met=median(taken) <= SHELL_S,
        note=f"s: {spread(taken)}",
    )


def _opening(phone: BrowserContext) -> float:
    page = phone.new_page()
    page.add_init_script(LISTED)
    page.goto("/field/")
    page.wait_for_function("window.listed > 0")
    listed = float(page.evaluate("window.listed")) / 1000
    page.close()
    return listed


def _shutter(address: str) -> Iterator[Row]:
    """By the frame on the screen, from Chromium's camera of 4000 x 3000; and by a sensor that gives its JPEG at once.

    Chromium's camera from a file gives no JPEG when asked for a still, which the app learns at its first photo: that
    one is told, not counted. A phone's sensor does, in a time of its own, which is in neither figure.
    """
    with tempfile.TemporaryDirectory() as place:
        frames = Path(place) / "frames.mjpeg"
        frames.write_bytes(b"".join(photos(2)))
        camera = [*CAMERA, f"--use-file-for-fake-video-capture={frames}"]
        first, *taken = _shots(address, camera, "")
        yield _shutter_row("frame", taken, f"the first, which tried for a still: {first:.2f} s")
        still = base64.b64encode(next(photos(1))).decode()
        _, *taken = _shots(address, camera, SENSOR % still)
        yield _shutter_row("sensor", taken, "the sensor's own time is not in it")


def _shutter_row(way: str, taken: list[float], note: str) -> Row:
    return row(
        f"field_app_shutter_{way}",
        median(taken),
        f"s from the shutter to 'on this phone', 12 MP, {SLOW_DOWN} x CPU slow-down of the page",
        goal=f"<= {SHUTTER_S} s",
        met=median(taken) <= SHUTTER_S,
        note=f"s: {spread(taken)}; {note}",
    )


def _shots(address: str, camera: list[str], script: str) -> list[float]:
    with _chromium(camera) as browser, _phone(browser, address) as phone:
        page = phone.new_page()
        page.add_init_script(TIMED)
        page.add_init_script(script)
        _sign_in(page)
        _aim(page)
        phone.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOW_DOWN})
        return [_shot(page) for _ in range(SHOTS)]


def _aim(page: Page) -> None:
    page.goto("/field/#/works/ROAD-1/needed")
    page.locator("a.round.strong").first.click()
    page.locator(".shutter:not(:disabled)").wait_for()
    page.locator(".strip").filter(has_text="There is no position yet").wait_for(state="detached")
    page.wait_for_function("document.querySelector('video').videoWidth > 0")


def _shot(page: Page) -> float:
    page.locator(".shutter").click()
    page.wait_for_function("window.kept > 0")
    taken = float(page.evaluate("window.kept - window.pressed")) / 1000
    size = page.evaluate(SHOWN_SIZE)
    if sorted(size) != [3000, 4000]:
        raise RuntimeError(f"the photo has {size[0]} x {size[1]} pixels, not twelve million")
    page.locator("dialog .main-button").click()
    page.locator("dialog").wait_for(state="detached")
    return taken


def _lighthouse(address: str) -> list[Row]:
    """The first screen, as anyone gets it who has never been here."""
    try:
        scores = _scores(f"{address}/field/")
    except NoPeerError as error:
        return [row("field_app_lighthouse", None, "", note=str(error))]
    return [
        row(
            f"field_app_lighthouse_{category.replace('-', '_')}",
            scores[category],
            "of 100, the sign-in screen",
            goal=f">= {goal}",
            met=scores[category] >= goal,
        )
        for category, goal in GOALS.items()
    ]


def _scores(url: str) -> dict[str, float]:
    program = _installed()
    flags = " ".join(["--headless=new", *ARGUMENTS])
    command = ["node", program, url, "--quiet", "--output=json", f"--chrome-flags={flags}"]
    chosen = f"--only-categories={','.join(GOALS)}"
    told = _told([*map(str, command), chosen], {"CHROME_PATH": _program()})
    categories: dict[str, dict[str, Any]] = json.loads(told)["categories"]
    return {name: round(100 * each["score"]) for name, each in categories.items()}


def _installed() -> Path:
    root = folder() / "peers" / "lighthouse"
    program = root / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not program.exists():
        root.mkdir(parents=True, exist_ok=True)
        _told(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(root), LIGHTHOUSE], {})
    return program


def _told(command: list[str], environ: dict[str, str]) -> str:
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **environ})
    except FileNotFoundError:
        raise NoPeerError(f"there is no {command[0]} here") from None
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["no word"])[-1]
        raise NoPeerError(f"{' '.join(command[:3])} failed: {last}") from error
    return done.stdout


@contextmanager
def _chromium(arguments: list[str]) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=_program(), args=ARGUMENTS + arguments)
        yield started
        started.close()


def _program() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise RuntimeError("no Chromium is installed")
    return found


@contextmanager
def _phone(browser: Browser, address: str) -> Iterator[BrowserContext]:
    context = browser.new_context(
        base_url=address,
        viewport={"width": 390, "height": 844},
        locale="en-PH",
        # What is waited for is asked of the page by scripts, which its own policy lets none but the app's do.
        bypass_csp=True,
        permissions=["geolocation", "camera"],
        geolocation={"latitude": ON_SITE[0], "longitude": ON_SITE[1], "accuracy": 9},
    )
    context.set_default_timeout(20_000)
    yield context
    context.close()


def _sign_in(page: Page) -> None:
    page.goto("/field/")
    page.get_by_label("E-mail address").fill(UPLOADER)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="ROAD-1").wait_for()
