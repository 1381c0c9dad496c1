"""Reading an original back, and noticing when it is not the one that was sealed.

The last bytes are handed over only when all of them together have the sha256 that the key promises, so
that nobody holds a damaged original whole without knowing.
"""

from __future__ import annotations

import io
from typing import Protocol

from evidence.errors import OriginalDamagedError
from evidence.seal import CHUNK_BYTES, Sealer


class Source(Protocol):
    """Bytes that can be read once, from first to last."""

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes; none at the end."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class CheckedStream(io.BufferedIOBase):
    """An original being read from its first byte to its last.

    Args:
        source: the kept bytes.
        key: their key, which ends with the sha256 they must have.
        size: how many the store says there are.
    """

    def __init__(self, source: Source, key: str, size: int) -> None:
        self._source = source
        self._key = key
        self._size = size
        self._sealer = Sealer()

    def readable(self) -> bool:
        """It can be read, once."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes.

        Raises:
            OriginalDamagedError: instead of the last bytes, where the whole is not what was sealed.
            StoreAwayError: the store went away meanwhile.
        """
        if size == 0:
            return b""
        chunk = self._source.read(-1 if size is None else size)
        self._sealer.update(chunk)
        if not chunk or self._sealer.size >= self._size:
            self._check()
        return chunk

    def read1(self, size: int = -1, /) -> bytes:
        """As ``read``."""
        return self.read(size)

    def matches(self) -> bool:
        """Read what is left, and say whether the whole is what was sealed."""
        try:
            while self.read(CHUNK_BYTES):
                pass
        except OriginalDamagedError:
            return False
        return True

    def close(self) -> None:
        """Let go of the kept bytes."""
        self._source.close()
        super().close()

    def _check(self) -> None:
        whole = self._sealer.size == self._size > 0
        if not whole or self._sealer.seal(claimed_sha256=None).sha256 != self._key.rpartition("/")[2]:
            raise OriginalDamagedError(self._key)
