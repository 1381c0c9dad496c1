"""The first page after signing in: what waits for this person."""

from __future__ import annotations

from flask import render_template
from marshmallow import fields

from review_ui.door import bp
from server import pages
from server.access import SIGNED_IN, declare
from server.auth import current_actor
from server.services import desk as desks


class DeskForm(pages.Form):
    """Which numbered part of the projects on which something waits, and after which of the others to go on."""

    waiting = pages.part_number()
    quiet = fields.String()


@bp.get("/review/")
@declare(SIGNED_IN)
def desk() -> str:
    """What waits, by project."""
    return render_template("review/desk.html", desk=desks.desk(current_actor(), **pages.query(DeskForm)))
