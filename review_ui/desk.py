"""The first page after signing in: what waits for this person, their filters of it, and the way through it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import Response, flash, render_template, request, session, url_for
from marshmallow import ValidationError, fields, validate
from werkzeug.wrappers import Response as Answer

from review_ui.door import bp, see, text_field
from server import pages, wording
from server.access import SIGNED_IN, declare
from server.auth import current_actor
from server.csv_lists import csv_list
from server.problems import Problem
from server.services import desk as desks
from server.services import my_projects, saved_filters
from server.services.desk import Age, Asked, Place
from server.services.second_look import records as second_looks
from server.services.waiting.things import Kind, Target, Waiting
from server.texts import _
from server.times import utc_now

#: Under which the browser's session remembers from which list, and which place of it, a page was opened.
QUEUE = "queue"
ASKED = ("kind", "project", "area", "age", "text")
FIRST_PROJECTS = 10


class DeskForm(pages.Form):
    """What somebody asks to see of what waits."""

    kind = fields.Enum(Kind, by_value=True)
    project = fields.String(validate=validate.Length(max=64))
    area = fields.String(validate=validate.Length(max=64))
    age = fields.Enum(Age, by_value=True)
    text = fields.String(validate=validate.Length(max=200))


class PageForm(DeskForm):
    """The same, which numbered part of it, and the name of a filter that was just deleted."""

    part = pages.part_number()
    name = fields.String(validate=validate.Length(max=saved_filters.LONGEST_NAME))


class WayForm(DeskForm):
    """Where somebody is in what they asked to see: the page, and the place from which they opened it."""

    after = fields.String(validate=validate.Length(max=64))
    before = fields.String(validate=validate.Length(max=64))
    at = fields.Integer(load_default=None, validate=validate.Range(0, 100_000))


class PlaceForm(pages.Form):
    """What a page that is opened from the list is told of the list."""

    at = fields.Integer(required=True, validate=validate.Range(0, 100_000))
    queue = fields.String(load_default="", validate=validate.Length(max=saved_filters.LONGEST_QUERY))


class SaveForm(pages.Form):
    """A name for what is asked for."""

    name = text_field(required=False)
    query = fields.String(load_default="", validate=validate.Length(max=saved_filters.LONGEST_QUERY))


@bp.get("/review/")
@declare(SIGNED_IN)
def desk() -> str:
    """What waits, the most pressing first."""
    given = pages.query(PageForm)
    return _page(_asked(given), given["part"], typed=given.get("name", ""))


@bp.get("/review/queue.csv")
@declare(SIGNED_IN)
def queue_csv() -> Response:
    """What waits and was asked for, as a file."""
    things = desks.listed(current_actor(), _asked(pages.query(DeskForm)), now=utc_now())
    return csv_list("what-waits", _heads(), _rows(things))


@bp.get("/review/next")
@declare(SIGNED_IN)
def next_waiting() -> Answer:
    """To the thing after the one somebody is at (or before it), or back to the list where there is none."""
    given = pages.query(WayForm)
    asked, back = _asked(given), "before" in given
    here = _key(given.get("before" if back else "after", ""))
    found = desks.following(current_actor(), asked, here, given["at"], now=utc_now(), back=back)
    if found is not None:
        return see(place_address(found, asked.query))
    flash(_("That was the first of the list.") if back else _("That was the last of the list."))
    return see(_desk_address(asked.query))


@bp.post("/review/filters")
@declare(SIGNED_IN)
def save_filter() -> Answer | tuple[str, int]:
    """Keep what is asked for by a name."""
    said, asked = {"name": request.form.get("name", "")}, Asked()
    try:
        said = pages.form(SaveForm)
        asked = _asked_in(said["query"])
        kept = saved_filters.save(current_actor(), said["name"], urlencode(asked.query), now=utc_now())
    except Problem as problem:
        return _page(asked, 1, problem, said["name"]), problem.kind.status
    flash(_("The filter “%(name)s” is saved.", name=kept.name))
    return see(_desk_address(asked.query))


@bp.post("/review/filters/<uuid:filter_id>/deletion")
@declare(SIGNED_IN)
def delete_filter(filter_id: UUID) -> Answer:
    """Forget a filter; the page that follows shows what it showed, so that it can be saved again."""
    gone = saved_filters.delete(current_actor(), filter_id)
    flash(_("The filter “%(name)s” is deleted. Save it again to have it back.", name=gone.name))
    return see(_desk_address({"name": gone.name, **_asked_in(gone.query).query}))


# -- the place in the list, for the pages that are opened from it --------------------------------


@bp.before_request
def remember_place() -> None:
    """Remember from where in which list a page was opened, so that it is still known after a decision on it."""
    if request.method != "GET" or "at" not in request.args or request.endpoint == "review_ui.next_waiting":
        return
    try:
        given = pages.query(PlaceForm)
        query = _asked_in(given["queue"]).query
    except Problem:
        return
    session[QUEUE] = {"path": request.path, "at": given["at"], "query": query}


@bp.app_template_global()
def waiting_place() -> dict[str, Any]:
    """The list through which somebody goes (``query``), and the place (``at``) of the page they look at, or None."""
    kept = session.get(QUEUE)
    if not isinstance(kept, dict):
        return {"query": {}, "at": None, "part": None}
    at = kept.get("at") if kept.get("path") == request.path else None
    return {"query": kept.get("query", {}), "at": at, "part": None if not at else at // desks.SHOWN + 1}


@bp.app_template_global()
def thing_address(thing: Waiting, at: int, asked: Asked) -> str:
    """Where a thing is dealt with, with its place in the list."""
    return place_address(Place(thing.target, thing.page_id, at, thing.project.code), asked.query)


@bp.app_template_global()
def photo_address(photo: UUID, at: int, asked: Asked) -> str:
    """Where one photo of a group is looked at, with the group's place in the list."""
    return place_address(Place(Target.PHOTO, photo, at, ""), asked.query)


