"""Sending a photo in pieces, over a line that breaks: tus 1.0.0.

The last byte makes the evidence, exactly as a form does; the phone then fetches its document.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from marshmallow import Schema, fields

from field_api import tus
from field_api.blueprint import api
from field_api.bodies import StreamBody, Streamed, load
from field_api.evidence import NOT_RECEIVED
from field_api.evidence_documents import Claim, upload_claim
from field_api.fields import Ident
from field_api.operation import Answer, operation
from server.access import PUBLIC, UPLOADERS, roles
from server.auth import current_actor
from server.db import new_id
from server.engines import engines
from server.services import uploads
from server.services.evidence import UploadClaim
from server.services.upload_bodies import CHECKSUMS, Part
from server.services.uploads import Announced, Progress
from server.times import utc_now

PROGRESS = ("Tus-Resumable", "Upload-Offset", "Upload-Expires", "Saksi-Evidence")
SPOKEN = ("Tus-Resumable",)
REFUSED = ("tus-version", "upload-gone", *NOT_RECEIVED)
SENT = ("offset-conflict", "checksum-mismatch", "too-slow", "too-busy", *REFUSED)

api.after_request(tus.sign)


class AnnouncedFile(Schema):
    """What the metadata may say of a file; a claim as ``PUT /evidence/{id}`` takes it."""

    evidence_id = Ident(load_default=None)
    claim = fields.Nested(Claim)


@operation(
    api,
    "OPTIONS",
    "/uploads/",
    access=PUBLIC,
    summary="What is offered for resumable uploads",
    answers={
        204: Answer(
            "The headers say it.",
            headers=("Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Max-Size", "Tus-Checksum-Algorithm"),
        )
    },
)
def describe_uploads() -> Response:
    """Tus 1.0.0 with its extensions creation, creation-with-upload, checksum, expiration and termination."""
    response = tus.answer(204)
    response.headers["Tus-Version"] = tus.VERSION
    response.headers["Tus-Extension"] = tus.EXTENSIONS
    response.headers["Tus-Max-Size"] = str(engines().settings.max_photo_bytes)
    response.headers["Tus-Checksum-Algorithm"] = ",".join(CHECKSUMS)
    return response


@operation(
    api,
    "POST",
    "/uploads/",
    access=roles(*UPLOADERS),
    summary="Begin a resumable upload",
    headers=("Tus-Resumable", "Upload-Length", "Upload-Metadata", "Upload-Checksum"),
    body=StreamBody((tus.OCTETS,), required=False),
    answers={201: Answer("It can be sent to this address.", headers=("Location", *PROGRESS))},
    problems=("too-many-uploads", *SENT),
    within=tus.bytes_coming,
)
def begin_upload(body: Streamed | None) -> Response:
    """`Upload-Metadata` may hold `evidence_id`, `claim` (JSON), `filetype` and `filename`, or nothing at all.

    A body is the beginning of the file, or all of it (creation-with-upload).
    """
    length, checksum = tus.upload_length(), tus.checksum()
    told = load(AnnouncedFile, meant := tus.meant(tus.metadata()))
    announced = Announced(
        length=length,
        evidence_id=told["evidence_id"] or new_id(),
        claim=_as_sent(meant),
        metadata=request.headers.get("Upload-Metadata", ""),
    )
    actor, now = current_actor(), utc_now()
    upload = uploads.begin(actor, announced, now=now)
    if body is not None:
        part = Part(0, body, size=request.content_length, checksum=checksum)
        upload = uploads.take(actor, upload.id, part, _read_claim, clock=utc_now)
    elif not length:
        upload = uploads.look(actor, upload.id, _read_claim, now=now)
    response = tus.answer(201, upload)
    response.headers["Location"] = url_for("field_api.get_upload", upload_id=upload.id)
    return response


@operation(
    api,
    "HEAD",
    "/uploads/<record:upload_id>",
    access=roles(*UPLOADERS),
    summary="How far an upload is",
    headers=SPOKEN,
    answers={200: Answer("The headers say it.", headers=("Upload-Length", "Upload-Metadata", *PROGRESS))},
    problems=REFUSED,
    within=tus.spoken,
)
def get_upload(upload_id: UUID) -> Response:
    """One whose file was refused is answered as its last byte was, so that a client learns it again."""
    upload = uploads.look(current_actor(), upload_id, _read_claim, now=utc_now())
    response = tus.answer(200, upload)
    response.headers["Upload-Length"] = str(upload.length)
    if upload.announced:
        response.headers["Upload-Metadata"] = upload.announced
    return response


@operation(
    api,
    "PATCH",
    "/uploads/<record:upload_id>",
    access=roles(*UPLOADERS),
    summary="Send more of a file",
    headers=("Tus-Resumable", "Upload-Offset", "Upload-Checksum"),
    body=StreamBody((tus.OCTETS,)),
    answers={204: Answer("It is durable. After the last byte, the evidence is on record.", headers=PROGRESS)},
    problems=SENT,
    within=tus.bytes_coming,
)
def send_to_upload(upload_id: UUID, body: Streamed) -> Response:
    """The last byte makes the evidence; whatever that is refused with is the answer, and that of every later HEAD."""
    part = Part(tus.whole_number("Upload-Offset"), body, size=request.content_length, checksum=tus.checksum())
    return _answered(uploads.take(current_actor(), upload_id, part, _read_claim, clock=utc_now))


@operation(
    api,
    "DELETE",
    "/uploads/<record:upload_id>",
    access=roles(*UPLOADERS),
    summary="Give an upload up",
    headers=SPOKEN,
    answers={204: Answer("What had come of it is thrown away.", headers=SPOKEN)},
    problems=("tus-version", "upload-gone"),
    within=tus.spoken,
)
def give_up_upload(upload_id: UUID) -> Response:
    """Only what is unfinished is thrown away: evidence stays evidence."""
    uploads.give_up(current_actor(), upload_id, now=utc_now())
    return tus.answer(204)


def _answered(upload: Progress) -> Response:
    return tus.answer(204, upload)


def _as_sent(meant: dict[str, object]) -> dict[str, Any]:
    claim = meant.get("claim")
    return claim if isinstance(claim, dict) else {}


def _read_claim(sent: dict[str, Any]) -> UploadClaim:
    return upload_claim(Claim().load(sent))
