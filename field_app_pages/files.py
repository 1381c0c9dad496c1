"""The built files at their addresses: the page, the service worker, and what carries its content's hash in its name."""

from __future__ import annotations

import posixpath
from pathlib import Path

from flask import Response, current_app, make_response, render_template

from field_app_pages.door import BUILD, bp
from server.access import PUBLIC, declare
from server.built_files import IMMUTABLE, REVALIDATED, sent

PAGE = "index.html"


@bp.get("/")
@declare(PUBLIC)
def page() -> Response:
    """The app; where it was not built, words that say so and how it is built."""
    if not (_build() / PAGE).is_file():
        response = make_response(render_template("field/not_built.html"), 503)
        response.headers["Retry-After"] = "60"
        return response
    return sent(_build(), PAGE, REVALIDATED)


@bp.get("/<path:name>")
@declare(PUBLIC)
def file(name: str) -> Response:
    """One file of the build, under the name that it has there."""
    # ``assets/../sw.js`` is the worker; a year in a cache would keep phones from ever hearing of a new version.
    name = posixpath.normpath(name)
    return sent(_build(), name, IMMUTABLE if name.startswith("assets/") else REVALIDATED)


def _build() -> Path:
    return Path(current_app.config[BUILD])
