"""Payment certificates: certifying, paying, passing on, and disputes about them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import Schema

from field_api.blueprint import api
from field_api.bodies import JsonBody
from field_api.certificate_documents import (
    CertificateDocument,
    Certificates,
    DisputeDocument,
    certificate_document,
    dispute_document,
)
from field_api.fields import WRITTEN, Day, Text, Whole, reason
from field_api.operation import Answer, operation
from server.access import READERS, roles
from server.auth import current_actor
from server.models.people import Role
from server.money import MOST_MINOR
from server.services import certificates
from server.times import utc_now


class PaymentBody(Schema):
    """The payment's reference, and the day on which it was made."""

    reference = Text(100, least=1, pattern=WRITTEN, required=True)
    paid_on = Day(required=True)


class PassingOnBody(Schema):
    """To whom how much was passed on, in minor units of the certificate's currency."""

    recipient = Text(200, least=1, pattern=WRITTEN, required=True)
    amount_minor = Whole(1, MOST_MINOR, required=True)
    reference = Text(100, least=1, pattern=WRITTEN, required=True)
    passed_on = Day(required=True)


class DisputeBody(Schema):
    """What is wrong with the certificate."""

    reason = reason(required=True)


class SettlementBody(Schema):
    """How the dispute was settled."""

    settlement = reason(required=True)


@operation(
    api,
    "GET",
    "/projects/<code:code>/certificates",
    access=roles(*READERS),
    summary="The certificates of a project",
    answers={200: Answer("In the order of the milestones.", Certificates)},
)
def list_certificates(code: str) -> dict[str, Any]:
    """What each milestone comes to, line by line, and what became of it."""
    return {"items": [certificate_document(each) for each in certificates.of_project(current_actor(), code)]}


@operation(
    api,
    "POST",
    "/certificates/<record:certificate_id>/certification",
    access=roles(Role.PAYMASTER),
    summary="Certify",
    answers={
        201: Answer(
            "Certified; the days to payment are counted from now.",
            CertificateDocument,
            leads_to={"pay": "certificate_id", "dispute": "certificate_id"},
        )
    },
    problems=("separation-of-duties", "wrong-state"),
)
def certify(certificate_id: UUID) -> tuple[dict[str, Any], int]:
    """A paymaster who had no other part in the submission certifies what its approval unlocked."""
    return certificate_document(certificates.certify(current_actor(), certificate_id, now=utc_now())), 201


@operation(
    api,
    "POST",
    "/certificates/<record:certificate_id>/payment",
    access=roles(Role.PAYMASTER),
    summary="Record the payment",
    body=JsonBody(PaymentBody, example={"reference": "LDDAP-2026-000123", "paid_on": "2026-04-15"}),
    answers={201: Answer("The payment is on record.", CertificateDocument)},
    problems=("separation-of-duties", "already-paid", "wrong-state"),
)
def pay(certificate_id: UUID, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """There is one payment to a certificate, and none while a dispute about it is open."""
    paid = certificates.pay(current_actor(), certificate_id, **body, now=utc_now())
    return certificate_document(paid), 201


@operation(
    api,
    "POST",
    "/certificates/<record:certificate_id>/passing-on",
    access=roles(Role.CONTRACTOR),
    summary="State that the money was passed on",
    body=JsonBody(
        PassingOnBody,
        example={"recipient": "Sub Works", "amount_minor": 125_000, "reference": "T-9", "passed_on": "2026-04-20"},
    ),
    answers={201: Answer("The statement is on record.", CertificateDocument)},
    problems=("wrong-state",),
)
def pass_on(certificate_id: UUID, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """The contractor that was paid says whom it paid in turn."""
    passed = certificates.pass_on(current_actor(), certificate_id, **body, now=utc_now())
    return certificate_document(passed), 201


@operation(
    api,
    "POST",
    "/certificates/<record:certificate_id>/disputes",
    access=roles(*certificates.DISPUTERS),
    summary="Dispute a certificate",
    body=JsonBody(DisputeBody, example={"reason": "The retention was taken twice."}),
    answers={
        201: Answer(
            "The dispute stands beside the certificate until it is settled.",
            DisputeDocument,
            leads_to={"settle": "dispute_id"},
        )
    },
    problems=("wrong-state",),
)
def dispute(certificate_id: UUID, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """A party to the certificate says that it is wrong. It is not paid while the dispute is open."""
    raised = certificates.dispute(current_actor(), certificate_id, body["reason"], now=utc_now())
    return dispute_document(raised), 201


@operation(
    api,
    "POST",
    "/disputes/<record:dispute_id>/settlement",
    access=roles(Role.ADMINISTRATOR),
    summary="Settle a dispute",
    body=JsonBody(SettlementBody, example={"settlement": "Reckoned anew; the retention stands."}),
    answers={201: Answer("The dispute is settled.", DisputeDocument)},
    problems=("separation-of-duties", "already-decided"),
)
def settle(dispute_id: UUID, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """An administrator of the agency who did not raise the dispute writes down how it was settled."""
    return dispute_document(certificates.settle(current_actor(), dispute_id, body["settlement"], now=utc_now())), 201
