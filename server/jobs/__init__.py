"""Work that is done after the answer: queued in the caller's transaction, run at least once.

Two engines do the same by the same words: on SQLite a table with leases, run by threads; on PostgreSQL
Procrastinate, run by processes of their own. Which one it is follows from the database alone. What the
jobs do is kept out: whoever knows it registers a ``handler``.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime

from flask import Flask, current_app
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.db import reading
from server.engines import engines
from server.jobs.contract import ATTEMPTS, HANDLERS, Counts, JobNotFoundError, JobView, NotDeadError, Queue, handler
from server.jobs.distributed import Distributed
from server.jobs.lease import LeaseTable

__all__ = [
    "ATTEMPTS",
    "HANDLERS",
    "Counts",
    "JobNotFoundError",
    "JobView",
    "NotDeadError",
    "Runners",
    "counts",
    "enqueue",
    "enqueue_once",
    "handler",
    "revive",
    "run_all_due",
    "start_threads",
    "unfinished",
    "work",
]

_QUEUES: dict[str, Queue] = {"sqlite": LeaseTable(), "postgresql": Distributed()}


class Runners:
    """The runners of this process, which go on until they are told to stop."""

    def __init__(self, app: Flask, concurrency: int) -> None:
        self._stop = threading.Event()
        # What a killed process leaves undone is done by another, so the process need not wait for this thread.
        self._thread = threading.Thread(target=work, args=(app, concurrency, self._stop), name="jobs", daemon=True)
        self._thread.start()

    def stop(self, at_most_s: float | None = None) -> bool:
        """Finish what runs and take nothing new; False where that took longer than ``at_most_s``."""
        self._stop.set()
        self._thread.join(at_most_s)
        return not self._thread.is_alive()


def enqueue(session: Session, kind: str, subject: str, *, now: datetime) -> None:
    """Queue one job inside the caller's transaction; it exists once that is committed.

    Raises:
        sqlalchemy.exc.IntegrityError: a job of the same kind and subject is queued, running or dead.
    """
    _queue(session).enqueue(session, kind, subject, now=now)


def enqueue_once(session: Session, kind: str, subject: str, *, now: datetime) -> bool:
    """Queue one job as ``enqueue`` does; False, and the caller's transaction goes on, where it is there already."""
    try:
        with session.begin_nested():
            enqueue(session, kind, subject, now=now)
    except IntegrityError:
        return False
    return True


def run_all_due() -> int:
    """Do every job that is due, one after the other, and answer how many there were.

    The caller's session starts anew, so that it sees what the jobs did.
    """
    session = reading()
    session.rollback()
    return _queue(session).run_all_due(_app())


def work(app: Flask, concurrency: int, stop: threading.Event) -> None:
    """Do jobs, ``concurrency`` at a time, until ``stop`` is set and those that run are done."""
    with app.app_context():
        queue = _queue(reading())
    queue.work(app, concurrency, stop)


def start_threads(app: Flask) -> Runners | None:
    """Start this process's runners, as many as the settings say; None where they say none."""
    with app.app_context():
        count = engines().settings.job_threads
    return Runners(app, count) if count else None


def unfinished(session: Session) -> Sequence[JobView]:
    """Every job that is not done: the dead first, then by when they are due."""
    return sorted(_queue(session).unfinished(session), key=lambda job: (not job.dead, job.due_at))


def revive(session: Session, job_id: str, *, now: datetime) -> JobView:
    """Give a dead job all its attempts again, inside the caller's transaction.

    Raises:
        JobNotFoundError: there is none with this id.
        NotDeadError: it is queued or running.
    """
    return _queue(session).revive(session, job_id, now=now)


def counts(session: Session) -> Counts:
    """How many jobs there are in each state."""
    return _queue(session).counts(session)


def _queue(session: Session) -> Queue:
    return _QUEUES[session.get_bind().dialect.name]


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app
