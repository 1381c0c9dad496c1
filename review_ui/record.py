"""The custody log, for auditors and administrators: who did what, newest first; only to be read."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, render_template
from marshmallow import ValidationError, fields, validate, validates_schema

from review_ui.door import bp, day_field
from server import pages, wording
from server.access import declare, roles
from server.auth import current_actor
from server.csv_lists import csv_list
from server.models import Person
from server.models.people import AGENCY_ROLES
from server.problems import FieldError, Problem
from server.services import custody_reading, log_reading
from server.services.custody_reading import Event, Wanted
from server.texts import _
from server.times import iso

PAGE_SIZE = 50


class RecordForm(pages.Form):
    """Which events."""

    project = fields.String(validate=validate.Length(max=64))
    action = fields.String(validate=validate.Length(max=60))
    person = fields.String(validate=validate.Length(max=254))
    who = fields.UUID()
    record = fields.String(validate=validate.Length(max=80))
    first_day = day_field()
    last_day = day_field()
    cursor = fields.String()

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_options: object) -> None:
        first, last = data.get("first_day"), data.get("last_day")
        if first is not None and last is not None and first > last:
            raise ValidationError(_("The last day lies before the first."), "last_day")


@bp.get("/review/record")
@declare(roles(*AGENCY_ROLES))
def record() -> str:
    """The events of the person's agencies."""
    asked = pages.query(RecordForm)
    namesakes = _namesakes(asked)
    if len(namesakes) == 1:
        asked["who"] = namesakes[0].id
    unsettled = asked.get("person") is not None and len(namesakes) != 1
    found = None
    if not unsettled:
        cursor = asked.get("cursor")
        found = custody_reading.events(current_actor(), _wanted(asked), cursor=cursor, limit=PAGE_SIZE)
    return render_template(
        "review/record.html",
        asked=asked,
        found=found,
        namesakes=namesakes if unsettled else [],
        who=custody_reading.named(current_actor(), asked["who"]) if "who" in asked else None,
        actions=list(wording.ACTIONS),
        checkpoint=log_reading.newest_checkpoint(),
        sentence=custody_reading.sentence,
    )


@bp.get("/review/record.csv")
@declare(roles(*AGENCY_ROLES))
def record_file() -> Response:
    """The same events, as a file."""
    asked = pages.query(RecordForm)
    namesakes = _namesakes(asked)
    if len(namesakes) == 1:
        asked["who"] = namesakes[0].id
    elif asked.get("person") and "who" not in asked:
        told = _("This names nobody, or more than one.")
        raise Problem("invalid", told, errors=[FieldError("#/person", told)])
    found = custody_reading.every(current_actor(), _wanted(asked))
    head = (
        _("Number"),
        _("When (UTC)"),
        _("Who"),
        _("What was done"),
        _("Action"),
        _("Kind of record"),
        _("Record"),
        _("Project"),
        _("Details"),
        _("Leaf"),
        _("Place"),
    )
    return csv_list("record", head, (_cells(each) for each in found))


def _cells(told: Event) -> list[object]:
    event = told.event
    return [
        event.sequence,
        iso(event.at),
        told.actor,
        custody_reading.sentence(told),
        event.action,
        event.record_type,
        event.record_id,
        event.project_code,
        json.dumps(event.details, ensure_ascii=False, sort_keys=True),
        event.leaf.hex() if event.leaf else None,
        event.place,
    ]


def _namesakes(asked: dict[str, Any]) -> list[Person]:
    """Whom the typed name or address may mean; a person chosen by a link goes before it."""
    if "who" in asked or not asked.get("person"):
        return []
    return list(custody_reading.people_called(current_actor(), asked["person"]))


def _wanted(asked: dict[str, Any]) -> Wanted:
    kept = ("project", "who", "action", "record", "first_day", "last_day")
    return Wanted(**{name: asked.get(name) for name in kept})
