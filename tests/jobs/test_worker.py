"""Real ``saksi worker`` processes: killed, told to stop, two at once, and with their database gone for a while."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

import config
from server import jobs, migrate
from server.app import create_app
from server.db import db, writing
from tests.conftest import settings_in
from tests.jobs.queueing import job, queue
from tests.postgres import PostgresCluster, programs

ROOT = Path(__file__).resolve().parents[2]
#: The shortest lease that the settings allow, and the longest that anything may take here.
LEASE_S = 3
PATIENCE_S = 50
FIRST_END_FAILS = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not this time'; END $$;
    CREATE TRIGGER refuse BEFORE DELETE ON procrastinate_jobs FOR EACH ROW WHEN (OLD.attempts = 0)
        EXECUTE FUNCTION refuse();
"""


def wait_for(what: Callable[[], object], told: str) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < give_up_at, f"in {PATIENCE_S} s it did not happen that {told}"
        time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Workers:
    """The worker processes of one installation, and what their jobs said."""

    settings: config.Settings

    @contextmanager
    def one(self, concurrency: int = 1) -> Iterator[subprocess.Popen[bytes]]:
        environ = {
            **os.environ,
            "SAKSI_DATA_ROOT": str(self.settings.data_root),
            "SAKSI_DATABASE_URL": self.settings.database_url,
            "SAKSI_SECRET_KEY": self.settings.secret_key,
            "SAKSI_JOB_LEASE_SECONDS": str(LEASE_S),
        }
        command = [sys.executable, "-m", "tests.jobs.slow_worker", "--concurrency", str(concurrency)]
        with (self.settings.data_root / "worker.log").open("ab") as log:
            worker = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
        try:
            yield worker
        finally:
            worker.kill()
            worker.wait()
            # Shown where the test fails.
            print((self.settings.data_root / "worker.log").read_text())

    def said(self) -> list[str]:
        path = self.settings.data_root / "said"
        return path.read_text().splitlines() if path.exists() else []

    def wait_until_said(self, *words: str) -> None:
        wait_for(lambda: self.said() == list(words), f"{words} was said")

    def go(self, subject: str) -> None:
        (self.settings.data_root / f"go {subject}").touch()


@pytest.fixture
def workers(app: Flask, settings: config.Settings) -> Workers:
    return Workers(settings)


def test_the_job_of_a_killed_worker_is_done_by_the_next(workers: Workers) -> None:
    queue("a", "slow")
    with workers.one() as first:
        workers.wait_until_said("began a")
        first.kill()
        first.wait()
    workers.go("a")

    with workers.one():
        workers.wait_until_said("began a", "began a", "ended a")
        wait_for(lambda: job("a") is None, "the job was done")


def test_a_worker_that_is_told_to_stop_finishes_what_it_runs_and_takes_nothing_new(workers: Workers) -> None:
    queue("a", "slow")
    with workers.one() as worker:
        workers.wait_until_said("began a")
        queue("b", "slow")
        worker.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            worker.wait(0.5)
        workers.go("a")

        assert worker.wait(PATIENCE_S) == 0

    assert workers.said() == ["began a", "ended a"]
    assert (job("a"), job("b") is None) == (None, False)


def test_an_idle_worker_that_is_told_to_stop_stops(workers: Workers) -> None:
    with workers.one() as worker:
        queue("a", "slow")
        workers.go("a")
        wait_for(lambda: job("a") is None, "the job was done")
        worker.terminate()

        assert worker.wait(PATIENCE_S) == 0


def test_of_two_workers_one_does_the_job_however_long_it_takes(workers: Workers) -> None:
    with workers.one(2), workers.one(2):
        queue("a", "slow")
        workers.wait_until_said("began a")
        time.sleep(LEASE_S * 1.5)
        assert workers.said() == ["began a"]

        workers.go("a")
        wait_for(lambda: job("a") is None, "the job was done")

    assert workers.said() == ["began a", "ended a"]


def test_a_worker_does_as_many_jobs_at_a_time_as_it_is_told(workers: Workers) -> None:
    # More than the threads that an event loop has of itself on two processors.
    subjects = [f"{number:02}" for number in range(12)]
    with workers.one(11):
        for subject in subjects:
            queue(subject, "slow")
        wait_for(lambda: len(workers.said()) == 11, "eleven jobs began")
        time.sleep(0.3)

        assert sorted(workers.said()) == [f"began {subject}" for subject in subjects[:11]]


