"""One area: where it lies, what is below it, and its projects."""

from __future__ import annotations

from flask import render_template

from public_site import search
from public_site.door import bp
from server.access import PUBLISHED, declare
from server.models.projects import ProjectStatus
from server.services import public

NEWEST = 8


@bp.get("/areas/<string:code>")
@declare(PUBLISHED)
def area(code: str) -> str:
    """One area with its projects."""
    wanted = search.asked()
    return render_template(
        "public/area.html",
        page=public.area(code),
        wanted=wanted,
        found=search.find(wanted, area=code),
        newest=() if wanted else public.newest_photos(NEWEST, area=code),
        states=list(ProjectStatus),
    )
