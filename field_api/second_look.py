"""The random second look by machine: commitments, seeds and frozen candidates, so that anyone can repeat a draw."""

from __future__ import annotations

from typing import Any

from flask import Response

from field_api.blueprint import api
from field_api.bodies import JSON
from field_api.caching import REVALIDATE, kept_json
from field_api.fields import Text
from field_api.lists import PageQuery, link_next
from field_api.operation import Answer, operation
from field_api.shapes import page_of, shape
from server import paging
from server.access import PUBLISHED
from server.services.second_look import published
from server.services.second_look.published import CandidateView, PeriodView
from server.times import utc_now

CACHE = f"public, {REVALIDATE}"
UNCHANGED = Answer("It is that of the ETag that was sent.")
PeriodDocument = shape(PeriodView, name="SecondLookPeriod")
CandidateDocument = shape(CandidateView, name="SecondLookCandidate")
MONTH = "^[0-9]{4}-(0[1-9]|1[0-2])$"
#: A candidate's place in its list: its kind and its id.
PLACE = "^(milestone|photo)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


class PeriodsQuery(PageQuery):
    """Which periods."""

    cursor = Text(7, least=7, pattern=MONTH, load_default=None, metadata={"description": "From `next`; opaque."})


class CandidatesQuery(PageQuery):
    """Which candidates."""

    cursor = Text(46, least=42, pattern=PLACE, load_default=None, metadata={"description": "From `next`; opaque."})


@operation(
    api,
    "GET",
    "/second-look",
    access=PUBLISHED,
    summary="The periods of the random second look",
    query=PeriodsQuery,
    headers=("If-None-Match",),
    answers={
        200: Answer("One page, the newest first.", page_of(PeriodDocument), headers=("Link", "ETag")),
        304: UNCHANGED,
    },
)
def list_second_look_periods(query: dict[str, Any]) -> Response:
    """Each with its commitment, and its seed once that is revealed. No sign-in."""
    found = published.periods_before(query["cursor"], query["limit"], now=utc_now())
    told = {"items": [each.as_document() for each in found.items], "next": found.next}
    return link_next(kept_json(told, media_type=JSON, cache=CACHE), found.next)


@operation(
    api,
    "GET",
    "/second-look/<month:month>",
    access=PUBLISHED,
    summary="One period of the random second look",
    headers=("If-None-Match",),
    answers={
        200: Answer(
            "Commitment, seed, digest of its candidates, and what came of it.", PeriodDocument, headers=("ETag",)
        ),
        304: UNCHANGED,
    },
)
def get_second_look_period(month: str) -> Response:
    """`seed` is null until the period has ended and its candidates are frozen."""
    return kept_json(published.period(month, now=utc_now()).as_document(), media_type=JSON, cache=CACHE)


@operation(
    api,
    "GET",
    "/second-look/<month:month>/candidates",
    access=PUBLISHED,
    summary="What could be drawn in a period",
    query=CandidatesQuery,
    headers=("If-None-Match",),
    answers={
        200: Answer("One page in the order of the frozen list.", page_of(CandidateDocument), headers=("Link", "ETag")),
        304: UNCHANGED,
    },
)
def list_second_look_candidates(month: str, query: dict[str, Any]) -> Response:
    """Empty until the list is frozen. A candidate is drawn by HMAC-SHA256 of `period|kind|id` under the seed."""
    found = published.candidates(month, _place(query["cursor"]), query["limit"])
    following = None if found.next is None else "-".join(paging.decode(found.next, parts=2))
    told = {"items": [each.as_document() for each in found.items], "next": following}
    return link_next(kept_json(told, media_type=JSON, cache=CACHE), following)


def _place(cursor: str | None) -> str | None:
    return None if cursor is None else paging.encode(*cursor.split("-", 1))
