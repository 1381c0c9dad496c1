"""What search engines are told: which pages to leave alone, and the addresses of all projects and areas."""

from __future__ import annotations

from flask import Response, render_template, url_for
from marshmallow import fields

from public_site.door import bp
from public_site.search import CODE
from server import pages
from server.access import PUBLIC, PUBLISHED, declare
from server.problems import Problem
from server.services import sitemap
from server.services.sitemap import Kind
from server.texts import _

#: The site map changes when something is published; an hour is soon enough for a search engine.
CACHING = "public, max-age=3600"
#: Pages of work, doors for programs, and the endless views of the list.
LEFT_ALONE = ("/review", "/sign-in", "/api/", "/field", "/*?*cursor=", "/*?*bbox=", "/*?*near=", "/*/board.pdf")
PLACES = {Kind.PROJECTS: "public_site.project", Kind.AREAS: "public_site.area"}


class PartForm(pages.Form):
    """Which part of the site map."""

    after = fields.String(load_default="", validate=CODE)


@bp.get("/robots.txt")
@declare(PUBLIC)
def robots() -> Response:
    """Everything public may be found."""
    lines = ["User-agent: *", *(f"Disallow: {place}" for place in LEFT_ALONE)]
    lines.append(f"Sitemap: {url_for('public_site.sitemap_index', _external=True)}")
    return _kept("\n".join(lines) + "\n", "text/plain")


@bp.get("/sitemap.xml")
@declare(PUBLISHED)
def sitemap_index() -> Response:
    """The addresses of the parts."""
    parts = [(kind, after) for kind in Kind for after in sitemap.beginnings(kind)]
    return _kept(render_template("public/sitemap_index.xml", parts=parts), "application/xml")


@bp.get("/sitemap-<string:name>.xml")
@declare(PUBLISHED)
def sitemap_part(name: str) -> Response:
    """The addresses of one part."""
    if name not in {kind.value for kind in Kind}:
        raise Problem("not-found", _("There is no such site map."))
    kind = Kind(name)
    entries = sitemap.part(kind, pages.query(PartForm)["after"])
    page = render_template("public/sitemap.xml", entries=entries, place=PLACES[kind])
    return _kept(page, "application/xml")


def _kept(content: str, mimetype: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Cache-Control"] = CACHING
    return response
