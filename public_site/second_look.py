"""The random second look, for everyone: commitments, seeds, what was drawn and what came of it."""

from __future__ import annotations

from pathlib import Path

from flask import Response, current_app, render_template, stream_with_context
from marshmallow import fields, validate

from public_site.door import bp
from server import pages
from server.access import PUBLISHED, declare
from server.services.second_look import published
from server.times import utc_now

SCRIPT = "repeat_second_look.py"


class PeriodsQuery(pages.Form):
    """Older periods than this one."""

    before = fields.String(validate=validate.Regexp(r"^[0-9]{4}-[0-9]{2}$"))


@bp.get("/second-look")
@declare(PUBLISHED)
def second_look() -> str:
    """How it is drawn, and what it found."""
    before = pages.query(PeriodsQuery).get("before")
    found = published.page(now=utc_now(), before=before)
    return render_template("public/second_look.html", page=found, before=before, repeat=_script(), script=SCRIPT)


def _script() -> str:
    """The program with which anyone repeats a draw."""
    return (Path(str(current_app.static_folder)) / SCRIPT).read_text(encoding="utf-8")


@bp.get("/second-look/<month:month>/candidates.csv")
@declare(PUBLISHED)
def second_look_candidates(month: str) -> Response:
    """The frozen list of one period, byte for byte what its digest on record covers."""
    lines = published.candidate_lines(month)
    response = Response(stream_with_context(lines), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"second-look-{month}.csv")
    return response
