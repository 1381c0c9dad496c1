"""What tests do with jobs, in the same words on both engines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from server import jobs
from server.db import reading, writing
from server.jobs import JobView
from server.services import job_desk

START = datetime(2026, 1, 1, tzinfo=UTC)
EVERY_JOB_IS_DUE = {
    "sqlite": "UPDATE job SET due_at = '2026-01-01 00:00:00' WHERE state = 'queued'",
    "postgresql": "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'",
}


def queue(subject: str, kind: str = "note") -> None:
    with writing() as session:
        jobs.enqueue(session, kind, subject, now=START)


def job(subject: str) -> JobView | None:
    """The job as it stands; None once it is done."""
    reading().rollback()
    return next((found for found in job_desk.unfinished() if found.subject == subject), None)


def run_to_the_end() -> int:
    """Run jobs until none is left but dead ones, without waiting for any; answers how often one was run."""
    count = 0
    while True:
        with writing() as session:
            session.execute(sa.text(EVERY_JOB_IS_DUE[session.get_bind().dialect.name]))
        ran = jobs.run_all_due()
        if not ran:
            return count
        count += ran


def dead_job(subject: str, monkeypatch: pytest.MonkeyPatch) -> JobView:
    """A job that failed as often as it may."""

    def fail(_subject: str) -> None:
        raise ValueError("it broke")

    monkeypatch.setitem(jobs.HANDLERS, "fails", fail)
    queue(subject, "fails")
    run_to_the_end()
    found = job(subject)
    assert found is not None
    assert found.dead
    return found
