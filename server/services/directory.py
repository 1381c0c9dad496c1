"""The directory: organisations, areas, people and their roles, as an installation is set up.

These acts come from the command line of the machine's own operator; the custody log tells them
with no person behind. Projects and their sites are kept out (``project_import``).
"""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from marshmallow import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server import wording
from server.db import writing
from server.models import Area, Contract, Grant, Organisation, Person, Project
from server.models.people import AGENCY_ROLES, OrganisationKind, Role
from server.problems import FieldError, Problem
from server.services import custody, duties, sessions
from server.services.importing.schema import CODE
from server.texts import _

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
        raise Problem("conflict", _("There is an organisation with the code %(code)s already.", code=code)) from None


def add_area(code: str, name: str, level: str, *, parent: str | None, now: datetime) -> Area:
    """Record an administrative area below its parent, or at the root.

    Raises:
        Problem: ``invalid``, ``not-found`` for the parent, or ``conflict``, where the code is taken.
    """
    _check_code(code)
    level = _level(level)
    try:
        with writing() as session:
            above = None if parent is None else _area(session, parent)
            path = f"{above.path if above else ''}{code}/"
            if len(path) > LONGEST_PATH:
                told = _(
                    "The codes from the root down to %(code)s have more than %(most)s characters together.",
                    code=code,
                    most=LONGEST_PATH,
                )
                raise duties.invalid("parent", told)
            added = Area(code=code, name=_named(name), level=level, parent_id=above.id if above else None, path=path)
            session.add(added)
            session.flush()
            custody.append(session, None, "area.added", "area", code, now=now, name=name, level=level, path=path)
            return added
    except IntegrityError:
        raise Problem("conflict", _("There is an area with the code %(code)s already.", code=code)) from None


def add_person(email: str, name: str, organisation: str, password: str, *, language: str, now: datetime) -> Person:
    """Record a person who signs in with an address and a password.

    Raises:
        Problem: ``invalid``, ``not-found`` for the organisation, or ``conflict``, where the address is taken.
    """
    email = _checked_email(email)
    check_language(language)
    check_password(password)
    # Hashing takes its time, so it is done before the database is held.
    password_hash = sessions.hash_password(password)
    try:
        with writing() as session:
            added = Person(email=email, name=_named(name), language=language, password_hash=password_hash)
            return record_person(session, added, organisation, by=None, now=now)
    except IntegrityError:
        raise address_taken(email) from None


def record_person(session: Session, added: Person, organisation: str, *, by: UUID | None, now: datetime) -> Person:
    """Put a person on record inside the caller's transaction.

    Raises:
        Problem: ``not-found`` for the organisation, or ``invalid``.
        sqlalchemy.exc.IntegrityError: the address is taken.
    """
    added.email, added.name = _checked_email(added.email), _named(added.name)
    check_language(added.language)
    added.organisation_id, added.created_at = _organisation(session, organisation).id, now
    session.add(added)
    session.flush()
    custody.append(session, by, "person.added", "person", str(added.id), now=now, organisation=organisation)
    return added


def address_taken(email: str) -> Problem:
    """The refusal of an address that has an account."""
    told = _("There is an account with the address %(address)s already.", address=email)
    return Problem("conflict", told, errors=[FieldError("#/email", told)])


def check_language(language: str) -> None:
    """Refuse what is no language tag.

    Raises:
        Problem: ``invalid``.
    """
    if len(language) > LONGEST_LANGUAGE or not _LANGUAGE.fullmatch(language):
        told = _("A language is a tag such as en, fil or zh-Hant, not “%(text)s”.", text=language)
        raise duties.invalid("language", told)


def check_password(password: str) -> None:
    """Refuse a password that is too short.

    Raises:
        Problem: ``invalid``.
    """
    if len(password) < SHORTEST_PASSWORD:
        told = _("A password needs at least %(least)s characters.", least=SHORTEST_PASSWORD)
        raise duties.invalid("password", told)


def grant(email: str, role: Role, *, project: str | None, agency: str | None, now: datetime) -> Grant:
    """Give a person a role: on a project, or across an agency for administrators and auditors.

    Raises:
        Problem: ``invalid`` where role and scope do not fit, ``not-found``, ``separation-of-duties`` for a
            contractor's person who would decide or pay, or ``conflict`` where the role is held already.
    """
    check_scope(role, project, agency)
    try:
        with writing() as session:
            return give(session, _person(session, email), role, project=project, agency=agency, by=None, now=now)
    except IntegrityError:
        raise already_held(email, role) from None


def take(email: str, role: Role, *, project: str | None, agency: str | None, now: datetime) -> None:
    """Take a role away from a person, as of now; what they did in it stays.

    Raises:
        Problem: ``invalid`` where role and scope do not fit, or ``not-found``.
    """
    check_scope(role, project, agency)
    with writing() as session:
        person = _person(session, email)
        held = sa.select(Grant).where(Grant.person_id == person.id, Grant.role == role)
        if project is not None:
            held = held.join(Project, Project.id == Grant.project_id).where(Project.code == project)
        else:
            held = held.join(Organisation, Organisation.id == Grant.agency_id).where(Organisation.code == agency)
        found = session.scalar(held)
        if found is None:
            told = _("%(who)s does not hold the role %(role)s there.", who=email, role=wording.ROLES[role])
            raise Problem("not-found", told)
        take_away(session, found, by=None, now=now)


