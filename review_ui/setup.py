"""Setting up: the agency's projects, one project with its parts, and making a new one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response as Streamed
from flask import render_template, request, stream_with_context, url_for
from marshmallow import fields, validate
from werkzeug.wrappers import Response

from review_ui import setup_flow, setup_values
from review_ui.door import Answer, bp
from review_ui.setup_flow import Told
from review_ui.setup_values import Reader
from server import gantt, pages
from server.access import declare, roles
from server.auth import current_actor
from server.csv_lists import csv_list
from server.models.people import Role
from server.models.projects import ProjectStatus
from server.services import progress, setting_up, setting_up_sources
from server.services.setting_up import Asked, Draft
from server.times import iso, utc_now

ADMINISTRATORS = roles(Role.ADMINISTRATOR)
#: What a new project starts from.
NEW = {
    "status": "preparation",
    "policy": "default",
    "work_starts": "06:00",
    "work_ends": "19:00",
    "working_days": list("123456"),
}


class ListForm(pages.Form):
    """Which of the agency's projects."""

    text = fields.String(validate=validate.Length(max=200))
    state = fields.Enum(ProjectStatus, by_value=True)
    published = fields.Boolean()
    cursor = fields.String()


@bp.get("/review/setup")
@declare(ADMINISTRATORS)
def setup() -> str:
    """The projects of the administrator's agencies."""
    wanted = pages.query(ListForm)
    found = setting_up.listing(current_actor(), _asked(wanted), wanted.get("cursor"))
    return render_template("review/setup.html", wanted=wanted, found=found, states=list(ProjectStatus))


@bp.get("/review/setup.csv")
@declare(ADMINISTRATORS)
def setup_csv() -> Streamed:
    """The same list as a file."""
    lines = setting_up.every(current_actor(), _asked(pages.query(ListForm)))
    rows: Iterator[list[Any]] = (
        [each.code, each.title, each.status.value, iso(each.published_at), iso(each.changed_at)] for each in lines
    )
    kept = stream_with_context(rows)  # type: ignore[type-var]
    return csv_list("projects", ["code", "title", "state", "published_at", "changed_at"], kept)


@bp.get("/review/setup/projects/<string:code>")
@declare(ADMINISTRATORS)
def setup_project(code: str) -> str:
    """One project with its parts."""
    draft = setting_up.draft(current_actor(), code)
    return render_template(
        "review/setup_project.html",
        draft=draft,
        project=draft.project,
        picture=picture(draft),
        agreement=setting_up_sources.current(draft.project),
    )


@bp.get("/review/setup/new")
@declare(ADMINISTRATORS)
def setup_new() -> Answer:
    """The form of a project that is yet to be made."""
    choices = setting_up.choices(current_actor())
    agency = choices.agencies[0].code if choices.agencies else ""
    return _facts_page(None, Told(), NEW | {"agency": agency})


@bp.post("/review/setup/new")
@declare(ADMINISTRATORS)
def setup_create() -> Answer:
    """Make a project out of its facts; the other parts come after."""
    read = Reader()
    document = setup_values.facts(request.form, read)
    document["code"] = read.needed(request.form.get("code", ""), "code")
    if setting_up.exists(document["code"]):
        read.taken(document["code"])
    return _facts_taken(None, document, read)


@bp.get("/review/setup/projects/<string:code>/facts")
@declare(ADMINISTRATORS)
def setup_facts(code: str) -> Answer:
    """The facts of a project."""
    draft = setting_up.draft(current_actor(), code)
    return _facts_page(draft, Told(), setup_values.facts_typed(draft.document))


@bp.post("/review/setup/projects/<string:code>/facts")
@declare(ADMINISTRATORS)
def setup_facts_taken(code: str) -> Answer:
    """Show what the facts would change, or save them."""
    draft = setting_up.draft(current_actor(), code)
    read = Reader()
    document = draft.facts | setup_values.facts(request.form, read)
    return _facts_taken(draft, document, read)


def picture(draft: Draft) -> gantt.Gantt | None:
    """The schedule as it is on record."""
    works = [
        gantt.Work(
            each.code,
            each.title,
            each.starts_on,
            each.ends_on,
            each.state.value,
            next((other.code for other in draft.records.milestones if other.id == each.predecessor_id), None),
        )
        for each in draft.records.milestones
    ]
    return gantt.draw(works, progress.today(utc_now(), draft.project.time_zone)) if works else None


def _asked(wanted: dict[str, Any]) -> Asked:
    return Asked(wanted.get("text"), wanted.get("state"), wanted.get("published"))


def _facts_taken(draft: Draft | None, document: dict[str, Any], read: Reader) -> Answer:
    then = url_for("review_ui.setup_project", code=document["code"]) if document["code"] else ""
    told = setup_flow.taken(document, read, then)
    if isinstance(told, Response):
        return told
    typed: dict[str, Any] = request.form.to_dict()
    return _facts_page(draft, told, typed | {"working_days": request.form.getlist("working_days")})


def _facts_page(draft: Draft | None, told: Told, typed: dict[str, Any]) -> Answer:
    return setup_flow.shown(
        "review/setup_facts.html",
        told,
        draft=draft,
        project=draft.project if draft else None,
        typed=typed,
        choices=setting_up.choices(current_actor()),
        states=list(ProjectStatus),
    )
