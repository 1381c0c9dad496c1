"""The pages of the people who work on projects: what waits, photos, milestones, money, the record.

Every form posts to one use case and answers with a redirection, or with the same page and the
fault beside what was typed. What may be done is decided in ``server.services``, never here.
"""

from __future__ import annotations

from flask import Flask

from review_ui import (
    certificates,
    desk,
    devices,
    hidden,
    milestones,
    payments,
    people,
    photos,
    policies,
    projects,
    record,
    risk,
    second_look,
    setup,
    setup_contract,
    setup_history,
    setup_import,
    setup_publish,
    setup_schedule,
    setup_site,
    sign_in,
)
from review_ui.door import bp
from server.pages import furnish

__all__ = [
    "certificates",
    "desk",
    "devices",
    "hidden",
    "milestones",
    "payments",
    "people",
    "photos",
    "policies",
    "projects",
    "record",
    "register",
    "risk",
    "second_look",
    "setup",
    "setup_contract",
    "setup_history",
    "setup_import",
    "setup_publish",
    "setup_schedule",
    "setup_site",
    "sign_in",
]


def register(app: Flask) -> None:
    """Open the reviewers' pages."""
    furnish(app)
    app.register_blueprint(bp)
