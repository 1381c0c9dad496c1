"""What of one photo the public does not see: the areas that are hidden, and a reviewer's word on them."""

from __future__ import annotations

from uuid import UUID

from flask import flash, render_template, request, url_for
from marshmallow import fields

from evidence.redaction import Box
from review_ui.door import Answer, bp, or_again, see, text_field
from server import pages
from server.access import SIGNED_IN, declare, roles
from server.auth import current_actor
from server.models.people import Role
from server.problems import Problem
from server.services import hidden_view, redactions
from server.texts import N_, _
from server.times import utc_now


def _number() -> fields.Float:
    return fields.Float(
        required=True, allow_nan=False, error_messages={"invalid": N_("A number from 0 to 100 is needed.")}
    )


class AreaForm(pages.Form):
    """An area: its edges in hundredths of the picture where a person drew it, in parts where a machine found it."""

    left = _number()
    top = _number()
    width = _number()
    height = _number()
    reason = text_field(required=False)


class UndoForm(pages.Form):
    """Why a word is taken back."""

    reason = text_field(required=False)


def _page(evidence_id: UUID, problem: Problem | None = None) -> str:
    page = hidden_view.page(current_actor(), evidence_id)
    return render_template(
        "review/hidden.html",
        page=page,
        photo=page.photo,
        project=page.project,
        problem=problem,
        typed=request.form,
    )


@bp.get("/review/photos/<uuid:evidence_id>/hidden")
@declare(SIGNED_IN)
def hidden(evidence_id: UUID) -> str:
    """The photo as the public sees it or will, and what may be changed in that."""
    return _page(evidence_id)


@bp.post("/review/photos/<uuid:evidence_id>/hidden")
@declare(roles(Role.SUPERVISOR))
@or_again(_page)
def hide_area(evidence_id: UUID) -> Answer:
    """Hide one more area."""
    said = pages.form(AreaForm)
    box = Box(*(said[edge] / 100 for edge in ("left", "top", "width", "height")))
    redactions.hide(current_actor(), evidence_id, box, said["reason"], now=utc_now())
    return _told(evidence_id, _("The area is hidden from the public."))


@bp.post("/review/photos/<uuid:evidence_id>/shown")
@declare(roles(Role.SUPERVISOR))
@or_again(_page)
def show_area(evidence_id: UUID) -> Answer:
    """Let the public see what a machine would hide."""
    said = pages.form(AreaForm)
    box = Box(said["left"], said["top"], said["width"], said["height"])
    redactions.show(current_actor(), evidence_id, box, said["reason"], now=utc_now())
    return _told(evidence_id, _("The public sees this area."))


@bp.post("/review/photos/<uuid:evidence_id>/hidden/<uuid:redaction_id>/undo")
@declare(roles(Role.SUPERVISOR))
@or_again(_page)
def undo_area(evidence_id: UUID, redaction_id: UUID) -> Answer:
    """Take a word on an area back."""
    redactions.undo(current_actor(), evidence_id, redaction_id, pages.form(UndoForm)["reason"], now=utc_now())
    return _told(evidence_id, _("Undone. What was said before stays on record."))


def _told(evidence_id: UUID, words: str) -> Answer:
    flash(words)
    return see(url_for("review_ui.hidden", evidence_id=evidence_id))
