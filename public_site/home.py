"""The first page: what this is, the areas, the newest verified photos, and the search."""

from __future__ import annotations

from flask import render_template

from public_site import search
from public_site.door import bp
from server.access import PUBLISHED, declare
from server.models.projects import ProjectStatus
from server.services import public

NEWEST = 8


@bp.get("/")
@declare(PUBLISHED)
def home() -> str:
    """What this is, and every published project."""
    wanted = search.asked()
    return render_template(
        "public/home.html",
        wanted=wanted,
        found=search.find(wanted),
        areas=public.areas(),
        newest=() if wanted else public.newest_photos(NEWEST),
        states=list(ProjectStatus),
    )
