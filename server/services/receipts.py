"""Receipts: certifying what is on record, and the keys by which that can be checked.

Every key that ever signed stays on record with its public half, so that a receipt outlives its key. A process puts
its own there when it begins to serve; where the database was away then, before the first receipt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from evidence.receipts import Receipt, public_jwk
from server.db import db, insert_if_new, reading, table_of, writing
from server.engines import engines
from server.models import CustodyEvent, ReceiptKey
from server.times import iso, utc_now

_EVENT = table_of(CustodyEvent).c
_LEAF = sa.select(_EVENT.leaf).where(
    _EVENT.record_type == "evidence",
    _EVENT.record_id == sa.bindparam("photo"),
    _EVENT.action == "evidence.received",
    _EVENT.hash.is_(None),
)


def receipt_of(row: Mapping[str, Any], *, size: int, leaf: bytes | None) -> str:
    """The receipt of a photo's row, as a compact JWS; the same row, leaf and key give the same text.

    ``leaf`` is that of the event in the custody log, None for a photo from before the log was a tree.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the key is not on record yet, and cannot be put there.
    """
    _expect_announced()
    receipt = Receipt(str(row["id"]), row["sha256"], size, iso(row["received_at"]) or "")
    if leaf is not None:
        receipt = replace(receipt, leaf=leaf.hex(), log=engines().log_key.origin)
    return engines().receipt_key.sign(receipt)


def promised_leaf(evidence_id: UUID) -> bytes | None:
    """The leaf that the photo's receipt promises; None where its event was linked in the way of before."""
    return reading().connection().execute(_LEAF, {"photo": str(evidence_id)}).scalar()


def announce(*, now: datetime) -> None:
    """Put the public half of this installation's key on record, before anything is signed with it."""
    with writing() as session:
        _put_on_record(session, now)
    engines().receipt_key_on_record.set()


def _expect_announced() -> None:
    """Put the key on record, unless it is; inside a transaction that writes, as a part of it."""
    if engines().receipt_key_on_record.is_set():
        return
    if db.session().info.get("writing"):
        # Whether that will hold is not known yet; until it is, each receipt sees to it again.
        _put_on_record(db.session(), utc_now())
    else:
        announce(now=utc_now())


def _put_on_record(session: Session, now: datetime) -> None:
    key = engines().receipt_key
    insert_if_new(session, ReceiptKey, kid=key.kid, x=key.x, first_used_at=now)


def own_kid() -> str:
    """The name of the key that signs now: its thumbprint (RFC 7638)."""
    return engines().receipt_key.kid


def keys() -> dict[str, Any]:
    """The JWKS (RFC 7517) of every key that signs or signed receipts, the oldest first."""
    rows = reading().scalars(sa.select(ReceiptKey).order_by(ReceiptKey.first_used_at, ReceiptKey.kid))
    known = {row.kid: row.x for row in rows}
    own = engines().receipt_key
    return {"keys": [public_jwk(x, kid) for kid, x in (known | {own.kid: own.x}).items()]}
