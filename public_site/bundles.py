"""Bundles to check a photo, a milestone or a project without this server, the program that does, and its page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

from flask import Response, render_template, stream_with_context
from marshmallow import fields, validate

from public_site.bundle_words import LINES, REASONS
from public_site.door import bp
from server import pages
from server.access import PUBLISHED, declare
from server.engines import engines
from server.problems import Problem
from server.services import bundles, log_reading, receipts
from server.services.bundles import Bundle
from server.texts import _
from server.times import utc_now

#: One bundle is sent at a time for so many threads that serve.
THREADS_FOR_ONE = 4
BUSY_RETRY_S = 60
VERIFIER = Path(__file__).resolve().parent.parent / "verify" / "saksi_verify.py"


class SinceForm(pages.Form):
    """The size of a checkpoint that the reader kept, which the bundle's is then proved to continue."""

    since = fields.Integer(validate=validate.Range(1, 10**15))


@bp.get("/photos/<uuid:evidence_id>/bundle.zip")
@declare(PUBLISHED)
def photo_bundle(evidence_id: UUID) -> Response:
    """All that vouches for one published photo."""
    return _sent(bundles.of_photo(evidence_id, _since(), now=utc_now()), f"saksi-{evidence_id}")


@bp.get("/projects/<string:code>/milestones/<string:milestone>/bundle.zip")
@declare(PUBLISHED)
def milestone_bundle(code: str, milestone: str) -> Response:
    """All that vouches for one milestone and its published photos."""
    return _sent(bundles.of_milestone(code, milestone, _since(), now=utc_now()), f"saksi-{code}-{milestone}")


@bp.get("/projects/<string:code>/bundle.zip")
@declare(PUBLISHED)
def project_bundle(code: str) -> Response:
    """All that vouches for a project's published photos."""
    return _sent(bundles.of_project(code, _since(), now=utc_now()), f"saksi-{code}")


@bp.get("/saksi-verify.py")
@declare(PUBLISHED)
def verifier() -> Response:
    """The program that checks a bundle, to take along."""
    response = Response(VERIFIER.read_bytes(), mimetype="text/x-python")
    response.headers.set("Content-Disposition", "attachment", filename=VERIFIER.name)
    return response


@bp.get("/verify")
@declare(PUBLISHED)
def verify() -> str:
    """The page that checks a bundle in the browser; nothing that is chosen there leaves the computer."""
    *_earlier, log_key = log_reading.all_keys()
    return render_template(
        "public/verify.html",
        log_key=log_key,
        receipt_key=receipts.own_kid(),
        checkpoint=log_reading.newest_checkpoint(),
        lines=LINES,
        reasons=REASONS,
    )


class Places:
    """How many bundles may be sent at once; a place is given back when one is sent, or its reader is gone."""

    def __init__(self) -> None:
        """None is taken."""
        self._lock, self.taken = threading.Lock(), 0

    def take(self, most: int) -> Callable[[], None] | None:
        """How to give back the place that was taken, once however often it is done; None where all are taken."""
        with self._lock:
            if self.taken >= most:
                return None
            self.taken += 1
        given_back = threading.Lock()

        def give_back() -> None:
            if given_back.acquire(blocking=False):
                with self._lock:
                    self.taken -= 1

        return give_back


PLACES = Places()


def _until_sent(bundle: Bundle, give_back: Callable[[], None]) -> Iterator[bytes]:
    try:
        yield from bundle.packed()
    finally:
        give_back()


def _since() -> int | None:
    since: int | None = pages.query(SinceForm).get("since")
    return since


def _sent(bundle: Bundle, name: str) -> Response:
    """The bundle while it is made. Its pieces are read by the request's own transaction, as long as that lasts.

    A thread waits for whoever reads slowly, so that only some may read at once and the others are left for the rest.

    Raises:
        Problem: ``too-busy``.
    """
    give_back = PLACES.take(max(1, engines().settings.threads // THREADS_FOR_ONE))
    if give_back is None:
        told = _("Others are downloading bundles. Try again in a minute.")
        raise Problem("too-busy", told, headers={"Retry-After": str(BUSY_RETRY_S)})
    response = Response(stream_with_context(_until_sent(bundle, give_back)), mimetype="application/zip")
    # A bundle whose first piece is never asked for, as of a HEAD, ends here alone.
    response.call_on_close(give_back)
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.zip")
    response.headers["Cache-Control"] = "no-store"
    return response
