"""People and their roles, as an administrator of an agency looks after them.

An administrator sees their agencies' own people and everybody with a role on their agencies' projects, gives and takes
roles within those agencies alone, and shuts or opens the accounts of people who belong to nobody else. No administrator
ever knows another's password: a new account is opened with a code that is shown once and dies when it is used.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from server.access import Actor
from server.db import reading, writing
from server.models import CustodyEvent, Grant, Organisation, Person, Project, SignInSession
from server.models.people import OrganisationKind, Role
from server.paging import Page, decode, encode, identity
from server.problems import Problem
from server.services import custody, directory, duties, sessions
from server.texts import _

SHOWN = 50
ROLES_SHOWN = 200
ORGANISATIONS_OFFERED = 300
CODE_LIFETIME = timedelta(days=7)
CODE_GIVEN = "person.code_given"
#: No 0, O, 1, I or L, which are read wrongly; 20 of these are 98 bits.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 20


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role with what it is held on; ``ours`` says that it lies in the administrator's agencies."""

    grant: Grant
    project: Project | None
    agency: Organisation | None
    ours: bool


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person as an administrator sees them. ``account_barred`` says why the account is not theirs to change."""

    person: Person
    roles: Sequence[HeldRole]
    myself: bool
    account_barred: str | None
    code_open: bool


@dataclass(frozen=True, slots=True)
class FirstCode:
    """A code that was just made: the only time it is told."""

    person: Person
    code: str
    until: datetime


def administered(actor: Actor) -> frozenset[UUID]:
    """The agencies that a person administers."""
    return frozenset(held.agency_id for held in actor.held if held.role is Role.ADMINISTRATOR and held.agency_id)


def listed(actor: Actor, text: str | None, *, cursor: str | None, limit: int = SHOWN) -> Page[Person]:
    """The people an administrator sees, by name; ``text`` is part of a name, an address or an organisation's name.

    Raises:
        Problem: ``invalid``, for a broken cursor.
    """
    query = sa.select(Person).join(Person.organisation).where(seen_by(administered(actor)))
    if text:
        folded = text.strip().lower()
        named = (sa.func.lower(Person.name), Person.email, sa.func.lower(Organisation.name))
        query = query.where(sa.or_(*(each.contains(folded, autoescape=True) for each in named)))
    if cursor is not None:
        query = query.where(sa.tuple_(Person.name, Person.id) > sa.tuple_(*_place(cursor)))
    query = query.order_by(Person.name, Person.id).limit(limit + 1).options(joinedload(Person.organisation))
    found = list(reading().scalars(query))
    if len(found) <= limit:
        return Page(found, None)
    return Page(found[:limit], encode(found[limit - 1].name, str(found[limit - 1].id)))


def roles_of(people: Sequence[Person]) -> dict[UUID, list[Role]]:
    """The different roles that each of these people holds anywhere."""
    query = sa.select(Grant.person_id, Grant.role).where(Grant.person_id.in_([each.id for each in people])).distinct()
    found: dict[UUID, list[Role]] = {}
    for person_id, role in reading().execute(query.order_by(Grant.role)):
        found.setdefault(person_id, []).append(role)
    return found


def person(actor: Actor, person_id: UUID, *, now: datetime) -> PersonView:
    """One person.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    found = _seen(reading(), actor, person_id)
    until = found.first_code_until
    return PersonView(
        person=found,
        roles=_roles(actor, found),
        myself=found.id == actor.person_id,
        account_barred=_barred(reading(), administered(actor), found),
        code_open=until is not None and until > now,
    )


def organisations(actor: Actor) -> Sequence[Organisation]:
    """The organisations whose people an administrator may add: their own agencies, and whoever is no agency."""
    which = sa.or_(Organisation.id.in_(administered(actor)), Organisation.kind != OrganisationKind.AGENCY)
    query = sa.select(Organisation).where(which).order_by(Organisation.name).limit(ORGANISATIONS_OFFERED)
    return list(reading().scalars(query))


def agencies(actor: Actor) -> Sequence[Organisation]:
    """The agencies that a person administers."""
    mine = Organisation.id.in_(administered(actor))
    return list(reading().scalars(sa.select(Organisation).where(mine).order_by(Organisation.name)))


