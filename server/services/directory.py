"""The directory: organisations, areas, people and their roles, as an installation is set up.

These acts come from the command line of the machine's own operator; the custody log tells them
with no person behind. Projects and their sites are kept out (``project_import``).
"""

from __future__ import annotations

import re
from datetime import datetime

import sqlalchemy as sa
from marshmallow import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.db import writing
from server.models import Area, Contract, Grant, Organisation, Person, Project
from server.models.people import AGENCY_ROLES, OrganisationKind, Role
from server.problems import Problem
from server.services import custody, duties, sessions
from server.services.importing.schema import CODE

SHORTEST_PASSWORD = 10
LONGEST_CODE = 64
LONGEST_NAME = 200
LONGEST_LEVEL = 40
LONGEST_LANGUAGE = 35
LONGEST_PATH = 500
#: The shape of a language tag (RFC 5646), not whether somebody registered it.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")

#: Who works for the contractor, or below it, decides and pays nothing.
NEVER_FOR_CONTRACTORS = frozenset({Role.SUPERVISOR, Role.PAYMASTER})


def add_organisation(code: str, name: str, kind: OrganisationKind, *, now: datetime) -> Organisation:
    """Record an organisation.

    Raises:
        Problem: ``invalid`` or ``conflict``, where the code is taken.
    """
    _check_code(code)
    try:
        with writing() as session:
            added = Organisation(code=code, name=_named(name), kind=kind)
            session.add(added)
            session.flush()
            custody.append(session, None, "organisation.added", "organisation", code, now=now, name=name, kind=kind)
            return added
    except IntegrityError:
        raise Problem("conflict", f"There is an organisation with the code {code} already.") from None


def add_area(code: str, name: str, level: str, *, parent: str | None, now: datetime) -> Area:
    """Record an administrative area below its parent, or at the root.

    Raises:
        Problem: ``invalid``, ``not-found`` for the parent, or ``conflict``, where the code is taken.
    """
    _check_code(code)
    level = _kept_short("level", level, LONGEST_LEVEL)
    try:
        with writing() as session:
            above = None if parent is None else _area(session, parent)
            path = f"{above.path if above else ''}{code}/"
            if len(path) > LONGEST_PATH:
                told = f"The codes from the root down to {code} have more than {LONGEST_PATH} characters together."
                raise duties.invalid("parent", told)
            added = Area(code=code, name=_named(name), level=level, parent_id=above.id if above else None, path=path)
            session.add(added)
            session.flush()
            custody.append(session, None, "area.added", "area", code, now=now, name=name, level=level, path=path)
            return added
    except IntegrityError:
        raise Problem("conflict", f"There is an area with the code {code} already.") from None


def add_person(email: str, name: str, organisation: str, password: str, *, language: str, now: datetime) -> Person:
    """Record a person who signs in with an address and a password.

    Raises:
        Problem: ``invalid``, ``not-found`` for the organisation, or ``conflict``, where the address is taken.
    """
    email = _checked_email(email)
    if len(language) > LONGEST_LANGUAGE or not _LANGUAGE.fullmatch(language):
        raise duties.invalid("language", f"A language is a tag such as en, fil or zh-Hant, not {language!r}.")
    if len(password) < SHORTEST_PASSWORD:
        raise duties.invalid("password", f"A password needs at least {SHORTEST_PASSWORD} characters.")
    # Hashing takes its time, so it is done before the database is held.
    password_hash = sessions.hash_password(password)
    try:
        with writing() as session:
            added = Person(email=email, name=_named(name), language=language, password_hash=password_hash)
            added.organisation_id, added.created_at = _organisation(session, organisation).id, now
            session.add(added)
            session.flush()
            custody.append(session, None, "person.added", "person", str(added.id), now=now, organisation=organisation)
            return added
    except IntegrityError:
        raise Problem("conflict", f"There is an account with the address {email} already.") from None


def grant(email: str, role: Role, *, project: str | None, agency: str | None, now: datetime) -> Grant:
    """Give a person a role: on a project, or across an agency for administrators and auditors.

    Raises:
        Problem: ``invalid`` where role and scope do not fit, ``not-found``, ``separation-of-duties`` for a
            contractor's person who would decide or pay, or ``conflict`` where the role is held already.
    """
    if (agency is not None) != (role in AGENCY_ROLES) or (project is None) == (agency is None):
        scope = "across an agency" if role in AGENCY_ROLES else "on a project"
        raise duties.invalid("role", f"The role {role.value} is held {scope}.")
    try:
        with writing() as session:
            person = _person(session, email)
            given = Grant(person_id=person.id, role=role)
            if project is not None:
                given.project_id = _project_for(session, project, person, role).id
            if agency is not None:
                given.agency_id = _agency(session, agency).id
            session.add(given)
            session.flush()
            held_on = {"project": project, "agency": agency}
            custody.append(session, None, "role.granted", "person", str(person.id), now=now, role=role, **held_on)
            return given
    except IntegrityError:
        raise Problem("conflict", f"{email} holds the role {role.value} there already.") from None


def _project_for(session: Session, code: str, person: Person, role: Role) -> Project:
    """The project of a code, if the person may hold the role on it."""
    project = session.scalar(sa.select(Project).where(Project.code == code))
    if project is None:
        raise Problem("not-found", f"There is no project with the code {code}.")
    supplier = session.scalar(sa.select(Contract.supplier_id).where(Contract.project_id == project.id))
    below = person.organisation.kind is OrganisationKind.SUBCONTRACTOR
    if role in NEVER_FOR_CONTRACTORS and (below or person.organisation_id == supplier):
        raise Problem("separation-of-duties", f"{person.name} works for the contractor, who decides and pays nothing.")
    return project


def _person(session: Session, email: str) -> Person:
    found = session.scalar(sa.select(Person).where(Person.email == email.strip().lower()))
    if found is None:
        raise Problem("not-found", f"There is no account with the address {email}.")
    return found


def _organisation(session: Session, code: str) -> Organisation:
    found = session.scalar(sa.select(Organisation).where(Organisation.code == code))
    if found is None:
        raise Problem("not-found", f"There is no organisation with the code {code}.")
    return found


def _agency(session: Session, code: str) -> Organisation:
    found = _organisation(session, code)
    if found.kind is not OrganisationKind.AGENCY:
        raise duties.invalid("agency", f"{found.name} is recorded as {found.kind.value}, not as agency.")
    return found


def _area(session: Session, code: str) -> Area:
    found = session.scalar(sa.select(Area).where(Area.code == code))
    if found is None:
        raise Problem("not-found", f"There is no area with the code {code}.")
    return found


def _check_code(code: str) -> None:
    try:
        CODE(code)
    except ValidationError as error:
        raise duties.invalid("code", str(error.args[0])) from None
    if len(code) > LONGEST_CODE:
        raise duties.invalid("code", f"A code has at most {LONGEST_CODE} characters.")


def _named(name: str) -> str:
    return _kept_short("name", name, LONGEST_NAME)


def _kept_short(field: str, text: str, most: int) -> str:
    if not 0 < len(text.strip()) <= most:
        raise duties.invalid(field, f"A {field} of at most {most} characters is needed.")
    return text.strip()


def _checked_email(email: str) -> str:
    email = email.strip().lower()
    before, _, after = email.rpartition("@")
    if not before or not after or len(email) > 254 or any(letter.isspace() for letter in email):
        raise duties.invalid("email", f"{email!r} is no address.")
    return email
