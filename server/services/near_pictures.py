"""Pictures that look alike, among all on record: kept by their keys, found by asking for the keys nearby.

The recall within ``REACH`` bits is exact on any database (decision 0021). What likeness means is for the check
``origin.first_use`` to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection, Row
from sqlalchemy.orm import Session

from evidence.near_pictures import HASH_BYTES, REACH, keys, probes
from evidence.seen import Seen
from server.db import insert_if_new, table_of
from server.models import Picture, PictureKey

#: A picture with less to see is not found by its hash: flat ones are all alike.
LEAST_QUALITY = 50
_KEYS, _PICTURES = table_of(PictureKey).c, table_of(Picture).c


@dataclass(frozen=True, slots=True)
class Alike:
    """One original on record: by how many bits of its hash it differs, and whether mirrored or turned."""

    sha256: str
    bits: int
    turned: bool
    same_pixels: bool


def keep(session: Session, sha256: str, seen: Seen) -> None:
    """Keep the looks of one original, once; another runner that does the same at once does no harm."""
    if seen.pixels is None or seen.pdq is None or not seen.pdq_quality:
        return
    digest = bytes.fromhex(seen.pdq)
    # A number is given out by the database, and with it PostgreSQL's driver does not tell whether a row was new.
    insert_if_new(session, Picture, sha256=sha256, pixels=bytes.fromhex(seen.pixels), pdq=digest)
    if seen.pdq_quality < LEAST_QUALITY:
        return
    number = session.execute(sa.select(Picture.id).where(Picture.sha256 == sha256)).scalar_one()
    for key in keys(digest):
        insert_if_new(session, PictureKey, key=key, picture=number)


def find(session: Session, seen: Seen) -> list[Alike]:
    """All originals whose pixels are the same or whose hash is near, also mirrored and turned; the nearest first.

    A picture in which there is nothing to see is like no other; one with little to see only like its own pixels.
    """
    if seen.pixels is None or seen.pdq is None or not seen.pdq_quality:
        return []
    found = {each.sha256: each for each in _same_pixels(session, seen.pixels)}
    asked = (seen.pdq, *seen.pdq_turned) if seen.pdq_quality >= LEAST_QUALITY else ()
    connection = session.connection()
    for turn, digest in enumerate(bytes.fromhex(each) for each in asked):
        for sha256, bits in near(connection, digest):
            standing = found.get(sha256)
            if standing is None or bits < standing.bits:
                found[sha256] = Alike(sha256, bits, turn > 0, same_pixels=False)
    return sorted(found.values(), key=lambda each: (each.bits, each.sha256))


def near(connection: Connection, digest: bytes) -> list[tuple[str, int]]:
    """The sha256 of every original whose hash is within ``REACH`` of this one, with its distance: one look-up."""
    candidates = _candidates(connection, digest)
    if not candidates:
        return []
    hashes = np.frombuffer(b"".join(row.pdq for row in candidates), dtype=np.uint8).reshape(-1, HASH_BYTES)
    bits = apart(digest, hashes)
    chosen = [(candidates[place].id, int(bits[place])) for place in np.flatnonzero(bits <= REACH).tolist()]
    return _named(connection, chosen)


def apart(digest: bytes, others: NDArray[np.uint8]) -> NDArray[np.int64]:
    """In how many bits each of ``others``, a row of 32 bytes, differs from ``digest``."""
    words = others.view(np.uint64) ^ np.frombuffer(digest, dtype=np.uint64)
    bits: NDArray[np.int64] = np.bitwise_count(words).sum(axis=1, dtype=np.int64)
    return bits


def _candidates(connection: Connection, digest: bytes) -> Sequence[Row[tuple[int, bytes]]]:
    """Every picture that shares a key, perhaps more than once: few are near, and none that is near is missed."""
    asked = ",".join(map(str, sorted(chain.from_iterable(probes(digest)))))
    if connection.dialect.name == "postgresql":
        return connection.execute(_ON_POSTGRES, {"keys": f"{{{asked}}}"}).all()
    return connection.execute(_ON_SQLITE, {"keys": f"[{asked}]"}).all()


#: One statement on each. The keys come as one text: a list of 3,119 numbers took psycopg longer than all else.
_ON_POSTGRES = sa.text(
    "SELECT id, pdq FROM picture WHERE id = ANY(ARRAY("
    "SELECT picture FROM picture_key WHERE key = ANY(CAST(:keys AS integer[]))))"
)
_ON_SQLITE = sa.text(
    "SELECT id, pdq FROM picture WHERE id IN"
    " (SELECT picture FROM picture_key WHERE key IN (SELECT value FROM json_each(:keys)))"
)


def _named(connection: Connection, chosen: Sequence[tuple[int, int]]) -> list[tuple[str, int]]:
    bits = dict(chosen)
    if not bits:
        return []
    rows = connection.execute(sa.select(_PICTURES.id, _PICTURES.sha256).where(_PICTURES.id.in_(bits)))
    return [(row.sha256, bits[row.id]) for row in rows]


def _same_pixels(session: Session, pixels: str) -> list[Alike]:
    rows = session.scalars(sa.select(Picture.sha256).where(Picture.pixels == bytes.fromhex(pixels)))
    return [Alike(sha256, 0, turned=False, same_pixels=True) for sha256 in rows]
