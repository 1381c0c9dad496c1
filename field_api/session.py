"""Signing in and out: a bearer token for as long as the session holds."""

from __future__ import annotations

from typing import Any

from flask import request
from marshmallow import Schema, fields

from field_api.blueprint import api
from field_api.bodies import JsonBody
from field_api.fields import Ident, Instant, Text, Word
from field_api.operation import Answer, operation
from field_api.shapes import Answered
from server.access import PUBLIC, SIGNED_IN
from server.auth import current_actor, token_for
from server.engines import engines
from server.models.people import OrganisationKind, Role
from server.problems import Problem
from server.services import sessions
from server.times import iso, utc_now


class SignIn(Schema):
    """An account's address and its password."""

    email = Text(254, least=1, required=True)
    password = Text(1024, least=1, required=True)


class SignedInOrganisation(Answered):
    """The organisation that a person belongs to."""

    id = Ident(required=True)
    name = fields.String(required=True)
    kind = Word(OrganisationKind, required=True)


class SignedInPerson(Answered):
    """Who signed in, and which roles they hold anywhere."""

    id = Ident(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    organisation = fields.Nested(SignedInOrganisation, required=True)
    roles = fields.List(Word(Role), required=True)


class Session(Answered):
    """A begun session; the token goes into ``Authorization: Bearer …``."""

    token = fields.String(required=True)
    expires_at = Instant(required=True)
    person = fields.Nested(SignedInPerson, required=True)


@operation(
    api,
    "POST",
    "/session",
    access=PUBLIC,
    summary="Sign in",
    body=JsonBody(SignIn, example={"email": "inspector@example.org", "password": "correct horse battery"}),
    answers={201: Answer("The session has begun.", Session)},
    problems=("sign-in-failed", "too-many-attempts"),
)
def sign_in(body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Begin a session with an address and a password. Too many failures within minutes are refused for a while."""
    now = utc_now()
    address = request.remote_addr or "unknown"
    begun = sessions.sign_in(body["email"], body["password"], address=address, now=now, settings=engines().settings)
    actor = sessions.actor(begun.id, now=now)
    if actor is None:
        raise Problem("sign-in-failed", "The account was closed at this moment.")
    organisation = {
        "id": str(actor.organisation_id),
        "name": actor.organisation_name,
        "kind": actor.organisation_kind.value,
    }
    person = {
        "id": str(actor.person_id),
        "name": actor.name,
        "email": actor.email,
        "organisation": organisation,
        "roles": sorted(actor.roles),
    }
    return {"token": token_for(begun.id), "expires_at": iso(begun.expires_at), "person": person}, 201


@operation(
    api,
    "DELETE",
    "/session",
    access=SIGNED_IN,
    summary="Sign out",
    answers={204: Answer("The session has ended and its token is worth nothing.")},
)
def sign_out() -> None:
    """End the session of this token. Photos that wait on the phone stay there."""
    sessions.sign_out(current_actor().session_id, now=utc_now())
