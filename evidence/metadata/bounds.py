"""Reading hostile bytes within fixed limits of reads, bytes and memory.

`View` gives slices of a file by offset; `BoundedStream` is the file handed to other
people's readers, which loop as long as the file tells them to.
"""

from __future__ import annotations

from typing import BinaryIO

#: No slice, Exif block or XMP packet is taken larger than this.
BLOCK_BYTES = 4 << 20
#: Each read costs this and one more for each byte, out of the budget of one reader: 20,000 small
#: reads or 8 MB. An ordinary phone photo needs 300 to 2,500 reads and a few kilobytes.
READ_COST = 400
BUDGET = 8_000_000

_HEAD_BYTES = 1 << 16


class DamagedError(Exception):
    """The structure of the file contradicts itself; caught inside this room."""


class OverBudgetError(Exception):
    """A reader asked for more than any honest photo needs; caught inside this room."""


class View:
    """Slices of a seekable stream by offset; an offset beyond the end gives no bytes.

    The first 64 KiB are read once, because nearly all that is asked for lies there.
    """

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self.stream = stream
        self.size = size
        stream.seek(0)
        self.head = stream.read(_HEAD_BYTES)

    def at(self, offset: int, length: int) -> bytes:
        """Give up to ``length`` bytes (at most `BLOCK_BYTES`) from ``offset``."""
        if offset + length <= len(self.head):
            return self.head[offset : offset + length]
        if offset >= self.size:
            return b""
        self.stream.seek(offset)
        return self.stream.read(min(length, BLOCK_BYTES))

    def exactly(self, offset: int, length: int) -> bytes:
        """Give ``length`` bytes from ``offset`` or raise `DamagedError`."""
        found = self.at(offset, length)
        if len(found) != length:
            raise DamagedError(f"{length} bytes expected at {offset}, {len(found)} there")
        return found

    def number(self, offset: int, length: int) -> int:
        """Give the big-endian unsigned number at ``offset`` or raise `DamagedError`."""
        return int.from_bytes(self.exactly(offset, length), "big")


class BoundedStream:
    """A readable, seekable stream that stops a reader which asks too much.

    Raises:
        OverBudgetError: from `read`, once the reads have cost `BUDGET`.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.seek = stream.seek
        self.tell = stream.tell
        self._read = stream.read
        self._left = BUDGET

    def read(self, size: int = -1) -> bytes:
        """Read like any stream, within the budget."""
        chunk = self._read(size if 0 <= size <= BLOCK_BYTES else BLOCK_BYTES)
        self._left -= READ_COST + len(chunk)
        if self._left < 0:
            raise OverBudgetError("the metadata ask for more reads than any honest photo needs")
        return chunk
