"""The file into which an upload is received: written once in order, hashed on the way, then kept or dropped.

Every store receives into a file of this machine, so that nothing half-sent ever stands among originals.
How the finished file becomes durable is the store's own work, given here as ``adopt``.
"""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from evidence.errors import StoreAwayError
from evidence.seal import Seal, Sealer

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def working_disk() -> Iterator[None]:
    """Tell a disk that is full, read-only or gone as `StoreAwayError`."""
    try:
        yield
    except io.UnsupportedOperation:
        raise
    except OSError as error:
        raise StoreAwayError(str(error), full=error.errno in FULL) from error


class IncomingFile(io.BufferedIOBase):
    """A file being received; see `evidence.storage.base.Incoming`.

    Args:
        file: an empty file, open for writing and reading; closed here.
        adopt: makes the written file durable and gives its key.
        drop: takes away what is left of a file that was not kept.
    """

    def __init__(self, file: IO[bytes], adopt: Callable[[IO[bytes], Seal], str], drop: Callable[[], None]) -> None:
        self._file = file
        self._adopt = adopt
        self._drop = drop
        self._sealer = Sealer()
        self._kept: str | None = None

    def readable(self) -> bool:
        """It can be read back at any time."""
        return True

    def writable(self) -> bool:
        """It can be written at its end."""
        return True

    def seekable(self) -> bool:
        """It can be sought."""
        return True

    def write(self, chunk: ReadableBuffer, /) -> int:
        """Append bytes and hash them.

        Raises:
            io.UnsupportedOperation: the position is not the end, or the bytes are already kept:
                a hash taken while writing would no longer be the file's.
            StoreAwayError: the disk is full.
        """
        if self._kept is not None or self._file.tell() != self._sealer.size:
            raise io.UnsupportedOperation("an original is written once, from its first byte to its last")
        view = memoryview(chunk).cast("B")
        with working_disk():
            written = self._file.write(view)
        self._sealer.update(view)
        return written

    def read(self, size: int | None = -1, /) -> bytes:
        """Read from the current position."""
        return self._file.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move the position for the next read."""
        with working_disk():
            return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Give the position for the next read."""
        return self._file.tell()

    def flush(self) -> None:
        """Hand buffered bytes to the operating system."""
        if not self._file.closed:
            with working_disk():
                self._file.flush()

    def seal(self, claimed_sha256: str | None = None) -> Seal:
        """Give the seal of everything written; see `evidence.seal.Sealer.seal`."""
        return self._sealer.seal(claimed_sha256=claimed_sha256)

    def keep(self) -> str:
        """Make the bytes durable under their key, and give the key."""
        if self._kept is None:
            sealed = self.seal()
            with working_disk():
                self._file.flush()
            self._kept = self._adopt(self._file, sealed)
        return self._kept

    def discard(self) -> None:
        """Drop the bytes, unless they were kept. Harmless to call again."""
        self.close()

    def close(self) -> None:
        """Close the file; discards it unless it was kept."""
        if not self.closed:
            self._close_file()
            if self._kept is None:
                self._drop()
        super().close()

    def _close_file(self) -> None:
        # What a full disk did not take is dropped with the file, and closing it says so once more.
        try:
            self._file.close()
        except OSError:
            if self._kept is not None:
                raise
