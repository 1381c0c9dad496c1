"""Receipts: certifying what is on record, and the keys by which that can be checked.

Every key that ever signed stays on record with its public half, so that a receipt outlives its key.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from evidence.receipts import Receipt, public_jwk
from server.db import insert_if_new, reading, writing
from server.engines import engines
from server.models import ReceiptKey
from server.times import iso


def receipt_of(row: Mapping[str, Any], *, size: int) -> str:
    """The receipt of a photo's row, as a compact JWS; the same row and key give the same text."""
    receipt = Receipt(str(row["id"]), row["sha256"], size, iso(row["received_at"]) or "")
    return engines().receipt_key.sign(receipt)


def announce(*, now: datetime) -> None:
    """Put the public half of this installation's key on record, before anything is signed with it."""
    key = engines().receipt_key
    with writing() as session:
        insert_if_new(session, ReceiptKey, kid=key.kid, x=key.x, first_used_at=now)


def keys() -> dict[str, Any]:
    """The JWKS (RFC 7517) of every key that signs or signed receipts, the oldest first."""
    rows = reading().scalars(sa.select(ReceiptKey).order_by(ReceiptKey.first_used_at, ReceiptKey.kid))
    known = {row.kid: row.x for row in rows}
    own = engines().receipt_key
    return {"keys": [public_jwk(x, kid) for kid, x in (known | {own.kid: own.x}).items()]}