def check_scope(role: Role, project: str | None, agency: str | None) -> None:
    """Refuse a role that is not held on what is named.

    Raises:
        Problem: ``invalid``.
    """
    if (agency is not None) == (role in AGENCY_ROLES) and (project is None) != (agency is None):
        return
    name = wording.ROLES[role]
    if role in AGENCY_ROLES:
        raise duties.invalid("role", _("The role %(role)s is held across an agency.", role=name))
    raise duties.invalid("role", _("The role %(role)s is held on a project.", role=name))


def give(
    session: Session,
    person: Person,
    role: Role,
    *,
    project: str | None,
    agency: str | None,
    by: UUID | None,
    now: datetime,
) -> Grant:
    """Give a role inside the caller's transaction; ``by`` is who gives it, None on the machine itself.

    Raises:
        Problem: ``not-found``, ``separation-of-duties`` or ``invalid``.
        sqlalchemy.exc.IntegrityError: the role is held already.
    """
    given = Grant(person_id=person.id, role=role)
    if project is not None:
        given.project_id = _project_for(session, project, person, role).id
    if agency is not None:
        _refuse_builder_across(person)
        given.agency_id = _agency(session, agency).id
    session.add(given)
    session.flush()
    held_on = {"project": project, "agency": agency}
    custody.append(session, by, "role.granted", "person", str(person.id), now=now, role=role, **held_on)
    return given


def take_away(session: Session, held: Grant, *, by: UUID | None, now: datetime) -> None:
    """Take a role away inside the caller's transaction."""
    project = session.get(Project, held.project_id) if held.project_id else None
    agency = session.get(Organisation, held.agency_id) if held.agency_id else None
    held_on = {"project": project.code if project else None, "agency": agency.code if agency else None}
    custody.append(session, by, "role.taken", "person", str(held.person_id), now=now, role=held.role, **held_on)
    session.delete(held)


def already_held(who: str, role: Role) -> Problem:
    """The refusal of a role that is held already."""
    told = _("%(who)s holds the role %(role)s there already.", who=who, role=wording.ROLES[role])
    return Problem("conflict", told, errors=[FieldError("#/role", told)])


def _refuse_builder_across(person: Person) -> None:
    if person.organisation.kind in {OrganisationKind.CONTRACTOR, OrganisationKind.SUBCONTRACTOR}:
        told = _("%(name)s works for a contractor, and so holds no role across an agency.", name=person.name)
        raise Problem("separation-of-duties", told)


def _project_for(session: Session, code: str, person: Person, role: Role) -> Project:
    """The project of a code, if the person may hold the role on it."""
    project = session.scalar(sa.select(Project).where(Project.code == code))
    if project is None:
        told = _("There is no project with the code %(code)s.", code=code)
        raise Problem("not-found", told, errors=[FieldError("#/project", told)])
    supplier = session.scalar(sa.select(Contract.supplier_id).where(Contract.project_id == project.id))
    below = person.organisation.kind is OrganisationKind.SUBCONTRACTOR
    if role in NEVER_FOR_CONTRACTORS and (below or person.organisation_id == supplier):
        told = _("%(name)s works for the contractor, who decides and pays nothing.", name=person.name)
        raise Problem("separation-of-duties", told)
    return project


def _person(session: Session, email: str) -> Person:
    found = session.scalar(sa.select(Person).where(Person.email == email.strip().lower()))
    if found is None:
        raise Problem("not-found", _("There is no account with the address %(address)s.", address=email))
    return found


def _organisation(session: Session, code: str) -> Organisation:
    found = session.scalar(sa.select(Organisation).where(Organisation.code == code))
    if found is None:
        told = _("There is no organisation with the code %(code)s.", code=code)
        raise Problem("not-found", told, errors=[FieldError("#/organisation", told)])
    return found


def _agency(session: Session, code: str) -> Organisation:
    found = _organisation(session, code)
    if found.kind is not OrganisationKind.AGENCY:
        kind = wording.ORGANISATIONS[found.kind]
        told = _("%(name)s is recorded as %(kind)s, not as agency.", name=found.name, kind=kind)
        raise duties.invalid("agency", told)
    return found


def _area(session: Session, code: str) -> Area:
    found = session.scalar(sa.select(Area).where(Area.code == code))
    if found is None:
        raise Problem("not-found", _("There is no area with the code %(code)s.", code=code))
    return found


def _check_code(code: str) -> None:
    try:
        CODE(code)
    except ValidationError as error:
        raise duties.invalid("code", _(str(error.args[0]))) from None
    if len(code) > LONGEST_CODE:
        raise duties.invalid("code", _("A code has at most %(most)s characters.", most=LONGEST_CODE))


def _named(name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise duties.invalid("name", _("A name of at most %(most)s characters is needed.", most=LONGEST_NAME))
    return name


def _level(text: str) -> str:
    text = text.strip()
    if not 0 < len(text) <= LONGEST_LEVEL:
        raise duties.invalid("level", _("A level of at most %(most)s characters is needed.", most=LONGEST_LEVEL))
    return text


def _checked_email(email: str) -> str:
    email = email.strip().lower()
    before, _at, after = email.rpartition("@")
    if not before or not after or len(email) > 254 or any(letter.isspace() for letter in email):
        raise duties.invalid("email", _("“%(text)s” is no address.", text=email))
    return email
