"""Figures for Prometheus: counted in each process, added up over all of them when they are asked for.

The library is imported when figures are wanted; where they are not, nothing is counted and nothing costs.
What is counted lies in files of a temporary folder (the library's multiprocess mode), so that the process
that answers ``/metrics`` needs no part in the work.
"""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

#: Seconds; from a page out of memory to a photo over a slow line.
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
FOLDER = "PROMETHEUS_MULTIPROC_DIR"


class Meters:
    """Every figure that is counted in this process."""

    def __init__(self) -> None:
        import prometheus_client as prometheus  # noqa: PLC0415 (its kind of counter is fixed when it is imported)

        own: Any = {"registry": prometheus.CollectorRegistry()}
        self._requests = prometheus.Counter(
            "saksi_requests", "Requests answered.", ("method", "route", "status"), **own
        )
        self._seconds = prometheus.Histogram(
            "saksi_request_seconds",
            "From a request's head to its answer.",
            ("method", "route"),
            buckets=BUCKETS_S,
            **own,
        )
        self._uploads = prometheus.Counter("saksi_uploads", "Photos recorded, by verdict.", ("verdict",), **own)
        self._bytes = prometheus.Counter("saksi_upload_bytes", "Bytes of the photos recorded.", **own)
        self._checks = prometheus.Counter("saksi_checks", "Findings, by check.", ("check", "outcome"), **own)
        self.connections = prometheus.Gauge(
            "saksi_database_connections",
            "Database connections in use.",
            multiprocess_mode="livesum",
            **own,
        )
        self._request_of = cache(self._request_meters)
        self._upload_of = cache(self._uploads.labels)
        self._check_of = cache(self._checks.labels)

    def _request_meters(self, method: str, route: str, status: int) -> tuple[Any, Any]:
        return self._requests.labels(method, route, str(status)), self._seconds.labels(method, route)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        counter, histogram = self._request_of(method if method in METHODS else "other", route, status)
        counter.inc()
        histogram.observe(seconds)

    def upload(self, told: dict[str, Any]) -> None:
        """Count one recorded photo by its evidence document."""
        self._upload_of(told["verdict"]).inc()
        self._bytes.inc(told["size"])
        for finding in told["findings"]:
            self._check_of(finding["check"], finding["outcome"]).inc()


_meters: Meters | None = None


def folder() -> Path:
    """Begin: make the folder of this process and of those it will fork. Before any figure is counted."""
    made = tempfile.mkdtemp(prefix="saksi-figures-")
    os.environ[FOLDER] = made
    return Path(made)


def start() -> Meters:
    """Count from now on, in this process and in those it forks; `folder` was called before."""
    global _meters  # noqa: PLW0603 (there is one set of figures in a process)
    _meters = _meters or Meters()
    return _meters


def watch(engine: Engine) -> None:
    """Count the connections of ``engine`` that are in use."""
    if _meters is None:
        return
    connections = _meters.connections
    sa.event.listen(engine, "checkout", lambda *_: connections.inc())
    sa.event.listen(engine, "checkin", lambda *_: connections.dec())


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request, where figures are wanted."""
    if _meters is not None:
        _meters.request(method, route, status, seconds)


def count_upload(told: dict[str, Any]) -> None:
    """Count one recorded photo, where figures are wanted."""
    if _meters is not None:
        _meters.upload(told)
