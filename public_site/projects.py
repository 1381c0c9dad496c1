"""One project: how far it is, its milestones, its money, and the photos that vouch for it."""

from __future__ import annotations

from flask import render_template
from marshmallow import fields

from evidence.context import Stage
from public_site.door import bp
from server import pages
from server.access import PUBLISHED, declare
from server.services import public
from server.times import utc_now

#: Photos of each stage on the project's own page; the rest are one step away.
OF_EACH_STAGE = 8


class PhotosForm(pages.Form):
    """Which photos: of one stage or of all, and which numbered part of them."""

    stage = fields.Enum(Stage, by_value=True)
    page = pages.part_number()


@bp.get("/projects/<string:code>")
@declare(PUBLISHED)
def project(code: str) -> str:
    """One published project."""
    page = public.project(code, now=utc_now())
    return render_template(
        "public/project.html",
        page=page,
        stages=public.photos_by_stage(code, OF_EACH_STAGE),
        picture=public.picture(code, page.published),
    )


@bp.get("/projects/<string:code>/photos")
@declare(PUBLISHED)
def project_photos(code: str) -> str:
    """All published photos of one project, or of one stage of it."""
    wanted = pages.query(PhotosForm)
    stage = wanted.get("stage")
    return render_template(
        "public/project_photos.html",
        page=public.project(code, now=utc_now()),
        stage=stage,
        part=public.photos(code, stage, number=wanted["page"]),
    )
