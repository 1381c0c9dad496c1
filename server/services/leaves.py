"""The leaf of a custody event: what the tree holds of it, and what can be erased without the tree noticing.

What happened to which record when stands in the leaf's data as it is. Who did it and the details, where names and
reasons are, stand there as digests taken with the event's own random salt: once the salt is gone, nothing can be told
from them, not even by trying every name there is.

Each of them is salted by a salt of its own, made of the event's: whoever is to see a photo's verdict in a leaf is told
that one detail with its salt, and learns neither the reason beside it nor who wrote it.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from evidence.merkle import leaf_hash
from server.canonical import bytes_of, sha256_of
from server.models import CustodyEvent
from server.times import iso

SALT_BYTES = 16
VERSION = 1


def new_salt() -> bytes:
    """A salt for one event."""
    return secrets.token_bytes(SALT_BYTES)


def salt_for(salt: bytes, what: str) -> bytes:
    """The salt of one part of an event, ``actor`` or ``details.<name>``: the first half of an HMAC-SHA256."""
    return hmac.digest(salt, what.encode(), "sha256")[:SALT_BYTES]


def salted(salt: bytes, value: Any) -> str:
    """Lowercase hex sha256 over the salt and the value as canonical JSON."""
    return sha256(salt + bytes_of(value)).hexdigest()


def detail_digests(salt: bytes, details: dict[str, Any]) -> dict[str, str]:
    """The salted digest of each detail; that of all of them is sha256 over these as canonical JSON."""
    return {name: salted(salt_for(salt, f"details.{name}"), value) for name, value in details.items()}


def data(*, at: datetime, action: str, record_type: str, record_id: str, actor: str, details: str) -> bytes:
    """The bytes of a leaf; ``actor`` and ``details`` are the salted digests. The form must never change."""
    about = {"at": iso(at), "action": action, "record": [record_type, record_id]}
    return document(about, actor=actor, details=details)


def document(about: dict[str, Any], *, actor: str, details: str) -> bytes:
    """The same, of plain values: ``about`` has the instant as text, the action and the record."""
    return bytes_of({"v": VERSION, **about, "actor": actor, "details": details})


def digests(salt: bytes, actor_id: UUID | str | None, details: dict[str, Any]) -> tuple[str, str]:
    """The digests of who did it and of the details, as they stand in the leaf."""
    actor = salted(salt_for(salt, "actor"), str(actor_id) if actor_id else None)
    return actor, sha256_of(detail_digests(salt, details))


def hash_of(event: CustodyEvent, salt: bytes | None = None) -> bytes | None:
    """The hash of an event's leaf as its row stands now, with its own salt or the given one.

    Of an erased event the kept digests are taken. None where neither salt nor digests are there.
    """
    salt = salt or event.salt
    if salt is not None:
        actor, details = digests(salt, event.actor_id, event.details)
    elif event.actor_digest and event.details_digest:
        actor, details = event.actor_digest, event.details_digest
    else:
        return None
    told = data(
        at=event.at,
        action=event.action,
        record_type=event.record_type,
        record_id=event.record_id,
        actor=actor,
        details=details,
    )
    return leaf_hash(told)