def test_a_serving_process_does_jobs_until_it_is_told_to_stop(app: Flask, done: list[str]) -> None:
    runners = jobs.Runners(app, 1)
    queue("a")
    wait_for(lambda: done == ["a"], "the job was done")

    assert runners.stop(PATIENCE_S)
    queue("b")
    assert done == ["a"]


def test_a_serving_process_that_is_told_to_do_no_jobs_starts_nothing(app: Flask) -> None:
    assert jobs.start_threads(app) is None


def test_a_job_that_takes_every_runner_with_it_is_dead_in_the_end(app: Flask, done: list[str]) -> None:
    queue("a")
    for _attempt in range(jobs.ATTEMPTS):
        _taken_by_a_runner_that_dies()
    queue("b")

    assert jobs.run_all_due() == 1
    found = job("a")
    assert found is not None
    assert (found.dead, found.last_error) == (True, "every runner that took this job died")
    assert done == ["b"]


def _taken_by_a_runner_that_dies() -> None:
    """Take the one job as a runner does that then dies, and let its lease run out."""
    with writing() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(sa.text("UPDATE job SET state = 'running', attempts = attempts + 1, due_at = '2026-01-01'"))
            return
        worker = session.scalar(sa.text("SELECT worker_id FROM procrastinate_register_worker_v1()"))
        session.execute(sa.text("SELECT * FROM procrastinate_fetch_job_v2(NULL, :worker)"), {"worker": worker})
        session.execute(sa.text("UPDATE procrastinate_workers SET last_heartbeat = '2026-01-01'"))
        given = {"silence_s": LEASE_S, "attempts": jobs.ATTEMPTS, "told": "every runner that took this job died"}
        session.connection().exec_driver_sql(jobs.procrastinate_worker.GIVE_BACK, given)


@pytest.mark.postgresql_only("Procrastinate forgets a job whose end it could not write")
def test_a_job_whose_end_could_not_be_written_is_done_again_by_the_same_process(workers: Workers) -> None:
    with db.engine.begin() as connection:
        connection.execute(sa.text(FIRST_END_FAILS))
    queue("a", "slow")
    workers.go("a")
    with workers.one() as worker:
        wait_for(lambda: job("a") is None, "the job was done")

        assert worker.poll() is None
    assert workers.said() == ["began a", "ended a"] * 2


@dataclass(frozen=True, slots=True)
class OwnServer:
    """An installation on a PostgreSQL that this test may stop."""

    cluster: PostgresCluster
    workers: Workers


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[OwnServer]:
    cluster = PostgresCluster(programs())
    try:
        cluster.start()
        settings = settings_in(tmp_path, cluster.url)
        with create_app(settings).app_context():
            migrate.upgrade(db.engine)
            yield OwnServer(cluster, Workers(settings))
            db.session.remove()
            db.engine.dispose()
    finally:
        cluster.remove()


def _stop(cluster: PostgresCluster) -> None:
    """Stop the server as a crash would; this process has nothing to do with it then."""
    db.session.remove()
    db.engine.dispose()
    cluster.stop(immediate=True)


class TestARestartOfPostgreSQL:
    def test_is_survived_by_an_idle_worker(self, own_server: OwnServer) -> None:
        with own_server.workers.one() as worker:
            self._does(own_server, "before")
            self._restart(own_server)
            self._does(own_server, "after")

            assert worker.poll() is None
            worker.terminate()
            assert worker.wait(PATIENCE_S) == 0

    def test_in_the_middle_of_a_job_loses_no_job(self, own_server: OwnServer) -> None:
        queue("a", "slow")
        with own_server.workers.one() as worker:
            own_server.workers.wait_until_said("began a")
            _stop(own_server.cluster)
            own_server.workers.go("a")
            own_server.workers.wait_until_said("began a", "ended a")
            time.sleep(LEASE_S)
            own_server.cluster.start()

            wait_for(lambda: job("a") is None, "the job was done")
            self._does(own_server, "after")
            assert worker.poll() is None

    @staticmethod
    def _restart(own_server: OwnServer) -> None:
        _stop(own_server.cluster)
        time.sleep(1)
        own_server.cluster.start()

    @staticmethod
    def _does(own_server: OwnServer, subject: str) -> None:
        own_server.workers.go(subject)
        queue(subject, "slow")
        wait_for(lambda: job(subject) is None, f"the job {subject} was done")
