"""Telling a refusal: as a problem document to programs, as a page to people."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, NotFound, SecurityError

from evidence.errors import StoreAwayError
from server import auth, db, held_forms
from server.problems import MEDIA_TYPE, NOT_STORABLE, Problem
from server.telemetry.requests import route_of_request
from server.texts import _

LOG = logging.getLogger("saksi")
API_PREFIXES = ("/api/", "/.well-known/", "/openapi.json", "/healthz", "/readyz")
SIGN_IN = "review_ui.begin"
BY_STATUS = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "media-type-unsupported",
}


def register(app: Flask) -> None:
    """Answer every refusal, expected or not, in the shape that its asker can read."""
    app.register_error_handler(Problem, _tell)
    app.register_error_handler(CSRFError, lambda _error: _tell_too_old())
    app.register_error_handler(SecurityError, lambda _error: _tell_wrong_host())
    app.register_error_handler(HTTPException, _tell_http)
    for kind in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(kind, _tell_away)
    app.register_error_handler(DataError, _tell_not_storable)
    app.register_error_handler(StoreAwayError, _tell_store_away)
    app.register_error_handler(Exception, _tell_unexpected)


def wants_page() -> bool:
    """Whether the asker is a person with a browser: everything outside the API's addresses."""
    return not request.path.startswith(API_PREFIXES)


def _tell(problem: Problem) -> Response:
    if wants_page():
        response = make_response(render_template("problem.html", problem=problem), problem.kind.status)
    else:
        response = _document(problem)
    response.headers.extend(problem.headers)
    return response


def _document(problem: Problem) -> Response:
    response = make_response(problem.document() | {"request_id": g.request_id}, problem.kind.status)
    response.content_type = MEDIA_TYPE
    return response


def _tell_wrong_host() -> Response:
    """A name that is none of ours, on which not even the addresses of a page could be built."""
    return _document(Problem("bad-request", "This server does not answer to that name."))


def _tell_http(error: HTTPException) -> Response:
    status = error.code or 500
    if 300 <= status < 400:
        return make_response(error.get_response())
    allow = dict(error.get_headers()).get("Allow")
    name = BY_STATUS.get(status, "bad-request" if status < 500 else "internal")
    detail = error.description if status < 500 and error.description else "Try again later."
    if detail == NotFound.description:
        detail = "There is nothing at this address."
    return _tell(Problem(name, detail, headers={"Allow": allow} if allow else None))


def _tell_unexpected(error: Exception) -> Response:
    LOG.exception("%s %s failed", request.method, route_of_request(), exc_info=error)
    return _tell(Problem("internal", _("It was written down and will be looked at. What you sent was not recorded.")))


def _tell_away(error: SQLAlchemyError) -> Response:
    """The database is locked, full, busy or not there, and later is worth a try."""
    LOG.error(
        "%s %s: the database does not answer: %s", request.method, route_of_request(), getattr(error, "orig", error)
    )
    done = "Nothing was recorded"
    if db.commit_was_sent():
        done = "It is not certain whether anything was recorded, and nothing is recorded twice"
    detail = f"The database does not answer. {done}; keep what you sent and send it again."
    return _tell(Problem("store-away", detail, headers={"Retry-After": "30"}))


def _tell_not_storable(error: DataError) -> Response:
    """A value that no check of ours refused and PostgreSQL has no room for; SQLite has."""
    LOG.error("%s %s: a check is missing: %s", request.method, route_of_request(), type(error.orig).__name__)
    return _tell(Problem("invalid", NOT_STORABLE))


def _tell_store_away(error: StoreAwayError) -> Response:
    """The store for photos does not work now: nothing was recorded, and later is worth a try."""
    LOG.error("%s %s: %s", request.method, route_of_request(), error)
    why = "is full" if error.full else "does not answer"
    detail = f"The store for photos {why}. Nothing was recorded; keep the photo and send it again."
    return _tell(Problem("store-away", detail, headers={"Retry-After": "30"}))


def _tell_too_old() -> Response:
    """A form with a token that is none any more; what was typed is shown, to be sent with a fresh one."""
    if request.endpoint == SIGN_IN and (packet := request.form.get(held_forms.FIELD)):
        return _sign_in_again(packet)
    held = held_forms.from_request()
    if held is not None and (packet := held_forms.packed(held)):
        return make_response(render_template("review/held.html", held=held, packet=packet), 400)
    return _tell(Problem("bad-request", _form_too_old()))


def _sign_in_again(packet: str) -> Response:
    """The page to sign in was loaded again, or is too old: the words that it carries go on."""
    held = held_forms.opened(packet)
    page = "review/held.html" if held and auth.optional_actor() else "review/sign_in.html"
    return make_response(render_template(page, held=held, packet=packet if held else None), 200 if held else 400)


def _form_too_old() -> str:
    return _("This form is too old or was not made by this site. Load the page again and repeat.")
