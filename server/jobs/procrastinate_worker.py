"""One Procrastinate worker that goes on after its database was away.

Procrastinate's worker ends when one of its own statements fails; here it is started anew, and what it left
running is found by its missing heartbeat, like the jobs of a worker that was killed.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Any, LiteralString

import psycopg
import sqlalchemy as sa
from flask import Flask
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition, Job

from server.busy import UPLOADS
from server.db import db, writing
from server.engines import engines
from server.jobs.contract import (
    ATTEMPTS,
    EVERY_RUNNER_DIED,
    HANDLERS,
    POLITE_S,
    delay_after,
    delay_while_away,
    is_away,
    log_failure,
    told,
)
from server.times import utc_now

LOG = logging.getLogger("saksi.jobs")
#: All kinds of jobs are one task to Procrastinate: a kind that this worker does not know yet is tried again later.
TASK = "saksi"
#: A new job is told to the workers at once; those whose back-off is over are looked for this often.
POLL_S = 2.0
AWAY_S = 1.0
#: Threads beside those of the jobs, so that the look-up of a host's name never waits for one.
SPARE_THREADS = 2
LOOK_UP_S = 0.1
CONNECTIONS = {"application_name": "saksi-worker", "connect_timeout": 5}
# Procrastinate counts an attempt when the job ends; one that cost none is taken off beforehand.
_WRITE_ERROR = sa.text(
    "UPDATE procrastinate_jobs SET args = args || jsonb_build_object('last_error', CAST(:told AS text)),"
    " attempts = attempts - :unspent WHERE id = :id"
)
# One statement, so that of two workers that find the same job only one gives it back.
GIVE_BACK: LiteralString = """
    WITH silent AS (
        SELECT job.id
        FROM procrastinate_jobs AS job LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
        WHERE job.status = 'doing'
          AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %(silence_s)s))
        FOR UPDATE OF job SKIP LOCKED
    )
    UPDATE procrastinate_jobs AS job
    SET attempts = attempts + 1,
        worker_id = NULL,
        status = CASE WHEN attempts + 1 < %(attempts)s THEN 'todo' ELSE 'failed' END::procrastinate_job_status,
        args = CASE WHEN attempts + 1 < %(attempts)s THEN args
                    ELSE args || jsonb_build_object('last_error', %(told)s::text) END
    FROM silent WHERE job.id = silent.id
"""


class _WithoutTraceback(logging.Filter):
    """Procrastinate tells each try that it will repeat with a traceback; a fault's is written by us, once."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every line passes."""
        if record.levelno < logging.ERROR:
            record.exc_info = record.exc_text = None
        return True


logging.getLogger("procrastinate.worker").addFilter(_WithoutTraceback())


class _BackOff(BaseRetryStrategy):
    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to run a job again that failed; None where it is dead. ``job.attempts`` counts those before."""
        now = utc_now()
        if is_away(exception):
            waited = now - datetime.fromisoformat(str(job.task_kwargs["queued_at"]))
            return RetryDecision(retry_at=now + delay_while_away(waited))
        attempts = job.attempts + 1
        return None if attempts >= ATTEMPTS else RetryDecision(retry_at=now + delay_after(attempts))


class _Connector(PsycopgConnector):
    """Notes when a statement of the worker's own fails, among them the one that says how a job ended.

    Procrastinate lets that one go; the job would count as running for as long as the worker lives.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.failed = asyncio.Event()

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """Run a statement that answers nothing."""
        try:
            await super().execute_query_async(query, **arguments)
        except ConnectorException:
            self.failed.set()
            raise


def run(app: Flask, concurrency: int, stop: threading.Event) -> None:
    """Do jobs until ``stop`` is set and those that run are done; go on when the database was away."""
    asyncio.run(_run_until(app, concurrency, stop))


def run_all_due(app: Flask) -> int:
    """Do every job that is due, one after the other, and answer how many there were."""
    # The caller's thread may have an event loop already.
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, _run_all_due(app)).result()


