"""Pictures that look alike, among all on record: kept by their keys, found by asking for the keys nearby.

The recall within ``REACH`` bits is exact on any database (decision 0021). What likeness means is for the check
``origin.first_use`` to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from evidence.near_pictures import HASH_BYTES, REACH, keys, probes
from evidence.seen import Seen
from server.db import insert_if_new, insert_missing, table_of
from server.models import Picture, PictureKey

#: A picture with less to see is not found by its hash: flat ones are all alike.
LEAST_QUALITY = 50
_PICTURES = table_of(Picture).c


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
    one, two = halves(digest)
    rows = [{"key": key, "picture": number, "one": one, "two": two} for key in keys(digest)]
    insert_missing(session.connection(), table_of(PictureKey), rows)


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
    rows = connection.execute(_WHOLE, {"ids": list(candidates)}).all()
    hashes = np.frombuffer(b"".join(row.pdq for row in rows), dtype=np.uint8).reshape(-1, HASH_BYTES)
    bits = apart(digest, hashes).tolist()
    return [(row.sha256, number) for row, number in zip(rows, bits, strict=True) if number <= REACH]


def apart(digest: bytes, others: NDArray[np.uint8]) -> NDArray[np.int64]:
    """In how many bits each of ``others``, a row of 32 bytes, differs from ``digest``."""
    words = others.view(np.uint64) ^ np.frombuffer(digest, dtype=np.uint64)
    bits: NDArray[np.int64] = np.bitwise_count(words).sum(axis=1, dtype=np.int64)
    return bits


def _candidates(connection: Connection, digest: bytes) -> set[int]:
    """Every picture that shares a key and half a hash: few are not near, and none that is near is missed."""
    one, two = halves(digest)
    asked = ",".join(map(str, sorted(chain.from_iterable(probes(digest)))))
    if connection.dialect.name == "postgresql":
        values = {"keys": f"{{{asked}}}", "one": one, "two": two, "reach": REACH}
        return set(connection.scalars(_ON_POSTGRES, values))
    found = connection.execute(_ON_SQLITE, {"keys": f"[{asked}]"}).all()
    if not found:
        return set()
    rows = np.array([tuple(row) for row in found], dtype=np.int64)
    # Of a negative number numpy would count the bits of its size.
    differing = np.ascontiguousarray(rows[:, 1:] ^ np.array([one, two], dtype=np.int64)).view(np.uint64)
    bits = np.bitwise_count(differing).sum(axis=1, dtype=np.int64)
    return set(rows[bits <= REACH, 0].tolist())


def halves(digest: bytes) -> tuple[int, int]:
    """The first half of a hash as the two signed numbers that stand with its keys."""
    return int.from_bytes(digest[:8], signed=True), int.from_bytes(digest[8:16], signed=True)


#: One statement on each. The keys come as one text: a list of 3,119 numbers took psycopg longer than all else.
_ON_POSTGRES = sa.text(
    "SELECT picture FROM picture_key WHERE key = ANY(CAST(:keys AS integer[]))"
    " AND bit_count(CAST(one # CAST(:one AS bigint) AS bit(64)))"
    " + bit_count(CAST(two # CAST(:two AS bigint) AS bit(64))) <= :reach"
)
_ON_SQLITE = sa.text("SELECT picture, one, two FROM picture_key WHERE key IN (SELECT value FROM json_each(:keys))")
_WHOLE = sa.select(_PICTURES.sha256, _PICTURES.pdq).where(_PICTURES.id.in_(sa.bindparam("ids", expanding=True)))


def _same_pixels(session: Session, pixels: str) -> list[Alike]:
    rows = session.scalars(sa.select(Picture.sha256).where(Picture.pixels == bytes.fromhex(pixels)))
    return [Alike(sha256, 0, turned=False, same_pixels=True) for sha256 in rows]
