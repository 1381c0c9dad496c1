"""One project for its people: milestones, schedule, certificates, photos without a milestone."""

from __future__ import annotations

from flask import render_template

from review_ui.door import bp
from server import pages
from server.access import SIGNED_IN, declare
from server.auth import current_actor
from server.services import review
from server.times import utc_now


class ProjectForm(pages.Form):
    """Which numbered part of the photos without a milestone."""

    loose = pages.part_number()


@bp.get("/review/projects/<string:code>")
@declare(SIGNED_IN)
def project(code: str) -> str:
    """One project, published or not."""
    page = review.project(current_actor(), code, now=utc_now(), **pages.query(ProjectForm))
    return render_template("review/project.html", page=page, project=page.project)