def add(actor: Actor, email: str, name: str, organisation: str, language: str, *, now: datetime) -> FirstCode:
    """Record a person without a password, and make the code with which they choose one.

    Raises:
        Problem: ``invalid``, ``not-found`` for the organisation, ``not-allowed`` for another agency's people, or
            ``conflict``, where the address is taken.
    """
    code, until = _fresh_code(), now + CODE_LIFETIME
    try:
        with writing() as session:
            added = Person(email=email, name=name, language=language, password_hash=sessions.UNSET)
            added.first_code_digest, added.first_code_until = digest(code), until
            directory.record_person(session, added, organisation.strip(), by=actor.person_id, now=now)
            _refuse_other_agency(session, actor, added)
            _tell_code(session, actor, added, until, now)
            return FirstCode(added, code, until)
    except IntegrityError:
        raise directory.address_taken(email) from None


def give_code(actor: Actor, person_id: UUID, *, now: datetime) -> FirstCode:
    """Make a fresh code for somebody who lost their password; the old password holds until the code is used.

    Raises:
        Problem: ``not-found``, ``not-allowed`` or ``separation-of-duties``.
    """
    code, until = _fresh_code(), now + CODE_LIFETIME
    with writing() as session:
        found = _changeable(session, actor, person_id)
        found.first_code_digest, found.first_code_until = digest(code), until
        _tell_code(session, actor, found, until, now)
        return FirstCode(found, code, until)


def disable(actor: Actor, person_id: UUID, reason: str, *, now: datetime) -> None:
    """Shut a person's account: what is signed in is signed out at once, and nothing they did is touched.

    Raises:
        Problem: ``not-found``, ``not-allowed``, ``separation-of-duties`` or ``invalid``.
    """
    reason = duties.written(reason, "reason")
    with writing() as session:
        found = _changeable(session, actor, person_id)
        if found.disabled_at is not None:
            return
        found.disabled_at = now
        mine = (SignInSession.person_id == found.id, SignInSession.ended_at.is_(None))
        session.execute(sa.update(SignInSession).where(*mine).values(ended_at=now))
        custody.append(session, actor.person_id, "person.disabled", "person", str(found.id), now=now, reason=reason)


def enable(actor: Actor, person_id: UUID, *, now: datetime) -> None:
    """Open an account again that was shut.

    Raises:
        Problem: ``not-found``, ``not-allowed`` or ``separation-of-duties``.
    """
    with writing() as session:
        found = _changeable(session, actor, person_id)
        if found.disabled_at is None:
            return
        found.disabled_at = None
        custody.append(session, actor.person_id, "person.enabled", "person", str(found.id), now=now)


def give_role(
    actor: Actor, person_id: UUID, role: Role, *, project: str | None, agency: str | None, now: datetime
) -> None:
    """Give a person a role on a project of the administrator's agencies, or across one of these.

    Raises:
        Problem: ``not-found``, ``not-allowed``, ``separation-of-duties`` (also for oneself), ``invalid`` where role and
            scope do not fit, or ``conflict`` where it is held already.
    """
    directory.check_scope(role, project, agency)
    name = ""
    try:
        with writing() as session:
            found = _seen(session, actor, person_id)
            name = found.name
            _refuse_myself(actor, found)
            given = directory.give(session, found, role, project=project, agency=agency, by=actor.person_id, now=now)
            _refuse_scope(session, actor, given)
    except IntegrityError:
        raise directory.already_held(name, role) from None


def take_role(actor: Actor, person_id: UUID, grant_id: UUID, *, now: datetime) -> None:
    """Take a role away within the administrator's agencies; what was done in it stays, and it can be given again.

    Raises:
        Problem: ``not-found``, ``not-allowed`` or ``separation-of-duties``, for one's own.
    """
    with writing() as session:
        found = _seen(session, actor, person_id)
        held = session.get(Grant, grant_id, with_for_update=True)
        if held is None or held.person_id != found.id:
            raise Problem("not-found", _("This role is not held any more."))
        _refuse_scope(session, actor, held)
        _refuse_myself(actor, found)
        directory.take_away(session, held, by=actor.person_id, now=now)


def digest(code: str) -> str:
    """What is kept of a code: its sha256, whatever its case and however it was spaced. It has 98 bits of chance."""
    return sha256("".join(letter for letter in code.upper() if letter.isalnum()).encode()).hexdigest()


def code_stands(session: Session, whose: Person) -> bool:
    """Whether who gave somebody their code could still give it now.

    Else they could wait until its person has a role in another agency, and act there as them.
    """
    told = (CustodyEvent.record_type == "person", CustodyEvent.record_id == str(whose.id))
    given = sa.select(CustodyEvent.actor_id).where(*told, CustodyEvent.action == CODE_GIVEN)
    giver = session.scalar(given.order_by(CustodyEvent.sequence.desc()).limit(1))
    theirs = sa.select(Grant.agency_id).where(Grant.person_id == giver, Grant.role == Role.ADMINISTRATOR)
    agencies = frozenset(each for each in session.scalars(theirs) if each is not None)
    return _barred(session, agencies, whose) is None


