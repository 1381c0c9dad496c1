"""The enrolled phones of an agency's people, for its administrators."""

from __future__ import annotations

from uuid import UUID

from flask import flash, render_template, request, url_for
from marshmallow import fields
from werkzeug.wrappers import Response

from review_ui.door import bp, see, text_field
from server import pages
from server.access import declare, roles
from server.auth import current_actor
from server.models.people import Role
from server.problems import Problem
from server.services import device_desk
from server.texts import _
from server.times import utc_now

ADMINISTRATORS = roles(Role.ADMINISTRATOR)


class DevicesForm(pages.Form):
    """Whose devices, and whether those withdrawn are shown too."""

    person = fields.UUID()
    withdrawn = fields.Boolean(load_default=False)
    cursor = fields.String()


class WithdrawalForm(pages.Form):
    """Why it is withdrawn."""

    reason = text_field()


@bp.get("/review/devices", endpoint="devices")
@declare(ADMINISTRATORS)
def devices_page() -> str:
    """The devices, the newest first."""
    return _list()


@bp.post("/review/devices/<uuid:device_id>/withdrawal")
@declare(ADMINISTRATORS)
def withdraw_device(device_id: UUID) -> Response | tuple[str, int]:
    """Withdraw one, with a reason."""
    try:
        device_desk.withdraw(current_actor(), device_id, pages.form(WithdrawalForm)["reason"], now=utc_now())
    except Problem as problem:
        return _list(problem, device_id), problem.kind.status
    flash(_("The device is withdrawn. Photos that it signed before stay as they are; it signs no more."))
    return see(url_for("review_ui.devices", withdrawn="true"))


def _list(problem: Problem | None = None, at: UUID | None = None) -> str:
    asked = pages.query(DevicesForm)
    found = device_desk.listed(
        current_actor(), asked.get("person"), withdrawn=asked["withdrawn"], cursor=asked.get("cursor")
    )
    return render_template("review/devices.html", found=found, asked=asked, problem=problem, at=at, typed=request.form)
