"""A real ``saksi serve`` on an installation of its own, started and stopped as an operator would."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx

import config
from server.db import new_id
from tests.api.calls import good_photo

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0


@dataclass
class Served:
    """A running server: where it is, its process and where it writes."""

    process: subprocess.Popen[bytes]
    port: int
    metrics_port: int
    log: Path

    @property
    def address(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.port}"

    def figures(self) -> str:
        """What /metrics says."""
        return httpx.get(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=30).text

    def stop(self) -> int:
        """Stop it as systemd does, and give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    def kill(self) -> None:
        """Kill it and the processes that it started, as a machine that fails would."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in (pid, *map(int, children)):
            os.kill(each, signal.SIGKILL)
        self.process.wait()

    def lines(self) -> list[str]:
        """What it wrote to standard error."""
        return self.log.read_text().splitlines()


def environ(settings: config.Settings, **more: str) -> dict[str, str]:
    """The environment in which ``saksi`` works on this installation."""
    # What the tests are told themselves (SAKSI_CORPUS, SAKSI_JOURNEY) is no setting of the server.
    outside = {name: value for name, value in os.environ.items() if not name.startswith("SAKSI_")}
    return outside | {
        "SAKSI_DATA_ROOT": str(settings.data_root),
        "SAKSI_DATABASE_URL": settings.database_url,
        "SAKSI_SECRET_KEY": settings.secret_key,
        "SAKSI_JOB_THREADS": "0",
        "PYTHONPATH": str(ROOT),
        **more,
    }


def photo(number: int) -> bytes:
    """A photo of the road; another number is another file."""
    return good_photo() + f"photo {number}".encode()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(settings: config.Settings, log: Path, **more: str) -> Iterator[Served]:
    """A server that is ready, and gone after the block."""
    port, metrics_port = free_port(), free_port()
    own = environ(settings, SAKSI_PORT=str(port), SAKSI_METRICS_PORT=str(metrics_port), **more)
    with log.open("wb") as errors:
        process = subprocess.Popen([sys.executable, "-m", "server.cli", "serve"], env=own, stderr=errors, cwd=ROOT)
    served = Served(process, port, metrics_port, log)
    try:
        _wait_until_ready(served)
        yield served
    finally:
        process.kill()
        process.wait()


def _wait_until_ready(served: Served) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            if httpx.get(f"{served.address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
        assert served.process.poll() is None, served.log.read_text()
    raise AssertionError(served.log.read_text())


def put(served: Served, headers: dict[str, str], sent: bytes, evidence_id: UUID | None = None) -> httpx.Response:
    """Send one photo of the road in."""
    files = {"photo": ("IMG.jpg", sent, "image/jpeg")}
    claim = {"claim": json.dumps({"project": "ROAD-1", "stage": "during"})}
    address = f"{served.address}/api/v1/evidence/{evidence_id or new_id()}"
    return httpx.put(address, headers=headers, files=files, data=claim, timeout=60)


def begin_upload(served: Served, headers: dict[str, str], sent: bytes) -> tuple[socket.socket, bytes]:
    """Send an upload's head and the first half of its body; gives the connection and the other half."""
    request = httpx.Request(
        "PUT", f"{served.address}/api/v1/evidence/{new_id()}", headers=headers, files={"photo": ("a.jpg", sent)}
    )
    body = request.read()
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    connection = socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE_S)
    half = len(body) // 2
    connection.sendall(f"PUT {request.url.path} HTTP/1.1\r\n{head}\r\n".encode() + body[:half])
    return connection, body[half:]
