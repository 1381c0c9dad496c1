"""Accepted uploads a second over HTTP, verdict included, beside a bare endpoint of the same server.

A real server process and eight clients in another process, on the loopback address. The bare
endpoint only stores the body durably. The two are asked in turns; the runner of the copies is on, and
its backlog is waited for before each round, so that neither pays for the other's.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benches.bare import PATH as BARE_PATH
from benches.installation import Installation, installation, jobs_waiting
from benches.photos import photos
from server.db import new_id

GOAL = 0.5
CLIENTS = 8
ROUNDS = 5
UPLOADS = 60
COPIES_WITHIN_S = 300.0
BOUNDARY = "saksi-bench-boundary"
ROOT = Path(__file__).resolve().parents[1]
STARTS_WITHIN_S = 30.0

Request = tuple[str, dict[str, str], bytes]


@dataclass(frozen=True, slots=True)
class Measured:
    """One round: accepted a second, and the latency of each upload in seconds."""

    a_second: float
    latencies_s: list[float]


def run() -> list[dict[str, Any]]:
    """Rows for throughput and for the latency of an upload with its verdict."""
    with installation() as place, _server(place) as port:
        numbers = iter(range(10**9))
        _round(port, _evidence_requests(place, next(numbers)), 16)
        _round(port, _bare_requests(next(numbers)), 16)
        pairs, copies_s = [], []
        for _ in range(ROUNDS):
            wait_for_copies()
            ours = _round(port, _evidence_requests(place, next(numbers)), UPLOADS)
            copies_s.append(wait_for_copies())
            pairs.append((ours, _round(port, _bare_requests(next(numbers)), UPLOADS)))
    return [*_rows(pairs), _copies_row(copies_s)]


def wait_for_copies() -> float:
    """Wait until no copies are left to make, so that no round pays for the one before; the seconds that took."""
    started = time.monotonic()
    while jobs_waiting():
        if time.monotonic() - started > COPIES_WITHIN_S:
            raise TimeoutError("the copies were not made")
        time.sleep(0.05)
    return time.monotonic() - started


def _copies_row(copies_s: list[float]) -> dict[str, Any]:
    return {
        "name": "copies_ready_after_last_upload",
        "value": round(statistics.median(copies_s), 1),
        "unit": f"s for the copies of {UPLOADS} photos of 12 MP, one runner",
        "reference": None,
        "ratio": None,
        "goal": None,
        "met": None,
    }


def _rows(pairs: list[tuple[Measured, Measured]]) -> list[dict[str, Any]]:
    ratio = statistics.median(ours.a_second / bare.a_second for ours, bare in pairs)
    ours = statistics.median(mine.a_second for mine, _bare in pairs)
    bare = statistics.median(its.a_second for _mine, its in pairs)
    latencies = sorted(latency for mine, _bare in pairs for latency in mine.latencies_s)
    bare_latencies = sorted(latency for _mine, its in pairs for latency in its.latencies_s)
    p95, bare_p95 = (values[int(len(values) * 0.95)] * 1e3 for values in (latencies, bare_latencies))
    return [
        {
            "name": "upload_http_8_clients",
            "value": round(ours, 1),
            "unit": "accepted uploads/s with verdict, 1.4 MB",
            "reference": round(bare, 1),
            "ratio": round(ratio, 3),
            "goal": f">= {GOAL} x the bare endpoint",
            "met": ratio >= GOAL,
        },
        {
            "name": "upload_http_p95",
            "value": round(p95, 1),
            "unit": "ms, 8 clients at once",
            "reference": round(bare_p95, 1),
            "ratio": round(p95 / bare_p95, 3),
            "goal": None,
            "met": None,
        },
    ]


def _round(port: int, make: Callable[[int], list[Request]], count: int) -> Measured:
    """Send ``count`` requests from eight clients of another process, so that they share no lock with anyone."""
    requests = make(count)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        elapsed_s, latencies_s = pool.apply(_send_all, (port, requests))
    return Measured(count / elapsed_s, latencies_s)


def _send_all(port: int, requests: list[Request]) -> tuple[float, list[float]]:
    shares = [requests[client::CLIENTS] for client in range(CLIENTS)]
    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        latencies = [latency for share in clients.map(lambda share: _client(port, share), shares) for latency in share]
    return time.perf_counter() - started, latencies


def _client(port: int, requests: list[Request]) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    latencies = []
    for path, headers, body in requests:
        started = time.perf_counter()
        connection.request("PUT", path, body=body, headers=headers)
        response = connection.getresponse()
        answer = response.read()
        latencies.append(time.perf_counter() - started)
        if response.status != 201:
            raise RuntimeError(f"{path} was answered {response.status}: {answer[:300]!r}")
    connection.close()
    return latencies


def _evidence_requests(place: Installation, series: int) -> Callable[[int], list[Request]]:
    headers = {
        "Authorization": f"Bearer {place.token}",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    claim = json.dumps({"project": "ROAD-1", "stage": "during"}).encode()

    def make(count: int) -> list[Request]:
        return [
            (f"/api/v1/evidence/{new_id()}", headers, _form(claim, photo))
            for photo in photos(count, first=series * 100_000)
        ]

    return make


def _form(claim: bytes, photo: bytes) -> bytes:
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="%s"%s\r\nContent-Type: %s\r\n\r\n'
    head = (part % ("claim", "", "application/json")).encode() + claim + b"\r\n"
    middle = (part % ("photo", '; filename="photo.jpg"', "image/jpeg")).encode()
    return head + middle + photo + f"\r\n--{BOUNDARY}--\r\n".encode()


def _bare_requests(series: int) -> Callable[[int], list[Request]]:
    headers = {"Content-Type": "image/jpeg"}
    return lambda count: [(BARE_PATH, headers, photo) for photo in photos(count, first=series * 100_000)]


@contextmanager
def _server(place: Installation) -> Iterator[int]:
    port = _free_port()
    environment = os.environ | {
        "SAKSI_DATA_ROOT": str(place.settings.data_root),
        "SAKSI_SECRET_KEY": place.settings.secret_key,
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--workers", "1"]
    command += ["--blocking-threads", "8", "--port", str(port), "--no-access-log", "--log-level", "warning"]
    process = subprocess.Popen([*command, "benches.bare:build"], cwd=ROOT, env=environment)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not start")
