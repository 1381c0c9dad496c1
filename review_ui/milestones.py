"""One milestone: what is asked, what is there, and the decision on what was put forward."""

from __future__ import annotations

from uuid import UUID

from flask import flash, render_template, request, url_for
from marshmallow import fields, validate
from werkzeug.wrappers import Response

from evidence.context import Stage
from review_ui.door import Answer, bp, or_again, see, text_field
from server import pages
from server.access import SIGNED_IN, declare, roles
from server.auth import current_actor
from server.csv_lists import csv_list
from server.models.evidence import EvidenceState
from server.models.people import Role
from server.models.submissions import SubmissionDecisionWord, SubmissionState, TakenBackWord
from server.problems import Problem
from server.services import milestone_photos, review_milestone, submissions, taking_back
from server.services.decision_reasons import Reason
from server.services.milestone_photos import Wanted
from server.texts import N_, _
from server.times import utc_now

TOLD = {
    SubmissionState.PENDING: N_("Your approval is on record. A second supervisor has to approve as well."),
    SubmissionState.APPROVED: N_("Approved. The photos are public now, and the certificate is unlocked."),
    SubmissionState.RETURNED: N_("Returned. The contractor can add photos and put the milestone forward again."),
    SubmissionState.REJECTED: N_("Rejected. These photos cannot be put forward again."),
}
TAKEN_BACK = {
    TakenBackWord.APPROVE: N_(
        "The approval is taken back. The certificate is locked again, and the photos are no longer public."
    ),
    TakenBackWord.RETURN: N_("The return is taken back. The same photos wait for a decision again."),
}
#: The fields in which a reason about one photo or requirement is written, before its id or code.
PHOTO, REQUIREMENT = "photo.", "requirement."


class PhotosForm(pages.Form):
    """Which of the milestone's photos to show, and which numbered part of them."""

    photos = pages.part_number()
    state = fields.Enum(EvidenceState, by_value=True, load_default=None)
    stage = fields.Enum(Stage, by_value=True, load_default=None)
    requirement = fields.String(load_default=None, validate=validate.Length(1, 40))


class DecisionForm(pages.Form):
    """A decision on the submission that was on the page; ``digest`` and ``seen`` say what stood there."""

    submission = fields.UUID(required=True)
    digest = fields.String(required=True)
    seen = fields.String(load_default="")
    decision = fields.Enum(SubmissionDecisionWord, by_value=True, required=True)
    reason = text_field()


class TakingBackForm(pages.Form):
    """Which word on which submission is taken back, and why."""

    submission = fields.UUID(required=True)
    digest = fields.String(required=True)
    word = fields.Enum(TakenBackWord, by_value=True, required=True)
    reason = text_field()


class SubmissionForm(pages.Form):
    """A note to go with what is put forward."""

    note = text_field(required=False)


def _page(milestone_id: UUID, problem: Problem | None = None) -> str:
    page = review_milestone.milestone(
        current_actor(),
        milestone_id,
        number=pages.query(PhotosForm)["photos"],
        wanted=_wanted(),
        now=utc_now(),
    )
    return render_template(
        "review/milestone.html",
        page=page,
        project=page.project,
        problem=problem,
        typed=request.form,
        written=_codes_written(),
    )


@bp.get("/review/milestones/<uuid:milestone_id>")
@declare(SIGNED_IN)
def milestone(milestone_id: UUID) -> str:
    """One milestone with its photos and its pending submission."""
    return _page(milestone_id)


@bp.get("/review/milestones/<uuid:milestone_id>/photos.csv")
@declare(SIGNED_IN)
def milestone_photos_csv(milestone_id: UUID) -> Response:
    """The milestone's photos, as they are looked for, for a spreadsheet."""
    name, heads, rows = milestone_photos.table(current_actor(), milestone_id, _wanted(), _address)
    # A list of one milestone, read while its database session is there.
    return csv_list(name, heads, list(rows))


@bp.post("/review/milestones/<uuid:milestone_id>/decisions")
@declare(roles(Role.SUPERVISOR))
@or_again(_page)
def decide(milestone_id: UUID) -> Answer:
    """Approve, return or reject."""
    said = pages.form(DecisionForm)
    submission = submissions.decide(
        current_actor(),
        said["submission"],
        said["decision"],
        said["reason"],
        said["digest"],
        now=utc_now(),
        reasons=_reasons(),
        seen=said["seen"],
    )
    flash(_(TOLD[submission.state]))
    return see(url_for("review_ui.milestone", milestone_id=milestone_id))


@bp.post("/review/milestones/<uuid:milestone_id>/takings-back")
@declare(roles(Role.SUPERVISOR))
@or_again(_page)
def take_back(milestone_id: UUID) -> Answer:
    """Take back the last approval or return."""
    said = pages.form(TakingBackForm)
    taking_back.take_back(
        current_actor(), said["submission"], said["word"], said["reason"], said["digest"], now=utc_now()
    )
    flash(_(TAKEN_BACK[said["word"]]))
    return see(url_for("review_ui.milestone", milestone_id=milestone_id))


@bp.post("/review/milestones/<uuid:milestone_id>/submissions")
@declare(roles(*submissions.SUBMITTERS))
@or_again(_page)
def submit(milestone_id: UUID) -> Answer:
    """Put forward every photo of the milestone that can be."""
    note = pages.form(SubmissionForm)["note"]
    submissions.submit(current_actor(), milestone_id, evidence_ids=None, note=note, now=utc_now())
    flash(_("The photos are put forward. A supervisor decides on exactly these."))
    return see(url_for("review_ui.milestone", milestone_id=milestone_id))


def _codes_written() -> set[str]:
    """The requirements about which something was written, so that a refused page shows it again."""
    return {reason.requirement for reason in _asked_reasons() if reason.requirement}


def _wanted() -> Wanted:
    asked = pages.query(PhotosForm)
    return Wanted(asked["state"], asked["stage"], asked["requirement"])


def _address(evidence_id: UUID) -> str:
    return url_for("review_ui.photo", evidence_id=evidence_id, _external=True)


def _reasons() -> list[Reason]:
    """What was written about single photos and requirements; fields left empty say nothing."""
    return [*(Reason(text, evidence_id=_photo_id(rest)) for rest, text in _written(PHOTO)), *_asked_reasons()]


def _asked_reasons() -> list[Reason]:
    return [Reason(text, requirement=rest) for rest, text in _written(REQUIREMENT)]


def _written(beginning: str) -> list[tuple[str, str]]:
    """The posted fields of this kind that hold something, each by the rest of its name."""
    return [
        (name.removeprefix(beginning), text)
        for name, text in request.form.items()
        if name.startswith(beginning) and text.strip()
    ]


def _photo_id(name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        raise Problem("invalid", _("This is no field of a photo.")) from None
