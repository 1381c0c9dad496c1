"""The queue on SQLite: a table of jobs, run by threads under a lease.

A runner takes a job by writing a lease and prolongs it while it works. If the runner dies, the lease runs
out and the next runner takes the job. What PostgreSQL does instead is ``distributed``'s.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from server.busy import UPLOADS
from server.db import new_id, reading, table_of, writing
from server.engines import engines
from server.jobs.contract import (
    ATTEMPTS,
    EVERY_RUNNER_DIED,
    HANDLERS,
    POLITE_S,
    Counts,
    JobNotFoundError,
    JobView,
    NotDeadError,
    delay_after,
    delay_while_away,
    is_away,
    log_failure,
    told,
)
from server.models import Job
from server.models.jobs import JobState
from server.times import utc_now

LOG = logging.getLogger("saksi.jobs")
IDLE_S = 1.0
_INSERT = table_of(Job).insert()
_work_came = threading.Event()


class LeaseTable:
    """Jobs as rows of the table ``job``; see ``contract.Queue``."""

    def enqueue(self, session: Session, kind: str, subject: str, *, now: datetime) -> None:
        """Queue one job inside the session's transaction."""
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

    def run_all_due(self, app: Flask) -> int:
        """Do every job that is due."""
        count = 0
        while run_one(app, utc_now()):
            count += 1
        return count

    def work(self, app: Flask, concurrency: int, stop: threading.Event) -> None:
        """Do jobs in ``concurrency`` threads until ``stop`` is set."""
        # The program ends when its work is told to stop, not when a thread that was forgotten does.
        threads = [
            threading.Thread(target=_run_until, args=(app, stop), name=f"jobs-{number}", daemon=True)
            for number in range(concurrency)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def unfinished(self, session: Session) -> Sequence[JobView]:
        """Every job that is not done."""
        return [_view(job) for job in session.scalars(sa.select(Job))]

    def revive(self, session: Session, job_id: str, *, now: datetime) -> JobView:
        """Give a dead job all its attempts again."""
        job = session.get(Job, _id_of(job_id))
        if job is None:
            raise JobNotFoundError(job_id)
        if job.state is not JobState.DEAD:
            raise NotDeadError(job.state)
        job.state, job.attempts, job.due_at, job.last_error = JobState.QUEUED, 0, now, None
        return _view(job)

    def counts(self, session: Session) -> Counts:
        """How many jobs there are in each state."""
        rows = session.execute(sa.select(Job.state, sa.func.count(), sa.func.min(Job.queued_at)).group_by(Job.state))
        found = {state: (number, since) for state, number, since in rows}
        number = {state: found[state][0] if state in found else 0 for state in JobState}
        since = found[JobState.QUEUED][1] if JobState.QUEUED in found else None
        return Counts(number[JobState.QUEUED], number[JobState.RUNNING], number[JobState.DEAD], since)


def run_one(app: Flask, now: datetime) -> bool:
    """Take one due job and do it, inside an application context; False where none was due."""
    taken = _take(now, _lease_span())
    if taken is None:
        return False
    job, lease = taken
    try:
        with _prolonged(app, job, lease):
            HANDLERS[job.kind](job.subject)
    except Exception as error:  # A job's fault is written on the job; the runner goes on.
        log_failure(job.kind, job.subject, error)
        _settle_failure(job, lease, error, utc_now())
    else:
        with writing() as session:
            session.execute(sa.delete(Job).where(_held(job, lease)))
    return True


def _run_until(app: Flask, stop: threading.Event) -> None:
    while not stop.is_set():
        UPLOADS.wait_until_quiet(at_most_s=POLITE_S)
        try:
            with app.app_context():
                worked = run_one(app, utc_now())
        except Exception:  # The database may be away for a while; the runner must outlive that.
            LOG.exception("a job could not be taken")
            worked = False
        if not worked:
            _work_came.wait(IDLE_S)
            _work_came.clear()


def _lease_span() -> timedelta:
    return timedelta(seconds=engines().settings.job_lease_seconds)


def _due(now: datetime) -> sa.Select[UUID]:
    """The job that has waited longest, among the queued and those whose lease ran out."""
    return (
        sa.select(Job.id)
        .where(Job.state.in_([JobState.QUEUED, JobState.RUNNING]), Job.due_at <= now)
        .order_by(Job.due_at)
        .limit(1)
    )


def _take(now: datetime, span: timedelta) -> tuple[Job, UUID] | None:
    if reading().scalar(_due(now)) is None:
        return None
    lease = new_id()
    with writing() as session:
        job_id = session.scalar(_due(now))
        if job_id is None:
            return None
        job = session.get_one(Job, job_id)
        job.attempts += 1
        if job.attempts <= ATTEMPTS:
            job.state, job.lease, job.due_at = JobState.RUNNING, lease, now + span
            session.flush()
            session.expunge(job)
            return job, lease
        # Its runners died each time without a word; it must not take the next one with it.
        job.state, job.lease, job.last_error = JobState.DEAD, None, EVERY_RUNNER_DIED
    return _take(now, span)


@contextmanager
def _prolonged(app: Flask, job: Job, lease: UUID) -> Iterator[None]:
    """Keep the lease from running out while the block runs: a long job is not a dead one."""
    span, over = _lease_span(), threading.Event()

    def prolong() -> None:
        while not over.wait(span.total_seconds() / 3):
            try:
                with app.app_context(), writing() as session:
                    session.execute(sa.update(Job).where(_held(job, lease)).values(due_at=utc_now() + span))
            except Exception:  # Where it cannot be prolonged the job is done twice, which it bears.
                LOG.exception("the lease of job %s %s could not be prolonged", job.kind, job.subject)

    keeper = threading.Thread(target=prolong, name="job-lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _settle_failure(job: Job, lease: UUID, error: Exception, now: datetime) -> None:
    if is_away(error):
        due_at = now + delay_while_away(now - job.queued_at)
        unspent = job.attempts - 1
        _settle(job, lease, state=JobState.QUEUED, last_error=told(error), due_at=due_at, attempts=unspent)
    elif job.attempts >= ATTEMPTS:
        _settle(job, lease, state=JobState.DEAD, last_error=told(error))
    else:
        due_at = now + delay_after(job.attempts)
        _settle(job, lease, state=JobState.QUEUED, last_error=told(error), due_at=due_at)


def _settle(job: Job, lease: UUID, **values: object) -> None:
    """Write down how a job ended, unless its lease ran out and another runner has it now."""
    with writing() as session:
        session.execute(sa.update(Job).where(_held(job, lease)).values(lease=None, **values))


def _held(job: Job, lease: UUID) -> sa.ColumnElement[bool]:
    return sa.and_(Job.id == job.id, Job.lease == lease)


def _view(job: Job) -> JobView:
    return JobView(str(job.id), job.kind, job.subject, job.state, job.attempts, job.due_at, job.last_error)


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise JobNotFoundError(text) from None
