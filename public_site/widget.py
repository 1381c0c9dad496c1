"""A project in a few lines, to stand in a frame on an agency's own site.

It is the one page that other sites may frame: it takes no input, runs no script and knows nobody.
"""

from __future__ import annotations

from flask import Response, make_response, render_template

from public_site.door import bp
from server.access import PUBLISHED, declare
from server.requests import let_be_framed
from server.services import public, public_story
from server.times import utc_now


@bp.get("/widget/<string:code>")
@declare(PUBLISHED)
def widget(code: str) -> Response:
    """How far a project is, its newest photo, and the way to its page."""
    page = public.project(code, now=utc_now())
    latest = public_story.story(public_story.published(code), now=utc_now()).news[:1]
    told = render_template(
        "public/widget.html", page=page, newest=page.published[:1], latest=latest, sentence=public_story.sentence
    )
    return let_be_framed(make_response(told))
