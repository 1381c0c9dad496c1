"""Phones that sign: enrolling them, taking them off the list, and giving them nonces to sign with."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from evidence.envelope import KeyUnfitError, public_key
from server.access import Actor
from server.db import new_id, reading, take_turn, writing
from server.models import Device, Grant, Nonce, Project
from server.models.people import Role
from server.paging import Page, decode, encode, identity, instant
from server.problems import FieldError, Problem
from server.services import custody
from server.texts import _
from server.times import iso

#: How long a phone may be away from any network and still sign with what it took along.
NONCE_LIFETIME = timedelta(days=7)
#: How many devices that were not taken off the list a person may have.
MOST_DEVICES = 20
#: How many unused nonces a device may hold.
MOST_NONCES = 200
#: Old nonces are known for longer than any photo is taken as fresh, so that they are told from made-up ones.
REMEMBERED = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class OfferedKey:
    """The key that a phone offers: a point of P-256 in base64url, a name for people, perhaps an id of its own."""

    x: str
    y: str
    name: str
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The device on record, and whether this very call put it there."""

    device: Device
    created: bool


@dataclass(frozen=True, slots=True)
class Given:
    """Fresh nonces with the instant until which they hold."""

    nonces: tuple[str, ...]
    expires_at: datetime


def enrol(actor: Actor, offered: OfferedKey, *, now: datetime) -> Enrolled:
    """Put a phone's key on record for the signed-in person; the same key again is the same device.

    So it is under whatever id it comes, for a phone that never heard the first answer may have made another. A key
    that was taken off the list stays so.

    Raises:
        Problem: ``invalid``, or ``device-conflict`` where the key is another person's, or the id another key's, or
            ``too-many-devices``.
    """
    try:
        key, thumbprint = public_key(offered.x, offered.y)
    except KeyUnfitError as error:
        fault = FieldError("#/public_key", _("This is %(fault)s.", fault=error))
        raise Problem("invalid", _("The key is no point of the curve P-256."), errors=[fault]) from None
    device = Device(
        id=offered.id or new_id(),
        person_id=actor.person_id,
        name=offered.name,
        public_key=key,
        thumbprint=thumbprint,
        enrolled_at=now,
    )
    try:
        with writing() as session:
            # Two calls at once must not each see room for one more.
            take_turn(session, f"devices {actor.person_id}")
            session.add(device)
            session.flush()
            _refuse_too_many(session, actor.person_id)
            said = {"thumbprint": thumbprint, "name": offered.name}
            custody.append(session, actor.person_id, "device.enrolled", "device", str(device.id), now=now, **said)
            enrolled = device.id
    except IntegrityError:
        return Enrolled(_known(actor, thumbprint), created=False)
    return Enrolled(reading().get_one(Device, enrolled), created=True)


def of(actor: Actor, person_id: UUID | None, *, cursor: str | None, limit: int) -> Page[Device]:
    """One page of a person's devices, the newest first; the signed-in person's own where none is named.

    Raises:
        Problem: ``not-allowed``, or ``invalid`` for a cursor that this list did not give out.
    """
    whose = person_id or actor.person_id
    if not _answers_for(actor, whose):
        raise Problem("not-allowed", _("You administer no agency in which this person holds a role."))
    query = sa.select(Device).where(Device.person_id == whose).options(joinedload(Device.person))
    if cursor is not None:
        query = query.where(sa.tuple_(Device.enrolled_at, Device.id) < sa.tuple_(*_place(cursor)))
    found = reading().scalars(query.order_by(Device.enrolled_at.desc(), Device.id.desc()).limit(limit + 1)).all()
    if len(found) <= limit:
        return Page(found, None)
    last = found[limit - 1]
    return Page(found[:limit], encode(iso(last.enrolled_at) or "", str(last.id)))


