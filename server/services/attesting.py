"""How the envelope of a photo stands: its device looked up, its signature weighed, its nonce spent.

Inside the transaction that records the photo, so that of two photos with one nonce only one counts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from evidence.claims import DeviceClaim
from evidence.envelope import EnrolledDevice, Reading, Standing, weigh
from server.access import Actor
from server.db import table_of
from server.models import Device, EvidenceEnvelope, Nonce

_device, _nonce = table_of(Device).c, table_of(Nonce).c
#: Locked until the photo is on record: none counts that is recorded after its device's revocation was answered.
_DEVICE = (
    sa.select(_device.person_id, _device.public_key, _device.revoked_at)
    .where(_device.id == sa.bindparam("id"))
    .with_for_update(read=True)
)
_NONCE = sa.select(_nonce.device_id, _nonce.expires_at).where(_nonce.nonce == sa.bindparam("asked"))
_SPEND = (
    sa.update(table_of(Nonce))
    .where(_nonce.nonce == sa.bindparam("asked"), _nonce.used_by.is_(None))
    .values(used_by=sa.bindparam("photo"))
)
_KEEP = table_of(EvidenceEnvelope).insert()
#: An envelope that stands so is by the device that it names.
SIGNED = frozenset(
    {
        Standing.GENUINE,
        Standing.NONCE_EXPIRED,
        Standing.NONCE_UNKNOWN,
        Standing.NONCE_FOREIGN,
        Standing.NONCE_USED,
        Standing.OTHER_PHOTO,
        Standing.ALTERED,
        Standing.REVOKED_DEVICE,
    }
)


def attest(
    connection: Connection,
    actor: Actor,
    reading: Reading | None,
    *,
    evidence_id: UUID,
    sha256: str,
    beside: DeviceClaim,
    now: datetime,
) -> Standing:
    """How the envelope stands for this photo. A nonce is spent only by an envelope that holds otherwise."""
    if reading is None:
        return Standing.UNSIGNED
    device = _enrolled(connection, actor, reading.signer)
    standing = weigh(reading, device, evidence=str(evidence_id), sha256=sha256, beside=beside)
    if standing is not Standing.GENUINE or reading.claim is None or reading.claim.envelope is None:
        return standing
    return _spend(connection, reading.claim.envelope.nonce, reading.signer, evidence_id, now)


def keep(connection: Connection, evidence_id: UUID, reading: Reading | None, standing: Standing) -> None:
    """Keep the envelope beside the photo's row, where it could be read."""
    if reading is not None and reading.claim is not None:
        signer = reading.signer if standing in SIGNED else None
        connection.execute(_KEEP, {"evidence_id": evidence_id, "device_id": signer, "jws": reading.text})


def signer(reading: Reading | None, standing: Standing) -> dict[str, str]:
    """The device that signed, for the custody log; nothing where none did."""
    return {"device": str(reading.signer)} if reading is not None and standing in SIGNED else {}


def _enrolled(connection: Connection, actor: Actor, signer: UUID | None) -> EnrolledDevice | None:
    row = None if signer is None else connection.execute(_DEVICE, {"id": signer}).one_or_none()
    if row is None:
        return None
    return EnrolledDevice(row.public_key, row.person_id == actor.person_id, row.revoked_at is not None)


def _spend(connection: Connection, nonce: str, signer: UUID | None, evidence_id: UUID, now: datetime) -> Standing:
    """Spend a nonce of this device on this photo; a rival's transaction is waited for."""
    given = connection.execute(_NONCE, {"asked": nonce}).one_or_none()
    if given is None:
        return Standing.NONCE_UNKNOWN
    if given.device_id != signer:
        return Standing.NONCE_FOREIGN
    spent = cast("sa.CursorResult[Any]", connection.execute(_SPEND, {"asked": nonce, "photo": evidence_id}))
    if spent.rowcount != 1:
        return Standing.NONCE_USED
    return Standing.GENUINE if given.expires_at > now else Standing.NONCE_EXPIRED
