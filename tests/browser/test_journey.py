"""The whole way of an inspector's photos: taken without a network, kept over a switched-off phone, brought over a
line that breaks and a server that dies, each on record once with every byte as it was, and gone from the phone.

Each run takes photos of few pixels, 20 for the first journey and 6 for the second, so that both fit into every run of
the suite. With ``SAKSI_JOURNEY=full`` both take 20 of twelve megapixels.
"""

from __future__ import annotations

import hashlib
import json
import os
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from playwright.sync_api import Playwright, sync_playwright

import config
from evidence.receipts import verify
from field_app_pages import BUILT
from server.db import db
from server.models import Evidence
from tests.browser.bad_line import Held, Line, bad_line, deck
from tests.browser.handset import Handset, Stored, frames, handset
from tests.operations.serving import Served, serving

FULL = os.environ.get("SAKSI_JOURNEY") == "full"
SIZE = (4000, 3000) if FULL else (640, 480)
#: Until everything has arrived; most of it is spent waiting between tries.
ARRIVAL_S = 1800.0 if FULL else 120.0
Bearer = Callable[[str], dict[str, str]]

pytestmark = [
    pytest.mark.skipif(not (BUILT / "sw.js").is_file(), reason="the phone app is not built (bin/build-field)"),
    pytest.mark.sqlite_only("the phone knows no database, and the way takes its time"),
]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the phone's camera sees."""
    return frames(tmp_path_factory.mktemp("film") / "site.mjpeg", SIZE)


def test_twenty_photos_arrive_over_a_bad_line(
    playwright: Playwright, film: Path, settings: config.Settings, bearer: Bearer, tmp_path: Path
) -> None:
    with (
        serving(settings, tmp_path / "log") as served,
        bad_line(served.port, seed=20) as line,
        handset(playwright, tmp_path / "phone", film, line.address) as phone,
    ):
        taken = photos_of_a_day_without_signal(phone, line, 20)
        line.troubles = deck(20, cut=14, busy=6, crawl=14, none=20)
        find_signal(phone, line)
        wait_until_all_arrived(phone)

        assert all(line.happened[trouble] for trouble in ("cut", "busy", "crawl")), line.happened
        assert_all_is_well(phone, taken, served, bearer("inspector"))


def test_photos_arrive_at_a_server_that_is_killed_twice(
    playwright: Playwright, film: Path, settings: config.Settings, bearer: Bearer, tmp_path: Path
) -> None:
    with (
        bad_line(0, seed=6) as line,
        handset(playwright, tmp_path / "phone", film, line.address) as phone,
    ):
        with serving(settings, tmp_path / "first") as served:
            line.upstream = served.port
            taken = photos_of_a_day_without_signal(phone, line, 20 if FULL else 6)
            held = line.hold("in the body", skip=1)
            find_signal(phone, line)
            kill_when(held, line, served)
        with serving(settings, tmp_path / "second") as served:
            held = line.hold("before the answer", skip=1)
            line.upstream = served.port
            kill_when(held, line, served)
        line.troubles = deck(6, cut=3, busy=2, crawl=3, none=4)
        with serving(settings, tmp_path / "third") as served:
            line.upstream = served.port
            wait_until_all_arrived(phone)

            assert line.happened["no server"] >= 1, line.happened
            assert_all_is_well(phone, taken, served, bearer("inspector"))


def photos_of_a_day_without_signal(phone: Handset, line: Line, count: int) -> Stored:
    """Sign in, take the photos without a network, and switch the phone off and on again; gives what it has kept."""
    phone.switch_on()
    phone.sign_in()
    phone.set_offline(True)
    line.signal = False
    first = count // 2
    phone.take_photos(first)
    phone.close()
    phone.open()
    phone.take_photos(count - first)
    phone.switch_off()
    phone.switch_on(offline=True)
    phone.page.get_by_text(f"{count} photos are only on this phone").first.wait_for()
    kept = phone.stored()
    assert len(kept.entries) == count
    assert kept.pictures == {id_: entry["sha256"] for id_, entry in kept.entries.items()}
    assert len(set(kept.pictures.values())) == count
    assert len({position_of(entry) for entry in kept.entries.values()}) == count, "the phone was carried on"
    return kept


def position_of(entry: dict[str, Any]) -> tuple[float, float]:
    """Where the envelope says that a photo was taken."""
    payload = json.loads(entry["claim"])["envelope"].split(".")[1]
    position = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["position"]
    return position["latitude"], position["longitude"]


def find_signal(phone: Handset, line: Line) -> None:
    phone.note("there is signal")
    line.signal = True
    phone.set_offline(False)


def kill_when(held: Held, line: Line, served: Served) -> None:
    """Kill the server while it has half of a photo, or has a whole one and said nothing yet."""
    assert held.reached.wait(ARRIVAL_S), f"nothing to hold came {held.where}: {line.happened}"
    served.kill()
    line.release(held)


def wait_until_all_arrived(phone: Handset) -> None:
    """Until no photo is on its way; the screen says it."""
    phone.page.locator(".place", has_text="Outbox").click()
    phone.page.get_by_text("Everything is safe on the server").wait_for(timeout=ARRIVAL_S * 1000)
    phone.note("everything has arrived")


def assert_all_is_well(phone: Handset, taken: Stored, served: Served, headers: dict[str, str]) -> None:
    assert_on_the_phone(phone, taken, served)
    assert_on_the_server(taken, served, headers)
    assert_on_the_screen(phone, len(taken.entries))
    assert phone.complaints == []


def assert_on_the_phone(phone: Handset, taken: Stored, served: Served) -> None:
    """Every photo has its verdict and a receipt of this server's, and none has its picture."""
    now = phone.stored()
    keys = httpx.get(f"{served.address}/.well-known/saksi-keys.json").json()["keys"]
    assert now.pictures == {}
    assert now.states() == ["verified"] * len(taken.entries)
    assert now.entries.keys() == taken.entries.keys()
    for id_, entry in now.entries.items():
        receipt = verify(entry["receipt"], keys)
        assert (receipt.evidence, receipt.sha256, receipt.size) == (id_, taken.pictures[id_], entry["size"])


def assert_on_the_server(taken: Stored, served: Served, headers: dict[str, str]) -> None:
    """Every photo is there once, as it was on the phone, signed by it and attested."""
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Evidence)) == len(taken.entries)
    for id_ in taken.entries:
        told = httpx.get(f"{served.address}/api/v1/evidence/{id_}", headers=headers).json()
        original = httpx.get(f"{served.address}/api/v1/evidence/{id_}/original", headers=headers).content
        outcomes = {finding["check"]: finding["outcome"] for finding in told["findings"]}
        assert hashlib.sha256(original).hexdigest() == taken.pictures[id_]
        assert (outcomes["device.enrolled"], told["grade"]) == ("pass", "A"), json.dumps(told, indent=1)


def assert_on_the_screen(phone: Handset, count: int) -> None:
    badges = phone.page.locator(".photo-row .badge").all_inner_texts()
    assert badges == ["Verified"] * count
    phone.page.locator(".photo-row").first.click()
    phone.page.get_by_text("Grade A").wait_for()
    phone.page.get_by_text("The picture has left this phone").wait_for()
    phone.page.get_by_role("button", name="Save the receipt").wait_for()
