"""The enrolled phones of an administrator's people: whose, since when, last used when, and why one was withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from server.access import Actor
from server.db import reading
from server.models import CustodyEvent, Device, Nonce, Person
from server.paging import Page, decode, encode, identity, instant
from server.services import duties
from server.services.devices import NONCE_LIFETIME, revoke
from server.services.people import administered, seen_by
from server.times import iso

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Phone:
    """One device. ``last_seen`` is when it last fetched numbers to sign with; None where it never did.

    ``reason`` is what was written when it was withdrawn.
    """

    device: Device
    last_seen: datetime | None
    reason: str | None


def listed(actor: Actor, whose: UUID | None, *, withdrawn: bool, cursor: str | None) -> Page[Phone]:
    """The devices of the people an administrator sees, the newest first; of one person where one is named.

    Raises:
        Problem: ``invalid``, for a broken cursor.
    """
    query = sa.select(Device).join(Device.person).where(seen_by(administered(actor)))
    if whose is not None:
        query = query.where(Device.person_id == whose)
    if not withdrawn:
        query = query.where(Device.revoked_at.is_(None))
    if cursor is not None:
        query = query.where(sa.tuple_(Device.enrolled_at, Device.id) < sa.tuple_(*_place(cursor)))
    query = query.order_by(Device.enrolled_at.desc(), Device.id.desc()).limit(SHOWN + 1)
    found = reading().scalars(query.options(joinedload(Device.person).joinedload(Person.organisation))).all()
    last = found[SHOWN - 1] if len(found) > SHOWN else None
    return Page(_phones(found[:SHOWN]), encode(iso(last.enrolled_at) or "", str(last.id)) if last else None)


def withdraw(actor: Actor, device_id: UUID, reason: str, *, now: datetime) -> None:
    """Take a device off the list, for ever, and say why. Its person enrols a new key to go on.

    Raises:
        Problem: ``not-found``, ``not-allowed`` or ``invalid``.
    """
    revoke(actor, device_id, now=now, reason=duties.written(reason, "reason"))


def _phones(devices: Sequence[Device]) -> list[Phone]:
    ids = [each.id for each in devices]
    expiries = sa.select(Nonce.device_id, sa.func.max(Nonce.expires_at)).where(Nonce.device_id.in_(ids))
    rows = reading().execute(expiries.group_by(Nonce.device_id))
    # A number is good for so long from the moment it was given.
    seen = {device_id: until - NONCE_LIFETIME for device_id, until in rows}
    reasons = _reasons([each.id for each in devices if each.revoked_at is not None])
    return [Phone(each, seen.get(each.id), reasons.get(each.id)) for each in devices]


def _reasons(ids: Sequence[UUID]) -> dict[UUID, str]:
    query = sa.select(CustodyEvent.record_id, CustodyEvent.details).where(
        CustodyEvent.record_type == "device",
        CustodyEvent.record_id.in_([str(each) for each in ids]),
        CustodyEvent.action == "device.revoked",
    )
    return {UUID(id_): details["reason"] for id_, details in reading().execute(query) if details.get("reason")}


def _place(cursor: str) -> tuple[datetime, UUID]:
    enrolled_at, device_id = decode(cursor, parts=2)
    return instant(enrolled_at), identity(device_id)
