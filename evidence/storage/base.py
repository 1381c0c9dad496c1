"""The contract that every store of originals keeps, and the form of its keys.

An original is written once, named by its content, and never replaced. Derived copies
live in a second space and may be made again. What a photo means, and who may see it,
is kept out of here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from evidence.errors import InvalidKeyError
from evidence.seal import Seal

_KEY = re.compile(r"([0-9a-f]{2})/(\1[0-9a-f]{62})")
_ID = re.compile(r"[0-9a-f]{32}")
_WAITING_NAME = re.compile(r"[0-9a-f]{32}/[0-9a-f]{32}")
_COPY_NAME = re.compile(r"[0-9a-f]{64}/[a-z0-9][a-z0-9_-]{0,63}\.[a-z0-9]{1,8}")


#: A piece that is older belongs to no upload that could still be taken up again.
FORGOTTEN_AGE = timedelta(days=60)


def key_for(sha256: str) -> str:
    """Give the key of the original with this sha256: ``ab/<sha256>``.

    256 folders hold ten million originals at 40,000 each, and are soon all there: making a folder
    durable costs two more syncs of an upload.
    """
    return checked_key(f"{sha256[:2]}/{sha256}")


def checked_key(key: str) -> str:
    """Pass a well-formed key through; refuse anything else with `InvalidKeyError`."""
    if not _KEY.fullmatch(key):
        raise InvalidKeyError(key)
    return key


def checked_copy_name(name: str) -> str:
    """Pass a name such as ``<sha256>/thumbnail.jpg`` through; else raise `InvalidKeyError`."""
    if not _COPY_NAME.fullmatch(name):
        raise InvalidKeyError(name)
    return name


def checked_waiting_name(name: str) -> str:
    """Pass the name of a direct upload, two ids such as ``<32 hex>/<32 hex>``, through; else `InvalidKeyError`."""
    if not _WAITING_NAME.fullmatch(name):
        raise InvalidKeyError(name)
    return name


def checked_piece_name(name: str) -> str:
    """Pass the name of a piece, ``<upload: 32 hex>/<piece: 32 hex>``, through; else `InvalidKeyError`."""
    return checked_waiting_name(name)


def checked_upload(upload: str) -> str:
    """Pass the 32 hexadecimal digits that name an unfinished upload through; else `InvalidKeyError`."""
    if not _ID.fullmatch(upload):
        raise InvalidKeyError(upload)
    return upload


@dataclass(frozen=True, slots=True)
class DirectAddress:
    """Where a caller posts a file without us in between, and the form's fields that come before the file."""

    url: str
    fields: Mapping[str, str]


class Incoming(Protocol):
    """A file being received: written in order, sealed, then kept or discarded.

    It can be read and sought like any binary file, so a form parser may write into it
    and the metadata reader may read from it. Closing without `keep` discards it.
    """

    def write(self, chunk: bytes, /) -> int:
        """Append bytes and hash them; only at the end of what is already written."""
        ...

    def read(self, size: int = -1, /) -> bytes:
        """Read from the current position."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move the position for the next read."""
        ...

    def tell(self) -> int:
        """Give the position for the next read."""
        ...

    def seal(self, claimed_sha256: str | None = None) -> Seal:
        """Give the seal of everything written.

        Raises:
            EmptyFileError: nothing was written.
            DigestMismatchError: the bytes are not those the device hashed.
        """
        ...

    def keep(self) -> str:
        """Make the bytes durable and give their key; the original is safe when this returns.

        The same bytes kept twice, or by two processes at once, are one original.

        Raises:
            EmptyFileError: nothing was written.
            OriginalDamagedError: the store already holds other bytes under this key, and does not let go of them.
            StoreAwayError: the store is away, full or read-only; nothing is kept.
        """
        ...

    def discard(self) -> None:
        """Drop the bytes, unless they were kept. Harmless to call again."""
        ...

    def close(self) -> None:
        """Close the file; discards it unless it was kept."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


class Pieces(Protocol):
    """The pieces of unfinished uploads, each written once under a name that nobody used before.

    Which pieces count, and in what order, is on record elsewhere: one that is on no record, because its process was
    killed or came second, is never read, and goes when its upload does.
    """

    def put(self, name: str, data: bytes) -> None:
        """Make one piece durable whole; it is safe when this returns.

        Raises:
            InvalidKeyError: not the name of a piece.
            StoreAwayError: the store is away, full or read-only.
        """
        ...

    def read(self, name: str) -> bytes:
        """Give the bytes of one piece.

        Raises:
            OriginalMissingError: there is none, and the space where pieces stand is proved to be there.
            StoreAwayError: the store, or that space, is away.
        """
        ...

    def forget(self, name: str) -> None:
        """Take one piece away, if it is there."""
        ...

    def forget_upload(self, upload: str) -> None:
        """Take away every piece of one upload, whether on record or not."""
        ...


class OriginalStore(Protocol):
    """A place that keeps originals for ever and derived copies for as long as they are wanted.

    Whatever is asked of a store that is away, full, read-only or refuses us raises `StoreAwayError`, after a
    bounded while.
    """

    @property
    def pieces(self) -> Pieces:
        """What has come of uploads that are not finished."""
        ...

    def incoming(self) -> Incoming:
        """Open a new file to receive an upload into."""
        ...

    def open(self, key: str) -> BinaryIO:
        """Open an original for reading once, from first byte to last.

        Instead of its last bytes, reading raises `OriginalDamagedError` where they are not what was sealed.

        Raises:
            InvalidKeyError: not a key.
            OriginalMissingError: nothing is kept under it.
        """
        ...

    def exists(self, key: str) -> bool:
        """Say whether an original is kept under the key."""
        ...

    def verify(self, key: str) -> bool:
        """Hash the kept bytes again; False where they no longer match their key.

        Raises:
            OriginalMissingError: nothing is kept under it.
        """
        ...

    def put_copy(self, name: str, data: bytes) -> None:
        """Write a derived copy whole, or not at all; replaces an earlier one of that name."""
        ...

    def open_copy(self, name: str) -> BinaryIO:
        """Open a derived copy for reading; raises `OriginalMissingError` where there is none."""
        ...

    def forget_copy(self, name: str) -> None:
        """Take a derived copy away, if it is there."""
        ...

    def reading_address(self, key: str, *, media_type: str, file_name: str, valid_for: timedelta) -> str | None:
        """Give an address from which anyone who has it may fetch an original, as an attachment of this name.

        None where the store has no addresses of its own: it is then read with `open`.

        Raises:
            OriginalMissingError: nothing is kept under the key.
        """
        ...

    def writing_address(
        self, name: str, sealed: Seal, *, media_type: str, valid_for: timedelta
    ) -> DirectAddress | None:
        """Give an address to which a file of this size and type may be posted, to wait under ``name``.

        That its bytes are these is found when it is read. None where the store has no addresses of its own.
        """
        ...

    def waiting(self, name: str) -> Incoming:
        """Receive what was sent to a `writing_address`; it is read once and hashed here.

        Raises:
            EmptyFileError: it has no bytes.
            DigestMismatchError: it is not what was announced.
            OriginalMissingError: nothing waits under this name.
        """
        ...

    def forget(self, name: str) -> None:
        """Take away what waits under this name, if anything does."""
        ...

    def sweep(self, now: datetime) -> int:
        """Remove what interrupted uploads left more than an hour before ``now``; give their number.

        Pieces stay for as long as their upload may be taken up again; those of no upload go after `FORGOTTEN_AGE`.
        """
        ...
