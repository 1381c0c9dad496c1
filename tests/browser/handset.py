"""An inspector's phone: a Pixel as Chromium imitates it, with a camera that sees real photos, and legs.

It can be switched off and on again with all that is stored on it, and be without a network. What it stores is read
from its database, as nobody but a test does.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageOps
from playwright.sync_api import BrowserContext, Page, Playwright

from tests.browser.test_road import ARGUMENTS, chromium
from tests.personas import PASSWORD, PERSONAS

CORPUS = Path(os.environ.get("SAKSI_CORPUS") or Path(__file__).resolve().parents[2] / "../shared/corpus")
#: Photos of streets and of land from the air, as an inspector's are.
SCENES = ("photos/site_lund/*.jpg", "photos/site_garfield/*.JPG", "photos/site_arezzo/*.jpg")
QUALITY = 85
PATIENCE_S = 30.0
LOOK_EVERY_MS = 150
STEP_DEGREES = 0.00007
START = (10.9975, 122.5)

#: What the outbox holds. Pictures are told by their sha256, which is counted here and not read from the entry.
STORED = """async () => {
    const done = request => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const database = await done(indexedDB.open("saksi-field"));
    try {
        const every = name => done(database.transaction(name).objectStore(name).getAll());
        const hex = digest => [...new Uint8Array(digest)].map(each => each.toString(16).padStart(2, "0")).join("");
        const pictures = {};
        for (const { id, bytes } of await every("pictures"))
            pictures[id] = hex(await crypto.subtle.digest("SHA-256", bytes));
        return { entries: await every("photos"), pictures, nonces: (await every("nonces")).length };
    } finally {
        database.close();
    }
}"""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is on the phone: entries by id, the sha256 of each picture by id, and how many nonces are left."""

    entries: dict[str, dict[str, Any]]
    pictures: dict[str, str]
    nonces: int

    def states(self) -> list[str]:
        """How far each photo has come."""
        return sorted(entry["state"] for entry in self.entries.values())


def frames(file: Path, size: tuple[int, int], count: int = 24) -> Path:
    """An MJPEG of real photos for the camera, where they are beside the repository; else of drawn ones."""
    found = [path for scene in SCENES for path in sorted(CORPUS.glob(scene))]
    with file.open("wb") as film:
        for number in range(count):
            picture = _photo(found[number % len(found)], size) if found else _drawn(number, size)
            out = BytesIO()
            picture.save(out, "JPEG", quality=QUALITY)
            film.write(out.getvalue())
    return file


def _photo(path: Path, size: tuple[int, int]) -> Image.Image:
    with Image.open(path) as opened:
        return ImageOps.fit(opened.convert("RGB"), size)


def _drawn(number: int, size: tuple[int, int]) -> Image.Image:
    picture = Image.effect_noise(size, 60).convert("RGB")
    ImageDraw.Draw(picture).text((20, 20), f"Frame {number}", fill="white", font_size=48)
    return picture