def revoke(actor: Actor, device_id: UUID, *, now: datetime, reason: str | None = None) -> None:
    """Take a device off the list, for ever, with the reason where one was written; nothing happens where it is off.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    with writing() as session:
        device = session.get(Device, device_id, with_for_update=True)
        if device is None:
            raise _no_device()
        if not _answers_for(actor, device.person_id):
            raise Problem("not-allowed", _("A device is taken off the list by its person or an administrator."))
        if device.revoked_at is not None:
            return
        device.revoked_at = now
        why = {} if reason is None else {"reason": reason}
        custody.append(session, actor.person_id, "device.revoked", "device", str(device_id), now=now, **why)


def give_nonces(actor: Actor, device_id: UUID, count: int, *, now: datetime) -> Given:
    """Up to ``count`` fresh nonces, as many as the device may still hold.

    Raises:
        Problem: ``not-found``, or ``not-allowed``, also for a device that was taken off the list.
    """
    with writing() as session:
        # Two calls at once must not each see room for all of it.
        take_turn(session, f"nonces {device_id}")
        # A revocation waits until the nonces are given, or is seen here.
        device = session.get(Device, device_id, with_for_update={"read": True})
        if device is None:
            raise _no_device()
        if device.person_id != actor.person_id:
            raise Problem("not-allowed", _("Nonces are given to the person's own devices."))
        if device.revoked_at is not None:
            raise Problem("not-allowed", _("This device was taken off the list; enrol a new key."))
        fresh = [secrets.token_urlsafe(24) for _ in range(min(count, _room(session, device_id, now)))]
        expires_at = now + NONCE_LIFETIME
        session.add_all(Nonce(nonce=each, device_id=device_id, issued_at=now, expires_at=expires_at) for each in fresh)
    return Given(tuple(fresh), expires_at)


def _room(session: Session, device_id: UUID, now: datetime) -> int:
    """How many more nonces the device may hold, once those that nobody will ask for were forgotten."""
    unused = sa.and_(Nonce.device_id == device_id, Nonce.used_by.is_(None))
    session.execute(sa.delete(Nonce).where(unused, Nonce.expires_at < now - REMEMBERED))
    held = session.scalar(sa.select(sa.func.count()).select_from(Nonce).where(unused, Nonce.expires_at > now)) or 0
    return max(MOST_NONCES - held, 0)


def _refuse_too_many(session: Session, person_id: UUID) -> None:
    """Refuse a device beyond the most that a person may have, the one just added among them.

    Raises:
        Problem: ``too-many-devices``.
    """
    mine = sa.and_(Device.person_id == person_id, Device.revoked_at.is_(None))
    if (session.scalar(sa.select(sa.func.count()).select_from(Device).where(mine)) or 0) > MOST_DEVICES:
        raise Problem(
            "too-many-devices", _("You have %(most)s devices. Take one off the list first.", most=MOST_DEVICES)
        )


def _known(actor: Actor, thumbprint: str) -> Device:
    """The device that is on record with this key already.

    Raises:
        Problem: ``device-conflict``.
    """
    known = reading().scalar(sa.select(Device).where(Device.thumbprint == thumbprint))
    if known is None:
        raise Problem("device-conflict", _("This id already stands for another key. Give the device a fresh id."))
    if known.person_id != actor.person_id:
        raise Problem("device-conflict", _("This key is enrolled for another person. Make a key of your own."))
    return known


def _answers_for(actor: Actor, person_id: UUID) -> bool:
    """Whether these are the person's own devices, or those of somebody with a role in an agency they administer."""
    if person_id == actor.person_id:
        return True
    agencies = [held.agency_id for held in actor.held if held.role is Role.ADMINISTRATOR and held.agency_id]
    if not agencies:
        return False
    grants = sa.select(Grant.id).outerjoin(Project, Project.id == Grant.project_id)
    there = sa.or_(Grant.agency_id.in_(agencies), Project.agency_id.in_(agencies))
    return reading().scalar(grants.where(Grant.person_id == person_id, there).limit(1)) is not None


def _place(cursor: str) -> tuple[datetime, UUID]:
    enrolled_at, device_id = decode(cursor, parts=2)
    return instant(enrolled_at), identity(device_id)


def _no_device() -> Problem:
    return Problem("not-found", _("There is no such device."))
