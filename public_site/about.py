"""What Saksi is: what is checked, what the grades of trust mean, and what a photo does not prove."""

from __future__ import annotations

from flask import render_template

from public_site.door import bp
from server.access import PUBLISHED, declare


@bp.get("/about")
@declare(PUBLISHED)
def about() -> str:
    """In plain words, with every check named."""
    return render_template("public/about.html")
