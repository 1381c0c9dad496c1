"""One project: what is new, how far it is, its milestones, its money, and the photos that vouch for it."""

from __future__ import annotations

from flask import render_template, url_for
from markupsafe import Markup
from marshmallow import fields, validate

from evidence.context import Stage
from public_site.door import bp
from server import pages
from server.access import PUBLISHED, declare
from server.engines import engines
from server.services import public, public_photos, public_story
from server.services.public_documents import ProjectPage
from server.services.public_photos import PhotoFilter
from server.times import utc_now

#: Photos on the project's own page, spread over the stages; the rest are one step away.
SHOWN_PHOTOS = 8
#: What the next milestone asks for; the rest is one step away.
SHOWN_NEEDS = 6
#: What an agency copies into its own page; wide enough for the picture, and as high as what stands in it.
FRAME = Markup(
    '<iframe src="{address}" title="{title}" width="360" height="500" loading="lazy" style="border:0"></iframe>'
)


class PhotosForm(pages.Form):
    """Which photos, and which numbered part of them; a station is its chainage in metres."""

    stage = fields.Enum(Stage, by_value=True)
    month = fields.String(validate=validate.Regexp(r"\d{4}-(0[1-9]|1[0-2])\Z"))
    milestone = fields.String(validate=validate.Length(max=40))
    view = fields.String(validate=validate.Length(max=100))
    station = fields.Float(validate=validate.Range(-10_000_000, 10_000_000))
    page = pages.part_number()


@bp.get("/projects/<string:code>")
@declare(PUBLISHED)
def project(code: str) -> str:
    """One published project."""
    now = utc_now()
    page = public.project(code, now=now)
    found = public_story.published(code)
    stages = public.photos_by_stage(code, SHOWN_PHOTOS)
    return render_template(
        "public/project.html",
        page=page,
        story=public_story.story(found, now=now),
        sentence=public_story.sentence,
        shown_news=public_story.SHOWN_NEWS,
        shown_needs=SHOWN_NEEDS,
        stages=stages,
        shown=public_photos.spread([part.items for _stage, part in reversed(stages)], SHOWN_PHOTOS),
        pairs=public_photos.pairs(found.id),
        picture=public.picture(code, page.published),
        snippet=_snippet(page),
        licence=engines().settings.data_licence,
    )


@bp.get("/projects/<string:code>/photos")
@declare(PUBLISHED)
def project_photos(code: str) -> str:
    """The published photos of one project that fit some filters."""
    wanted = pages.query(PhotosForm)
    number = wanted.pop("page")
    asked = PhotoFilter(station_m=wanted.pop("station", None), **wanted)
    found = public_story.published(code)
    return render_template(
        "public/project_photos.html",
        page=found,
        asked=asked,
        found=public_photos.find(found, asked, number=number),
    )


def _snippet(page: ProjectPage) -> str:
    """The widget as HTML to be pasted elsewhere; the project's name is made safe for where it will stand."""
    address = url_for("public_site.widget", code=page.code, _external=True)
    return str(FRAME.format(address=address, title=page.title))
