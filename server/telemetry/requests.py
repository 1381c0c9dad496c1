"""True of every request: its id, its line in the log and its place in the figures."""

from __future__ import annotations

import logging
import re
import time
from uuid import uuid4

from flask import Flask, Response, g, request

from server import auth
from server.telemetry import figures

LOG = logging.getLogger("saksi.access")
HEADER = "X-Request-Id"
#: An id that a proxy gave is kept, unless it could break a log line or fill the disk.
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
UNROUTED = "unrouted"


def register(app: Flask) -> None:
    """Before everything else a request gets its id; after everything else it is counted and told."""
    app.before_request(_begin)
    app.after_request(_end)


def route_of_request() -> str:
    """The request's route, as lines tell it.

    An address may hold a token that somebody typed into the wrong field, or the end of a line; the route cannot.
    """
    return request.url_rule.rule if request.url_rule is not None else UNROUTED


def _begin() -> None:
    g.began = time.perf_counter()
    given = request.headers.get(HEADER, "")
    g.request_id = given if _WELL_FORMED.fullmatch(given) else uuid4().hex


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.began
    route = route_of_request()
    response.headers[HEADER] = g.request_id
    figures.count_request(request.method, route, response.status_code, seconds)
    if LOG.isEnabledFor(logging.INFO):
        _tell(route, response.status_code, seconds)
    return response


def _tell(route: str, status: int, seconds: float) -> None:
    actor = auth.optional_actor()
    facts = {
        "method": request.method,
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "person": str(actor.person_id) if actor else None,
    }
    LOG.info("%s %s %d %.1f ms", request.method, route, status, seconds * 1000, extra=facts)
