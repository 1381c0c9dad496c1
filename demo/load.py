"""Loading the programme into a running demonstration: directory, projects, photos, decisions, payments.

The load may be interrupted at any moment; the next one goes on with the same dates and the same ids, and
what is there stays. What is printed is the caller's concern.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Protocol

from demo import directory, programme, records
from demo.house import House
from demo.story import Answer, Story
from demo.studio import Paint, Studio, illustration
from demo.visitors import Cast
from server.times import iso, utc_now

ADMINISTRATOR = "administrator"


class Progress(Protocol):
    """Told how far the load is."""

    def begin(self, title: str, total: int) -> None:
        """Something with ``total`` parts begins."""

    def advance(self, what: str) -> None:
        """One part of it is done."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: the server's answer to every photo."""

    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Memory:
    """When the programme was begun to be loaded, and whether it was finished; kept in one small file."""

    path: Path
    anchor: datetime
    finished: bool

    @classmethod
    def of(cls, folder: Path, *, now: datetime) -> Memory:
        """What is remembered in ``folder``; the first time, that it begins ``now``."""
        path = folder / "programme.json"
        if path.exists():
            told = json.loads(path.read_bytes())
            return cls(path, datetime.fromisoformat(told["anchor"]), told["finished"])
        fresh = cls(path, now, finished=False)
        fresh._write(finished=False)
        return fresh

    def finish(self) -> None:
        """Remember that everything is loaded."""
        self._write(finished=True)

    def _write(self, *, finished: bool) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps({"anchor": iso(self.anchor), "finished": finished}))
        fresh.replace(self.path)


def load(house: House, anchor: datetime, pool: Executor, progress: Progress, paint: Paint = illustration) -> Loaded:
    """Load the whole programme through the server of ``house``, inside an application context on its data.

    Raises:
        demo.visitors.RefusedError: the server refused what it should not.
    """
    told, plans = programme.directory(), programme.read(anchor)
    studio = Studio(house.folder / "pictures", pool, paint)
    shots = programme.all_shots(plans)
    studio.order(shots)
    directory.fill(told, now=utc_now())
    answers: list[Answer] = []
    with Cast(house.base, told["people"], told["password"], trust=house.trust) as cast:
        progress.begin("Importing projects", len(plans))
        for plan in plans:
            cast[ADMINISTRATOR].import_project(plan)
            directory.grant_on(plan.code, told, now=utc_now())
            progress.advance(plan.code)
        progress.begin("Drawing and sending photos", len(shots))
        for plan in plans:
            Story(plan, cast, studio, _both(answers.append, progress), house.folder / "to-send").tell()
    _await_copies(progress)
    return Loaded(tuple(answers))


def _both(keep: Callable[[Answer], None], progress: Progress) -> Callable[[Answer], None]:
    def told(answer: Answer) -> None:
        keep(answer)
        progress.advance(answer.shot.name)

    return told


def _await_copies(progress: Progress) -> None:
    """Wait until the server has made the copies, so that the pages have pictures from the first look."""
    waiting = records.jobs_waiting()
    if waiting:
        progress.begin("Making thumbnails", waiting)
    for left in chain(records.while_jobs_wait(), (0,)):
        for _ in range(waiting - left):
            progress.advance("")
        waiting = left
