"""The programme as data: six projects with their photos and what becomes of them, and the people.

``read`` turns the files of this folder into values dated around one day. A project's file holds its
document as the import takes it, the names of the files sent beside it, and its events in order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from demo import days
from demo.shots import Place, Shot, shots
from geo.formats import read_site
from geo.site import Site

#: Photos of the one are sent; those of the other are left in a folder for the reader to send.
WALKS = frozenset({"send", "leave"})
FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does: a walk with its photos, or another verb with what it says."""

    verb: str
    said: Mapping[str, Any]
    shots: tuple[Shot, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """One project: the parts of its import, with dates, and the steps that follow."""

    code: str
    document: Mapping[str, Any]
    site_name: str
    site_file: bytes
    milestones_file: bytes | None
    steps: tuple[Step, ...]


def read(anchor: datetime) -> tuple[Plan, ...]:
    """All projects in their order, laid around ``anchor`` (aware)."""
    return tuple(_plan(json.loads(path.read_bytes()), anchor) for path in sorted(FOLDER.glob("[0-9]-*.json")))


def directory() -> Mapping[str, Any]:
    """Areas, organisations and people, as they stand in the file."""
    found: dict[str, Any] = json.loads((FOLDER / "directory.json").read_bytes())
    return found


def all_shots(plans: tuple[Plan, ...]) -> list[Shot]:
    """Every photo in the order in which it is needed."""
    return [shot for plan in plans for step in plan.steps for shot in step.shots]


def _plan(told: Mapping[str, Any], anchor: datetime) -> Plan:
    zone = ZoneInfo(told["document"]["time_zone"])
    today = anchor.astimezone(zone).date()
    document = days.dated(told["document"], today)
    site_file = (FOLDER / "sites" / told["site"]).read_bytes()
    table = told.get("milestones")
    milestones = days.dated_table((FOLDER / table).read_text(encoding="utf-8"), today).encode() if table else None
    place = Place(
        document["code"], document["title"], told["kind"], told["altitude_m"], _site(site_file, document["site"]), zone
    )
    steps = tuple(_steps(told["events"], place, anchor))
    return Plan(document["code"], document, told["site"], site_file, milestones, steps)


def _steps(events: list[Mapping[str, Any]], place: Place, anchor: datetime) -> Iterator[Step]:
    for event in events:
        ((verb, said),) = event.items()
        yield Step(verb, said, tuple(shots(said, place, anchor)) if verb in WALKS else ())


def _site(data: bytes, section: Mapping[str, Any]) -> Site:
    shape = read_site(data)
    return Site(shape.kind, shape.geometry, section.get("width_m"), section.get("chainage_start_m", 0.0))
