"""The authority of an installation that serves HTTPS by a certificate of its own making, for phones to install."""

from __future__ import annotations

from flask import Response

from field_api.operation import Answer, operation
from field_api.receipt_keys import well_known
from server import tls
from server.access import PUBLIC
from server.engines import engines
from server.problems import Problem

CERTIFICATE = "application/x-x509-ca-cert"


@operation(
    well_known,
    "GET",
    "/saksi-ca.crt",
    access=PUBLIC,
    summary="The authority of a certificate of our own making",
    answers={200: Answer("A certificate in PEM.", media_types=(CERTIFICATE,))},
    problems=("not-found",),
)
def get_own_authority() -> Response:
    """Only where `saksi serve --tls-self-signed` ran. It can speak for private addresses alone."""
    try:
        content = tls.authority_file(engines().settings.data_root).read_bytes()
    except FileNotFoundError:
        raise Problem("not-found", "This installation makes no certificates of its own.") from None
    response = Response(content, content_type=CERTIFICATE)
    response.headers["Content-Disposition"] = "attachment; filename=saksi-ca.crt"
    return response
