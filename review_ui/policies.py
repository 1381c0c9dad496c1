"""The policies: every value with its source, what it does, and which projects use it."""

from __future__ import annotations

from flask import render_template

from review_ui.door import bp
from server.access import SIGNED_IN, declare
from server.auth import current_actor
from server.services import policy_view


@bp.get("/review/policies", endpoint="policies")
@declare(SIGNED_IN)
def policies_page() -> str:
    """All policies."""
    return render_template("review/policies.html", found=policy_view.listed(current_actor()))


@bp.get("/review/policies/<name>")
@declare(SIGNED_IN)
def policy(name: str) -> str:
    """One version of one policy."""
    return render_template("review/policy.html", page=policy_view.policy(current_actor(), name))
