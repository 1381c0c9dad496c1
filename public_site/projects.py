"""One project: how far it is, its milestones, its money, and the photos that vouch for it."""

from __future__ import annotations

from itertools import groupby

from flask import render_template

from evidence.context import Stage
from public_site.door import bp
from server.access import PUBLIC, declare
from server.services import public
from server.times import utc_now


@bp.get("/projects/<string:code>")
@declare(PUBLIC)
def project(code: str) -> str:
    """One published project."""
    page = public.project(code, now=utc_now())
    order = list(Stage)
    ordered = sorted(page.published, key=lambda photo: order.index(photo.stage))
    return render_template(
        "public/project.html",
        page=page,
        stages=[(stage, list(photos)) for stage, photos in groupby(ordered, key=lambda photo: photo.stage)],
        picture=public.picture(code, page.published),
    )
