"""What goes in and comes out with a photo: the claim beside it, and its evidence.

The three claims and the findings are described by the evidence core's own values.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for
from marshmallow import Schema, fields, validate

from evidence.claims import MOST_ACCURACY_M, Claims, PositionClaim
from evidence.context import Stage
from evidence.findings import Finding
from field_api.fields import Ident, Instant, Real, Text, Word, code, sha256
from field_api.shapes import Answered, shape
from server.models import Evidence
from server.models.evidence import CopiesState, EvidenceState
from server.services.evidence import UploadClaim
from server.services.evidence_view import document

W3C_CONFIDENCE = 0.95

CLAIM_EXAMPLE = {
    "project": "FMR-2026-014",
    "stage": "during",
    "caption": "Base course at station 0+500",
    "captured_at": "2026-03-31T08:15:00+08:00",
    "device_position": {
        "latitude": 11.00012,
        "longitude": 122.50004,
        "accuracy_m": 6.5,
        "confidence": 0.95,
        "fixed_at": "2026-03-31T08:14:58+08:00",
        "heading_deg": 271.5,
    },
}


class Position(Schema):
    """A position on WGS 84 in degrees; ``confidence`` is the share of the error that ``accuracy_m`` holds.

    W3C Geolocation's accuracy is a 95 % radius, Android's own a 68 % one.
    """

    latitude = Real(required=True, validate=validate.Range(-90, 90))
    longitude = Real(required=True, validate=validate.Range(-180, 180))
    accuracy_m = Real(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, MOST_ACCURACY_M, min_inclusive=False),
        metadata={"exclusiveMinimum": 0},
    )
    confidence = Real(load_default=W3C_CONFIDENCE, validate=validate.OneOf([0.68, 0.95]))
    fixed_at = Instant(load_default=None, allow_none=True, recent=True)
    heading_deg = Real(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 360, max_inclusive=False),
        metadata={"exclusiveMaximum": 360},
    )


class Claim(Schema):
    """What the phone and the person say beside the file; every part may be left out."""

    project = code(load_default=None, allow_none=True)
    milestone = Ident(load_default=None, allow_none=True)
    stage = Word(Stage, load_default=None, allow_none=True)
    requirement = code(load_default=None, allow_none=True)
    caption = Text(1000, load_default="")
    sha256 = sha256(load_default=None, allow_none=True)
    captured_at = Instant(load_default=None, allow_none=True, recent=True)
    device_position = fields.Nested(Position, load_default=None, allow_none=True)
    operator_position = fields.Nested(Position, load_default=None, allow_none=True)
    # However it is made, it is judged and never refused: a photo must not be lost for it.
    envelope = fields.String(load_default=None, allow_none=True, metadata={"description": "A compact JWS, see docs."})


class Uploader(Answered):
    """Who sent a photo."""

    id = Ident(required=True)
    name = fields.String(required=True)


class EvidenceLinks(Answered):
    """Addresses of the photo's files; the copies are there once ``copies`` is ready."""

    self = fields.String(required=True)
    original = fields.String(required=True)
    thumbnail = fields.String(required=True)
    web = fields.String(required=True)


class EvidenceDocument(Answered):
    """A photo as evidence: ``verdict`` is the machine's, ``state`` where it stands after people's decisions."""

    id = Ident(required=True)
    sha256 = fields.String(required=True)
    size = fields.Integer(required=True)
    media_type = fields.String(required=True)
    project = fields.String(required=True)
    milestone = Ident(required=True, allow_none=True)
    requirement = fields.String(required=True, allow_none=True)
    stage = Word(Stage, required=True)
    caption = fields.String(required=True)
    uploader = fields.Nested(Uploader, required=True)
    captured_at = Instant(required=True, allow_none=True)
    received_at = Instant(required=True)
    verdict = Word(EvidenceState, required=True)
    state = Word(EvidenceState, required=True)
    grade = fields.String(required=True, validate=validate.OneOf(["A", "B", "C", "D"]))
    advice = fields.String(required=True)
    claims = fields.Nested(shape(Claims), required=True)
    findings = fields.List(fields.Nested(shape(Finding)), required=True)
    policy = fields.String(required=True)
    copies = Word(CopiesState, required=True)
    receipt = fields.String(required=True)
    links = fields.Nested(EvidenceLinks, required=True)


def upload_claim(claim: dict[str, Any]) -> UploadClaim:
    """The loaded claim as the service takes it."""
    positions = {
        "device_position": _position(claim["device_position"], "device"),
        "operator_position": _position(claim["operator_position"], "operator"),
    }
    return UploadClaim(**{**claim, **positions})


def evidence_document(evidence: Evidence) -> dict[str, Any]:
    """The evidence with the addresses of its files."""
    return with_links(document(evidence))


def with_links(told: dict[str, Any]) -> dict[str, Any]:
    """An evidence document with the addresses of the photo's files."""
    address = url_for("field_api.get_evidence", evidence_id=UUID(told["id"]))
    files = {name: f"{address}/{name}" for name in ("original", "thumbnail", "web")}
    return told | {"links": {"self": address, **files}}


def _position(stated: dict[str, Any] | None, source: str) -> PositionClaim | None:
    if stated is None:
        return None
    # Where no accuracy was said, there is nothing to be confident of.
    unsaid = {"confidence": None} if stated["accuracy_m"] is None else {}
    return PositionClaim(**{**stated, **unsaid}, source=source)
