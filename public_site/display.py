"""A screen at the site or in a town hall that shows how public works go on, without anyone touching it.

The page is one long document of parts; its module shows them in turn and keeps them current. Where nothing is
published the answer says so as a screen would, and asks again by itself.
"""

from __future__ import annotations

from collections.abc import Callable

import segno
from flask import Response, make_response, render_template
from markupsafe import Markup

from public_site.door import bp
from server import assets
from server.access import PUBLIC, PUBLISHED, declare
from server.built_files import REVALIDATED, sent
from server.problems import Problem
from server.services import public_display
from server.services.public_display import Display
from server.times import utc_now

WORKER = "pages/display_worker.ts"
#: The service worker's script, where it was not built: it does nothing, so that one from before is replaced.
NO_WORKER = "// The pages' modules are not built.\n"


@bp.get("/display/<string:code>")
@declare(PUBLISHED)
def display(code: str) -> Response:
    """The screen of one project."""
    return _screen(public_display.project, code)


@bp.get("/display/area/<string:code>")
@declare(PUBLISHED)
def area_display(code: str) -> Response:
    """The screen of an area, with its projects in turn."""
    return _screen(public_display.area, code)


@bp.get("/display/worker.js")
@declare(PUBLIC)
def display_worker() -> Response:
    """The service worker of the screens, at an address that stays the same and under the folder that it serves."""
    built = assets.built_file(WORKER)
    if built is None:
        response = make_response(NO_WORKER)
        response.content_type = "text/javascript; charset=utf-8"
        response.headers["Cache-Control"] = REVALIDATED
        return response
    return sent(built.parent, built.name, REVALIDATED)


def _screen(read: Callable[..., Display], code: str) -> Response:
    try:
        shown, status = read(code, now=utc_now()), 200
    except Problem as problem:
        if problem.name != "not-found":
            raise
        shown, status = Display(None, ()), 404
    return make_response(render_template("public/display.html", page=shown, qr=_qr), status)


def _qr(address: str) -> Markup:
    """The address as a QR code, an SVG that takes its size from the stylesheet."""
    made = segno.make(address, error="m", micro=False)
    inline = made.svg_inline(border=3, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff")
    return Markup(inline)  # noqa: S704 (segno writes nothing of the address into its SVG)
