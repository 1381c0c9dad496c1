"""One photo: its claims, its findings, what was decided, and the word of this person."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, make_response, render_template, request, send_file, url_for
from marshmallow import fields

from review_ui.door import Answer, bp, or_again, see, text_field
from server import pages
from server.access import SIGNED_IN, declare, roles
from server.auth import current_actor
from server.models.evidence import EvidenceVerdictWord
from server.models.people import Role
from server.problems import Problem
from server.services import evidence_reading, evidence_review, review_photo
from server.texts import N_, _
from server.times import utc_now

TOLD = {
    EvidenceVerdictWord.ACCEPT: N_("Accepted. The photo counts towards its requirement."),
    EvidenceVerdictWord.REFUSE: N_("Refused. The photo stays on record and does not count."),
}


class WordForm(pages.Form):
    """Accept or refuse, and why; ``back`` is set where the form stands on the milestone's page."""

    decision = fields.Enum(EvidenceVerdictWord, by_value=True, required=True)
    reason = text_field()
    back = fields.String(load_default="")


class AppealForm(pages.Form):
    """Why another person should look."""

    reason = text_field()


def _page(evidence_id: UUID, problem: Problem | None = None) -> str:
    page = review_photo.photo(current_actor(), evidence_id)
    return render_template(
        "review/photo.html",
        page=page,
        line=page.line,
        photo=page.line.evidence,
        project=page.project,
        problem=problem,
        typed=request.form,
    )


@bp.get("/review/photos/<uuid:evidence_id>")
@declare(SIGNED_IN)
def photo(evidence_id: UUID) -> str:
    """One photo with everything that is known of it."""
    return _page(evidence_id)


@bp.post("/review/photos/<uuid:evidence_id>/decisions")
@declare(roles(Role.SUPERVISOR))
@or_again(_page)
def decide_photo(evidence_id: UUID) -> Answer:
    """Accept or refuse the photo."""
    said = pages.form(WordForm)
    decided = evidence_review.decide(current_actor(), evidence_id, said["decision"], said["reason"], now=utc_now())
    flash(_(TOLD[said["decision"]]))
    if said["back"] and decided.milestone_id:
        return see(url_for("review_ui.milestone", milestone_id=decided.milestone_id, _anchor=f"photo-{evidence_id}"))
    return see(url_for("review_ui.photo", evidence_id=evidence_id))


@bp.post("/review/photos/<uuid:evidence_id>/appeals")
@declare(SIGNED_IN)
@or_again(_page)
def appeal(evidence_id: UUID) -> Answer:
    """Ask, as the person who sent the photo, that a reviewer look again."""
    reason = pages.form(AppealForm)["reason"]
    evidence_review.appeal(current_actor(), evidence_id, reason, now=utc_now())
    flash(_("Your appeal is on record. A reviewer who has not decided on this photo looks at it."))
    return see(url_for("review_ui.photo", evidence_id=evidence_id))


@bp.post("/review/photos/<uuid:evidence_id>/original")
@declare(SIGNED_IN)
def original(evidence_id: UUID) -> Response:
    """The file as the phone made it, never shown in place; the look is on record first."""
    found = evidence_reading.original(current_actor(), evidence_id, now=utc_now())
    # Sent by us on every store: a browser that keeps to our policy lets no form end at another address.
    return send_file(found.open(), mimetype=found.media_type, as_attachment=True, download_name=found.name)


@bp.get("/review/photos/<uuid:evidence_id>/thumbnail.jpg")
@declare(SIGNED_IN)
def thumbnail(evidence_id: UUID) -> Response:
    """The photo at most 400 pixels wide, for people with a role on its project."""
    return _copy(evidence_id, "thumbnail")


@bp.get("/review/photos/<uuid:evidence_id>/web.jpg")
@declare(SIGNED_IN)
def web(evidence_id: UUID) -> Response:
    """The photo at most 1600 pixels wide, for people with a role on its project."""
    return _copy(evidence_id, "web")


def _copy(evidence_id: UUID, name: str) -> Response:
    response = make_response(evidence_reading.copy(current_actor(), evidence_id, name))
    response.content_type = "image/jpeg"
    # The browser of this person may keep it for the while of looking; no cache in between may.
    response.headers["Cache-Control"] = "private, max-age=600"
    return response
