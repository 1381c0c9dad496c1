"""The built files: the page, the service worker, and what carries its content's hash in its name.

A hashed file never changes and is kept for a year. Everything else is asked for anew every time, so that a phone
hears of a new version when it has signal, and answered ``304`` where nothing changed. Compressed copies lie beside
the files, made by the build; a client gets one only when it names the encoding.
"""

from __future__ import annotations

import mimetypes
import posixpath
from pathlib import Path

from flask import Response, current_app, make_response, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from field_app_pages.door import BUILD, bp
from server.access import PUBLIC, declare

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATED = "no-cache"
PAGE = "index.html"
#: What a browser may be given: the name in ``Accept-Encoding`` and the ending of the copy, the smallest first.
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
#: Endings that differ from one machine's registry to the next, or are in none.
TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml"}


@bp.get("/")
@declare(PUBLIC)
def page() -> Response:
    """The app; where it was not built, words that say so and how it is built."""
    if not (_build() / PAGE).is_file():
        response = make_response(render_template("field/not_built.html"), 503)
        response.headers["Retry-After"] = "60"
        return response
    return _sent(PAGE, REVALIDATED)


@bp.get("/<path:name>")
@declare(PUBLIC)
def file(name: str) -> Response:
    """One file of the build, under the name that it has there."""
    # ``assets/../sw.js`` is the worker; a year in a cache would keep phones from ever hearing of a new version.
    name = posixpath.normpath(name)
    return _sent(name, IMMUTABLE if name.startswith("assets/") else REVALIDATED)


def _build() -> Path:
    return Path(current_app.config[BUILD])


def _sent(name: str, caching: str) -> Response:
    found = safe_join(str(_build()), name)
    # A compressed copy is a form of its file and has no address of its own.
    if found is None or found.endswith((".br", ".gz")) or not _is_file(Path(found)):
        raise NotFound("The phone app has no such file.")
    path, encoding = _travelling(Path(found))
    # The files are small, and named by their content they have one name on every machine that serves them.
    response = Response(path.read_bytes(), mimetype=_type_of(name))
    response.add_etag()
    response.headers["Cache-Control"] = caching
    response.vary.add("Accept-Encoding")
    if encoding is not None:
        response.headers["Content-Encoding"] = encoding
    return response.make_conditional(request)  # type: ignore[return-value]


def _is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have (too long, or not in its encoding) is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _travelling(path: Path) -> tuple[Path, str | None]:
    """The smallest copy whose encoding the client names; an asterisk names none."""
    named = {name for name, quality in request.accept_encodings if quality > 0}
    for encoding, ending in ENCODINGS:
        copy = path.with_name(path.name + ending)
        if encoding in named and copy.is_file():
            return copy, encoding
    return path, None


def _type_of(name: str) -> str:
    ending = Path(name).suffix
    return TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
