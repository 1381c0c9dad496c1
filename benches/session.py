"""Signs people of a made-up portal in without a password, as nobody outside the benches can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

import config
from server.app import create_app
from server.auth import COOKIE_KEY, token_for
from server.db import db, writing
from server.models import Person, SignInSession


@contextmanager
def application(settings: config.Settings) -> Iterator[Flask]:
    """The application on these settings inside its context, and its connections closed afterwards."""
    app = create_app(settings)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def token(settings: config.Settings, email: str) -> str:
    """A bearer token for the person with this address."""
    with application(settings):
        return token_for(_begun(email).id)


def cookies(settings: config.Settings, emails: Sequence[str]) -> list[str]:
    """For each address the ``Cookie`` header of a browser in which its owner is signed in."""
    with application(settings) as app:
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        name = app.config["SESSION_COOKIE_NAME"]
        return [f"{name}={signer.dumps({COOKIE_KEY: str(_begun(email).id)})}" for email in emails]


def _begun(email: str) -> SignInSession:
    now = datetime.now(UTC)
    with writing() as session:
        person = session.scalars(sa.select(Person).where(Person.email == email)).one()
        begun = SignInSession(person_id=person.id, created_at=now, expires_at=now + timedelta(hours=12))
        session.add(begun)
        session.flush()
        session.expunge(begun)
    return begun
