"""The seal: sha256 and size of an original, taken once while its bytes pass by.

Nothing is decoded here, and nothing is kept: re-encoding would destroy the very
claims we are to weigh, and keeping is the store's work.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import IO

from evidence.errors import DigestMismatchError, EmptyFileError

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Seal:
    """What identifies an original for ever: lowercase hex sha256, and size in bytes."""

    sha256: str
    size: int


class Sealer:
    """Hashes bytes as they arrive, in order; memory does not grow with the photo."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes seen so far."""
        return self._size

    def update(self, chunk: bytes | bytearray | memoryview) -> None:
        """Take in the next bytes of the file."""
        self._digest.update(chunk)
        self._size += len(chunk)

    def seal(self, *, claimed_sha256: str | None) -> Seal:
        """Give the seal of all bytes seen so far and compare it with the device's.

        Args:
            claimed_sha256: hex taken on the device, in either case, or None.

        Raises:
            EmptyFileError: no byte was seen.
            DigestMismatchError: the bytes changed between capture and receipt.
        """
        if not self._size:
            raise EmptyFileError
        actual = self._digest.hexdigest()
        if claimed_sha256 is not None and claimed_sha256.lower() != actual:
            raise DigestMismatchError(claimed=claimed_sha256, actual=actual)
        return Seal(sha256=actual, size=self._size)


def seal(stream: IO[bytes], *, claimed_sha256: str | None) -> Seal:
    """Hash ``stream`` once, in chunks, and compare with what the device recorded.

    Memory does not grow with the photo. The bytes are never decoded here:
    re-encoding would destroy the very claims we are to weigh.

    Args:
        stream: the original file at its first byte.
        claimed_sha256: hex taken on the device, or None.

    Returns:
        The seal (sha256, size in bytes) to store beside the file.

    Raises:
        EmptyFileError: the stream holds no bytes.
        DigestMismatchError: the bytes changed between capture and receipt.
    """
    sealer = Sealer()
    while chunk := stream.read(CHUNK_BYTES):
        sealer.update(chunk)
    return sealer.seal(claimed_sha256=claimed_sha256)
