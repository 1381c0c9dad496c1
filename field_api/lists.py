"""Pages of lists: their cursors as clients see them, and the link to the page that follows.

A cursor's form is published as a pattern, so each is written here in a form in which every match is
a place in its list. What a place means to a service stays with ``server.paging``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, jsonify, request
from marshmallow import Schema

from field_api.fields import CODE, Limit, Text
from server import paging
from server.times import iso

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
BY_TIME = "^[0-9]{16}-[0-9a-f]{32}$"


class PageQuery(Schema):
    """What every list takes."""

    limit = Limit(paging.DEFAULT_LIMIT)


class PageByTimeQuery(PageQuery):
    """A list that runs by time."""

    cursor = Text(49, least=49, pattern=BY_TIME, load_default=None, metadata={"description": "From `next`; opaque."})


class PageByCodeQuery(PageQuery):
    """A list that runs by code."""

    cursor = Text(64, least=1, pattern=CODE, load_default=None, metadata={"description": "From `next`; opaque."})


def place_by_time(cursor: str | None) -> str | None:
    """The service's cursor for one of a list that runs by time."""
    if cursor is None:
        return None
    microseconds, _, identity = cursor.partition("-")
    return paging.encode(iso(EPOCH + int(microseconds) * MICROSECOND) or "", str(UUID(identity)))


def cursor_by_time(place: str | None) -> str | None:
    """The cursor that clients see for the service's own."""
    if place is None:
        return None
    instant, identity = paging.decode(place, parts=2)
    return f"{(datetime.fromisoformat(instant) - EPOCH) // MICROSECOND:016d}-{UUID(identity).hex}"


def place_by_code(cursor: str | None) -> str | None:
    """The service's cursor for one of a list that runs by code."""
    return None if cursor is None else paging.encode(cursor)


def cursor_by_code(place: str | None) -> str | None:
    """The cursor that clients see for the service's own."""
    return None if place is None else paging.decode(place, parts=1)[0]


def page(items: Sequence[Any], following: str | None) -> Response:
    """One page as JSON, with the next page's address in a Link header (RFC 8288)."""
    return link_next(jsonify({"items": list(items), "next": following}), following)


def link_next(response: Response, following: str | None) -> Response:
    """Add the address of the page that follows, where there is one."""
    if following is not None:
        asked = request.args.to_dict() | {"cursor": following}
        response.headers["Link"] = f'<{request.path}?{urlencode(asked)}>; rel="next"'
    return response
