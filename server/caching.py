"""What may be kept of the public's pages, by whom, and how small they travel.

A published page is the same for everyone who is not signed in. A network of caches may hold it for a minute, and for
ten more while it asks anew; each browser asks every time, and hears ``304`` where nothing changed (RFC 9110, 13.1.2).
What a signed-in person sees is kept by nobody. A page is compressed only where nobody is signed in: a page that holds
somebody's secret beside words from outside tells the secret by its length.
"""

from __future__ import annotations

from flask import Flask, Response, request, session
from flask_compress import Compress

from server import auth
from server.access import access_of
from server.built_files import named_encodings
from server.refusals import wants_page

SHARED = "public, max-age=0, s-maxage=60, stale-while-revalidate=600"


def register(app: Flask) -> None:
    """Let published pages be kept, asked for again and compressed."""
    app.config.update(
        COMPRESS_REGISTER=False, COMPRESS_ALGORITHM=["br", "gzip"], COMPRESS_BR_LEVEL=4, COMPRESS_MIN_SIZE=512
    )
    compress = Compress(app)
    app.after_request(lambda response: _keep(app, compress, response))


def _keep(app: Flask, compress: Compress, response: Response) -> Response:
    if not _published(app, response):
        return response
    response.headers.setdefault("Cache-Control", SHARED)
    response.add_etag()
    # A feed or a file may hold translated sentences too, and no cache may hand them to readers of another language.
    response.vary.update(("Accept-Encoding", "Accept-Language", "Cookie"))
    response.make_conditional(request)
    if response.status_code == 200 and named_encodings():
        compress.after_request(response)
    return response


def _published(app: Flask, response: Response) -> bool:
    """Whether this is a page of what is published, whole, and for nobody in particular."""
    if request.endpoint is None or request.method not in {"GET", "HEAD"} or not wants_page():
        return False
    plain = response.status_code == 200 and not response.is_streamed and not response.direct_passthrough
    plain = plain and not session.modified and "Set-Cookie" not in response.headers
    return plain and auth.optional_actor() is None and access_of(app, request.endpoint).from_replica
