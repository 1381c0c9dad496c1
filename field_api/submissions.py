"""Putting the evidence of a milestone forward, and deciding on exactly that evidence."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for
from marshmallow import Schema, fields, validate

from field_api.blueprint import api
from field_api.bodies import JsonBody
from field_api.fields import Ident, Instant, Text, Word, reason, sha256
from field_api.operation import Answer, operation
from field_api.shapes import Answered
from server.access import READERS, roles
from server.auth import current_actor
from server.models import Submission, SubmissionDecision, SubmissionTakingBack
from server.models.people import Role
from server.models.submissions import SubmissionDecisionWord, SubmissionState, TakenBackWord
from server.services import submission_reading, submissions, taking_back
from server.services.decision_reasons import MOST_REASONS, Reason
from server.times import iso, utc_now

MOST_PHOTOS = 10_000


class SubmissionBody(Schema):
    """Which photos to put forward; left out or null: all of the milestone's that can be."""

    evidence = fields.List(Ident(), load_default=None, allow_none=True, validate=validate.Length(1, MOST_PHOTOS))
    note = Text(2000, load_default="")


class ReasonBody(Schema):
    """Why, about one photo of the submission or one requirement (by its code) of the milestone: exactly one of them."""

    evidence = Ident(load_default=None, allow_none=True)
    requirement = Text(40, load_default=None, allow_none=True)
    reason = reason(required=True)


class SubmissionDecisionBody(Schema):
    """A decision, why, and the digest of the evidence that was looked at; ``reasons`` go with a return or rejection."""

    decision = Word(SubmissionDecisionWord, required=True)
    reason = reason(required=True)
    digest = sha256(required=True)
    reasons = fields.List(fields.Nested(ReasonBody), load_default=list, validate=validate.Length(0, MOST_REASONS))


class TakingBackBody(Schema):
    """Which word on the submission is taken back, why, and the digest of the evidence it was about."""

    word = Word(TakenBackWord, required=True)
    reason = reason(required=True)
    digest = sha256(required=True)


class SubmittedPhoto(Answered):
    """One photo as it was frozen."""

    evidence = Ident(required=True)
    sha256 = fields.String(required=True)


class ReasonDocument(Answered):
    """What a decision says of one photo, or of one requirement by its code; the other is null."""

    evidence = Ident(required=True, allow_none=True)
    requirement = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)


class SubmissionDecisionDocument(Answered):
    """One decision on a submission."""

    decision = Word(SubmissionDecisionWord, required=True)
    reason = fields.String(required=True)
    decided_by = fields.String(required=True)
    decided_at = Instant(required=True)
    reasons = fields.List(fields.Nested(ReasonDocument), required=True)


class TakingBackDocument(Answered):
    """An approval or a return that was taken back; ``renewed`` is the submission that stands for a return since."""

    word = Word(TakenBackWord, required=True)
    reason = fields.String(required=True)
    taken_back_by = fields.String(required=True)
    taken_back_at = Instant(required=True)
    renewed = Ident(required=True, allow_none=True)


class SubmissionDocument(Answered):
    """A frozen set of evidence; ``digest`` names exactly that set."""

    id = Ident(required=True)
    milestone = Ident(required=True)
    digest = fields.String(required=True)
    state = Word(SubmissionState, required=True)
    submitted_at = Instant(required=True)
    note = fields.String(required=True)
    approvals_needed = fields.Integer(required=True)
    items = fields.List(fields.Nested(SubmittedPhoto), required=True)
    decisions = fields.List(fields.Nested(SubmissionDecisionDocument), required=True)
    taken_back = fields.List(fields.Nested(TakingBackDocument), required=True)


class Submissions(Answered):
    """The submissions of a milestone, newest first."""

    items = fields.List(fields.Nested(SubmissionDocument), required=True)


