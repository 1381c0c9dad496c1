"""The public's pages: projects by area, one project, one photo, and what a problem means.

Only what ``server.services.public`` answers is shown here. Nothing on these pages needs a
signed-in person, a script or a cookie.
"""

from __future__ import annotations

from flask import Flask

from public_site import (
    about,
    areas,
    board,
    bundles,
    display,
    downloads,
    feed,
    home,
    photos,
    points,
    problem_types,
    projects,
    robots,
    second_look,
    widget,
)
from public_site.door import bp
from server.pages import furnish

__all__ = [
    "about",
    "areas",
    "board",
    "bundles",
    "display",
    "downloads",
    "feed",
    "home",
    "photos",
    "points",
    "problem_types",
    "projects",
    "register",
    "robots",
    "second_look",
    "widget",
]


def register(app: Flask) -> None:
    """Open the public's pages."""
    furnish(app)
    app.register_blueprint(bp)
