"""The contract of a project: supplier, value, dates, retention, advance, variations."""

from __future__ import annotations

import json
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from review_ui import setup_flow, setup_values
from review_ui.door import Answer, bp
from review_ui.setup import ADMINISTRATORS
from review_ui.setup_flow import Told
from review_ui.setup_values import VARIATION, Reader
from server.access import declare
from server.auth import current_actor
from server.services import setting_up
from server.services.setting_up import Draft


@bp.get("/review/setup/projects/<string:code>/contract")
@declare(ADMINISTRATORS)
def setup_contract(code: str) -> Answer:
    """The contract as it is on record."""
    draft = setting_up.draft(current_actor(), code)
    return _page(draft, Told(), setup_values.contract_typed(draft.document.get("contract"), draft.currency))


@bp.post("/review/setup/projects/<string:code>/contract")
@declare(ADMINISTRATORS)
def setup_contract_taken(code: str) -> Answer:
    """Add or take away a row, show what would change, or save it."""
    draft = setting_up.draft(current_actor(), code)
    if request.form.get("rows"):
        return _page(draft, Told(), _typed(request.form["rows"]))
    read = Reader()
    section = setup_values.contract(request.form, read)
    told = setup_flow.taken(draft.facts | {"contract": section}, read, url_for("review_ui.setup_project", code=code))
    if isinstance(told, Response):
        return told
    # Where only the sum of the milestones stands against it, contract and schedule are saved in one.
    carried = json.dumps(section) if set(told.faults) == {"#/milestones"} else None
    return _page(draft, told, _typed(""), carried)


def _typed(asked: str) -> dict[str, Any]:
    typed: dict[str, Any] = request.form.to_dict()
    given = setup_values.rows(request.form, VARIATION, "v_")
    typed["variations"] = setup_values.arranged(given, asked) if asked else given
    return typed


def _page(draft: Draft, told: Told, typed: dict[str, Any], carried: str | None = None) -> Answer:
    return setup_flow.shown(
        "review/setup_contract.html",
        told,
        draft=draft,
        project=draft.project,
        typed=typed,
        carried=carried,
        choices=setting_up.choices(current_actor()),
    )
