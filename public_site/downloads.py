"""What is told of a project, to take along: tables as CSV, shapes and positions as GeoJSON, all of it as JSON.

Amounts in tables are decimal numbers beside their currency; times are RFC 3339 in UTC. A file says no more than the
project's page does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, cast

from flask import Response, stream_with_context, url_for

from public_site.door import bp
from server import wording
from server.access import PUBLISHED, declare
from server.csv_lists import csv_list
from server.services import public, public_photos, public_story
from server.services.public_documents import MilestoneLine, PaymentLine, PhotoCard
from server.times import iso, utc_now

GEOJSON = "application/geo+json"
MILESTONES: tuple[str, ...] = ("code", "title", "must_exist", "share_of_works_percent", "amount", "currency")
MILESTONES += ("starts_on", "ends_on", "state", "photos_verified", "photos_accepted")
PAYMENTS: tuple[str, ...] = ("milestone", "title", "state", "gross", "advance_recovery", "retention")
PAYMENTS += ("liquidated_damages", "net", "currency", "paid_on")
PHOTOS: tuple[str, ...] = ("id", "milestone", "milestone_title", "stage", "caption", "taken_at", "published_at")
PHOTOS += ("latitude", "longitude", "grade", "page", "picture")


@bp.get("/projects/<string:code>/project.json")
@declare(PUBLISHED)
def project_json(code: str) -> Response:
    """The project with its milestones, payments, newest photos and refused counts."""
    return _file(public.project(code, now=utc_now()).as_document(), f"{code}.json", "application/json")


@bp.get("/projects/<string:code>/site.geojson")
@declare(PUBLISHED)
def site_geojson(code: str) -> Response:
    """The shape of the site, with the project's facts as its properties."""
    return _file(public.project(code, now=utc_now()).as_feature(), f"{code}-site.geojson", GEOJSON)


@bp.get("/projects/<string:code>/milestones.csv")
@declare(PUBLISHED)
def milestones_csv(code: str) -> Response:
    """The milestones in their order."""
    page = public.project(code, now=utc_now())
    return csv_list(f"{code}-milestones", MILESTONES, [_milestone(each, page.currency) for each in page.milestones])


@bp.get("/projects/<string:code>/payments.csv")
@declare(PUBLISHED)
def payments_csv(code: str) -> Response:
    """The certificates of approved milestones, and when they were paid."""
    page = public.project(code, now=utc_now())
    return csv_list(f"{code}-payments", PAYMENTS, [_payment(each, page.currency) for each in page.payments])


@bp.get("/projects/<string:code>/photos.csv")
@declare(PUBLISHED)
def photos_csv(code: str) -> Response:
    """All published photos, the last taken first."""
    rows = (_photo(card) for card in public_photos.every(public_story.published(code).id))
    return _while_sent(csv_list(f"{code}-photos", PHOTOS, rows))


@bp.get("/projects/<string:code>/photos.geojson")
@declare(PUBLISHED)
def photos_geojson(code: str) -> Response:
    """All published photos at their positions."""
    cards = public_photos.every(public_story.published(code).id)
    response = Response(_collection(cards), mimetype=GEOJSON)
    response.headers.set("Content-Disposition", "attachment", filename=f"{code}-photos.geojson")
    return _while_sent(response)


def _while_sent(response: Response) -> Response:
    """Let the rows be read while they are sent, as long as the request lasts."""
    response.response = stream_with_context(iter(cast("Iterable[str]", response.response)))
    return response


def _file(document: dict[str, Any], name: str, mimetype: str) -> Response:
    response = Response(json.dumps(document, ensure_ascii=False, indent=1), mimetype=mimetype)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _collection(cards: Iterable[PhotoCard]) -> Iterator[str]:
    """A FeatureCollection, written while it is sent."""
    yield '{"type": "FeatureCollection", "features": ['
    between = "\n"
    for card in cards:
        yield between + json.dumps(card.as_feature(), ensure_ascii=False)
        between = ",\n"
    yield "\n]}\n"


def _milestone(line: MilestoneLine, currency: str) -> list[object]:
    share, amount = f"{line.weight_bp / 100:g}", wording.plain_amount(line.amount_minor, currency)
    told = [line.code, line.title, line.must_exist, share, amount, currency, line.starts_on, line.ends_on]
    return [*told, line.state.value, line.photos_verified, line.photos_accepted]


def _payment(line: PaymentLine, currency: str) -> list[object]:
    minors = (line.gross_minor, line.advance_recovery_minor, line.retention_minor, line.liquidated_damages_minor)
    amounts = [wording.plain_amount(minor, currency) for minor in (*minors, line.net_minor)]
    return [line.milestone.code, line.milestone.name, line.state.value, *amounts, currency, line.paid_on]


def _photo(card: PhotoCard) -> list[object]:
    times: list[datetime | None] = [card.captured_at, card.published_at]
    addresses = [url_for(f"public_site.{name}", evidence_id=card.id, _external=True) for name in ("photo", "web")]
    told = [card.id, card.milestone.code, card.milestone.name, card.stage.value, card.caption]
    return [*told, *(iso(time) for time in times), card.latitude, card.longitude, card.grade, *addresses]
