"""The queue on PostgreSQL: Procrastinate's, run by worker processes on as many machines as one likes.

A job is queued over the caller's own connection, so that it exists when the caller's transaction does. What
Procrastinate leaves to its users is done here: back-off, the last error, and the jobs of a worker that died.
The running of a worker is ``procrastinate_worker``'s.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
import sqlalchemy as sa
from flask import Flask
from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from server import postgres
from server.jobs import procrastinate_worker
from server.jobs.contract import Counts, JobNotFoundError, JobView, NotDeadError
from server.models.jobs import JobState

#: Never opened: it has no connections of its own, and queues over the caller's.
_QUEUEING = App(connector=SyncPsycopgConnector())
#: Procrastinate's words for ours. What succeeded is deleted, and nothing here cancels or aborts.
_STATES = {"todo": JobState.QUEUED, "doing": JobState.RUNNING, "failed": JobState.DEAD}
_JOBS = sa.table(
    "procrastinate_jobs",
    sa.column("id", sa.BigInteger),
    sa.column("status", sa.String),
    sa.column("args", sa.JSON),
    sa.column("attempts", sa.Integer),
    sa.column("scheduled_at", sa.DateTime(timezone=True)),
)
_STATUS = sa.cast(_JOBS.c.status, sa.String)
_UNFINISHED = sa.select(_JOBS.c.id, _STATUS.label("status"), _JOBS.c.args, _JOBS.c.attempts, _JOBS.c.scheduled_at)
_REVIVE = sa.text(
    "UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = :now, args = args - 'last_error'"
    " WHERE id = :id"
)
_COUNT = sa.select(_STATUS, sa.func.count()).group_by(_STATUS)
_OLDEST = sa.text(
    "SELECT args ->> 'queued_at' FROM procrastinate_jobs WHERE status = 'todo' ORDER BY priority DESC, id LIMIT 1"
)


class Distributed:
    """Jobs as Procrastinate's; see ``contract.Queue``."""

    def enqueue(self, session: Session, kind: str, subject: str, *, now: datetime) -> None:
        """Queue one job inside the session's transaction."""
        over = session.connection().connection.driver_connection
        job = _QUEUEING.configure_task(
            procrastinate_worker.TASK, queueing_lock=f"{kind}:{subject}", connection=over, priority=0
        )
        try:
            job.defer(kind=kind, subject=subject, queued_at=now.isoformat())
        except (AlreadyEnqueued, ConnectorException) as error:
            raise _as_sqlalchemy(error) from error

    def run_all_due(self, app: Flask) -> int:
        """Do every job that is due."""
        return procrastinate_worker.run_all_due(app)

    def work(self, app: Flask, concurrency: int, stop: threading.Event) -> None:
        """Run one worker that does ``concurrency`` jobs at a time."""
        procrastinate_worker.run(app, concurrency, stop)

    def unfinished(self, session: Session) -> Sequence[JobView]:
        """Every job that is not done."""
        return [_view(row) for row in session.execute(_UNFINISHED)]

    def revive(self, session: Session, job_id: str, *, now: datetime) -> JobView:
        """Give a dead job all its attempts again."""
        row = session.execute(_UNFINISHED.where(_JOBS.c.id == _id_of(job_id)).with_for_update()).one_or_none()
        if row is None:
            raise JobNotFoundError(job_id)
        if _STATES[row.status] is not JobState.DEAD:
            raise NotDeadError(_STATES[row.status])
        session.execute(_REVIVE, {"id": row.id, "now": now})
        return _view(session.execute(_UNFINISHED.where(_JOBS.c.id == row.id)).one())

    def counts(self, session: Session) -> Counts:
        """How many jobs there are in each state."""
        number = {_STATES[status]: count for status, count in session.execute(_COUNT)}
        since = session.scalar(_OLDEST)
        return Counts(
            queued=number.get(JobState.QUEUED, 0),
            running=number.get(JobState.RUNNING, 0),
            dead=number.get(JobState.DEAD, 0),
            oldest_queued_at=datetime.fromisoformat(since) if since else None,
        )


def _view(row: sa.Row[Any]) -> JobView:
    args = row.args
    return JobView(
        id=str(row.id),
        kind=args["kind"],
        subject=args["subject"],
        state=_STATES[row.status],
        attempts=row.attempts,
        due_at=row.scheduled_at or datetime.fromisoformat(args["queued_at"]),
        last_error=args.get("last_error"),
    )


def _id_of(text: str) -> int:
    """The id as a number; what cannot be one is the id of nothing."""
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 0 < number < 2**63:
        raise JobNotFoundError(text)
    return number


def _as_sqlalchemy(error: Exception) -> DBAPIError:
    """The fault that the same statement would have raised through SQLAlchemy, so that callers know one kind."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, psycopg.Error):
        cause = cause.__cause__ or cause.__context__
    what = "queue a job"
    return OperationalError(what, None, error) if cause is None else postgres.as_sqlalchemy(cause, what)
