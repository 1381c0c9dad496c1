"""What Lighthouse says of every screen of the phone app, by its own rules for a cheap phone on a slow line.

It is installed into the benches' folder, as the app itself does not need it. It opens each screen anew in a browser
in which somebody has signed in and taken a photo.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benches.field_app_phone import ALLOWED, ARGUMENTS, CAMERA, program, sign_in
from benches.national.kept import folder
from benches.peers import NoPeerError
from benches.rows import Row, row

LIGHTHOUSE = "lighthouse@12.8.2"
GOALS = {"performance": 90, "accessibility": 100, "best-practices": 100}
Scores = dict[str, float]


def lighthouse(address: str) -> list[Row]:
    """A row for each category: the worst of all screens, with every screen's score beside it."""
    try:
        scores = _all_scores(address)
    except NoPeerError as error:
        return [row("field_app_lighthouse", None, "", note=str(error))]
    return [_row(category, goal, scores) for category, goal in GOALS.items()]


def _row(category: str, goal: int, scores: dict[str, Scores]) -> Row:
    worst = min(each[category] for each in scores.values())
    return row(
        f"field_app_lighthouse_{category.replace('-', '_')}",
        worst,
        "of 100, the worst screen",
        goal=f">= {goal}",
        met=worst >= goal,
        note=", ".join(f"{screen} {each[category]:.0f}" for screen, each in scores.items()),
    )


def _all_scores(address: str) -> dict[str, Scores]:
    with _signed_out(address) as (page, port):
        scores = {"sign-in": _scores(page.url, port)}
        sign_in(page)
        scores |= {screen: _scores(f"{address}/field/{at}", port) for screen, at in _screens(page)}
    return scores


@contextmanager
def _signed_out(address: str) -> Iterator[tuple[Page, int]]:
    """A phone at the first screen, and the port at which its browser takes orders."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        phone = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=program(),
            args=[*ARGUMENTS, *CAMERA, f"--remote-debugging-port={port}"],
            base_url=address,
            **ALLOWED,
        )
        page = phone.new_page()
        page.goto("/field/")
        yield page, port
        phone.close()


def _screens(page: Page) -> list[tuple[str, str]]:
    """The part of the address after the app's own, for each screen; takes a photo on the way."""
    page.goto("/field/#/works/ROAD-1/needed")
    page.locator("a.round.strong").first.click()
    page.locator(".shutter:not(:disabled)").click()
    page.locator("dialog .kept").wait_for()
    camera = page.evaluate("location.hash")
    page.goto("/field/#/outbox")
    page.locator("main a[href^='#/outbox/']").first.click()
    page.wait_for_function("location.hash.length > '#/outbox/'.length")
    photo = page.evaluate("location.hash")
    return [
        ("works", "#/works"),
        ("site", "#/works/ROAD-1"),
        ("needed", "#/works/ROAD-1/needed"),
        ("camera", camera),
        ("outbox", "#/outbox"),
        ("photo", photo),
        ("settings", "#/settings"),
    ]


def _scores(url: str, port: int) -> Scores:
    options = [f"--port={port}", "--disable-storage-reset", "--quiet", "--output=json"]
    told = _told(["node", str(_installed()), url, *options, f"--only-categories={','.join(GOALS)}"])
    report: dict[str, Any] = json.loads(told)
    if report.get("runtimeError"):
        raise NoPeerError(f"Lighthouse could not judge {url}: {report['runtimeError'].get('message')}")
    return {name: round(100 * (each["score"] or 0)) for name, each in report["categories"].items()}


def _installed() -> Path:
    root = folder() / "peers" / "lighthouse"
    entry = root / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not entry.exists():
        root.mkdir(parents=True, exist_ok=True)
        _told(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(root), LIGHTHOUSE])
    return entry


def _told(command: list[str]) -> str:
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
    except FileNotFoundError:
        raise NoPeerError(f"there is no {command[0]} here") from None
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["no word"])[-1]
        raise NoPeerError(f"{' '.join(command[:3])} failed: {last}") from error
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
