"""The application with one more route, which only stores the body durably: the peer of the HTTP bench."""

from __future__ import annotations

from flask import Flask, request

import wsgi
from server import requests
from server.access import PUBLIC, declare
from server.engines import engines

CHUNK_BYTES = 64 * 1024
LARGEST_BYTES = 64 * 1024 * 1024
PATH = "/api/bare"


def build() -> Flask:
    """The same server with ``PUT /api/bare`` beside its own routes."""
    # Nobody signs in here: that would be a part of the work which is measured.
    requests.STRANGERS_BYTES = LARGEST_BYTES
    app = wsgi.build()
    app.add_url_rule(PATH, "bare", store_body, methods=["PUT"])
    return app


@declare(PUBLIC)
def store_body() -> tuple[str, int]:
    """Write the body into the store and make it durable; no form, no claim, no record."""
    request.max_content_length = engines().settings.max_photo_bytes
    with engines().store.incoming() as incoming:
        while chunk := request.stream.read(CHUNK_BYTES):
            incoming.write(chunk)
        return incoming.keep(), 201
