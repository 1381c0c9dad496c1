"""Sending a photo in two steps: ask where to send it, send it there, then send the claim.

One document tells a phone what to do on every installation: post the file straight to the store, or send the
form to us, as ``field_api.evidence`` takes it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import UUID

from flask import Response, url_for
from marshmallow import Schema, fields, validate

from evidence.seal import Seal
from field_api.blueprint import api
from field_api.bodies import JsonBody
from field_api.evidence import NOT_RECEIVED, PHOTO_TYPES, RECEIVED, received_response
from field_api.evidence_documents import CLAIM_EXAMPLE, Claim, upload_claim
from field_api.fields import Instant, Whole, sha256
from field_api.operation import Answer, operation
from field_api.shapes import Answered
from server.access import UPLOADERS, roles
from server.auth import current_actor
from server.busy import UPLOADS
from server.services import direct_uploads
from server.times import iso, utc_now

#: More than any photo; what an installation takes is its own setting.
MOST_BYTES = 2**31 - 1


class Way(StrEnum):
    """How a photo is sent: as a form to the store's own address, or as a form with photo and claim to us."""

    DIRECT = "direct"
    FORM = "form"


class AnnouncedPhoto(Schema):
    """The file that is to be sent: its sha256, its size in bytes and its type."""

    sha256 = sha256(required=True)
    size = Whole(1, MOST_BYTES, required=True)
    media_type = fields.String(required=True, validate=validate.OneOf(PHOTO_TYPES))


class UploadAddress(Answered):
    """Where and how to send the photo.

    ``direct``: post a form (multipart/form-data) to ``url`` before ``expires_at``, with exactly these
    ``form_fields`` and last the part ``file`` with the photo; then post the claim to ``finish``. ``form``: put photo
    and claim to ``url`` as a form; there is nothing to finish.
    """

    way = fields.String(required=True, validate=validate.OneOf([way.value for way in Way]))
    method = fields.String(required=True)
    url = fields.String(required=True)
    form_fields = fields.Dict(required=True, keys=fields.String(), values=fields.String())
    expires_at = Instant(required=True, allow_none=True)
    finish = fields.String(required=True, allow_none=True)


@operation(
    api,
    "POST",
    "/evidence/<record:evidence_id>/upload",
    access=roles(*UPLOADERS),
    summary="Where to send a photo",
    body=JsonBody(AnnouncedPhoto, example={"sha256": "0" * 64, "size": 1_400_000, "media_type": "image/jpeg"}),
    answers={200: Answer("Where and how to send it.", UploadAddress)},
)
def announce_upload(evidence_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """Large installations take the bytes straight into their store; others answer the address of the form.

    Nothing is on record before the upload is finished.
    """
    sealed = Seal(sha256=body["sha256"], size=body["size"])
    now = utc_now()
    address = direct_uploads.address_for(current_actor(), evidence_id, sealed, media_type=body["media_type"])
    if address is None:
        url = url_for("field_api.put_evidence", evidence_id=evidence_id)
        return {"way": Way.FORM, "method": "PUT", "url": url, "form_fields": {}, "expires_at": None, "finish": None}
    return {
        "way": Way.DIRECT,
        "method": "POST",
        "url": address.url,
        "form_fields": dict(address.fields),
        "expires_at": iso(now + direct_uploads.VALID_FOR),
        "finish": url_for("field_api.finish_upload", evidence_id=evidence_id),
    }


@operation(
    api,
    "POST",
    "/evidence/<record:evidence_id>/upload/completion",
    access=roles(*UPLOADERS),
    summary="Finish a direct upload",
    body=JsonBody(Claim, example=CLAIM_EXAMPLE),
    answers=RECEIVED,
    problems=NOT_RECEIVED,
    within=UPLOADS.one,
)
def finish_upload(evidence_id: UUID, body: dict[str, Any]) -> Response:
    """The photo that was sent is read, checked and judged as one sent by form, and answered the same.

    Sent again, it answers the same evidence; where nothing was sent it answers `not-found`.
    """
    received = direct_uploads.finish(current_actor(), evidence_id, upload_claim(body), now=utc_now())
    return received_response(received)
