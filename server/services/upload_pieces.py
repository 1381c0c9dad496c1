"""Pieces of unfinished uploads: what the row says of each, against which it is held whenever it is read.

Nothing is believed of the store: a disk or a service that gives other bytes back than were acknowledged has lost
the piece, and what is lost is sent again; it never becomes evidence.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple
from uuid import UUID, uuid4

from evidence.errors import EvidenceError, OriginalMissingError
from evidence.storage.base import Incoming
from server.engines import engines


class Piece(NamedTuple):
    """A piece as an upload's row holds it: its name in the store, its size in bytes and its sha256.

    Rows from before there were digests have none.
    """

    name: str
    size: int
    sha256: str | None = None


class PieceLostError(EvidenceError):
    """What the store holds of a piece is not what was acknowledged."""


def put(upload_id: UUID, data: bytes) -> Piece:
    """Make one piece durable, under a name that nobody used before.

    Raises:
        StoreAwayError: nothing of it is kept.
    """
    name = f"{upload_id.hex}/{uuid4().hex}"
    engines().store.pieces.put(name, data)
    return Piece(name, len(data), hashlib.sha256(data).hexdigest())


def read(piece: Piece) -> bytes:
    """The bytes of a piece, which are those that were put.

    Raises:
        PieceLostError: the store has none, or others.
        StoreAwayError: it cannot be asked now.
    """
    try:
        data = engines().store.pieces.read(piece.name)
    except OriginalMissingError as error:
        raise PieceLostError(str(error)) from error
    if len(data) != piece.size or piece.sha256 not in {None, hashlib.sha256(data).hexdigest()}:
        raise PieceLostError(f"the piece {piece.name} has other bytes than were put")
    return data


def join(pieces: tuple[Piece, ...], length: int, photo: Incoming) -> None:
    """Write all pieces, in order, into the file that they are to be.

    Raises:
        PieceLostError: one is lost, or together they have not ``length`` bytes.
        StoreAwayError: the store cannot be asked now.
    """
    written = sum(photo.write(read(piece)) for piece in pieces)
    if written != length:
        raise PieceLostError(f"the pieces have {written} bytes together, and not {length}")
