"""Payment certificates as documents: what was reckoned, what was paid, what is disputed.

Amounts are integer minor units of the certificate's currency.
"""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from field_api.fields import Day, Ident, Instant, Word
from field_api.shapes import Answered
from server.documents import plain
from server.models import Certificate, Dispute
from server.models.payments import CertificateState
from server.services import certificates


class CertificateMilestone(Answered):
    """The milestone whose money a certificate is."""

    id = Ident(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)


class CertificateLine(Answered):
    """One line of the reckoning; deductions are negative, the last line is the net."""

    label = fields.String(required=True)
    amount_minor = fields.Integer(required=True)
    why = fields.String(required=True)


class PaymentDocument(Answered):
    """The one payment of a certificate."""

    reference = fields.String(required=True)
    paid_on = Day(required=True)
    amount_minor = fields.Integer(required=True)
    recorded_at = Instant(required=True)


class PassingOnDocument(Answered):
    """The contractor's statement that the money was passed on."""

    recipient = fields.String(required=True)
    amount_minor = fields.Integer(required=True)
    reference = fields.String(required=True)
    passed_on = Day(required=True)
    recorded_at = Instant(required=True)


class DisputeDocument(Answered):
    """A dispute; ``settlement`` is null while it is open."""

    id = Ident(required=True)
    certificate = Ident(required=True)
    reason = fields.String(required=True)
    raised_at = Instant(required=True)
    settlement = fields.String(required=True, allow_none=True)
    settled_at = Instant(required=True, allow_none=True)


class CertificateDocument(Answered):
    """The money of one milestone."""

    id = Ident(required=True)
    milestone = fields.Nested(CertificateMilestone, required=True)
    state = Word(CertificateState, required=True)
    currency = fields.String(required=True)
    gross_minor = fields.Integer(required=True)
    net_minor = fields.Integer(required=True)
    calculation = fields.List(fields.Nested(CertificateLine), required=True)
    unlocked_at = Instant(required=True, allow_none=True)
    certified_at = Instant(required=True, allow_none=True)
    due_on = Day(required=True, allow_none=True)
    payment = fields.Nested(PaymentDocument, required=True, allow_none=True)
    passing_on = fields.Nested(PassingOnDocument, required=True, allow_none=True)
    disputes = fields.List(fields.Nested(DisputeDocument), required=True)


class Certificates(Answered):
    """The certificates of a project in the order of its milestones."""

    items = fields.List(fields.Nested(CertificateDocument), required=True)


def certificate_document(certificate: Certificate) -> dict[str, Any]:
    """A certificate with its reckoning, its payment and its disputes."""
    told = _columns(certificate, "id", "state", "currency", "gross_minor", "net_minor", "unlocked_at", "certified_at")
    paid, passed = certificate.payment, certificate.passing_on
    return told | {
        "milestone": _columns(certificate.milestone, "id", "code", "title"),
        "calculation": [line._asdict() for line in certificates.calculation(certificate)],
        "due_on": plain(certificates.due_on(certificate)),
        "payment": paid and _columns(paid, "reference", "paid_on", "amount_minor", "recorded_at"),
        "passing_on": passed and _columns(passed, "recipient", "amount_minor", "reference", "passed_on", "recorded_at"),
        "disputes": [dispute_document(each) for each in certificate.disputes],
    }


def dispute_document(dispute: Dispute) -> dict[str, Any]:
    """A dispute with its settlement, if there is one."""
    told = _columns(dispute, "id", "reason", "raised_at", "settlement", "settled_at")
    return told | {"certificate": str(dispute.certificate_id)}


def _columns(record: object, *names: str) -> dict[str, Any]:
    return {name: plain(getattr(record, name)) for name in names}
