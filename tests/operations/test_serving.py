"""A real server: it stops without losing what it accepted, bears slow clients, and counts what it does."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient

import config
from server.db import db
from tests.api.calls import good_photo, put_photo, road_claim
from tests.operations.serving import PATIENCE_S, ROOT, begin_upload, environ, free_port, photo, put, serving

Bearer = Callable[[str], dict[str, str]]
#: Half of it is more than the server reads at once.
LARGE = good_photo() + bytes(500_000)


def test_a_stop_answers_what_was_accepted_and_takes_nothing_new(
    settings: config.Settings, bearer: Bearer, tmp_path: Path
) -> None:
    headers = bearer("inspector")
    with serving(settings, tmp_path / "log") as served, httpx.Client() as idle:
        idle.get(f"{served.address}/healthz")
        connection, rest = begin_upload(served, headers, LARGE)
        _wait_until(lambda: any((settings.originals_root / "incoming").iterdir()))

        served.process.send_signal(signal.SIGTERM)
        _wait_until(lambda: not _is_answered(f"{served.address}/healthz"))
        with connection:
            connection.sendall(rest)
            answer = connection.recv(65_536)

        assert answer.startswith(b"HTTP/1.1 201"), answer
        assert served.process.wait(PATIENCE_S) == 0


def test_clients_that_send_nothing_do_not_hold_every_thread(
    settings: config.Settings, bearer: Bearer, tmp_path: Path
) -> None:
    headers = bearer("inspector")
    with serving(settings, tmp_path / "log", SAKSI_THREADS="1", SAKSI_SLOW_BODY_SECONDS="2") as served:
        stalled = [begin_upload(served, headers, LARGE)[0] for _ in range(2)]

        # The one thread waits for a body, and then for the other. Until they are cut off, nobody is answered.
        _wait_until(lambda: _is_answered(f"{served.address}/healthz"))

        for connection in stalled:
            assert not _last_word(connection).startswith(b"HTTP/1.1 201")
        assert any("cut off" in line for line in served.lines())
        assert put(served, headers, good_photo()).status_code == 201


def test_no_process_outlives_the_one_that_started_it(settings: config.Settings, tmp_path: Path) -> None:
    with serving(settings, tmp_path / "log") as served:
        served.process.kill()
        served.process.wait()

        _wait_until(lambda: not _is_answered(f"{served.address}/healthz"))


@pytest.mark.parametrize(
    ("command", "setting"), [("serve", "PORT"), ("serve", "METRICS_PORT"), ("worker", "METRICS_PORT")]
)
def test_a_port_that_is_taken_is_told_in_one_sentence(
    client: FlaskClient, settings: config.Settings, command: str, setting: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ports = {"SAKSI_PORT": str(free_port()), "SAKSI_METRICS_PORT": str(free_port()), f"SAKSI_{setting}": str(port)}
        line = [sys.executable, "-m", "server.cli", command]
        ended = subprocess.run(
            line,
            env=environ(settings, **ports),
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=PATIENCE_S,
            check=False,
        )

    told = f"Error: Cannot listen on 127.0.0.1:{port} (Address already in use). Choose SAKSI_{setting}."
    assert (ended.returncode, ended.stderr.splitlines()) == (1, [told])


@pytest.mark.sqlite_only(reason="its log belongs to whoever has the file open, by locks that are easily lost")
def test_what_is_acknowledged_after_a_command_beside_the_server_is_on_record(
    app: Flask, settings: config.Settings, bearer: Bearer, tmp_path: Path
) -> None:
    headers = bearer("inspector")
    with serving(settings, tmp_path / "log", SAKSI_SLOW_BODY_SECONDS="2") as served:
        answers = [put(served, headers, photo(1)).status_code]
        # A connection of the test's own would keep the database's log where it is.
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        # The server has looked at its connections meanwhile.
        time.sleep(1.5)
        subprocess.run([sys.executable, "-m", "server.cli", "jobs"], env=environ(settings), check=True, cwd=ROOT)
        answers.append(put(served, headers, photo(2)).status_code)

        with closing(sqlite3.connect(settings.data_root / "saksi.sqlite3")) as rows:
            recorded = rows.execute("SELECT count(*) FROM evidence").fetchone()

    assert (answers, recorded) == ([201, 201], (2,))


@pytest.mark.postgresql_only(reason="several serving processes need PostgreSQL")
def test_the_figures_of_several_processes_are_added_up(
    settings: config.Settings, bearer: Bearer, tmp_path: Path
) -> None:
    headers = bearer("inspector")
    with serving(settings, tmp_path / "log", SAKSI_WORKERS="2") as served:
        verdicts = [put(served, headers, photo(number)).json()["verdict"] for number in range(6)]
        for _ in range(20):
            httpx.get(f"{served.address}/api/v1/public/projects")

        figures = served.figures()

        assert _sum(figures, "saksi_uploads_total{") == len(verdicts) == 6
        assert _sum(figures, 'saksi_requests_total{method="GET",route="/api/v1/public/projects",status="200"}') == 20
        assert figures.count("saksi_resident_bytes{process=") == 3
        assert served.stop() == 0


def test_everything_is_counted_and_told_in_json(settings: config.Settings, bearer: Bearer, tmp_path: Path) -> None:
    headers = bearer("inspector")
    sent = photo(1)
    with serving(settings, tmp_path / "log") as served:
        response = put(served, headers, sent)
        httpx.get(f"{served.address}/nowhere")
        figures = served.figures()
        on_the_main_port = httpx.get(f"{served.address}/metrics").status_code
        assert served.stop() == 0

        verdict = response.json()["verdict"]
        assert f'saksi_uploads_total{{verdict="{verdict}"}} 1.0' in figures
        assert _sum(figures, "saksi_checks_total{") == len(response.json()["findings"])
        assert _sum(figures, "saksi_upload_bytes_total") == len(sent)
        route = "/api/v1/evidence/<record:evidence_id>"
        assert f'saksi_requests_total{{method="PUT",route="{route}",status="201"}} 1.0' in figures
        assert f'saksi_request_seconds_count{{method="PUT",route="{route}"}} 1.0' in figures
        assert 'route="unrouted",status="404"} 1.0' in figures
        assert 'saksi_jobs{state="queued"} 1.0' in figures
        assert "saksi_jobs_oldest_seconds" in figures
        assert _sum(figures, "saksi_custody_waiting_seconds ") > 0, "the server does no jobs, and places no events"
        assert "saksi_database_connections" in figures
        assert on_the_main_port == 404
        assert {json.loads(line)["logger"] for line in served.lines()} >= {"saksi.access", "_granian"}


def _last_word(connection: socket.socket) -> bytes:
    with connection:
        try:
            return connection.recv(65_536)
        except ConnectionResetError:
            return b""


def _sum(figures: str, start: str) -> float:
    return sum(float(line.rpartition(" ")[2]) for line in figures.splitlines() if line.startswith(start))


def _is_answered(address: str) -> bool:
    try:
        httpx.get(address, timeout=2)
    except httpx.TransportError:
        return False
    return True


def _wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, "it never came about"
        time.sleep(0.05)


def test_a_worker_tells_its_figures_too(settings: config.Settings, client: FlaskClient, bearer: Bearer) -> None:
    put_photo(client, bearer("inspector"), photo(1), road_claim())
    port = free_port()
    own = environ(settings, SAKSI_METRICS_PORT=str(port))
    worker = subprocess.Popen([sys.executable, "-m", "server.cli", "worker"], env=own, cwd=ROOT)
    try:
        _wait_until(lambda: _is_answered(f"http://127.0.0.1:{port}/metrics"))
        _wait_until(lambda: 'saksi_jobs{state="queued"} 0.0' in httpx.get(f"http://127.0.0.1:{port}/metrics").text)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(PATIENCE_S) == 0
    finally:
        worker.kill()
        worker.wait()
