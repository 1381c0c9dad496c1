"""The blueprint to which every public page belongs, and how long others may keep what it shows.

A page is the same for everyone who is not signed in, so a network of caches may hold it for a minute; whoever asks
again gets 304 where nothing changed. What a signed-in person sees is kept by nobody.
"""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, request

from server.auth import optional_actor

bp = Blueprint("public_site", __name__)
#: A shared cache answers for a minute, and for ten more while it asks anew; a browser asks every time.
CACHING = "public, max-age=0, s-maxage=60, stale-while-revalidate=600"


@bp.after_request
def let_be_kept(response: Response) -> Response:
    """Name the page by its content, so that one who has it is spared it (RFC 9110, 13.1.2)."""
    mine = response.status_code == 200 and response.mimetype == "text/html" and optional_actor() is None
    if mine and "Set-Cookie" not in response.headers:
        response.headers["Cache-Control"] = CACHING
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest())
        response.vary.add("Cookie")
        response.make_conditional(request)
    return response
