"""Uploads with verdict beside GeoVisio's uploads: accepted a second, latencies, and how soon all copies are there.

The same photos of 12 megapixels, four clients, one server process with eight threads and one worker each.
Saksi is asked twice, on its embedded engines and on the very PostgreSQL server that GeoVisio uses.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from benches.clients import Measured, Request, ask
from benches.database_server import database_server
from benches.geovisio import geovisio
from benches.installation import installation
from benches.peers import NoPeerError
from benches.rows import Row, median, percentile, row, spread
from benches.saksi_server import saksi, uploads
from benches.scale import scale

CLIENTS, THREADS, WORKERS = 4, 8, 1
ROUNDS = 5
UPLOADS = scale().uploads
GOAL_TIMES, GOAL_COPIES, GOAL_P95_MS = 8.0, 3.0, 100.0

Make = Callable[[], Iterator[Request]]


@dataclass(slots=True)
class Asked:
    """One server with what it is sent, how its copies are waited for, and what was measured."""

    port: int
    make: Callable[[int, int], Make]
    wait: Callable[[], float]
    rounds: list[Measured] = field(default_factory=list)
    copies_s: list[float] = field(default_factory=list)

    def round(self, number: int) -> None:
        """Send one round of photos that were never sent, and wait for their copies."""
        measured = ask(self.port, self.make(UPLOADS, number * UPLOADS), clients=CLIENTS)
        self.rounds.append(measured)
        self.copies_s.append(UPLOADS / measured.a_second + self.wait())

    def forget(self) -> None:
        """What was measured so far was for warming up."""
        self.rounds.clear()
        self.copies_s.clear()

    @property
    def latencies_ms(self) -> list[float]:
        """Of every upload of every round."""
        return [taken for measured in self.rounds for taken in measured.latencies_ms]

    @property
    def a_second(self) -> float:
        """The median of the rounds."""
        return median([measured.a_second for measured in self.rounds])


def run() -> list[Row]:
    """Rows for both of Saksi's engines; GeoVisio is the reference, or the rows say why it is not."""
    with ExitStack() as running:
        urls = running.enter_context(database_server("saksi", "geovisio"))
        asked = {
            "sqlite": running.enter_context(_ours(None)),
            "postgresql": running.enter_context(_ours(urls["saksi"])),
        }
        try:
            asked["geovisio"] = running.enter_context(_theirs(urls["geovisio"]))
            why = None
        except NoPeerError as error:
            why = str(error)
        _measure(list(asked.values()))
    its = asked.pop("geovisio", None)
    return [told for engine, ours in asked.items() for told in _rows(engine, ours, its, why)]


def _measure(asked: list[Asked]) -> None:
    """In turns, so that a busy moment burdens all; the first round only warms up."""
    for number in count(0):
        for each in asked:
            each.round(number)
        if number == 0:
            for each in asked:
                each.forget()
        if number == ROUNDS:
            return


@contextmanager
def _ours(url: str | None) -> Iterator[Asked]:
    # On SQLite the server's own thread makes the copies; elsewhere a worker of its own does.
    with installation(url) as place, saksi(place.settings, threads=THREADS, workers=WORKERS if url else 0) as server:
        yield Asked(server.port, lambda many, first: uploads(place.token, many, first), server.wait_for_copies)


@contextmanager
def _theirs(url: str) -> Iterator[Asked]:
    with (
        tempfile.TemporaryDirectory(prefix="saksi-bench-geovisio-") as folder,
        geovisio(url, Path(folder) / "files", threads=THREADS, workers=WORKERS) as server,
    ):
        yield Asked(server.port, server.uploads, server.wait_until_prepared)


def _rows(engine: str, ours: Asked, its: Asked | None, why: str | None) -> list[Row]:
    times = ours.a_second / its.a_second if its else None
    p95, its_p95 = (percentile(each.latencies_ms, 0.95) if each else None for each in (ours, its))
    ready, its_ready = (median(each.copies_s) if each else None for each in (ours, its))
    assert p95 is not None
    assert ready is not None
    sooner = its_ready / ready if its_ready else None
    missing = f"no GeoVisio: {why}" if its is None else None
    latencies = f"ms: {spread(ours.latencies_ms)}" + (f"; GeoVisio {spread(its.latencies_ms)}" if its else "")
    return [
        row(
            f"geovisio.accepted.{engine}",
            ours.a_second,
            f"accepted uploads/s with verdict, {CLIENTS} clients, 12 MP",
            reference=its.a_second if its else None,
            ratio=times,
            goal=f">= {GOAL_TIMES} x GeoVisio",
            met=times >= GOAL_TIMES if times else None,
            note=missing,
        ),
        row(
            f"geovisio.p95.{engine}",
            p95,
            "ms for one upload with verdict",
            reference=its_p95,
            ratio=p95 / its_p95 if its_p95 else None,
            goal=f"< {GOAL_P95_MS} ms",
            met=p95 < GOAL_P95_MS,
            note=missing or latencies,
        ),
        row(
            f"geovisio.copies.{engine}",
            ready,
            f"s from the first of {UPLOADS} uploads until all copies are ready",
            reference=its_ready,
            ratio=sooner,
            goal=f">= {GOAL_COPIES} x sooner than GeoVisio",
            met=sooner >= GOAL_COPIES if sooner else None,
            note=missing,
        ),
    ]
