"""Choosing a password with the code that an administrator gave; the code dies with that."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

import sqlalchemy as sa

from config import Settings
from server.db import reading, writing
from server.models import Person, SignInSession
from server.problems import FieldError, Problem
from server.services import custody, directory, people, sessions
from server.texts import _


def choose_password(
    email: str, code: str, password: str, *, address: str, now: datetime, settings: Settings
) -> SignInSession:
    """Let the person with this address and code have this password, sign out whoever was signed in, and sign in.

    Tries are counted as those of a sign-in are. An unknown address and a code that is wrong or too old are told alike.

    Raises:
        Problem: ``invalid``, ``sign-in-failed`` or ``too-many-attempts``.
    """
    directory.check_password(password)
    attempt = sessions.count_attempt(email, address, now=now, settings=settings)
    person = reading().scalar(sa.select(Person).where(Person.email == email.strip().lower()))
    if person is None or not _holds(person, code, now):
        raise _no_such_code()
    password_hash = sessions.hash_password(password)
    with writing() as session:
        found = session.get_one(Person, person.id, with_for_update=True)
        # Whoever used the code a moment ago has it.
        if not _holds(found, code, now) or not people.code_stands(session, found):
            raise _no_such_code()
        found.password_hash, found.first_code_digest, found.first_code_until = password_hash, None, None
        mine = (SignInSession.person_id == found.id, SignInSession.ended_at.is_(None))
        session.execute(sa.update(SignInSession).where(*mine).values(ended_at=now))
        custody.append(session, found.id, "person.password_chosen", "person", str(found.id), now=now)
    return sessions.begin(person.id, email, attempt, now=now, lifetime=timedelta(hours=settings.token_hours))


def _holds(person: Person, code: str, now: datetime) -> bool:
    kept, until = person.first_code_digest, person.first_code_until
    if kept is None or until is None or until <= now or person.disabled_at is not None:
        return False
    return hmac.compare_digest(kept, people.digest(code))


def _no_such_code() -> Problem:
    told = _("This address has no such code, or the code was used or is too old. Ask your administrator for a new one.")
    return Problem("sign-in-failed", told, errors=[FieldError("#/code", told)])
