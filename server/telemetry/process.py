"""The beginning of a process that works: what it counts and what it traces, as its settings say."""

from __future__ import annotations

from multiprocessing.util import Finalize

from flask import Flask

from server.db import db
from server.engines import engines
from server.telemetry import figures


def begin(app: Flask) -> None:
    """Count and trace what ``app`` does in this process; after it was forked, before it works."""
    with app.app_context():
        telemetry = engines().settings.telemetry
        if telemetry.metrics_port is not None:
            figures.start()
            for engine in db.engines.values():
                figures.watch(engine)
    if telemetry.otlp_endpoint is not None:
        from server.telemetry import tracing  # noqa: PLC0415 (nothing of it is loaded where it is not asked for)

        stop = tracing.start(app, telemetry.otlp_endpoint)
        Finalize(None, stop, exitpriority=10)
