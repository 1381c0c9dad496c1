"""Publishing a project: what is still missing, its state, and whether the public sees it."""

from __future__ import annotations

from flask import request, url_for
from werkzeug.wrappers import Response

from review_ui import setup_flow
from review_ui.door import Answer, bp
from review_ui.setup import ADMINISTRATORS
from review_ui.setup_flow import Told
from review_ui.setup_values import Reader
from server.access import declare
from server.auth import current_actor
from server.models.projects import ProjectStatus
from server.services import setting_up, setting_up_sources
from server.services.setting_up import Draft


@bp.get("/review/setup/projects/<string:code>/publish")
@declare(ADMINISTRATORS)
def setup_publish(code: str) -> Answer:
    """What is there, what is missing, and the switch."""
    draft = setting_up.draft(current_actor(), code)
    return _page(draft, Told(), draft.document["status"], published=draft.document["published"])


@bp.post("/review/setup/projects/<string:code>/publish")
@declare(ADMINISTRATORS)
def setup_publish_taken(code: str) -> Answer:
    """Show what publishing would change, or do it."""
    draft = setting_up.draft(current_actor(), code)
    status, published = request.form.get("status", ""), request.form.get("published") == "yes"
    document = draft.facts | {"status": status, "published": published}
    told = setup_flow.taken(document, Reader(), url_for("review_ui.setup_project", code=code))
    return told if isinstance(told, Response) else _page(draft, told, status, published=published)


def _page(draft: Draft, told: Told, status: str, *, published: bool) -> Answer:
    return setup_flow.shown(
        "review/setup_publish.html",
        told,
        draft=draft,
        project=draft.project,
        agreement=setting_up_sources.current(draft.project),
        states=list(ProjectStatus),
        status=status,
        published=published,
    )
