"""The certificates by which anyone can check the Content Credentials of a public copy."""

from __future__ import annotations

import hashlib

from flask import Response

from field_api.blueprint import api
from field_api.caching import REVALIDATE, kept_bytes
from field_api.operation import Answer, operation
from server.access import PUBLIC
from server.services import credentials

CHAIN = "application/pem-certificate-chain"


@operation(
    api,
    "GET",
    "/content-credentials/certificate",
    access=PUBLIC,
    summary="The certificates of public copies",
    headers=("If-None-Match",),
    answers={
        200: Answer("PEM (RFC 8555, 9.1), from each signer up to its root.", media_types=(CHAIN,), headers=("ETag",)),
        304: Answer("They are those of the ETag that was sent."),
    },
)
def get_signing_certificates() -> Response:
    """Every certificate that signs public copies (C2PA), and those that did.

    Whoever gives the last of a chain to a validator as a trust anchor is told that our copies are trusted.
    """
    content = credentials.certificates().encode()
    etag = hashlib.sha256(content).hexdigest()
    response = kept_bytes(content, etag=etag, media_type=CHAIN, cache=f"public, {REVALIDATE}")
    response.headers["Content-Disposition"] = "attachment; filename=saksi-content-credentials.pem"
    return response
