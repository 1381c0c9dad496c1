"""What anyone may read: published projects, and the photos behind approved milestones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, request

from field_api.blueprint import api
from field_api.bodies import JSON
from field_api.caching import PICTURE, REVALIDATE, kept_bytes, kept_json
from field_api.fields import Box, Text, Word, code
from field_api.lists import PageByCodeQuery, cursor_by_code, link_next, place_by_code
from field_api.operation import Answer, operation
from field_api.shapes import page_of, shape
from server.access import PUBLISHED
from server.models.projects import ProjectStatus
from server.services import public
from server.services.project_search import ProjectFilter
from server.services.public import CopyName
from server.services.public_documents import PhotoPage, ProjectCard, ProjectPage
from server.times import utc_now

GEOJSON = "application/geo+json"
COPY = "image/jpeg"
CACHE = f"public, {REVALIDATE}"
UNCHANGED = Answer("It is that of the ETag that was sent.")
ProjectCardDocument = shape(ProjectCard, without=frozenset({"site"}), name="PublicProjectCard")
ProjectDocument = shape(ProjectPage, without=frozenset({"site"}), name="PublicProject")
PhotoDocument = shape(PhotoPage, name="PublicPhoto")


class PublicProjectsQuery(PageByCodeQuery):
    """Which projects to list; what is left out is not asked for."""

    bbox = Box(
        load_default=None,
        metadata={"description": "west,south,east,north in degrees; west > east across the antimeridian."},
    )
    area = code(load_default=None, metadata={"description": "An area's code; takes in the areas below it."})
    state = Word(ProjectStatus, load_default=None)
    text = Text(200, least=1, load_default=None, metadata={"description": "Sought in title, purpose, code and area."})


@operation(
    api,
    "GET",
    "/public/projects",
    access=PUBLISHED,
    summary="Published projects",
    query=PublicProjectsQuery,
    headers=("If-None-Match",),
    answers={
        200: Answer(
            "One page by code; with GeoJSON a FeatureCollection.",
            page_of(ProjectCardDocument),
            (JSON, GEOJSON),
            ("Link", "ETag"),
        ),
        304: UNCHANGED,
    },
)
def list_public_projects(query: dict[str, Any]) -> Response:
    """No sign-in. The next page's address is in the Link header, and its cursor in `next`."""
    cursor, limit = place_by_code(query.pop("cursor")), query.pop("limit")
    found = public.projects(ProjectFilter(**query), cursor, limit, now=utc_now(), shapes=_wants_geojson())
    following = cursor_by_code(found.next)
    if _wants_geojson():
        return link_next(_kept(_collection(found.items)), following)
    told = {"items": [card.as_document() for card in found.items], "next": following}
    return link_next(_kept(told), following)


@operation(
    api,
    "GET",
    "/public/projects/<code:code>",
    access=PUBLISHED,
    summary="One published project",
    headers=("If-None-Match",),
    answers={
        200: Answer("The project; with GeoJSON a Feature.", ProjectDocument, (JSON, GEOJSON), ("ETag",)),
        304: UNCHANGED,
    },
)
def get_public_project(code: str) -> Response:
    """Progress, milestones, payments and verified photos; nobody is named below an organisation."""
    found = public.project(code, now=utc_now())
    return _kept(found.as_feature() if _wants_geojson() else found.as_document())


@operation(
    api,
    "GET",
    "/public/photos/<record:evidence_id>",
    access=PUBLISHED,
    summary="One published photo",
    headers=("If-None-Match",),
    answers={
        200: Answer("The photo; with GeoJSON a Feature.", PhotoDocument, (JSON, GEOJSON), ("ETag",)),
        304: UNCHANGED,
    },
)
def get_public_photo(evidence_id: UUID) -> Response:
    """Where and when it was taken, and what every check said of it."""
    found = public.photo(evidence_id)
    return _kept(found.as_feature() if _wants_geojson() else found.as_document())


@operation(
    api,
    "GET",
    "/public/photos/<record:evidence_id>/thumbnail",
    access=PUBLISHED,
    summary="A published photo's thumbnail",
    headers=("If-None-Match",),
    answers={
        200: Answer("A JPEG of at most 400 pixels, without metadata.", media_types=(COPY,), headers=("ETag",)),
        304: UNCHANGED,
    },
)
def get_public_thumbnail(evidence_id: UUID) -> Response:
    """The small copy, from the moment its milestone is approved."""
    return _copy(evidence_id, "thumbnail")


@operation(
    api,
    "GET",
    "/public/photos/<record:evidence_id>/web",
    access=PUBLISHED,
    summary="A published photo's web copy",
    headers=("If-None-Match",),
    answers={
        200: Answer("A JPEG of at most 1600 pixels, without metadata.", media_types=(COPY,), headers=("ETag",)),
        304: UNCHANGED,
    },
)
def get_public_web_copy(evidence_id: UUID) -> Response:
    """The large copy, from the moment its milestone is approved."""
    return _copy(evidence_id, "web")


def _collection(cards: Sequence[ProjectCard]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [card.as_feature() for card in cards]}


def _wants_geojson() -> bool:
    """Plain JSON is the answer where both are wanted alike."""
    return request.accept_mimetypes.best_match([JSON, GEOJSON], default=JSON) == GEOJSON


def _kept(document: dict[str, Any]) -> Response:
    response = kept_json(document, media_type=GEOJSON if _wants_geojson() else JSON, cache=CACHE)
    response.vary.add("Accept")
    return response


def _copy(evidence_id: UUID, name: CopyName) -> Response:
    found = public.photo_copy(evidence_id, name)
    return kept_bytes(found.content, etag=found.etag, media_type=COPY, cache=PICTURE)
