"""Answers that a client may keep: a strong ETag over the bytes, and 304 where nothing changed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import Response, request

#: May be kept, but must be asked for anew each time: a verdict or an approval may have come meanwhile.
REVALIDATE = "no-cache"
#: A public copy is made anew where a reviewer hides more; a network of caches hears of that within a minute.
PICTURE = "public, max-age=3600, s-maxage=60, must-revalidate"


def kept_json(document: Any, *, media_type: str, cache: str) -> Response:
    """``document`` as JSON with an ETag of its own bytes, or 304 for one who has those."""
    content = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return kept_bytes(content, etag=hashlib.sha256(content).hexdigest(), media_type=media_type, cache=cache)


def kept_bytes(content: bytes, *, etag: str, media_type: str, cache: str) -> Response:
    """``content`` under its ETag, or 304 for one who has it (RFC 9110, 13.1.2)."""
    response = Response(content, content_type=media_type)
    response.set_etag(etag)
    response.headers["Cache-Control"] = cache
    # Range requests are left out: the answers are small, and 206 would need a second contract.
    response.make_conditional(request)
    return response
