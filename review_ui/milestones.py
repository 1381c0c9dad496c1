"""One milestone: what is asked, what is there, and the decision on what was put forward."""

from __future__ import annotations

from uuid import UUID

from flask import flash, render_template, request, url_for
from marshmallow import fields
from werkzeug.wrappers import Response

from review_ui.door import bp, see, text_field
from server import pages
from server.access import SIGNED_IN, declare, roles
from server.auth import current_actor
from server.models.people import Role
from server.models.submissions import SubmissionDecisionWord, SubmissionState
from server.problems import Problem
from server.services import certificates, review_milestone, submissions
from server.times import utc_now

Answer = str | tuple[str, int] | Response


class PhotosForm(pages.Form):
    """Which numbered part of the milestone's photos."""

    photos = pages.part_number()


class DecisionForm(pages.Form):
    """A decision on the submission that was on the page; ``digest`` says which evidence that was."""

    submission = fields.UUID(required=True)
    digest = fields.String(required=True)
    decision = fields.Enum(SubmissionDecisionWord, by_value=True, required=True)
    reason = text_field()


class SubmissionForm(pages.Form):
    """A note to go with what is put forward."""

    note = text_field(required=False)


@bp.get("/review/milestones/<uuid:milestone_id>")
@declare(SIGNED_IN)
def milestone(milestone_id: UUID) -> str:
    """One milestone with its photos and its pending submission."""
    return _page(milestone_id)


@bp.post("/review/milestones/<uuid:milestone_id>/decisions")
@declare(roles(Role.SUPERVISOR))
def decide(milestone_id: UUID) -> Answer:
    """Approve, return or reject."""
    try:
        said = pages.form(DecisionForm)
        submission = submissions.decide(
            current_actor(), said["submission"], said["decision"], said["reason"], said["digest"], now=utc_now()
        )
    except Problem as problem:
        return _page(milestone_id, problem), problem.kind.status
    flash(_told(submission.state))
    return see(url_for("review_ui.milestone", milestone_id=milestone_id))


@bp.post("/review/milestones/<uuid:milestone_id>/submissions")
@declare(roles(*submissions.SUBMITTERS))
def submit(milestone_id: UUID) -> Answer:
    """Put forward every photo of the milestone that can be."""
    try:
        note = pages.form(SubmissionForm)["note"]
        submissions.submit(current_actor(), milestone_id, evidence_ids=None, note=note, now=utc_now())
    except Problem as problem:
        return _page(milestone_id, problem), problem.kind.status
    flash("The photos are put forward. A supervisor decides on exactly these.")
    return see(url_for("review_ui.milestone", milestone_id=milestone_id))


def _page(milestone_id: UUID, problem: Problem | None = None) -> str:
    page = review_milestone.milestone(current_actor(), milestone_id, number=pages.query(PhotosForm)["photos"])
    return render_template(
        "review/milestone.html",
        page=page,
        project=page.project,
        lines=certificates.calculation(page.certificate) if page.certificate else [],
        problem=problem,
        typed=request.form,
    )


def _told(state: SubmissionState) -> str:
    return {
        SubmissionState.PENDING: "Your approval is on record. A second supervisor has to approve as well.",
        SubmissionState.APPROVED: "Approved. The photos are public now, and the certificate is unlocked.",
        SubmissionState.RETURNED: "Returned. The contractor can add photos and put the milestone forward again.",
        SubmissionState.REJECTED: "Rejected. These photos cannot be put forward again.",
    }[state]