# -- who sees and changes whom -------------------------------------------------------------------


def seen_by(agency_ids: frozenset[UUID]) -> sa.ColumnElement[bool]:
    """The condition on ``Person`` that administrators of these agencies see somebody.

    These are the agencies' own people, those with a role in them, and people of firms who hold no role anywhere yet.
    """
    any_role = sa.exists().where(Grant.person_id == Person.id)
    firms = sa.select(Organisation.id).where(Organisation.kind != OrganisationKind.AGENCY)
    return sa.or_(
        Person.organisation_id.in_(agency_ids),
        any_role.where(_within(agency_ids)),
        sa.and_(Person.organisation_id.in_(firms), ~any_role),
    )


def _within(agency_ids: frozenset[UUID]) -> sa.ColumnElement[bool]:
    """The condition on ``Grant`` that a role lies in these agencies."""
    project = sa.exists().where(Project.id == Grant.project_id, Project.agency_id.in_(agency_ids))
    return sa.or_(sa.func.coalesce(Grant.agency_id.in_(agency_ids), sa.false()), project)


def _seen(session: Session, actor: Actor, person_id: UUID) -> Person:
    found = session.get(Person, person_id)
    if found is None:
        raise duties.no_such("person")
    mine = sa.select(Person.id).where(Person.id == person_id, seen_by(administered(actor)))
    if session.scalar(mine) is None:
        raise Problem("not-allowed", _("This person holds no role in an agency that you administer."))
    return found


def _changeable(session: Session, actor: Actor, person_id: UUID) -> Person:
    found = _seen(session, actor, person_id)
    session.refresh(found, with_for_update=True)
    _refuse_myself(actor, found)
    barred = _barred(session, administered(actor), found)
    if barred is not None:
        raise Problem("not-allowed", barred)
    return found


def _barred(session: Session, mine: frozenset[UUID], found: Person) -> str | None:
    """Why administrators of these agencies cannot change somebody's account; None where they can."""
    if found.organisation_id in mine:
        return None
    if found.organisation.kind is OrganisationKind.AGENCY:
        return _("The account belongs to another agency, whose administrator looks after it.")
    elsewhere = sa.select(Grant.id).where(Grant.person_id == found.id, ~_within(mine)).limit(1)
    if session.scalar(elsewhere) is not None:
        return _("This person also works for another agency, so the account is not yours alone to change.")
    return None


def _refuse_myself(actor: Actor, found: Person) -> None:
    if found.id == actor.person_id:
        told = _("Nobody changes their own account or roles here; another administrator has to do this.")
        raise Problem("separation-of-duties", told)


def _refuse_other_agency(session: Session, actor: Actor, added: Person) -> None:
    employer = session.get_one(Organisation, added.organisation_id)
    if employer.kind is OrganisationKind.AGENCY and employer.id not in administered(actor):
        told = _("You add people of your own agency, and of those who are no agency.")
        raise Problem("not-allowed", told)


def _refuse_scope(session: Session, actor: Actor, held: Grant) -> None:
    agency_id = held.agency_id
    if held.project_id is not None:
        agency_id = session.get_one(Project, held.project_id).agency_id
    if agency_id not in administered(actor):
        raise Problem("not-allowed", _("Roles are given and taken by administrators of the agency they are in."))


def _roles(actor: Actor, found: Person) -> list[HeldRole]:
    query = sa.select(Grant, Project, Organisation).where(Grant.person_id == found.id)
    query = query.outerjoin(Project, Project.id == Grant.project_id)
    query = query.outerjoin(Organisation, Organisation.id == sa.func.coalesce(Grant.agency_id, Project.agency_id))
    mine = administered(actor)
    rows = reading().execute(query.order_by(Grant.role, Project.code).limit(ROLES_SHOWN))
    return [HeldRole(held, project, agency, agency is not None and agency.id in mine) for held, project, agency in rows]


def _tell_code(session: Session, actor: Actor, whose: Person, until: datetime, now: datetime) -> None:
    """On record is that a code was given and until when, never the code."""
    said = {"until": until.isoformat()}
    custody.append(session, actor.person_id, CODE_GIVEN, "person", str(whose.id), now=now, **said)


def _fresh_code() -> str:
    letters = "".join(secrets.choice(CODE_LETTERS) for _each in range(CODE_LENGTH))
    return "-".join(letters[at : at + 5] for at in range(0, CODE_LENGTH, 5))


def _place(cursor: str) -> tuple[str, UUID]:
    name, person_id = decode(cursor, parts=2)
    return name, identity(person_id)
