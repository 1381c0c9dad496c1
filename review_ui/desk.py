"""The first page after signing in: what waits for this person."""

from __future__ import annotations

from flask import render_template

from review_ui.door import bp
from server.access import SIGNED_IN, declare
from server.auth import current_actor
from server.services import review


@bp.get("/review/")
@declare(SIGNED_IN)
def desk() -> str:
    """What waits, by project."""
    return render_template("review/desk.html", desk=review.desk(current_actor()))
