"""Lighthouse, installed into the benches' folder as nothing else needs it, asked through a browser that stands open."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benches.national.kept import folder
from benches.peers import NoPeerError
from benches.rows import Row, row

LIGHTHOUSE = "lighthouse@12.8.2"
Scores = dict[str, float]


def rows(name: str, goals: Mapping[str, int], scores: Mapping[str, Scores]) -> list[Row]:
    """A row for each category: the worst of all pages, with every page's score beside it."""
    return [_row(name, category, goal, scores) for category, goal in goals.items()]


def scores(url: str, port: int, categories: Mapping[str, int]) -> Scores:
    """What it says of one page, of 100, by its own rules for a cheap phone on a slow line.

    Args:
        url: the page.
        port: where the browser takes orders.
        categories: what to judge.

    Raises:
        NoPeerError: there is no Lighthouse to be had, or it could not judge the page.
    """
    options = [f"--port={port}", "--disable-storage-reset", "--quiet", "--output=json"]
    told = _told(["node", str(_installed()), url, *options, f"--only-categories={','.join(categories)}"])
    report: dict[str, Any] = json.loads(told)
    if report.get("runtimeError"):
        raise NoPeerError(f"Lighthouse could not judge {url}: {report['runtimeError'].get('message')}")
    return {name: round(100 * (each["score"] or 0)) for name, each in report["categories"].items()}


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _row(name: str, category: str, goal: int, scores: Mapping[str, Scores]) -> Row:
    worst = min(each[category] for each in scores.values())
    return row(
        f"{name}_{category.replace('-', '_')}",
        worst,
        "of 100, the worst",
        goal=f">= {goal}",
        met=worst >= goal,
        note=", ".join(f"{page} {each[category]:.0f}" for page, each in scores.items()),
    )


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
