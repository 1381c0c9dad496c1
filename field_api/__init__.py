"""The JSON API for phones and programs: one file per noun, a route and its schema side by side.

A route parses, calls one service, and renders. Rules, transactions and permissions on a record are the
services' business; pages for people live elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response

from field_api import (
    assignments,
    certificates,
    content_credentials,
    decisions,
    devices,
    direct_uploads,
    evidence,
    openapi,
    own_authority,
    projects,
    public,
    receipt_keys,
    session,
    submissions,
    tiles,
    uploads,
)
from field_api.blueprint import api, teach_addresses
from field_api.caching import REVALIDATE, kept_json
from server.access import PUBLIC, declare

NOUNS = (
    assignments,
    certificates,
    content_credentials,
    decisions,
    devices,
    direct_uploads,
    evidence,
    own_authority,
    projects,
    public,
    receipt_keys,
    session,
    submissions,
    tiles,
    uploads,
)


def register(app: Flask) -> None:
    """Add the API under ``/api/v1`` and its description at ``/openapi.json``."""
    teach_addresses(app)
    app.register_blueprint(api)
    app.register_blueprint(receipt_keys.well_known)
    app.add_url_rule("/openapi.json", endpoint="openapi", view_func=_description_view(app), methods=["GET"])


def _description_view(app: Flask) -> Callable[[], Response]:
    described: list[dict[str, object]] = []

    @declare(PUBLIC)
    def description() -> Response:
        """The OpenAPI document; built once, when it is first asked for and every route is there."""
        if not described:
            described.append(openapi.build(app))
        return kept_json(described[0], media_type="application/json", cache=f"public, {REVALIDATE}")

    return description
