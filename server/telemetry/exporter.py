"""The address ``/metrics``: what all processes counted, and what is asked of the database and the system.

It has a port of its own, so that the balancer that shows the site to the world cannot show it as well.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

import config
from server.services import job_desk, log_reading
from server.telemetry import figures
from server.times import utc_now

if TYPE_CHECKING:
    from prometheus_client import Metric

LOG = logging.getLogger("saksi.telemetry")


@contextmanager
def figures_of(settings: config.TelemetrySettings, app: Flask) -> Iterator[Callable[[], None]]:
    """Count while the block runs; gives the function that opens ``/metrics``, to be called once others are forked.

    Without a port in the settings nothing is counted and the function does nothing.

    Raises:
        OSError: the port cannot be listened on, from the function that opens it.
    """
    if settings.metrics_port is None:
        yield lambda: None
        return
    folder = figures.folder()
    figures.start()
    doors: list[Any] = []
    try:
        yield lambda: doors.append(_open(settings, folder, app))
    finally:
        for server in doors:
            server.shutdown()
            server.server_close()
        shutil.rmtree(folder, ignore_errors=True)


def _open(settings: config.TelemetrySettings, folder: Path, app: Flask) -> Any:
    from prometheus_client import CollectorRegistry, start_http_server  # noqa: PLC0415 (see figures)
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]
    registry.register(_Asked(app))
    server, _thread = start_http_server(settings.metrics_port or 0, settings.metrics_host, registry)
    return server


class _Asked:
    """Figures that nobody counts: they are looked up at the moment they are asked for."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: the database may be away when ``/metrics`` is opened."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Jobs by state, how long the first job and the first custody event have waited, and each process's memory."""
        from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415 (see figures)

        memory = GaugeMetricFamily("saksi_resident_bytes", "Resident memory by process.", labels=("process",))
        for process, size in _resident_bytes():
            memory.add_metric((str(process),), size)
        yield memory
        try:
            with self._app.app_context():
                counts, since = job_desk.counts(), log_reading.waiting_since()
        except SQLAlchemyError:
            LOG.warning("the database does not answer; the figures of the jobs and the custody log are left out")
            return
        now = utc_now()
        jobs = GaugeMetricFamily("saksi_jobs", "Jobs that are not done, by state.", labels=("state",))
        for state in ("queued", "running", "dead"):
            jobs.add_metric((state,), getattr(counts, state))
        yield jobs
        oldest = GaugeMetricFamily("saksi_jobs_oldest_seconds", "How long the oldest job has waited.")
        oldest.add_metric((), counts.oldest_age_s(now))
        yield oldest
        told = "How long the first custody event without a place in the tree has waited for it."
        unplaced = GaugeMetricFamily("saksi_custody_waiting_seconds", told)
        unplaced.add_metric((), max(0.0, (now - since).total_seconds()) if since else 0.0)
        yield unplaced


def _resident_bytes() -> Iterator[tuple[int, int]]:
    """Process id and resident memory of this process and its children, where the system tells (Linux)."""
    for process in (os.getpid(), *(child.pid for child in multiprocessing.active_children())):
        try:
            pages = Path(f"/proc/{process}/statm").read_text().split()[1]
        except OSError:
            continue
        yield process or 0, int(pages) * os.sysconf("SC_PAGE_SIZE")
