"""Accepted uploads a second over HTTP, verdict included, beside a bare endpoint of the same server.

A real server process and eight clients in another process, on the loopback address. The bare
endpoint only stores the body durably. The two are asked in turns; the runner of the copies is on, and
its backlog is waited for before each round, so that neither pays for the other's.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benches.bare import PATH as BARE_PATH
from benches.clients import Measured, Request, ask
from benches.installation import Installation, installation, jobs_waiting
from benches.photos import photos
from benches.processes import free_port, process
from benches.rows import Row, median, percentile, row
from benches.saksi_server import uploads

GOAL = 0.5
CLIENTS = 8
ROUNDS = 5
UPLOADS = 60
WARMING_UP = 16
COPIES_WITHIN_S = 300.0
#: The bare endpoint is sent other photos: the store would have the same ones already.
BARE_FIRST = 50_000_000


def run() -> list[Row]:
    """Rows for throughput and for the latency of an upload with its verdict."""
    with installation() as place, _server(place) as port:
        ask(port, uploads(place.token, WARMING_UP, 0), clients=CLIENTS)
        ask(port, _bare(WARMING_UP, BARE_FIRST), clients=CLIENTS)
        pairs, copies_s = [], []
        for number in range(1, ROUNDS + 1):
            _wait_for_copies()
            ours = ask(port, uploads(place.token, UPLOADS, number * UPLOADS), clients=CLIENTS)
            copies_s.append(_wait_for_copies())
            pairs.append((ours, ask(port, _bare(UPLOADS, BARE_FIRST + number * UPLOADS), clients=CLIENTS)))
    return [*_rows(pairs), _copies_row(copies_s)]


def _bare(count: int, first: int) -> Callable[[], Iterator[Request]]:
    """So many photos as bare bodies."""
    headers = {"Content-Type": "image/jpeg"}
    return lambda: (Request("PUT", BARE_PATH, headers, photo, 201) for photo in photos(count, first=first))


def _wait_for_copies() -> float:
    """Wait until no copies are left to make, so that no round pays for the one before; the seconds that took."""
    started = time.monotonic()
    while jobs_waiting():
        if time.monotonic() - started > COPIES_WITHIN_S:
            raise TimeoutError("the copies were not made")
        time.sleep(0.05)
    return time.monotonic() - started


def _rows(pairs: list[tuple[Measured, Measured]]) -> list[Row]:
    ratio = median([ours.a_second / bare.a_second for ours, bare in pairs])
    p95, bare_p95 = (
        percentile([taken for measured in side for taken in measured.latencies_ms], 0.95)
        for side in zip(*pairs, strict=True)
    )
    return [
        row(
            "upload_http_8_clients",
            median([ours.a_second for ours, _bare in pairs]),
            "accepted uploads/s with verdict, 1.4 MB",
            reference=median([bare.a_second for _ours, bare in pairs]),
            ratio=ratio,
            goal=f">= {GOAL} x the bare endpoint",
            met=ratio >= GOAL,
        ),
        row("upload_http_p95", p95, "ms, 8 clients at once", reference=bare_p95, ratio=p95 / bare_p95),
    ]


def _copies_row(copies_s: list[float]) -> Row:
    return row(
        "copies_ready_after_last_upload",
        median(copies_s),
        f"s for the copies of {UPLOADS} photos of 12 MP, one runner",
    )


@contextmanager
def _server(place: Installation) -> Iterator[int]:
    port = free_port()
    environ = {
        "SAKSI_DATA_ROOT": str(place.settings.data_root),
        "SAKSI_SECRET_KEY": place.settings.secret_key,
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--workers", "1"]
    command += ["--blocking-threads", "8", "--port", str(port), "--no-access-log", "--log-level", "warning"]
    with process([*command, "benches.bare:build"], environ) as server:
        server.wait_for(port)
        yield port
