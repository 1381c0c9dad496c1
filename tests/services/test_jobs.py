"""Jobs survive their runners: leases, back-off, and an end for those that cannot be done."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

import config
from server import jobs
from server.busy import Uploads
from server.db import reading, writing
from server.models import Job
from server.models.jobs import JobState

START = datetime(2026, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The subjects of the ``note`` jobs that were done, in order."""
    subjects: list[str] = []
    monkeypatch.setitem(jobs.HANDLERS, "note", subjects.append)
    return subjects


def queue(subject: str, kind: str = "note") -> None:
    with writing() as session:
        jobs.enqueue(session, kind, subject, now=START)


def job(subject: str) -> Job:
    reading().rollback()
    return reading().scalars(sa.select(Job).where(Job.subject == subject)).one()


def test_a_queued_job_is_done_once(app: Flask, done: list[str]) -> None:
    queue("a")

    assert [jobs.run_one(START), jobs.run_one(START)] == [True, False]
    assert done == ["a"]
    assert job("a").state is JobState.DONE


def test_a_job_that_is_asked_for_twice_is_one_job(app: Flask) -> None:
    queue("a")

    with pytest.raises(IntegrityError):
        queue("a")


def test_a_job_of_an_undone_transaction_was_never_queued(app: Flask) -> None:
    def queue_and_fail() -> None:
        with writing() as session:
            jobs.enqueue(session, "note", "a", now=START)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        queue_and_fail()

    assert not jobs.run_one(START)


def test_a_failing_job_waits_longer_each_time_and_then_is_dead(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_subject: str) -> None:
        raise ValueError("the disk is odd")

    monkeypatch.setitem(jobs.HANDLERS, "fails", fail)
    queue("a", "fails")
    moment, waits = datetime.now(UTC), []
    for _attempt in range(jobs.ATTEMPTS):
        assert jobs.run_one(moment)
        waits.append(job("a").due_at - datetime.now(UTC))
        moment += timedelta(days=1)

    assert job("a").state is JobState.DEAD
    assert "the disk is odd" in (job("a").last_error or "")
    assert waits[:4] == sorted(waits[:4])
    assert waits[0] > timedelta(0)
    assert not jobs.run_one(moment + timedelta(days=365))


def test_a_dead_job_blocks_no_other(app: Flask, done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(jobs.HANDLERS, "fails", lambda _subject: 1 / 0)
    queue("bad", "fails")
    queue("good")

    jobs.run_all_due(START)

    assert done == ["good"]


def test_a_job_whose_runner_was_killed_is_done_by_the_next(
    app: Flask, settings: config.Settings, done: list[str]
) -> None:
    queue("a")
    program = textwrap.dedent(
        f"""
        import time
        from pathlib import Path
        import config
        from server import jobs
        from server.app import create_app
        from server.times import utc_now
        app = create_app(config.Settings(data_root=Path({str(settings.data_root)!r}),
                         database_url={settings.database_url!r}, secret_key="x" * 32))
        jobs.HANDLERS["note"] = lambda subject: (print("taken", flush=True), time.sleep(60))
        with app.app_context():
            jobs.run_one(utc_now())
        """
    )
    runner = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert runner.stdout is not None
    assert runner.stdout.readline().strip() == "taken"
    os.kill(runner.pid, 9)
    runner.wait()
    runner.stdout.close()

    now = datetime.now(UTC)
    assert not jobs.run_one(now), "the lease still holds"
    assert jobs.run_one(now + jobs.LEASE)
    assert done == ["a"]


def test_a_job_that_kills_every_runner_is_dead_in_the_end(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(_subject: str) -> None:
        raise KeyboardInterrupt  # Goes past the runner, as the end of the process does.

    monkeypatch.setitem(jobs.HANDLERS, "kills", die)
    queue("a", "kills")
    moment = START
    for _attempt in range(jobs.ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            jobs.run_one(moment)
        moment += jobs.LEASE

    assert not jobs.run_one(moment)
    assert job("a").state is JobState.DEAD


def test_work_that_can_wait_waits_for_uploads_but_not_for_ever() -> None:
    uploads = Uploads()
    assert uploads.wait_until_quiet(at_most_s=0)
    with uploads.one():
        began = time.monotonic()
        assert not uploads.wait_until_quiet(at_most_s=0.05)
        assert time.monotonic() - began >= 0.05
    assert uploads.wait_until_quiet(at_most_s=0)
