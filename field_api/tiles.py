"""The map of published projects and photos, as vector tiles."""

from __future__ import annotations

import gzip
import hashlib

from flask import Response, request

from field_api.blueprint import api
from field_api.caching import kept_bytes
from field_api.operation import Answer, operation
from server.access import PUBLISHED
from server.services import public_tiles

VECTOR_TILE = "application/vnd.mapbox-vector-tile"
#: What was just published must appear, and what was withdrawn vanish, at once: caches keep a tile and ask each time.
CACHE = "public, max-age=0, must-revalidate"
#: Smaller bodies gain nothing by being compressed.
WORTH_COMPRESSING = 256
GZIP_LEVEL = 4


@operation(
    api,
    "GET",
    "/public/tiles/<zoom:z>/<tile:x>/<tile:y>.mvt",
    access=PUBLISHED,
    summary="One tile of the public map",
    headers=("If-None-Match",),
    answers={
        200: Answer("A Mapbox Vector Tile 2.1; without a byte where nothing is.", None, (VECTOR_TILE,), ("ETag",)),
        304: Answer("It is that of the ETag that was sent."),
    },
)
def get_public_tile(z: int, x: int, y: int) -> Response:
    """Web Mercator tiles, the row counted from the north. Two layers of points, `photos` and `projects`.

    A photo has `id`, `project`, `stage`, `grade` and `captured_at`, a project `code`, `title` and `status`. Where more
    than 256 of a layer lie in the tile, points with a `count` stand for them.
    """
    content = public_tiles.tile(z, x, y)
    etag = hashlib.sha256(content).hexdigest()
    if len(content) >= WORTH_COMPRESSING and _takes_gzip():
        # A strong ETag names these very bytes, and no time of compressing is among them.
        response = kept_bytes(
            gzip.compress(content, GZIP_LEVEL, mtime=0), etag=f"{etag}-gzip", media_type=VECTOR_TILE, cache=CACHE
        )
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = kept_bytes(content, etag=etag, media_type=VECTOR_TILE, cache=CACHE)
    response.vary.add("Accept-Encoding")
    return response


def _takes_gzip() -> bool:
    """Whether gzip is named; some clients send ``*`` and can read nothing compressed."""
    return any(name == "gzip" and quality > 0 for name, quality in request.accept_encodings)