async def _run_until(app: Flask, concurrency: int, stop: threading.Event) -> None:
    # Jobs run in the event loop's threads, of which there would be few on a small machine.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(concurrency + SPARE_THREADS, "jobs"))
    stopping = asyncio.create_task(_noticed(stop))
    while not stop.is_set():
        try:
            await _one_worker(app, concurrency, stopping)
        except (ConnectorException, psycopg.Error) as error:
            LOG.warning("the jobs' database is away: %s", error.__cause__ or error)
        if not stop.is_set():
            await asyncio.sleep(AWAY_S)


async def _noticed(stop: threading.Event) -> None:
    while not stop.is_set():
        await asyncio.sleep(LOOK_UP_S)


async def _one_worker(app: Flask, concurrency: int, stopping: asyncio.Task[None]) -> None:
    """Run a worker until it is to stop or one of its statements failed; what it runs is finished first."""
    connector = _connector(app)
    async with _procrastinate(connector).open_async() as queue:
        silence_s = _lease_seconds(app)
        options = _options(app) | {"update_heartbeat_interval": silence_s / 3, "stalled_worker_timeout": silence_s}
        working = asyncio.create_task(queue.run_worker_async(concurrency=concurrency, **options))
        failing = asyncio.create_task(connector.failed.wait())
        giving_back = asyncio.create_task(_give_back_again_and_again(connector, silence_s))
        await asyncio.wait({working, failing, giving_back, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for side in (failing, giving_back):
            side.cancel()
        # Being cancelled is how Procrastinate is asked to finish what it runs and take nothing new.
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working


async def _run_all_due(app: Flask) -> int:
    count = 0

    async def counted(go_on: Callable[[], Awaitable[Any]], _context: JobContext, _worker: object) -> Any:
        nonlocal count
        count += 1
        return await go_on()

    connector = _connector(app)
    async with _procrastinate(connector).open_async() as queue:
        await _give_back(connector, _lease_seconds(app))
        await queue.run_worker_async(wait=False, listen_notify=False, worker_middleware=[counted], **_options(app))
    return count


def _procrastinate(connector: PsycopgConnector) -> App:
    queue = App(connector=connector)
    queue.task(name=TASK, retry=_BackOff(), pass_context=True)(_perform)
    return queue


def _connector(app: Flask) -> _Connector:
    with app.app_context():
        url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return _Connector(conninfo=url, kwargs=CONNECTIONS, min_size=1, max_size=4, timeout=10)


def _options(app: Flask) -> dict[str, Any]:
    return {
        "additional_context": {"app": app},
        "delete_jobs": DeleteJobCondition.SUCCESSFUL,
        "fetch_job_polling_interval": POLL_S,
        "install_signal_handlers": False,
    }


def _lease_seconds(app: Flask) -> int:
    with app.app_context():
        return engines().settings.job_lease_seconds


async def _give_back_again_and_again(connector: PsycopgConnector, silence_s: float) -> None:
    while True:
        await _give_back(connector, silence_s)
        await asyncio.sleep(silence_s / 6)


async def _give_back(connector: PsycopgConnector, silence_s: float) -> None:
    """Queue the jobs of workers that fell silent; what took its workers with it each time is dead."""
    await connector.execute_query_async(GIVE_BACK, silence_s=silence_s, attempts=ATTEMPTS, told=EVERY_RUNNER_DIED)


def _perform(context: JobContext, /, *, kind: str, subject: str, **_ours: str) -> None:
    """Do one job, in a thread of the worker's."""
    app: Flask = context.additional_context["app"]
    UPLOADS.wait_until_quiet(at_most_s=POLITE_S)
    with app.app_context():
        try:
            HANDLERS[kind](subject)
        except Exception as error:  # Written on the job; Procrastinate then asks when to run it again.
            log_failure(kind, subject, error)
            with writing() as session:
                session.execute(
                    _WRITE_ERROR, {"id": context.job.id, "told": told(error), "unspent": int(is_away(error))}
                )
            raise
