"""The headers of tus 1.0.0 (https://tus.io/protocols/resumable-upload): read strictly, written in one place.

What an upload is, and what becomes of it, is ``server.services.uploads``'.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC

from flask import Response, request, url_for
from werkzeug.http import http_date

from field_api.bodies import coming, parse
from server.busy import UPLOADS
from server.engines import engines
from server.problems import FieldError, Problem, pointer
from server.services.upload_bodies import CHECKSUMS
from server.services.uploads import Progress

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
OCTETS = "application/offset+octet-stream"
NOT_OFFERED = {
    "Upload-Defer-Length": "say the length of the file when the upload begins",
    "Upload-Concat": "send the file as one upload",
}
MOST_METADATA = 128 * 1024
MOST_CLAIM_BYTES = 64 * 1024
#: Of metadata that is only given back.
MOST_OTHER_METADATA = 16 * 1024
_WHOLE = re.compile(r"[0-9]{1,15}", re.ASCII)


@contextmanager
def spoken() -> Iterator[None]:
    """Refuse to begin where another version, or none, is spoken (tus 1.0.0, Tus-Resumable).

    Raises:
        Problem: ``tus-version``.
    """
    if request.headers.get("Tus-Resumable") != VERSION:
        detail = f"Only tus {VERSION} is spoken here; say so in the header Tus-Resumable."
        raise Problem("tus-version", detail, headers={"Tus-Version": VERSION})
    yield


@contextmanager
def bytes_coming() -> Iterator[None]:
    """As ``spoken``, and count an upload that is under way; its bytes may be so long in coming.

    Raises:
        Problem: ``tus-version`` or ``too-busy``.
    """
    with spoken(), UPLOADS.one(), coming(at_most_s=engines().settings.serving.patch_seconds):
        yield


def whole_number(name: str) -> int:
    """The number of bytes that a header tells.

    Raises:
        Problem: ``bad-request``, where it is missing or no whole number.
    """
    text = request.headers.get(name, "")
    if not _WHOLE.fullmatch(text):
        raise Problem("bad-request", f"The header {name} must tell a whole number of bytes.")
    return int(text)


def upload_length() -> int:
    """The length of the file that is to come.

    Raises:
        Problem: ``bad-request``, also where it is to be told later, or where the file is to be put together of several.
    """
    for name, instead in NOT_OFFERED.items():
        if name in request.headers:
            raise Problem("bad-request", f"{name} is not offered here: {instead}.")
    return whole_number("Upload-Length")


def checksum() -> tuple[str, bytes] | None:
    """The algorithm and the digest that the body must have, where the client says so.

    Raises:
        Problem: ``bad-request``.
    """
    text = request.headers.get("Upload-Checksum")
    if text is None:
        return None
    algorithm, _, encoded = text.strip().partition(" ")
    if algorithm not in CHECKSUMS:
        raise Problem("bad-request", f"The checksums taken here are {' and '.join(CHECKSUMS)}.")
    digest = _decoded("Upload-Checksum", encoded)
    if len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise Problem("bad-request", f"The header Upload-Checksum holds no {algorithm}.")
    return algorithm, digest


def metadata() -> dict[str, bytes]:
    """What the client says of the file: names and values; nothing where it says nothing.

    Raises:
        Problem: ``bad-request`` or ``invalid``.
    """
    text = request.headers.get("Upload-Metadata", "")
    if len(text) > MOST_METADATA:
        raise Problem("invalid", f"The header Upload-Metadata may have {MOST_METADATA} characters.")
    told: dict[str, bytes] = {}
    others = 0
    for pair in filter(None, map(str.strip, text.split(","))):
        name, _, encoded = pair.partition(" ")
        if name in told:
            raise Problem("bad-request", "The header Upload-Metadata tells one name twice.")
        told[name] = _decoded("Upload-Metadata", encoded)
        others += 0 if name == "claim" else len(pair)
    if others > MOST_OTHER_METADATA:
        raise Problem("invalid", f"Beyond the claim, Upload-Metadata may have {MOST_OTHER_METADATA} characters.")
    return told


def meant(told: dict[str, bytes]) -> dict[str, object]:
    """The metadata that is for us, ``evidence_id`` and ``claim``, as values; one that is left empty is left out.

    Raises:
        Problem: ``invalid``.
    """
    found: dict[str, object] = {}
    if told.get("evidence_id"):
        found["evidence_id"] = told["evidence_id"].decode(errors="replace")
    if told.get("claim"):
        found["claim"] = _claim(told["claim"])
    return found


def answer(status: int, progress: Progress | None = None) -> Response:
    """An empty answer that tells how far an upload is."""
    response = Response(status=status)
    response.headers.pop("Content-Type", None)
    if progress is not None:
        _tell(response, progress)
    return response


def sign(response: Response) -> Response:
    """Say in every answer to an upload's address, refusals too, which version is spoken."""
    if request.endpoint is not None and request.path.startswith(url_for("field_api.begin_upload")):
        response.headers["Tus-Resumable"] = VERSION
    return response


def _tell(response: Response, progress: Progress) -> None:
    headers = response.headers
    headers["Upload-Offset"] = str(progress.received)
    headers["Cache-Control"] = "no-store"
    if progress.finished:
        headers["Saksi-Evidence"] = url_for("field_api.get_evidence", evidence_id=progress.evidence_id)
    else:
        headers["Upload-Expires"] = http_date(progress.expires_at.astimezone(UTC))


def _claim(text: bytes) -> object:
    if len(text) > MOST_CLAIM_BYTES:
        raise _claim_fault(f"The claim may have {MOST_CLAIM_BYTES} bytes.")
    try:
        return parse(text)
    except Problem:
        raise _claim_fault("The claim is not JSON (RFC 8259).") from None


def _claim_fault(detail: str) -> Problem:
    return Problem("invalid", detail, errors=[FieldError(pointer("claim"), detail)])


def _decoded(header: str, text: str) -> bytes:
    try:
        return base64.b64decode(text.strip().encode("latin-1", errors="replace"), validate=True)
    except binascii.Error:
        raise Problem("bad-request", f"The header {header} is not Base64 where it must be.") from None
