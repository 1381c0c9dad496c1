"""The public keys by which anyone can check a receipt, at a well-known address (RFC 8615)."""

from __future__ import annotations

from flask import Blueprint, Response
from marshmallow import fields

from field_api.bodies import JSON
from field_api.caching import kept_json
from field_api.operation import Answer, operation
from field_api.shapes import Answered
from server.access import PUBLIC
from server.services import receipts

well_known = Blueprint("well_known", __name__, url_prefix="/.well-known")
#: A key that is new is asked for soon enough, and one that was seen is kept by whoever needs it.
MINUTES = "public, max-age=300"


class ReceiptKeyDocument(Answered):
    """One Ed25519 key (RFC 8037); ``kid`` is its thumbprint (RFC 7638)."""

    kty = fields.String(required=True)
    crv = fields.String(required=True)
    x = fields.String(required=True)
    kid = fields.String(required=True)
    alg = fields.String(required=True)
    use = fields.String(required=True)


class ReceiptKeys(Answered):
    """A JWKS (RFC 7517)."""

    keys = fields.List(fields.Nested(ReceiptKeyDocument), required=True)


@operation(
    well_known,
    "GET",
    "/saksi-keys.json",
    access=PUBLIC,
    summary="The keys of receipts",
    headers=("If-None-Match",),
    answers={
        200: Answer("Every key that signs receipts, and those that did.", ReceiptKeys, headers=("ETag",)),
        304: Answer("They are those of the ETag that was sent."),
    },
)
def get_receipt_keys() -> Response:
    """A receipt names its key by `kid`; keys stay here for ever, so that old receipts can be checked."""
    return kept_json(receipts.keys(), media_type=JSON, cache=MINUTES)
