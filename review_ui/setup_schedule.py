"""The schedule of a project: its milestones in a table with their picture, and what each milestone asks for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from evidence.context import Stage
from review_ui import setup_flow, setup_values
from review_ui.door import Answer, bp
from review_ui.setup import ADMINISTRATORS
from review_ui.setup_flow import Told
from review_ui.setup_values import MILESTONE, REQUIREMENT, Reader
from server import gantt
from server.access import declare
from server.auth import current_actor
from server.problems import Problem
from server.services import progress, setting_up
from server.services.importing.document_rules import contract_total_minor
from server.services.importing.record_rules import CHANGEABLE
from server.services.importing.schema import ContractSchema
from server.services.setting_up import Draft
from server.texts import _
from server.times import utc_now


@bp.get("/review/setup/projects/<string:code>/schedule")
@declare(ADMINISTRATORS)
def setup_schedule(code: str) -> Answer:
    """The milestones as they are on record."""
    draft = setting_up.draft(current_actor(), code)
    rows = setup_values.milestones_typed(draft.document.get("milestones", []), draft.currency)
    return _page(draft, Told(), rows or [{}], {})


@bp.post("/review/setup/projects/<string:code>/schedule")
@declare(ADMINISTRATORS)
def setup_schedule_taken(code: str) -> Answer:
    """Add, take away or move a row, show what would change, or save it; with a contract that was carried here."""
    draft = setting_up.draft(current_actor(), code)
    carried = _carried()
    rows = setup_values.rows(request.form, MILESTONE, "m_")
    asked = request.form.get("rows", "")
    if asked == "carry":
        rows = setup_values.milestones_typed(draft.document.get("milestones", []), draft.currency)
        return _page(draft, Told(), rows, carried)
    if asked:
        return _page(draft, Told(), setup_values.arranged(rows, asked), carried)
    read = Reader()
    currency = _currency(draft, carried)
    milestones = setup_values.milestones(request.form, read, draft.document.get("milestones", []), currency)
    document = draft.facts | carried | {"milestones": milestones}
    told = setup_flow.taken(document, read, url_for("review_ui.setup_schedule", code=code))
    return told if isinstance(told, Response) else _page(draft, told, rows, carried)


@bp.get("/review/setup/projects/<string:code>/milestones/<string:milestone>")
@declare(ADMINISTRATORS)
def setup_requirements(code: str, milestone: str) -> Answer:
    """What one milestone asks for."""
    draft = setting_up.draft(current_actor(), code)
    place = _place(draft, milestone)
    known = draft.document["milestones"][place]["requirements"]
    return _requirements_page(draft, milestone, Told(), setup_values.requirements_typed(known) or [{}])


@bp.post("/review/setup/projects/<string:code>/milestones/<string:milestone>")
@declare(ADMINISTRATORS)
def setup_requirements_taken(code: str, milestone: str) -> Answer:
    """Add, take away or move a row, show what would change, or save it."""
    draft = setting_up.draft(current_actor(), code)
    place = _place(draft, milestone)
    rows = setup_values.rows(request.form, REQUIREMENT, "r_")
    if request.form.get("rows"):
        arranged = setup_values.arranged(rows, request.form["rows"])
        return _requirements_page(draft, milestone, Told(), arranged)
    read = Reader()
    milestones = [dict(each) for each in draft.document["milestones"]]
    milestones[place]["requirements"] = setup_values.requirements(request.form, read, place)
    document = draft.facts | {"milestones": milestones}
    told = setup_flow.taken(document, read, url_for("review_ui.setup_schedule", code=code))
    return told if isinstance(told, Response) else _requirements_page(draft, milestone, told, rows)


def drawn(draft: Draft, rows: Iterable[Mapping[str, str]]) -> gantt.Gantt:
    """The schedule as it is typed."""
    states = {each.code: each.state.value for each in draft.records.milestones}
    works = [
        gantt.Work(
            row.get("code", ""),
            row.get("title", ""),
            _day(row.get("starts_on")),
            _day(row.get("ends_on")),
            states.get(row.get("was", ""), "planned"),
            row.get("predecessor"),
        )
        for row in rows
    ]
    return gantt.draw(works, progress.today(utc_now(), draft.project.time_zone))


def _page(draft: Draft, told: Told, rows: list[dict[str, str]], carried: dict[str, Any]) -> Answer:
    currency = _currency(draft, carried)
    read = Reader()
    sums = [(read.share(row.get("weight") or "0"), read.amount(row.get("amount") or "0", currency)) for row in rows]
    return setup_flow.shown(
        "review/setup_schedule.html",
        told,
        draft=draft,
        project=draft.project,
        rows=rows,
        picture=drawn(draft, [row for row in rows if any(row.values())]),
        settled={each.code for each in draft.records.milestones if each.state not in CHANGEABLE},
        states={each.code: each.state.value for each in draft.records.milestones},
        currency=currency,
        wanted=contract_total_minor(carried or draft.document),
        weights=sum(weight for weight, _amount in sums if isinstance(weight, int)),
        amounts=sum(amount for _weight, amount in sums if isinstance(amount, int)),
        carried=json.dumps(carried["contract"]) if carried else None,
    )


def _requirements_page(draft: Draft, milestone: str, told: Told, rows: list[dict[str, str]]) -> Answer:
    place = _place(draft, milestone)
    return setup_flow.shown(
        "review/setup_requirements.html",
        told,
        draft=draft,
        project=draft.project,
        rows=rows,
        place=place,
        milestone=draft.document["milestones"][place],
        settled=draft.records.milestones[place].state not in CHANGEABLE,
        stages=[stage.value for stage in Stage],
        corridor=draft.records.site is not None and draft.records.site.width_m is not None,
    )


def _place(draft: Draft, milestone: str) -> int:
    codes = [each["code"] for each in draft.document.get("milestones", [])]
    if milestone not in codes:
        raise Problem(
            "not-found",
            _(
                "The project %(code)s has no milestone with the code %(milestone)s.",
                code=draft.project.code,
                milestone=milestone,
            ),
        )
    return codes.index(milestone)


def _carried() -> dict[str, Any]:
    """The contract that is to be saved together with the schedule, because neither can be without the other."""
    try:
        section = json.loads(request.form.get("carried") or "null")
    except (ValueError, RecursionError):
        return {}
    return {} if not isinstance(section, dict) or ContractSchema().validate(section) else {"contract": section}


def _currency(draft: Draft, carried: Mapping[str, Any]) -> str:
    given = carried.get("contract", {}).get("currency")
    return given if isinstance(given, str) else draft.currency


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
