"""Saksi as its operators run it, for the benches: ``saksi serve`` and, where jobs are done apart, ``saksi worker``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

import config
from benches.clients import Request, form
from benches.photos import photos
from benches.processes import free_port, process
from server.db import new_id

PROGRAM = Path(sys.executable).parent / "saksi"
READY_WITHIN_S = 600.0
UNDONE = {
    "sqlite": "SELECT EXISTS (SELECT 1 FROM job WHERE state <> 'dead')",
    "postgresql": "SELECT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing'))",
}


@dataclass(frozen=True, slots=True)
class Saksi:
    """A running installation: where it listens, and its processes."""

    settings: config.Settings
    port: int
    server_pid: int
    worker_pids: tuple[int, ...]

    @property
    def pids(self) -> tuple[int, ...]:
        """The server's process and the workers'."""
        return self.server_pid, *self.worker_pids

    def wait_for_copies(self) -> float:
        """Wait until every photo has its copies; the seconds that took.

        The jobs are asked and not the photos, which may be ten million.
        """
        started = time.monotonic()
        engine = sa.create_engine(_with_driver(self.settings.database_url))
        waiting = sa.text(UNDONE[engine.dialect.name])
        with engine.connect() as connection:
            while connection.execute(waiting).scalar():
                connection.rollback()
                if time.monotonic() - started > READY_WITHIN_S:
                    raise TimeoutError("the copies were not made")
                time.sleep(0.05)
        engine.dispose()
        return time.monotonic() - started


@contextmanager
def saksi(settings: config.Settings, *, threads: int = 8, workers: int = 0) -> Iterator[Saksi]:
    """Run the server on a free port, and so many workers of one job at a time.

    Without a worker the server's own thread does the jobs, as it does on SQLite unless told otherwise.
    """
    port = free_port()
    environ = {
        "SAKSI_DATA_ROOT": str(settings.data_root),
        "SAKSI_DATABASE_URL": settings.database_url,
        "SAKSI_SECRET_KEY": settings.secret_key,
        "SAKSI_PORT": str(port),
        "SAKSI_THREADS": str(threads),
        "SAKSI_COOKIE_SECURE": "0",
    }
    with ExitStack() as running:
        server = running.enter_context(process([PROGRAM, "serve"], environ))
        server.wait_for(port)
        command: list[str | Path] = [PROGRAM, "worker", "--concurrency", "1"]
        pids = tuple(running.enter_context(process(command, environ)).pid for _ in range(workers))
        yield Saksi(settings, port, server.pid, pids)


def uploads(token: str, count: int, first: int, project: str = "ROAD-1") -> Callable[[], Iterator[Request]]:
    """So many different photos with a claim each, from ``first`` on."""
    claim = json.dumps({"project": project, "stage": "during"})

    def make() -> Iterator[Request]:
        for photo in photos(count, first=first):
            headers, body = form({"claim": claim}, "photo", photo)
            headers["Authorization"] = f"Bearer {token}"
            yield Request("PUT", f"/api/v1/evidence/{new_id()}", headers, body, 201)

    return make


def _with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")
