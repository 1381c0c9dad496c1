"""Turning a request into the person behind it: bearer tokens for phones, a cookie for pages.

Both carry the signed id of one sign-in session; what the session may do is looked up anew
for every request, so that ending it, or disabling the person, works at once.
"""

from __future__ import annotations

from typing import cast
from uuid import UUID

from flask import Request, current_app, g, session
from itsdangerous import BadSignature, URLSafeSerializer

from server.access import Actor
from server.problems import Problem
from server.services import sessions
from server.services.sessions import PastPerson
from server.texts import _
from server.times import utc_now

COOKIE_KEY = "session"
SALT = "saksi.session.v1"


def token_for(session_id: UUID) -> str:
    """The bearer token that names ``session_id``, signed with the installation's secret."""
    return str(_signer().dumps(session_id.hex))


def actor_from_token(request: Request) -> Actor | None:
    """The person whose bearer token came with the request; None where there is no token.

    Raises:
        Problem: ``not-signed-in``, for a token that is forged, ended or expired.
    """
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    try:
        if scheme.lower() != "bearer":
            raise BadSignature("not a bearer token")
        session_id = UUID(str(_signer().loads(token.strip())))
    except (BadSignature, ValueError, TypeError, AttributeError):
        raise _stale() from None
    actor = sessions.actor(session_id, now=utc_now())
    if actor is None:
        raise _stale()
    return actor


def actor_from_cookie() -> Actor | None:
    """The person whose signed cookie came with the request, if their session still holds."""
    try:
        session_id = UUID(str(session.get(COOKIE_KEY)))
    except ValueError:
        return None
    return sessions.actor(session_id, now=utc_now())


def person_of_cookie() -> PastPerson | None:
    """Whose session the request's cookie names, though it may have ended: to be named, never to be let in."""
    try:
        session_id = UUID(str(session.get(COOKIE_KEY)))
    except ValueError:
        return None
    return sessions.person_of(session_id)


def current_actor() -> Actor:
    """The signed-in person of this request.

    Raises:
        Problem: ``not-signed-in``.
    """
    actor = optional_actor()
    if actor is None:
        raise Problem("not-signed-in", _("This needs a signed-in person."), headers={"WWW-Authenticate": "Bearer"})
    return actor


def optional_actor() -> Actor | None:
    """The signed-in person of this request, or None."""
    return cast("Actor | None", g.get("actor"))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=SALT)


def _stale() -> Problem:
    return Problem(
        "not-signed-in",
        _("The token is not valid, or the session has ended. Sign in again; photos on the phone are kept."),
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )
