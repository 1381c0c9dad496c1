"""A person's word on one photo, and the uploader's one appeal against it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import Schema

from field_api.blueprint import api
from field_api.bodies import JsonBody
from field_api.evidence_documents import EvidenceDocument, evidence_document
from field_api.fields import Word, reason
from field_api.operation import Answer, operation
from server.access import UPLOADERS, roles
from server.auth import current_actor
from server.models.evidence import EvidenceVerdictWord
from server.models.people import Role
from server.services import evidence_reading, evidence_review
from server.times import utc_now


class EvidenceDecisionBody(Schema):
    """Accept or refuse, and why."""

    decision = Word(EvidenceVerdictWord, required=True)
    reason = reason(required=True)


class AppealBody(Schema):
    """Why a person should look again."""

    reason = reason(required=True)


@operation(
    api,
    "POST",
    "/evidence/<record:evidence_id>/decisions",
    access=roles(Role.SUPERVISOR),
    summary="Accept or refuse a photo",
    body=JsonBody(EvidenceDecisionBody, example={"decision": "accept", "reason": "The culvert is seen from the east."}),
    answers={201: Answer("Decided; the evidence as it stands now.", EvidenceDocument)},
    problems=("separation-of-duties", "wrong-state"),
)
def decide_evidence(evidence_id: UUID, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Neither the uploader nor anyone of the contractor's decides. The findings stay as they were."""
    actor = current_actor()
    evidence_review.decide(actor, evidence_id, body["decision"], body["reason"], now=utc_now())
    return evidence_document(evidence_reading.get(actor, evidence_id)), 201


@operation(
    api,
    "POST",
    "/evidence/<record:evidence_id>/appeals",
    access=roles(*UPLOADERS),
    summary="Appeal for a photo",
    body=JsonBody(AppealBody, example={"reason": "The site was moved; see variation order 2."}),
    answers={201: Answer("The photo waits for review again.", EvidenceDocument)},
    problems=("already-appealed", "wrong-state"),
)
def appeal_evidence(evidence_id: UUID, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """The uploader may ask once that another person look at a rejected or refused photo."""
    actor = current_actor()
    evidence_review.appeal(actor, evidence_id, body["reason"], now=utc_now())
    return evidence_document(evidence_reading.get(actor, evidence_id)), 201
