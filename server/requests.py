"""What is true of every request: its caller, its size, and the headers of its answer.

A photo in a multipart body is written straight into the store's incoming file while it is
read and hashed, so that its bytes touch the disk once and memory does not grow with it.
"""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import IO, Any, cast

from flask import Flask, Request, Response, g, make_response, redirect, render_template, request, url_for
from flask.ctx import RequestContext
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from evidence.storage.base import Incoming
from server import auth, db, held_forms
from server.access import access_of, allows
from server.engines import engines
from server.problems import Problem
from server.refusals import wants_page
from server.texts import _

PHOTO_FIELD = "photo"
FORM_OVERHEAD_BYTES = 64 * 1024
FILE_TYPES = ("multipart/", "application/offset+octet-stream")
#: Where some proxies and clients cannot say these methods, a POST says them in a header (tus 1.0.0). Nowhere else.
#: No HEAD: its sender waits for no body, where the server answers a POST.
OVERRIDABLE = "/api/v1/uploads/"
OVERRIDES = frozenset({"PATCH", "DELETE"})
#: Who is not signed in can only sign in. One piece (``server.slow_clients``) comes in time or is cut off, where a
#: larger body could hold a thread by the half-hour, sent just fast enough.
STRANGERS_BYTES = 64 * 1024

#: A page may show pictures that its own modules made (``blob:``, ``data:``, as maps do), and those of the base map.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; img-src 'self' blob: data:{elsewhere}; style-src 'self'; script-src 'self'; "
    "connect-src 'self'{elsewhere}; worker-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; "
    "frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FRAMED_SECURITY_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors *"
)
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self)",
}


def content_security_policy() -> str:
    """What a browser lets a page do."""
    base_map = engines().settings.map.origin
    return CONTENT_SECURITY_POLICY.format(elsewhere=f" {base_map}" if base_map else "")


def let_be_framed(response: Response) -> Response:
    """Let a page stand in a frame on any site: one that shows, loads no script and takes no input."""
    response.headers["Content-Security-Policy"] = FRAMED_SECURITY_POLICY
    return response


class EvidenceRequest(Request):
    """A request whose file parts stream into the store's incoming files."""

    max_form_memory_size = 1024 * 1024
    max_form_parts = 32

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if wants_page() and auth.optional_actor() is None:
            # Whoever is not signed in sends no photo, and what they send is small: the disk never hears of it.
            return BytesIO()
        incoming = engines().store.incoming()
        g.setdefault("incoming", []).append(incoming)
        return incoming  # type: ignore[return-value]

    def photo(self) -> Incoming | None:
        """The incoming file of the ``photo`` part, still unread by anyone but the hash."""
        part: FileStorage | None = self.files.get(PHOTO_FIELD)
        if part is None:
            return None
        return cast(Incoming, part.stream)


class Application(Flask):
    """Flask, whose views are run again where the database gave up what they did for a reason that passes.

    A view parses what is kept of its request, and calls use cases that leave nothing where they fail.
    """

    def request_context(self, environ: dict[str, Any]) -> RequestContext:
        """Begin a request, by the method that its X-HTTP-Method-Override names where one may."""
        named = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", "").upper()
        may = environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].startswith(OVERRIDABLE)
        if may and named in OVERRIDES:
            environ["REQUEST_METHOD"] = named
        return super().request_context(environ)

    def dispatch_request(self) -> ResponseReturnValue:
        """Answer the request."""
        return db.tried_again(super().dispatch_request)


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Put the door-keepers before, and the headers behind, every route."""
    app.before_request(lambda: _enter(app, csrf))
    app.after_request(_harden)
    app.teardown_request(_sweep)


def _enter(app: Flask, csrf: CSRFProtect) -> Response | None:
    _limit_size()
    if request.endpoint is None:
        return None
    if "\0" in request.path:
        # No code and no name has one, and PostgreSQL takes none; queries and bodies are checked where they are parsed.
        raise NotFound
    g.actor = db.tried_again(auth.actor_from_cookie if wants_page() else partial(auth.actor_from_token, request))
    if g.actor is None:
        _limit_to(STRANGERS_BYTES)
    turned_away = _keep_the_door(app, request.endpoint)
    if turned_away is None and wants_page():
        csrf.protect()
    # Who is calling was asked of the database itself: a session that has just ended must have ended.
    db.read_from_replica(access_of(app, request.endpoint).from_replica)
    return turned_away


def _harden(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", content_security_policy())
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if response.headers["Content-Security-Policy"] == FRAMED_SECURITY_POLICY:
        del response.headers["X-Frame-Options"]
    if auth.optional_actor() is not None or response.status_code >= 400:
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response


def _sweep(_error: BaseException | None) -> None:
    for incoming in g.pop("incoming", []):
        incoming.discard()


def _limit_size() -> None:
    """Set the limit that is enforced while the body is read; refuse what is declared larger."""
    settings = engines().settings
    # Only the API takes files. A page's form is small, and is read before anyone knows who sent it.
    is_file = (request.mimetype or "").startswith(FILE_TYPES) or request.method == "PATCH"
    photo_may_come = is_file and not wants_page()
    _limit_to(settings.max_photo_bytes + FORM_OVERHEAD_BYTES if photo_may_come else settings.max_json_bytes)


def _limit_to(limit: int) -> None:
    request.max_content_length = limit
    if request.content_length is not None and request.content_length > limit:
        raise RequestEntityTooLarge(f"At most {limit} bytes are taken here.")


def _keep_the_door(app: Flask, endpoint: str) -> Response | None:
    rule = access_of(app, endpoint)
    actor = auth.optional_actor()
    if allows(rule, actor):
        return None
    if actor is not None:
        raise Problem("not-allowed", _("Your role does not allow this."))
    if not wants_page():
        raise Problem("not-signed-in", _("This needs a signed-in person."), headers={"WWW-Authenticate": "Bearer"})
    held = held_forms.from_request()
    if held is not None:
        return make_response(render_template("review/sign_in.html", held=held, packet=held_forms.packed(held)), 401)
    return redirect(url_for("review_ui.sign_in", next=request.full_path.rstrip("?")))  # type: ignore[return-value]