@operation(
    api,
    "POST",
    "/milestones/<record:milestone_id>/submissions",
    access=roles(Role.INSPECTOR, Role.CONTRACTOR),
    summary="Put evidence forward",
    body=JsonBody(SubmissionBody, example={"note": "All photos of the base course."}),
    answers={
        201: Answer(
            "The evidence is frozen; its digest is what a decision must name.",
            SubmissionDocument,
            headers=("Location",),
            leads_to=dict.fromkeys(("get_submission", "decide_submission"), "submission_id"),
        )
    },
    problems=("wrong-state",),
)
def submit_milestone(milestone_id: UUID, body: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Freezes the photos. What is sent in later is not in the submission, nor in its approval."""
    made = submissions.submit(
        current_actor(), milestone_id, evidence_ids=body["evidence"], note=body["note"], now=utc_now()
    )
    return submission_document(made), 201, {"Location": url_for("field_api.get_submission", submission_id=made.id)}


@operation(
    api,
    "GET",
    "/milestones/<record:milestone_id>/submissions",
    access=roles(*READERS),
    summary="The submissions of a milestone",
    answers={200: Answer("Newest first.", Submissions)},
)
def list_submissions(milestone_id: UUID) -> dict[str, Any]:
    """What was put forward for the milestone, and what was decided on it."""
    found = submission_reading.of_milestone(current_actor(), milestone_id)
    return {"items": [submission_document(each) for each in found]}


@operation(
    api,
    "GET",
    "/submissions/<record:submission_id>",
    access=roles(*READERS),
    summary="One submission",
    answers={200: Answer("The submission.", SubmissionDocument, leads_to={"decide_submission": "submission_id"})},
)
def get_submission(submission_id: UUID) -> dict[str, Any]:
    """The photos that were frozen, the digest that a decision must name, and the decisions so far."""
    return submission_document(submission_reading.get(current_actor(), submission_id))


@operation(
    api,
    "POST",
    "/submissions/<record:submission_id>/decisions",
    access=roles(Role.SUPERVISOR),
    summary="Approve, return or reject a submission",
    body=JsonBody(
        SubmissionDecisionBody,
        example={"decision": "approve", "reason": "All stations are covered.", "digest": "0" * 64},
    ),
    answers={201: Answer("Decided. Above the policy's threshold a second approval is awaited.", SubmissionDocument)},
    problems=("separation-of-duties", "digest-conflict", "already-decided", "requirements-not-met", "wrong-state"),
)
def decide_submission(submission_id: UUID, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """The digest must be that of the submission, so that nobody approves what they were not shown."""
    reasons = [Reason(each["reason"], each["evidence"], each["requirement"]) for each in body["reasons"]]
    decided = submissions.decide(
        current_actor(), submission_id, body["decision"], body["reason"], body["digest"], now=utc_now(), reasons=reasons
    )
    return submission_document(decided), 201


@operation(
    api,
    "POST",
    "/submissions/<record:submission_id>/takings-back",
    access=roles(Role.SUPERVISOR),
    summary="Take back an approval or a return",
    body=JsonBody(
        TakingBackBody, example={"word": "approve", "reason": "The wrong milestone was approved.", "digest": "0" * 64}
    ),
    answers={201: Answer("Taken back; answers the submission that stands for it now.", SubmissionDocument)},
    problems=("separation-of-duties", "digest-conflict", "wrong-state"),
)
def take_back_submission(submission_id: UUID, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """An approval can be taken back until its certificate is certified, a return until something is put forward."""
    standing = taking_back.take_back(
        current_actor(), submission_id, body["word"], body["reason"], body["digest"], now=utc_now()
    )
    return submission_document(standing), 201


def submission_document(submission: Submission) -> dict[str, Any]:
    """A submission with its photos and its decisions."""
    return {
        "id": str(submission.id),
        "milestone": str(submission.milestone_id),
        "digest": submission.digest,
        "state": submission.state.value,
        "submitted_at": iso(submission.submitted_at),
        "note": submission.note,
        "approvals_needed": submission.approvals_needed,
        "items": [{"evidence": str(item.evidence_id), "sha256": item.sha256} for item in submission.items],
        "decisions": [_decision(made) for made in submission.decisions],
        "taken_back": [_taking_back(row) for row in submission.taken_back],
    }


def _decision(made: SubmissionDecision) -> dict[str, Any]:
    return {
        "decision": made.decision.value,
        "reason": made.reason,
        "decided_by": made.decider.name,
        "decided_at": iso(made.decided_at),
        "reasons": [
            {
                "evidence": str(row.evidence_id) if row.evidence_id else None,
                "requirement": row.requirement.code if row.requirement else None,
                "reason": row.reason,
            }
            for row in made.reasons
        ],
    }


def _taking_back(row: SubmissionTakingBack) -> dict[str, Any]:
    return {
        "word": row.word.value,
        "reason": row.reason,
        "taken_back_by": row.person.name,
        "taken_back_at": iso(row.taken_back_at),
        "renewed": str(row.renewed_id) if row.renewed_id else None,
    }
