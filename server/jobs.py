"""Work that is done after the answer: queued in the caller's transaction, run under a lease.

A job is a row. A runner takes it for ``LEASE``; if the runner dies, the lease runs out and the
job is run again, so every handler must bear being run twice. A job that fails ``ATTEMPTS``
times is dead: it blocks nothing and waits for a person.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from server.busy import UPLOADS
from server.db import new_id, reading, table_of, writing
from server.engines import engines
from server.models import Job
from server.models.jobs import JobState
from server.times import utc_now

LOG = logging.getLogger("saksi.jobs")
LEASE = timedelta(seconds=60)
ATTEMPTS = 5
FIRST_DELAY = timedelta(seconds=2)
IDLE_S = 1.0
POLITE_S = 2.0

Handler = Callable[[str], None]
HANDLERS: dict[str, Handler] = {}
_INSERT = table_of(Job).insert()
_work_came = threading.Event()


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of ``kind``; it is given the job's subject."""

    def register(function: Handler) -> Handler:
        HANDLERS[kind] = function
        return function

    return register


def enqueue(session: Session, kind: str, subject: str, *, now: datetime) -> None:
    """Queue one job inside the caller's transaction; a job already there stays as it is.

    Raises:
        sqlalchemy.exc.IntegrityError: the same kind and subject were queued before.
    """
    session.connection().execute(
        _INSERT,
        {
            "id": new_id(),
            "kind": kind,
            "subject": subject,
            "state": JobState.QUEUED,
            "attempts": 0,
            "queued_at": now,
            "due_at": now,
        },
    )
    _work_came.set()


def run_one(now: datetime) -> bool:
    """Take one due job and do it; False where none was due."""
    taken = _take(now)
    if taken is None:
        return False
    job, lease = taken
    try:
        HANDLERS[job.kind](job.subject)
    except Exception as error:  # A job's fault is written on the job; the runner goes on.
        LOG.exception("job %s %s failed", job.kind, job.subject)
        _settle_failure(job, lease, error, utc_now())
    else:
        _settle(job, lease, state=JobState.DONE, last_error=None)
    return True


def run_all_due(now: datetime) -> int:
    """Do every job that is due; answers how many there were."""
    count = 0
    while run_one(now):
        count += 1
    return count


def start_threads(app: Flask) -> list[threading.Thread]:
    """Start this process's runners, as many as the settings say."""
    with app.app_context():
        count = engines().settings.job_threads
    threads = [threading.Thread(target=_run_for_ever, args=(app,), name=f"jobs-{n}", daemon=True) for n in range(count)]
    for thread in threads:
        thread.start()
    return threads


def _run_for_ever(app: Flask) -> None:
    while True:
        UPLOADS.wait_until_quiet(at_most_s=POLITE_S)
        try:
            with app.app_context():
                worked = run_one(utc_now())
        except Exception:  # The database may be away for a while; the runner must outlive that.
            LOG.exception("a job could not be taken")
            worked = False
        if not worked:
            _work_came.wait(IDLE_S)
            _work_came.clear()


def _due(now: datetime) -> sa.Select[UUID]:
    """The job that has waited longest, among the queued and those whose lease ran out."""
    return (
        sa.select(Job.id)
        .where(Job.state.in_([JobState.QUEUED, JobState.RUNNING]), Job.due_at <= now)
        .order_by(Job.due_at)
        .limit(1)
    )


def _take(now: datetime) -> tuple[Job, UUID] | None:
    if reading().scalar(_due(now)) is None:
        return None
    lease = new_id()
    with writing() as session:
        job_id = session.scalar(_due(now))
        if job_id is None:
            return None
        job = session.get_one(Job, job_id)
        job.attempts += 1
        if job.attempts > ATTEMPTS:
            # Its runners died each time without a word; it must not take the next one with it.
            job.state, job.lease, job.last_error = JobState.DEAD, None, "every runner that took this job died"
            return None
        job.state, job.lease, job.due_at = JobState.RUNNING, lease, now + LEASE
        session.flush()
        session.expunge(job)
    return job, lease


def _settle_failure(job: Job, lease: UUID, error: Exception, now: datetime) -> None:
    told = f"{type(error).__name__}: {error}"[:1000]
    if job.attempts >= ATTEMPTS:
        _settle(job, lease, state=JobState.DEAD, last_error=told)
    else:
        _settle(job, lease, state=JobState.QUEUED, last_error=told, due_at=now + FIRST_DELAY * 4 ** (job.attempts - 1))


def _settle(job: Job, lease: UUID, **values: object) -> None:
    """Write down how a job ended, unless its lease ran out and another runner has it now."""
    with writing() as session:
        session.execute(sa.update(Job).where(Job.id == job.id, Job.lease == lease).values(lease=None, **values))