@dataclass
class Handset:
    """The phone and whoever carries it."""

    playwright: Playwright
    folder: Path
    film: Path
    address: str
    diary: list[str] = field(default_factory=list)
    #: Errors of the app's own and breaches of its content security policy; that a request failed is none.
    complaints: list[str] = field(default_factory=list)
    steps: int = 0
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._context: BrowserContext | None = None
        self._page: Page | None = None

    @property
    def page(self) -> Page:
        """The page that is open."""
        assert self._page is not None, "the app is closed"
        return self._page

    def switch_on(self, *, offline: bool = False) -> None:
        """Start the browser with what is stored on the phone, and open the app."""
        pixel = {**self.playwright.devices["Pixel 7"]}
        pixel.pop("default_browser_type")
        self._context = self.playwright.chromium.launch_persistent_context(
            self.folder,
            executable_path=chromium(),
            args=[*ARGUMENTS, *self._camera()],
            base_url=self.address,
            locale="en-PH",
            timezone_id="Asia/Manila",
            permissions=["geolocation", "camera"],
            geolocation=self._place(),
            offline=offline,
            **pixel,
        )
        self._context.on("console", lambda message: self._heard(message.type, message.text))
        self._context.on("weberror", lambda fault: self._heard("error", f"uncaught: {fault.error}"))
        self.open()

    def switch_off(self) -> None:
        """Close the app and the browser, and the phone with them."""
        if self._context is not None:
            self._context.close()
        self._context = self._page = None

    def open(self) -> None:
        """Open the app in a page of its own."""
        assert self._context is not None
        self._page = self._context.new_page()
        self._page.set_default_timeout(PATIENCE_S * 1000)
        self._page.goto("/field/")

    def close(self) -> None:
        """Close the app's page."""
        self.page.close()
        self._page = None

    def set_offline(self, offline: bool) -> None:
        """Lose the network, or find it again."""
        assert self._context is not None
        self._context.set_offline(offline)

    def sign_in(self) -> None:
        """Sign in, and wait until the phone is ready for days without a network."""
        self.page.get_by_label("E-mail address").fill(PERSONAS["inspector"].email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("link", name="ROAD-1").wait_for()
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self.until(lambda: self.stored().nonces >= 20, "the phone has no nonces to take along")

    def take_photos(self, count: int) -> None:
        """Go to the camera by the checklist, and take photos on the way along the road."""
        self.page.locator(".place", has_text="Works").click()
        self.page.get_by_role("link", name="ROAD-1").click()
        self.page.get_by_role("link", name="Needed", exact=True).click()
        self.page.get_by_role("link", name="Camera: ").first.click()
        self.page.locator(".strip").filter(has_text="There is no position yet").wait_for(state="detached")
        for number in range(count):
            self._walk()
            self.page.get_by_role("button", name="Take the photo").click()
            taken = self.page.get_by_role("dialog")
            taken.get_by_text("On this phone").wait_for()
            if number + 1 < count:
                taken.locator(".main-button").click()
        self.page.get_by_role("button", name="Done").click()
        self.page.get_by_role("link", name="Needed", exact=True).wait_for()

    def stored(self) -> Stored:
        """What is on the phone now."""
        told = self.page.evaluate(STORED)
        return Stored({entry["id"]: entry for entry in told["entries"]}, told["pictures"], told["nonces"])

    def until(self, holds: Callable[[], bool], otherwise: str, within_s: float = PATIENCE_S) -> None:
        """Look again until something holds."""
        end = time.monotonic() + within_s
        while not holds():
            assert time.monotonic() < end, f"{otherwise} after {within_s:.0f} s"
            self.page.wait_for_timeout(LOOK_EVERY_MS)

    def note(self, text: str) -> None:
        """Write into the diary, with the seconds since the phone came into the hand."""
        self.diary.append(f"{time.monotonic() - self.began:6.1f} s  {text}")

    def told(self) -> str:
        """What is known of the phone, for whoever must find out why something failed."""
        lines = ["The phone's console:", *self.diary[-60:]]
        if self._page is not None:
            lines += [f"{each['id']}: {each['state']} {each['trouble']}" for each in self.stored().entries.values()]
            lines += ["On the screen:", self.page.locator("body").inner_text()]
        return "\n".join(lines)

    def _heard(self, kind: str, text: str) -> None:
        self.note(f"{kind}: {text}")
        if kind in {"error", "warning"} and not text.startswith("Failed to load resource"):
            self.complaints.append(text)

    def _walk(self) -> None:
        assert self._context is not None
        self.steps += 1
        self._context.set_geolocation(self._place())

    def _place(self) -> Any:
        latitude, longitude = START
        sway = 0.000002 * (self.steps % 3)
        return {"latitude": latitude + self.steps * STEP_DEGREES, "longitude": longitude + sway, "accuracy": 9}

    def _camera(self) -> list[str]:
        film = f"--use-file-for-fake-video-capture={self.film}"
        return ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", film]


@contextmanager
def handset(playwright: Playwright, folder: Path, film: Path, address: str) -> Iterator[Handset]:
    """A phone that is off; a failure tells what its console said."""
    phone = Handset(playwright, folder, film, address)
    try:
        yield phone
    except BaseException as error:
        error.add_note(phone.told())
        raise
    finally:
        phone.switch_off()
