"""Photos: sending them in, finding them, looking at them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast
from urllib.parse import quote
from uuid import UUID

from flask import Response, jsonify, request, url_for

from evidence.context import Stage
from field_api.blueprint import api
from field_api.bodies import FilePart, JsonPart, Multipart, coming
from field_api.caching import kept_bytes
from field_api.evidence_documents import (
    CLAIM_EXAMPLE,
    Claim,
    EvidenceDocument,
    evidence_document,
    upload_claim,
    with_links,
)
from field_api.fields import Ident, Instant, Word, code
from field_api.lists import PageByTimeQuery, cursor_by_time, page, place_by_time
from field_api.operation import Answer, operation
from field_api.shapes import page_of
from server.access import READERS, UPLOADERS, roles
from server.auth import current_actor
from server.busy import UPLOADS
from server.engines import engines
from server.models.evidence import EvidenceState
from server.problems import FieldError, Problem
from server.requests import EvidenceRequest
from server.services import evidence, evidence_reading
from server.services.evidence import Received, Upload
from server.services.evidence_reading import EvidenceFilter
from server.services.evidence_view import receipt as receipt_of_evidence
from server.times import utc_now

FOLLOWS = (
    "get_evidence",
    "get_receipt",
    "get_original",
    "get_thumbnail",
    "get_web_copy",
    "decide_evidence",
    "appeal_evidence",
)
PHOTO_TYPES = ("image/jpeg", "image/heic", "image/heif", "image/png", "image/webp", "image/avif", "image/tiff")
#: How a photo that was sent is answered, by whichever way it came.
RECEIVED = {
    201: Answer(
        "The photo is durable and on record, with its verdict.",
        EvidenceDocument,
        headers=("Location",),
        leads_to=dict.fromkeys(FOLLOWS, "evidence_id"),
    ),
    200: Answer("The same photo and claim were received before; this is that evidence.", EvidenceDocument),
}
NOT_RECEIVED = (
    "not-found",
    "evidence-conflict",
    "photo-type-unsupported",
    "photo-empty",
    "photo-digest-mismatch",
    "project-not-placed",
    "store-away",
    "original-damaged",
)
COPY = "image/jpeg"
RECEIPT = "application/jose"
CHUNK_BYTES = 64 * 1024
PRIVATE_DAY = "private, max-age=86400"


class EvidenceQuery(PageByTimeQuery):
    """Which photos to list; what is left out is not asked for."""

    project = code(load_default=None)
    milestone = Ident(load_default=None)
    stage = Word(Stage, load_default=None)
    verdict = Word(EvidenceState, load_default=None)
    state = Word(EvidenceState, load_default=None)
    uploader = Ident(load_default=None)
    received_from = Instant(load_default=None)
    received_to = Instant(load_default=None, metadata={"description": "Not included."})


@contextmanager
def _form_coming() -> Iterator[None]:
    """Count an upload that is under way; its form may be so long in coming."""
    with UPLOADS.one(), coming(at_most_s=engines().settings.serving.form_seconds):
        yield


@operation(
    api,
    "PUT",
    "/evidence/<record:evidence_id>",
    access=roles(*UPLOADERS),
    summary="Send a photo in",
    body=Multipart(
        "EvidenceUpload",
        {
            "photo": FilePart(PHOTO_TYPES, "The file as the phone made it, unchanged."),
            "claim": JsonPart(Claim, "What the phone and the person say beside it.", False, example=CLAIM_EXAMPLE),
        },
    ),
    answers=RECEIVED,
    problems=(*NOT_RECEIVED, "too-slow", "too-busy"),
    within=_form_coming,
)
def put_evidence(evidence_id: UUID, body: dict[str, Any]) -> Response:
    """The phone chooses the id, and may send again for as long as it has no answer.

    The same bytes and claim under the same id are one record; anything else under that id is refused.
    What the claim leaves out is found: the project by place, the milestone by time and stage.
    """
    photo = cast(EvidenceRequest, request).photo()
    if photo is None:
        raise Problem("invalid", "The photo is missing.", errors=[FieldError("#/photo", "This part is missing.")])
    claim = upload_claim(body["claim"] if body["claim"] is not None else Claim().load({}))
    received = evidence.receive(current_actor(), Upload(evidence_id, photo, claim), now=utc_now())
    return received_response(received)


@operation(
    api,
    "GET",
    "/evidence",
    access=roles(*READERS),
    summary="List photos",
    query=EvidenceQuery,
    answers={200: Answer("One page, newest first.", page_of(EvidenceDocument), headers=("Link",))},
)
def list_evidence(query: dict[str, Any]) -> Response:
    """Photos of the projects on which the signed-in person holds a role."""
    cursor, limit = place_by_time(query.pop("cursor")), query.pop("limit")
    found = evidence_reading.search(current_actor(), EvidenceFilter(**query), cursor=cursor, limit=limit)
    return page([evidence_document(each) for each in found.items], cursor_by_time(found.next))


@operation(
    api,
    "GET",
    "/evidence/<record:evidence_id>",
    access=roles(*READERS),
    summary="One photo's evidence",
    answers={200: Answer("The evidence.", EvidenceDocument)},
)
def get_evidence(evidence_id: UUID) -> dict[str, Any]:
    """The photo with its claims side by side, every finding, and where it stands now."""
    return evidence_document(evidence_reading.get(current_actor(), evidence_id))


@operation(
    api,
    "GET",
    "/evidence/<record:evidence_id>/receipt",
    access=roles(*READERS),
    summary="The receipt alone",
    answers={200: Answer("A compact JWS (RFC 7515).", media_types=(RECEIPT,))},
)
def get_receipt(evidence_id: UUID) -> Response:
    """Certifies with Ed25519 which bytes are held, and since when. The keys are at `/.well-known/saksi-keys.json`."""
    told = evidence_reading.get(current_actor(), evidence_id)
    response = Response(receipt_of_evidence(told), content_type=RECEIPT)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@operation(
    api,
    "GET",
    "/evidence/<record:evidence_id>/original",
    access=roles(*READERS),
    summary="The original file",
    answers={
        200: Answer("The bytes as the phone made them.", media_types=("image/*",)),
        302: Answer("The bytes are at this address for a minute.", headers=("Location",)),
    },
    problems=("store-away",),
)
def get_original(evidence_id: UUID) -> Response:
    """Who opened an original, and when, goes on record. It is sent as an attachment, never shown inline."""
    found = evidence_reading.original(current_actor(), evidence_id, now=utc_now())
    address = found.address()
    if address is not None:
        return Response(status=302, headers={"Location": address, "Cache-Control": "private, no-store"})
    stream = found.open()
    response = Response(_chunks(stream), content_type=found.media_type)
    # A HEAD request never begins to read.
    response.call_on_close(stream.close)
    response.content_length = found.size
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    return response


@operation(
    api,
    "GET",
    "/evidence/<record:evidence_id>/thumbnail",
    access=roles(*READERS),
    summary="The thumbnail, for those with a role on the project",
    headers=("If-None-Match",),
    answers={
        200: Answer("A JPEG of at most 400 pixels, without metadata.", media_types=(COPY,), headers=("ETag",)),
        304: Answer("It is that of the ETag that was sent."),
    },
)
def get_thumbnail(evidence_id: UUID) -> Response:
    """Not there until the job that makes it has run, usually within seconds."""
    return _copy(evidence_id, "thumbnail")


@operation(
    api,
    "GET",
    "/evidence/<record:evidence_id>/web",
    access=roles(*READERS),
    summary="The web copy, for those with a role on the project",
    headers=("If-None-Match",),
    answers={
        200: Answer("A JPEG of at most 1600 pixels, without metadata.", media_types=(COPY,), headers=("ETag",)),
        304: Answer("It is that of the ETag that was sent."),
    },
)
def get_web_copy(evidence_id: UUID) -> Response:
    """Not there until the job that makes it has run, usually within seconds."""
    return _copy(evidence_id, "web")


def received_response(received: Received) -> Response:
    """What is answered to a photo that was taken in, whichever way it came."""
    response = jsonify(with_links(received.document))
    response.status_code = 201 if received.created else 200
    response.headers["Location"] = url_for("field_api.get_evidence", evidence_id=received.evidence_id)
    return response


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _copy(evidence_id: UUID, name: str) -> Response:
    content = evidence_reading.copy(current_actor(), evidence_id, name)
    return kept_bytes(content, etag=f"{evidence_id.hex}-{name}", media_type=COPY, cache=PRIVATE_DAY)
