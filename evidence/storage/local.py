"""Originals in a folder of this machine: content-addressed, fsynced, never replaced while they are whole.

An upload is written once, to a temporary file on the same file system, and linked into
place whole; a process killed at any moment leaves either the entire original or none.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
import tempfile
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, BinaryIO, cast
from uuid import uuid4

from evidence.errors import OriginalDamagedError, OriginalMissingError
from evidence.seal import Seal
from evidence.storage.base import (
    FORGOTTEN_AGE,
    DirectAddress,
    Incoming,
    checked_copy_name,
    checked_key,
    checked_piece_name,
    checked_upload,
    key_for,
)
from evidence.storage.checked import CheckedStream
from evidence.storage.incoming import IncomingFile, working_disk

LOG = logging.getLogger("saksi.store")
#: An upload that was not finished after this long will not be.
LEFTOVER_AGE = timedelta(hours=1)


class LocalPieces:
    """Pieces of unfinished uploads: files of one folder, which is made where it is missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, name: str, data: bytes) -> None:
        """Write one piece and sync it, then the folder that names it; what a full disk took of it goes again."""
        path = self._path(name)
        with working_disk():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                _write_synced(descriptor, data)
                _fsync_folder(self._folder)
            except OSError:
                path.unlink()
                raise

    def read(self, name: str) -> bytes:
        """Give the bytes of one piece; raises `OriginalMissingError` where the folder is there and the piece is not."""
        try:
            with _open(self._path(name), name) as piece, working_disk():
                return piece.read()
        except OriginalMissingError:
            # A folder that is unmounted for a moment has lost nothing.
            with working_disk():
                self._folder.stat()
            raise

    def forget(self, name: str) -> None:
        """Take one piece away, if it is there."""
        with working_disk():
            self._path(name).unlink(missing_ok=True)

    def forget_upload(self, upload: str) -> None:
        """Take away every piece of one upload, whether on record or not."""
        with working_disk():
            for piece in self._folder.glob(f"{checked_upload(upload)}.*"):
                piece.unlink(missing_ok=True)

    def sweep(self, now: datetime) -> int:
        """Remove what is too old to belong to any upload; gives its number."""
        oldest = (now - FORGOTTEN_AGE).timestamp()
        with working_disk():
            forgotten = [piece for piece in self._folder.iterdir() if _modified(piece) < oldest]
            for piece in forgotten:
                piece.unlink(missing_ok=True)
        return len(forgotten)

    def _path(self, name: str) -> Path:
        # One folder for all, so that a new upload costs no folder that has to be synced first.
        return self._folder / checked_piece_name(name).replace("/", ".")


