"""The enrolled phones of an agency's people, for its administrators."""

from __future__ import annotations

from uuid import UUID

from flask import flash, render_template, request, url_for
from marshmallow import fields

from review_ui.door import Answer, bp, or_again, see, text_field
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


def _list(at: UUID | None = None, problem: Problem | None = None) -> str:
    asked = pages.query(DevicesForm)
    found = device_desk.listed(
        current_actor(), asked.get("person"), withdrawn=asked["withdrawn"], cursor=asked.get("cursor")
    )
    return render_template("review/devices.html", found=found, asked=asked, problem=problem, at=at, typed=request.form)


@bp.get("/review/devices", endpoint="devices")
@declare(ADMINISTRATORS)
def devices_page() -> str:
    """The devices, the newest first."""
    return _list()


@bp.post("/review/devices/<uuid:device_id>/withdrawal")
@declare(ADMINISTRATORS)
@or_again(_list)
def withdraw_device(device_id: UUID) -> Answer:
    """Withdraw one, with a reason."""
    device_desk.withdraw(current_actor(), device_id, pages.form(WithdrawalForm)["reason"], now=utc_now())
    flash(_("The device is withdrawn. Photos that it signed before stay as they are; it signs no more."))
    return see(url_for("review_ui.devices", withdrawn="true"))
