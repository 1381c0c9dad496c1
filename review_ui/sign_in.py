"""Signing in and out by cookie."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import flash, render_template, request, session, url_for
from marshmallow import fields, validate
from werkzeug.wrappers import Response

from review_ui.door import bp, see
from server import pages
from server.access import PUBLIC, SIGNED_IN, declare
from server.auth import COOKIE_KEY, current_actor
from server.engines import engines
from server.problems import Problem
from server.services import sessions
from server.times import utc_now


class SignInForm(pages.Form):
    """Who signs in, and the page they came from."""

    email = fields.String(required=True, validate=validate.Length(min=1, max=254))
    password = fields.String(required=True, validate=validate.Length(min=1, max=1000))


@bp.get("/sign-in")
@declare(PUBLIC)
def sign_in() -> str:
    """The form to sign in."""
    return render_template("review/sign_in.html", next=_local(request.args.get("next")))


@bp.post("/sign-in")
@declare(PUBLIC)
def begin() -> Response | tuple[str, int]:
    """Take the form; the cookie's session is a fresh one, whatever was in it before."""
    then = _local(request.form.get("next"))
    try:
        typed = pages.form(SignInForm)
        begun = sessions.sign_in(
            typed["email"],
            typed["password"],
            address=request.remote_addr or "unknown",
            now=utc_now(),
            settings=engines().settings,
        )
    except Problem as problem:
        return render_template("review/sign_in.html", next=then, problem=problem), problem.kind.status
    session.clear()
    session[COOKIE_KEY] = str(begun.id)
    return see(then)


@bp.post("/sign-out")
@declare(SIGNED_IN)
def sign_out() -> Response:
    """End the session."""
    sessions.sign_out(current_actor().session_id, now=utc_now())
    session.clear()
    flash("You are signed out.")
    return see(url_for("review_ui.sign_in"))


def _local(wanted: str | None) -> str:
    """The address to go to after signing in: only a path of this site, else the desk."""
    desk = url_for("review_ui.desk")
    if not wanted or not wanted.startswith("/") or wanted.startswith("//") or not wanted.isprintable():
        return desk
    parts = urlsplit(wanted)
    # Browsers read a backslash as a slash, so "/\host" would lead away.
    return desk if parts.scheme or parts.netloc or "\\" in wanted else wanted
