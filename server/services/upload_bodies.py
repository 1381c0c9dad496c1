"""What a request brings of an upload: its bytes, cut into pieces that are kept one by one.

Where a piece goes, and whether it is wanted at all, is ``server.services.uploads``'.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from evidence.storage.base import Incoming
from server.engines import engines
from server.problems import Problem
from server.slow_lines import TooSlowError

#: Few enough to hold in memory; a server that is killed costs its sender at most this, or what came in the seconds.
PIECE_BYTES = 1024 * 1024
PIECE_S = 5.0
#: On the slowest line this comes within what the server waits for (``server.slow_clients``).
READ_BYTES = 16 * 1024
CHECKSUMS = ("sha256", "sha1")


class Body(Protocol):
    """The bytes of a request, from first to last."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end. May raise anything where the connection breaks."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """Some bytes of the file from ``offset`` on; ``size`` is None where it was not said beforehand.

    ``checksum`` is the name of one of ``CHECKSUMS`` and the digest that these bytes must have.
    """

    offset: int
    body: Body
    size: int | None = None
    checksum: tuple[str, bytes] | None = None


def pieces(part: Part) -> Iterator[bytes]:
    """The bytes of a request in pieces; with a checksum, only once all of them are here and have it.

    Raises:
        Problem: ``checksum-mismatch``.
    """
    return _checked(part) if part.checksum else _as_they_come(part.body)


def _as_they_come(body: Body) -> Iterator[bytes]:
    """The body in pieces. What came before the connection broke is one too; only then the break is told."""
    broken: Exception | None = None
    ended, piece, since = False, bytearray(), time.monotonic()
    while not ended:
        try:
            chunk = body.read(READ_BYTES)
        except TooSlowError:
            chunk = b""
        except Exception as error:
            broken, chunk = error, b""
        ended = not chunk
        piece += chunk
        waited_s = time.monotonic() - since
        if piece and (ended or len(piece) >= PIECE_BYTES or waited_s >= PIECE_S):
            yield bytes(piece)
            piece, since = bytearray(), time.monotonic()
    if broken is not None:
        raise broken


def _checked(part: Part) -> Iterator[bytes]:
    """The body in pieces, once all of it is here and has the checksum.

    Raises:
        Problem: ``checksum-mismatch``.
    """
    with engines().store.incoming() as whole:
        _expect_checksum(part, whole)
        whole.seek(0)
        while piece := whole.read(PIECE_BYTES):
            yield piece


def _expect_checksum(part: Part, whole: Incoming) -> None:
    algorithm, expected = part.checksum or ("", b"")
    digest = hashlib.new(algorithm, usedforsecurity=False)
    while chunk := part.body.read(READ_BYTES):
        digest.update(chunk)
        whole.write(chunk)
    if digest.digest() != expected:
        raise Problem(
            "checksum-mismatch", f"What arrived has the {algorithm} {digest.hexdigest()}. None of it was kept."
        )
