"""Signing in and out: argon2 passwords, throttled attempts, sessions that end."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from config import Settings
from server.access import Actor, HeldRole
from server.db import new_id, reading, table_of, take_turn, writing
from server.models import Grant, Organisation, Person, SignInAttempt, SignInSession
from server.problems import Problem
from server.services import custody
from server.texts import _

HASHER = PasswordHasher()
#: The hash of nothing: no password has it.
UNSET = "-"

# Asked for every request, so it is one statement, built once, and bypasses the mapper.
_session, _person, _organisation, _grant = map(table_of, (SignInSession, Person, Organisation, Grant))
_WHO = (
    sa.select(
        _person.c.id.label("person_id"),
        _person.c.name,
        _person.c.email,
        _person.c.language,
        _person.c.organisation_id,
        _organisation.c.name.label("organisation_name"),
        _organisation.c.kind,
        _grant.c.role,
        _grant.c.project_id,
        _grant.c.agency_id,
    )
    .select_from(_session)
    .join(_person, _person.c.id == _session.c.person_id)
    .join(_organisation, _organisation.c.id == _person.c.organisation_id)
    .outerjoin(_grant, _grant.c.person_id == _person.c.id)
    .where(
        _session.c.id == sa.bindparam("session"),
        _session.c.ended_at.is_(None),
        _session.c.expires_at > sa.bindparam("now"),
        _person.c.disabled_at.is_(None),
    )
)


@dataclass(frozen=True, slots=True)
class PastPerson:
    """Somebody who was signed in."""

    person_id: UUID
    name: str


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its parameters (RFC 9106)."""
    return HASHER.hash(password)


def sign_in(email: str, password: str, *, address: str, now: datetime, settings: Settings) -> SignInSession:
    """Begin a session for the person with this address and password.

    The attempt is counted before the password is tried, so that many tries at once cannot
    slip past the limit; a success takes the account's own failures away.

    Raises:
        Problem: ``sign-in-failed`` or ``too-many-attempts``.
    """
    attempt = count_attempt(email, address, now=now, settings=settings)
    person = reading().scalar(sa.select(Person).where(Person.email == email.strip().lower()))
    # Who has no password yet must not be told from others by how fast the answer comes.
    has_password = person is not None and person.password_hash != UNSET
    known_hash = person.password_hash if person and has_password else _hash_of_nobody()
    if not _matches(known_hash, password) or person is None or not has_password or person.disabled_at is not None:
        raise Problem("sign-in-failed", _("No account has this address and password."))
    return begin(person.id, email, attempt, now=now, lifetime=timedelta(hours=settings.token_hours))


def count_attempt(email: str, address: str, *, now: datetime, settings: Settings) -> UUID:
    """Count one try to get into an account from a network address; answers what ``begin`` needs.

    Raises:
        Problem: ``too-many-attempts``.
    """
    return _count_attempt(_account(email), _digest("address", address), now, settings)


def begin(person_id: UUID, email: str, attempt: UUID, *, now: datetime, lifetime: timedelta) -> SignInSession:
    """Begin a session after a try that was counted and succeeded."""
    return _begin(person_id, _account(email), attempt, now, lifetime)


def sign_out(session_id: UUID, *, now: datetime) -> None:
    """End a session; its token is worth nothing from now on."""
    with writing() as session:
        ended = session.get_one(SignInSession, session_id)
        ended.ended_at = now
        custody.append(session, ended.person_id, "session.ended", "session", str(session_id), now=now)


def actor(session_id: UUID, *, now: datetime) -> Actor | None:
    """The person of a session that has neither ended nor expired, with the roles of this moment."""
    rows = reading().connection().execute(_WHO, {"session": session_id, "now": now}).all()
    if not rows:
        return None
    who = rows[0]
    return Actor(
        person_id=who.person_id,
        name=who.name,
        email=who.email,
        organisation_id=who.organisation_id,
        organisation_name=who.organisation_name,
        organisation_kind=who.kind,
        session_id=session_id,
        held=tuple(HeldRole(row.role, row.project_id, row.agency_id) for row in rows if row.role is not None),
        language=who.language,
    )


def person_of(session_id: UUID) -> PastPerson | None:
    """Whose session it is or was, however it ended. It says who somebody was, and lets nobody in."""
    query = sa.select(Person.id, Person.name).join(SignInSession, SignInSession.person_id == Person.id)
    found = reading().execute(query.where(SignInSession.id == session_id)).one_or_none()
    return PastPerson(*found) if found else None


def _count_attempt(account: str, address: str, now: datetime, settings: Settings) -> UUID:
    """Count one try against the account and the address; answers the id of the address's row."""
    since = now - timedelta(minutes=settings.sign_in_window_minutes)
    # Many people may share one address behind a mobile network, so it gets a wider limit.
    limits = {account: settings.sign_in_attempts, address: settings.sign_in_attempts * 10}
    with writing() as session:
        # Counting and adding must be one step, or many tries at once would all see the same count.
        take_turn(session, *limits)
        session.execute(sa.delete(SignInAttempt).where(SignInAttempt.at < since))
        if any(_attempts(session, subject, since) >= limit for subject, limit in limits.items()):
            raise Problem(
                "too-many-attempts",
                _(
                    "Wait %(sign_in_window_minutes)s minutes and try again.",
                    sign_in_window_minutes=settings.sign_in_window_minutes,
                ),
                headers={"Retry-After": str(settings.sign_in_window_minutes * 60)},
            )
        counted = SignInAttempt(id=new_id(), subject=address, at=now)
        session.add_all([counted, SignInAttempt(subject=account, at=now)])
        return counted.id


def _attempts(session: Session, subject: str, since: datetime) -> int:
    return (
        session.scalar(sa.select(sa.func.count()).where(SignInAttempt.subject == subject, SignInAttempt.at >= since))
        or 0
    )


def _begin(person_id: UUID, account: str, attempt: UUID, now: datetime, lifetime: timedelta) -> SignInSession:
    with writing() as session:
        session.execute(
            sa.delete(SignInAttempt).where((SignInAttempt.subject == account) | (SignInAttempt.id == attempt))
        )
        begun = SignInSession(person_id=person_id, created_at=now, expires_at=now + lifetime)
        session.add(begun)
        session.flush()
        custody.append(session, person_id, "session.begun", "session", str(begun.id), now=now)
    return begun


def _matches(known_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(known_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hash_of_nobody() -> str:
    """Verified against where the account is unknown, so that the answer takes as long."""
    return HASHER.hash("no account has this password")


def _account(email: str) -> str:
    return _digest("account", email.strip().lower())


def _digest(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
