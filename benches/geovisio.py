"""GeoVisio (Panoramax) as a peer: its API under the same WSGI server as ours, and one picture worker.

Pictures are sent to its upload sets, as its documentation asks for; its derivates are made beforehand
by the worker, as ours are. It makes pictures durable in its database only: it does not sync files.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psycopg

from benches.clients import Request, form
from benches.peers import NoPeerError, environment
from benches.photos import photos
from benches.processes import free_port, process

PACKAGE = "geovisio==2.15.1"
PREPARED_WITHIN_S = 1_800.0


@dataclass(frozen=True, slots=True)
class Geovisio:
    """A running instance."""

    port: int
    url: str

    def upload_set(self) -> str:
        """Open an upload set, and give its id."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        told = json.dumps({"title": "bench"})
        connection.request("POST", "/api/upload_sets", body=told, headers={"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return str(answer["id"])

    def uploads(self, count: int, first: int) -> Callable[[], Iterator[Request]]:
        """So many different photos for one upload set."""
        path = f"/api/upload_sets/{self.upload_set()}/files"

        def make() -> Iterator[Request]:
            for number, photo in enumerate(photos(count, first=first)):
                headers, body = form({}, "file", photo, f"{number}.jpg")
                yield Request("POST", path, headers, body, 202)

        return make

    def wait_until_prepared(self) -> float:
        """Wait until every picture has its derivates; the seconds that took."""
        started = time.monotonic()
        with psycopg.connect(self.url, autocommit=True) as connection:
            while _waiting(connection):
                if time.monotonic() - started > PREPARED_WITHIN_S:
                    raise TimeoutError("GeoVisio's derivates were not made")
                time.sleep(0.05)
        return time.monotonic() - started


def _expect_postgis(url: str) -> None:
    known = "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'postgis')"
    with psycopg.connect(url) as connection:
        if connection.execute(known).fetchone() != (True,):
            raise NoPeerError("this PostgreSQL has no PostGIS (Debian: apt-get install postgresql-15-postgis-3)")


def _waiting(connection: psycopg.Connection[tuple[int]]) -> int:
    found = connection.execute("SELECT count(*) FROM pictures WHERE preparing_status <> 'prepared'").fetchone()
    return found[0] if found else 0


@contextmanager
def geovisio(url: str, files: Path, *, threads: int, workers: int) -> Iterator[Geovisio]:
    """Run GeoVisio on an empty database with PostGIS.

    Raises:
        benches.peers.NoPeerError: it cannot be installed, or the database has no PostGIS.
    """
    _expect_postgis(url)
    programs = environment("geovisio", PACKAGE, f"granian=={version('granian')}")
    files.mkdir(parents=True)
    environ = {
        "DB_URL": url.replace("postgresql://", "postgres://"),
        "FS_URL": str(files),
        "FLASK_APP": "geovisio",
        "FLASK_SECRET_KEY": "a secret for benches only, long enough",
        "PICTURE_PROCESS_DERIVATES_STRATEGY": "PREPROCESS",
        "PICTURE_PROCESS_THREADS_LIMIT": "0",
        "API_FORCE_AUTH_ON_UPLOAD": "false",
        "API_LOG_LEVEL": "error",
    }
    port = free_port()
    command: list[str | Path] = [
        programs / "granian",
        "--interface",
        "wsgi",
        "--factory",
        "--workers",
        "1",
        "--blocking-threads",
    ]
    command += [str(threads), "--port", str(port), "--no-access-log", "--log-level", "warning", "geovisio:create_app"]
    with ExitStack() as running:
        server = running.enter_context(process(command, environ, files))
        # The server brings the tables with it; a worker started before would stumble over their absence.
        server.wait_for(port)
        for _ in range(workers):
            running.enter_context(process([programs / "flask", "picture-worker"], environ, files))
        yield Geovisio(port, url)
