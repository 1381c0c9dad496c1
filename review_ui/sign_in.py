"""Signing in and out by cookie."""

from __future__ import annotations

from uuid import UUID

from flask import flash, g, render_template, request, session, url_for
from marshmallow import fields, validate
from werkzeug.wrappers import Response

from review_ui.door import bp, see
from server import held_forms, pages
from server.access import PUBLIC, SIGNED_IN, declare
from server.auth import COOKIE_KEY, actor_from_cookie, current_actor
from server.engines import engines
from server.problems import Problem
from server.services import sessions
from server.texts import _
from server.times import utc_now


class SignInForm(pages.Form):
    """Who signs in, and the page they came from."""

    email = fields.String(required=True, validate=validate.Length(min=1, max=254))
    password = fields.String(required=True, validate=validate.Length(min=1, max=1000))


@bp.get("/sign-in")
@declare(PUBLIC)
def sign_in() -> str:
    """The form to sign in."""
    return render_template("review/sign_in.html", next=_then(request.args.get("next")))


@bp.post("/sign-in")
@declare(PUBLIC)
def begin() -> Response | tuple[str, int]:
    """Take the form; the cookie's session is a fresh one, whatever was in it before."""
    then = _then(request.form.get("next"))
    held = held_forms.opened(request.form.get(held_forms.FIELD))
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
        carried = {"held": held, "packet": request.form.get(held_forms.FIELD) if held else None}
        return render_template("review/sign_in.html", next=then, problem=problem, **carried), problem.kind.status
    _enter(begun.id)
    if held is not None:
        return render_template("review/held.html", held=held, packet=request.form[held_forms.FIELD]), 200
    return see(then)


def _enter(session_id: UUID) -> None:
    """Make this browser's session a fresh one, in which nothing is left but its hold on what was typed."""
    mark = session.get(held_forms.MARK)
    session.clear()
    session[COOKIE_KEY] = str(session_id)
    held_forms.keep_mark(mark)
    g.actor = actor_from_cookie()
    # The page that follows is the new session's, and so is the token in its forms.
    g.pop("csrf_token", None)


@bp.post("/sign-out")
@declare(SIGNED_IN)
def sign_out() -> Response:
    """End the session."""
    sessions.sign_out(current_actor().session_id, now=utc_now())
    session.clear()
    flash(_("You are signed out."))
    return see(url_for("review_ui.sign_in"))


def _then(wanted: str | None) -> str:
    """The address to go to after signing in: only a path of this site, else the desk."""
    return held_forms.local(wanted) or url_for("review_ui.desk")
