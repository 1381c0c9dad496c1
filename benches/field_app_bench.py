"""The phone app in a real Chromium: how small it comes, how soon it opens without a network, how fast its shutter is.

The server is Saksi as its operators run it, on the loopback address.
"""

from __future__ import annotations

import base64
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from benches.field_app_lighthouse import lighthouse
from benches.field_app_phone import CAMERA, chromium, phone, sign_in
from benches.installation import installation
from benches.photos import photos
from benches.rows import Row, median, row, spread
from benches.saksi_server import saksi
from field_app_pages import BUILT

FIRST_LOAD_KB, SHELL_S, SHUTTER_S = 120, 1.0, 1.0
OPENED, SHOTS = 11, 12
SLOW_DOWN = 4
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
        rows += lighthouse(address)
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
    with chromium(CAMERA) as browser, phone(browser, address) as context:
        page = context.new_page()
        sign_in(page)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.close()
        context.set_offline(True)
        taken = [_opening(context) for _ in range(OPENED)]
    return row(
        "field_app_offline_shell",
        median(taken),
        "s from asking for the page until the works are listed, no network",
        goal=f"<= {SHELL_S} s",
        met=median(taken) <= SHELL_S,
        note=f"s: {spread(taken)}",
    )


def _opening(context: BrowserContext) -> float:
    page = context.new_page()
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
    with chromium(camera) as browser, phone(browser, address) as context:
        page = context.new_page()
        page.add_init_script(TIMED)
        page.add_init_script(script)
        sign_in(page)
        _aim(page)
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOW_DOWN})
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
