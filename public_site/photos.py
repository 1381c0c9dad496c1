"""One published photo with what vouches for it, and its two copies."""

from __future__ import annotations

from uuid import UUID

from flask import Response, make_response, render_template, request

from public_site.door import bp
from server import credential_words
from server.access import PUBLISHED, declare
from server.services import public, public_photos

#: Whoever has seen a picture may keep it for an hour. A network of caches asks anew each minute, as a face that was
#: overlooked is to be gone from there soon after a reviewer hides it.
COPY_CACHING = "public, max-age=3600, s-maxage=60"
#: The drawing of the site shows so much ground around the photo.
AROUND_PHOTO_M = 150.0


@bp.get("/photos/<uuid:evidence_id>")
@declare(PUBLISHED)
def photo(evidence_id: UUID) -> str:
    """One published photo."""
    page = public.photo(evidence_id)
    return render_template(
        "public/photo.html",
        page=page,
        picture=public.picture(page.project.code, [page], around_photos_m=AROUND_PHOTO_M),
        pair=public_photos.pair_of(evidence_id),
        neighbours=public_photos.neighbours(page),
        receipt=public.receipt(evidence_id),
        credentials=credential_words.state(page.credentials),
    )


@bp.get("/photos/<uuid:evidence_id>/thumbnail.jpg")
@declare(PUBLISHED)
def thumbnail(evidence_id: UUID) -> Response:
    """The photo at most 400 pixels wide."""
    return _copy(evidence_id, "thumbnail")


@bp.get("/photos/<uuid:evidence_id>/web.jpg")
@declare(PUBLISHED)
def web(evidence_id: UUID) -> Response:
    """The photo at most 1600 pixels wide."""
    return _copy(evidence_id, "web")


def _copy(evidence_id: UUID, name: public.CopyName) -> Response:
    found = public.photo_copy(evidence_id, name)
    response = make_response(found.content)
    response.content_type = "image/jpeg"
    response.headers["Cache-Control"] = COPY_CACHING
    response.set_etag(found.etag)
    response.make_conditional(request)
    return response
