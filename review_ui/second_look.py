"""The random second look: what was given to a reviewer of another organisation, and their answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, render_template, request, url_for
from marshmallow import fields

from review_ui.door import Answer, bp, or_again, see, text_field
from server import pages
from server.access import SIGNED_IN, declare, roles
from server.auth import current_actor
from server.models import second_look as models
from server.problems import Problem
from server.services.second_look import answering, desk, records
from server.texts import N_, _
from server.times import utc_now

TOLD = {
    models.Answer.HOLDS: N_("Your answer is on record: it holds."),
    models.Answer.DOES_NOT_HOLD: N_(
        "Your answer is on record: it does not hold. Those who answer for the project see it now."
    ),
    models.Answer.CANNOT_TELL: N_("Your answer is on record: you cannot tell."),
}


class ListQuery(pages.Form):
    """From where the two lists go on."""

    cursor = fields.String()
    unheard = fields.String()


class PartQuery(pages.Form):
    """Which part of a milestone's photos."""

    part = pages.part_number()


class AnswerForm(pages.Form):
    """Whether it holds, and why."""

    answer = fields.Enum(
        models.Answer,
        by_value=True,
        required=True,
        error_messages={"required": N_("Choose one of the three."), "unknown": N_("Choose one of the three.")},
    )
    reason = text_field()


class TakingBackForm(pages.Form):
    """Why an answer is taken back."""

    reason = text_field()


class HearingForm(pages.Form):
    """What follows from an answer that it does not hold."""

    words = text_field()


@bp.get("/review/second-look")
@declare(SIGNED_IN)
def second_looks() -> str:
    """What was given to this person, and what did not hold where they answer for it."""
    asked = pages.query(ListQuery)
    found = desk.lists(current_actor(), cursor=asked.get("cursor"), unheard_after=asked.get("unheard"))
    return render_template("review/second_looks.html", lists=found, asked=asked)


def _page(look_id: UUID, problem: Problem | None = None) -> str:
    asked: dict[str, Any] = {"part": 1} if problem else pages.query(PartQuery)
    page = desk.look(current_actor(), look_id, part=asked["part"])
    return render_template("review/second_look.html", page=page, problem=problem, typed=request.form)


@bp.get("/review/second-look/<uuid:look_id>")
@declare(SIGNED_IN)
def second_look(look_id: UUID) -> str:
    """One thing that was drawn, with what it rests on and what was decided."""
    return _page(look_id)


@bp.post("/review/second-look/<uuid:look_id>/answers")
@declare(SIGNED_IN)
@or_again(_page)
def answer_second_look(look_id: UUID) -> Answer:
    """Say whether it holds."""
    said = pages.form(AnswerForm)
    answering.answer(current_actor(), look_id, said["answer"], said["reason"], now=utc_now())
    flash(_(TOLD[said["answer"]]))
    return see(url_for("review_ui.second_looks"))


@bp.post("/review/second-look/<uuid:look_id>/takings-back")
@declare(SIGNED_IN)
@or_again(_page)
def take_back_second_look(look_id: UUID) -> Answer:
    """Take an answer back."""
    answering.take_back(current_actor(), look_id, pages.form(TakingBackForm)["reason"], now=utc_now())
    flash(_("Your answer is taken back; it stays on record. You can answer anew."))
    return see(url_for("review_ui.second_look", look_id=look_id))


@bp.post("/review/second-look/<uuid:look_id>/hearings")
@declare(roles(*records.HEARERS))
@or_again(_page)
def hear_second_look(look_id: UUID) -> Answer:
    """Write what follows from an answer that it does not hold."""
    answering.hear(current_actor(), look_id, pages.form(HearingForm)["words"], now=utc_now())
    flash(_("What follows is on record under your name."))
    return see(url_for("review_ui.second_look", look_id=look_id))


@bp.get("/review/second-look/<uuid:look_id>/photos/<uuid:evidence_id>")
@declare(SIGNED_IN)
def second_look_photo(look_id: UUID, evidence_id: UUID) -> str:
    """One photo of a milestone that was drawn."""
    found, photo = desk.photo_of(current_actor(), look_id, evidence_id)
    return render_template("review/second_look_photo.html", look=found, seen=photo, project=found.project)


@bp.get("/review/second-look/<uuid:look_id>/photos/<uuid:evidence_id>/thumbnail.jpg")
@declare(SIGNED_IN)
def second_look_thumbnail(look_id: UUID, evidence_id: UUID) -> Response:
    """A photo of what was drawn at most 400 pixels wide."""
    return _copy(look_id, evidence_id, "thumbnail")


@bp.get("/review/second-look/<uuid:look_id>/photos/<uuid:evidence_id>/web.jpg")
@declare(SIGNED_IN)
def second_look_web(look_id: UUID, evidence_id: UUID) -> Response:
    """A photo of what was drawn at most 1600 pixels wide."""
    return _copy(look_id, evidence_id, "web")


def _copy(look_id: UUID, evidence_id: UUID, name: str) -> Response:
    response = make_response(desk.copy(current_actor(), look_id, evidence_id, name))
    response.content_type = "image/jpeg"
    response.headers["Cache-Control"] = "private, max-age=600"
    return response
