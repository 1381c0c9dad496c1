"""The real processes of one installation, killed without a word and started again.

Each is begun as an operator begins it, ``saksi serve`` or ``saksi worker``, in a group of its own, so that a kill
takes everything that it started. What is sent to them is ``phones``', and what came of it ``reckoning``'s.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

import config

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120.0


def wait_until(what: Callable[[], object], told: str, patience_s: float = PATIENCE_S) -> None:
    """Look again and again until ``what`` holds; an AssertionError says what did not come about in time."""
    give_up_at = time.monotonic() + patience_s
    while not what():
        assert time.monotonic() < give_up_at, f"in {patience_s} s it did not come about that {told}"
        time.sleep(0.05)


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Member:
    """One process of the fleet, with everything that it starts."""

    def __init__(self, command: list[str], environ: dict[str, str], log: Path) -> None:
        self._command, self._environ, self._log = command, environ, log
        self._process: subprocess.Popen[bytes] | None = None
        self.kills = 0

    def start(self) -> None:
        """Begin it; it may not be ready yet."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environ, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """``kill -9`` it and all that it started, so that none of them can tidy anything."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None
        self.kills += 1

    def restart(self) -> None:
        """Kill it and begin it anew."""
        self.kill()
        self.start()

    @property
    def pid(self) -> int | None:
        """The number of the process; None where it does not run."""
        return self._process.pid if self._process else None

    @property
    def runs(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process is not None and self._process.poll() is None

    def last_words(self) -> str:
        """The end of what it wrote, without the lines of the requests that it answered."""
        lines = self._log.read_text(errors="replace").splitlines()
        return "\n".join(line[:2000] for line in lines if "saksi.access" not in line)[-6000:]


class Fleet:
    """The server and the workers of one installation."""

    def __init__(self, settings: config.Settings) -> None:
        self._port = free_port()
        self._folder = settings.data_root
        self._environ = os.environ | {
            "SAKSI_DATA_ROOT": str(settings.data_root),
            "SAKSI_DATABASE_URL": settings.database_url,
            "SAKSI_SECRET_KEY": settings.secret_key,
            "SAKSI_PORT": str(self._port),
            **_s3(settings.s3),
        }
        self._members: list[Member] = []

    @property
    def address(self) -> str:
        """Where the server answers."""
        return f"http://127.0.0.1:{self._port}"

    def serve(self) -> Member:
        """Begin the server and wait until it is ready."""
        server = self._begin("serve")
        self.wait_until_ready()
        return server

    def work(self, module: str = "server.cli") -> Member:
        """Begin a worker that does one job at a time, and wait until it looks for jobs."""
        worker = self._begin("worker", "--concurrency", "1", module=module)
        wait_until(lambda: "jobs at a time" in worker.last_words(), "the worker began")
        return worker

    def wait_until_ready(self) -> None:
        """Wait until the server can do its work."""
        wait_until(self._ready, "the server was ready")

    def _begin(self, *arguments: str, module: str = "server.cli") -> Member:
        log = self._folder / f"{arguments[0]}-{len(self._members)}.log"
        member = Member([sys.executable, "-m", module, *arguments], self._environ, log)
        self._members.append(member)
        member.start()
        return member

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}/readyz", timeout=10).status_code == 200
        except httpx.TransportError:
            return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for member in self._members:
            member.kill()
            # Shown where the test failed.
            print(member.last_words())


def _s3(settings: config.S3Settings | None) -> dict[str, str]:
    if settings is None:
        return {}
    return {
        "SAKSI_S3_BUCKET": settings.bucket,
        "SAKSI_S3_COPIES_BUCKET": settings.copies_bucket,
        "SAKSI_S3_ENDPOINT": settings.endpoint or "",
        "SAKSI_S3_REGION": settings.region,
        "SAKSI_S3_ACCESS_KEY": settings.access_key or "",
        "SAKSI_S3_SECRET_KEY": settings.secret_key or "",
        "SAKSI_S3_PREFIX": settings.prefix,
        "SAKSI_S3_RETENTION_DAYS": str(settings.retention_days),
    }
