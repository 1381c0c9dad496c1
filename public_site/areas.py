"""One area: where it lies, what is below it, and its projects."""

from __future__ import annotations

from flask import Response

from public_site import find
from public_site.door import bp
from server.access import PUBLISHED, declare


@bp.get("/areas/<string:code>")
@declare(PUBLISHED)
def area(code: str) -> str | Response:
    """One area with its projects."""
    return find.show("public/area.html", code)
