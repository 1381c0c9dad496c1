"""Originals in a folder of this machine: content-addressed, fsynced, never replaced.

An upload is written once, to a temporary file on the same file system, and linked into
place whole; a process killed at any moment leaves either the entire original or none.
"""

from __future__ import annotations

import io
import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from uuid import uuid4

from evidence.errors import OriginalDamagedError, OriginalMissingError
from evidence.seal import Seal, Sealer, seal
from evidence.storage.base import checked_copy_name, checked_key, key_for

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

#: An upload that was not finished after this long will not be.
LEFTOVER_AGE = timedelta(hours=1)


class LocalIncoming(io.BufferedIOBase):
    """A file being received into a `LocalStore`; see `evidence.storage.base.Incoming`."""

    def __init__(self, store: LocalStore) -> None:
        self._store = store
        self._path = store.incoming_folder / f"{uuid4().hex}.part"
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._file = os.fdopen(descriptor, "w+b")
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
        """
        if self._kept is not None or self._file.tell() != self._sealer.size:
            raise io.UnsupportedOperation("an original is written once, from its first byte to its last")
        view = memoryview(chunk).cast("B")
        written = self._file.write(view)
        self._sealer.update(view)
        return written

    def read(self, size: int | None = -1, /) -> bytes:
        """Read from the current position."""
        return self._file.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move the position for the next read."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Give the position for the next read."""
        return self._file.tell()

    def flush(self) -> None:
        """Hand buffered bytes to the operating system."""
        if not self._file.closed:
            self._file.flush()

    def seal(self, claimed_sha256: str | None = None) -> Seal:
        """Give the seal of everything written; see `evidence.seal.Sealer.seal`."""
        return self._sealer.seal(claimed_sha256=claimed_sha256)

    def keep(self) -> str:
        """Make the bytes durable under their key, and give the key."""
        if self._kept is None:
            sealed = self.seal()
            self._file.flush()
            os.fchmod(self._file.fileno(), 0o400)
            os.fsync(self._file.fileno())
            self._kept = self._store.adopt(self._path, sealed)
        return self._kept

    def discard(self) -> None:
        """Drop the bytes, unless they were kept. Harmless to call again."""
        self.close()

    def close(self) -> None:
        """Close the file; discards it unless it was kept."""
        if not self.closed:
            self._file.close()
            if self._kept is None:
                self._path.unlink(missing_ok=True)
        super().close()


class LocalStore:
    """Originals and copies under one folder, which is made where it is missing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming_folder = root / "incoming"
        self._originals = root / "originals"
        self._copies = root / "copies"
        self._durable: set[Path] = set()
        for folder in (self.incoming_folder, self._originals, self._copies):
            folder.mkdir(parents=True, exist_ok=True)
        _fsync_folder(root)

    def incoming(self) -> LocalIncoming:
        """Open a new file to receive an upload into."""
        return LocalIncoming(self)

    def adopt(self, part: Path, sealed: Seal) -> str:
        """Move a synced temporary file to its key; for `LocalIncoming` alone.

        Linking fails where the name exists, so an original is never replaced, whoever comes first.
        """
        key = key_for(sealed.sha256)
        target = self._originals / key
        self._make_original_folders()
        try:
            os.link(part, target)
        except FileExistsError:
            if target.stat().st_size != sealed.size:
                raise OriginalDamagedError(key) from None
        _fsync_folder(target.parent)
        part.unlink(missing_ok=True)
        return key

    def path(self, key: str) -> Path:
        """Give the path of an original; raises `OriginalMissingError` where there is none."""
        path = self._originals / checked_key(key)
        if not path.is_file():
            raise OriginalMissingError(key)
        return path

    def open(self, key: str) -> BinaryIO:
        """Open an original for reading."""
        return _open(self._originals / checked_key(key), key)

    def exists(self, key: str) -> bool:
        """Say whether an original is kept under the key."""
        return (self._originals / checked_key(key)).is_file()

    def verify(self, key: str) -> bool:
        """Hash the kept bytes again; False where they no longer match their key."""
        with self.open(key) as original:
            size = os.fstat(original.fileno()).st_size
            return size > 0 and seal(original, claimed_sha256=None).sha256 == key.rpartition("/")[2]

    def put_copy(self, name: str, data: bytes) -> None:
        """Write a derived copy whole, or not at all; replaces an earlier one of that name."""
        target = self._copies / name[:2] / checked_copy_name(name)
        self._make_durable_folder(target.parent)
        descriptor, part = tempfile.mkstemp(dir=self.incoming_folder, suffix=".part")
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(target)
        _fsync_folder(target.parent)

    def open_copy(self, name: str) -> BinaryIO:
        """Open a derived copy for reading; raises `OriginalMissingError` where there is none."""
        return _open(self._copies / name[:2] / checked_copy_name(name), name)

    def sweep(self, now: datetime) -> int:
        """Remove what interrupted uploads left more than an hour before ``now``; give their number."""
        oldest = (now - LEFTOVER_AGE).timestamp()
        leftovers = [part for part in self.incoming_folder.glob("*.part") if _modified(part) < oldest]
        for part in leftovers:
            part.unlink(missing_ok=True)
        return len(leftovers)

    def _make_original_folders(self) -> None:
        """Make all 256 folders with the first original, so that later ones need not wait for theirs to be durable."""
        if self._originals in self._durable:
            return
        for number in range(256):
            (self._originals / f"{number:02x}").mkdir(exist_ok=True)
        for folder in (self._originals, self.root):
            _fsync_folder(folder)
        self._durable.add(self._originals)

    def _make_durable_folder(self, folder: Path) -> None:
        """Make a folder and sync each parent that names it.

        Another process may have made it a moment ago without syncing yet; so this one syncs
        every folder the first time it uses it, made or found.
        """
        if folder in self._durable or folder == self.root:
            return
        self._make_durable_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _fsync_folder(folder.parent)
        self._durable.add(folder)


def _modified(path: Path) -> float:
    """Give the file's time of change, or the far future where it is gone already."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _open(path: Path, key: str) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise OriginalMissingError(key) from None


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