def place_address(place: Place, query: Mapping[str, str]) -> str:
    """The page of a place, which is told of the list from which it is opened."""
    told: dict[str, Any] = {"at": place.at, "queue": urlencode(query) or None}
    if place.target is Target.PROJECT:
        return url_for("review_ui.project", code=place.project, _anchor="loose", **told)
    endpoint, name = {
        Target.MILESTONE: ("review_ui.milestone", "milestone_id"),
        Target.PHOTO: ("review_ui.photo", "evidence_id"),
        Target.CERTIFICATE: ("review_ui.certificate", "certificate_id"),
    }[place.target]
    return url_for(endpoint, **{name: place.page_id, **told})


# -- rendering and reading ---------------------------------------------------------------------


def _page(asked: Asked, part: int, problem: Problem | None = None, typed: str = "") -> str:
    actor = current_actor()
    shown = desks.desk(actor, asked, part=part, now=utc_now())
    return render_template(
        "review/desk.html",
        desk=shown,
        asked=asked,
        saved=saved_filters.of(actor),
        saved_query=urlencode(asked.query),
        projects=None if asked.query or part > 1 else my_projects.page(actor, size=FIRST_PROJECTS),
        second_looks=second_looks.counts(actor),
        problem=problem,
        typed=typed,
    )


def _desk_address(query: Mapping[str, Any]) -> str:
    return url_for("review_ui.desk", **query)


def _asked(given: Mapping[str, Any]) -> Asked:
    return Asked(**{name: given[name] for name in ASKED if name in given})


def _asked_in(query: str) -> Asked:
    """What an address's query asks for.

    Raises:
        Problem: ``invalid``.
    """
    given = {key: value for key, value in parse_qsl(query) if key in ASKED}
    try:
        if any("\0" in value for value in given.values()):
            raise ValidationError("No page takes this sign.")
        return _asked(DeskForm().load(given))
    except ValidationError:
        raise Problem("invalid", _("This filter asks for something that there is not.")) from None


def _key(given: str) -> str:
    """The page that an address names, as ``Waiting.key`` writes it; empty for none, which is before the first."""
    target, _colon, page_id = given.partition(":")
    try:
        return f"{Target(target)}:{UUID(page_id)}"
    except ValueError:
        return ""


def _heads() -> list[str]:
    return [
        _("What"),
        _("Points"),
        _("Days waited"),
        _("Days overdue"),
        _("Answer due by"),
        _("Not yet possible"),
        _("Project"),
        _("Title of the project"),
        _("Area"),
        _("Milestone"),
        _("Title of the milestone"),
        _("Photos"),
        _("Weakest grade"),
        _("Amount"),
        _("Currency"),
        _("Sent by"),
        _("Address"),
    ]


def _rows(things: Iterable[Waiting]) -> Iterable[list[object]]:
    return [_row(thing) for thing in things]


def _row(thing: Waiting) -> list[object]:
    at, currency, milestone = thing.at, thing.project.currency, thing.milestone
    amount = Decimal(thing.amount_minor).scaleb(-wording.MINOR_DIGITS.get(currency, 2))
    address = place_address(Place(thing.target, thing.page_id, 0, thing.project.code), {}).partition("?")[0]
    return [
        wording.WAITING[thing.kind],
        at.points,
        at.waited_days,
        at.overdue_days,
        at.due_on.isoformat(),
        _("yes") if thing.later else _("no"),
        thing.project.code,
        thing.project.title,
        thing.project.area_path.strip("/"),
        milestone.code if milestone else None,
        milestone.title if milestone else None,
        thing.number or None,
        thing.grade,
        str(amount) if thing.amount_minor else None,
        currency if thing.amount_minor else None,
        ", ".join(sorted(thing.organisations)),
        request.host_url.rstrip("/") + address,
    ]
