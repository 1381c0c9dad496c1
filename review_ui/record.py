"""The custody log, for auditors and administrators: who did what, newest first."""

from __future__ import annotations

from flask import render_template
from marshmallow import fields, validate

from review_ui.door import bp
from server import pages
from server.access import declare, roles
from server.auth import current_actor
from server.models.people import AGENCY_ROLES
from server.services import custody_reading

PAGE_SIZE = 50


class RecordForm(pages.Form):
    """Which events: of one project, of one action."""

    project = fields.String(validate=validate.Length(max=64))
    action = fields.String(validate=validate.Length(max=60))
    cursor = fields.String()


@bp.get("/review/record")
@declare(roles(*AGENCY_ROLES))
def record() -> str:
    """The events of the person's agencies."""
    wanted = pages.query(RecordForm)
    found = custody_reading.events(
        current_actor(),
        project=wanted.get("project"),
        action=wanted.get("action"),
        cursor=wanted.get("cursor"),
        limit=PAGE_SIZE,
    )
    return render_template("review/record.html", wanted=wanted, found=found, actions=custody_reading.actions())