class LocalStore:
    """Originals and copies under one folder, which is made where it is missing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming_folder = root / "incoming"
        self._originals = root / "originals"
        self._copies = root / "copies"
        self._pieces = LocalPieces(root / "unfinished")
        self._damaged = root / "damaged"
        self._durable: set[Path] = set()
        for folder in (self.incoming_folder, self._originals, self._copies):
            folder.mkdir(parents=True, exist_ok=True)
        _fsync_folder(root)

    @property
    def pieces(self) -> LocalPieces:
        """What has come of uploads that are not finished."""
        return self._pieces

    def incoming(self) -> IncomingFile:
        """Open a new file to receive an upload into."""
        path = self.incoming_folder / f"{uuid4().hex}.part"
        with working_disk():
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        return IncomingFile(
            os.fdopen(descriptor, "w+b"), partial(self._adopt, path), partial(path.unlink, missing_ok=True)
        )

    def _adopt(self, part: Path, file: IO[bytes], sealed: Seal) -> str:
        """Sync a received file and move it to its key.

        Linking fails where the name exists, so an original is never replaced, whoever comes first. What stands
        there is hashed: to be told that a photo is safe, its sender needs more than the name and the size of one.
        """
        key = key_for(sealed.sha256)
        target = self._originals / key
        with working_disk():
            os.fchmod(file.fileno(), 0o400)
            os.fsync(file.fileno())
            self._make_original_folders()
            try:
                os.link(part, target)
            except FileExistsError:
                if not self._stands_whole(key):
                    self._mend(key, part)
            _fsync_folder(target.parent)
            part.unlink(missing_ok=True)
        return key

    def _stands_whole(self, key: str) -> bool:
        try:
            return self.verify(key)
        except OriginalMissingError:
            # The name is a link's or a folder's, which nobody here made.
            raise OriginalDamagedError(key) from None

    def _mend(self, key: str, part: Path) -> None:
        """Put a damaged original aside, to be looked at, and these bytes, which have its sha256, in its place.

        The name stands at every moment. Of two who do so at once, the second puts the bytes of the first aside.
        """
        target = self._originals / key
        aside = self._damaged / f"{target.name}.{uuid4().hex}"
        self._make_durable_folder(self._damaged)
        os.link(target, aside)
        _fsync_folder(self._damaged)
        part.replace(target)
        LOG.error("the original %s was damaged: it is put aside as %s, and the bytes sent now are kept", key, aside)

    def path(self, key: str) -> Path:
        """Give the path of an original; raises `OriginalMissingError` where there is none."""
        path = self._originals / checked_key(key)
        if not path.is_file():
            raise OriginalMissingError(key)
        return path

    def open(self, key: str) -> BinaryIO:
        """Open an original for reading."""
        return cast(BinaryIO, self._open_checked(key))

    def exists(self, key: str) -> bool:
        """Say whether an original is kept under the key."""
        return (self._originals / checked_key(key)).is_file()

    def verify(self, key: str) -> bool:
        """Hash the kept bytes again; False where they no longer match their key."""
        with self._open_checked(key) as original:
            return original.matches()

    def put_copy(self, name: str, data: bytes) -> None:
        """Write a derived copy whole, or not at all; replaces an earlier one of that name."""
        target = self._copies / name[:2] / checked_copy_name(name)
        with working_disk():
            self._make_durable_folder(target.parent)
            self._written_part(data).replace(target)
            _fsync_folder(target.parent)

    def open_copy(self, name: str) -> BinaryIO:
        """Open a derived copy for reading; raises `OriginalMissingError` where there is none."""
        return _open(self._copies / name[:2] / checked_copy_name(name), name)

    def forget_copy(self, name: str) -> None:
        """Take a derived copy away, if it is there."""
        target = self._copies / name[:2] / checked_copy_name(name)
        with working_disk():
            target.unlink(missing_ok=True)

    def reading_address(self, key: str, *, media_type: str, file_name: str, valid_for: timedelta) -> str | None:
        """None: a folder has no addresses."""
        return None

    def writing_address(
        self, name: str, sealed: Seal, *, media_type: str, valid_for: timedelta
    ) -> DirectAddress | None:
        """None: a folder has no addresses."""
        return None

    def waiting(self, name: str) -> Incoming:
        """Raise `OriginalMissingError`: without addresses nothing can have been put there."""
        raise OriginalMissingError(name)

    def forget(self, name: str) -> None:
        """Nothing ever waits here."""

    def sweep(self, now: datetime) -> int:
        """Remove what interrupted uploads left more than an hour before ``now``; give their number."""
        oldest = (now - LEFTOVER_AGE).timestamp()
        leftovers = [part for part in self.incoming_folder.glob("*.part") if _modified(part) < oldest]
        for part in leftovers:
            part.unlink(missing_ok=True)
        return len(leftovers) + self._pieces.sweep(now)

    def _open_checked(self, key: str) -> CheckedStream:
        file = _open(self._originals / checked_key(key), key)
        return CheckedStream(file, key, os.fstat(file.fileno()).st_size)

    def _make_original_folders(self) -> None:
        """Make all 256 folders with the first original, so that later ones need not wait for theirs to be durable."""
        if self._originals in self._durable:
            return
        for number in range(256):
            (self._originals / f"{number:02x}").mkdir(exist_ok=True)
        for folder in (self._originals, self.root):
            _fsync_folder(folder)
        self._durable.add(self._originals)

    def _written_part(self, data: bytes) -> Path:
        """Give a synced temporary file with these bytes; what a full disk took of them is not left behind."""
        descriptor, name = tempfile.mkstemp(dir=self.incoming_folder, suffix=".part")
        part = Path(name)
        try:
            _write_synced(descriptor, data)
        except OSError:
            part.unlink()
            raise
        return part

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
    """A file of the store's own: a link, which a backup from elsewhere may hold, would show any file of the machine."""
    with working_disk():
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            if error.errno in {errno.ENOENT, errno.ELOOP}:
                raise OriginalMissingError(key) from None
            raise
    file = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise OriginalMissingError(key)
    return file


def _write_synced(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
