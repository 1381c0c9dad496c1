"""Traces by OpenTelemetry, where a collector is configured: requests, SQL statements, the store and jobs.

The libraries are imported only then; without a collector there is no trace of them, and no cost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from flask import Flask

from evidence.storage.base import Incoming, OriginalStore
from server import jobs
from server.db import db
from server.engines import EXTENSION, Engines

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

SERVICE = "saksi"
#: What asks for them asks every second, and learns nothing from a trace.
UNTRACED = "healthz,readyz"


def start(app: Flask, endpoint: str) -> Callable[[], None]:
    """Send traces of ``app`` to the collector at ``endpoint`` (OTLP over HTTP), from this process.

    Called after a process was forked: what sends is a thread.

    Returns:
        A function that sends what is left and stops.
    """
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 (see above)
    from opentelemetry.instrumentation.flask import FlaskInstrumentor  # noqa: PLC0415
    from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}))
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    FlaskInstrumentor().instrument_app(  # type: ignore[no-untyped-call]
        app, tracer_provider=provider, excluded_urls=UNTRACED
    )
    with app.app_context():
        # The package has not been declared to know SQLAlchemy 2.1 yet; a test sees that it does.
        every = list(db.engines.values())
        SQLAlchemyInstrumentor().instrument(engines=every, tracer_provider=provider, skip_dep_check=True)
    tracer = provider.get_tracer(SERVICE)
    engines: Engines = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = replace(engines, store=cast(OriginalStore, _Traced(engines.store, tracer)))
    for kind, handler in jobs.HANDLERS.items():
        jobs.HANDLERS[kind] = _spanned(handler, tracer, f"job {kind}")

    def stop() -> None:
        SQLAlchemyInstrumentor().uninstrument()
        provider.shutdown()

    return stop


class _Traced:
    """A store whose use is told as spans."""

    def __init__(self, store: OriginalStore, tracer: Tracer) -> None:
        self._store = store
        self._tracer = tracer

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        return _spanned(found, self._tracer, f"store {name}") if callable(found) else found

    def incoming(self) -> Incoming:
        """An incoming file whose ``keep`` is a span."""
        incoming = self._store.incoming()
        incoming.keep = _spanned(incoming.keep, self._tracer, "store keep")  # type: ignore[method-assign]
        return incoming


def _spanned(function: Callable[..., Any], tracer: Tracer, name: str) -> Callable[..., Any]:
    @wraps(function)
    def run(*given: Any, **named: Any) -> Any:
        with tracer.start_as_current_span(name):
            return function(*given, **named)

    return run
