"""The first directory of a TIFF or BigTIFF file: picture size, and where its strips or tiles lie.

TIFF 6.0 (Adobe, 1992) and the BigTIFF layout of libtiff.
"""

from __future__ import annotations

from typing import Literal

from evidence.metadata.anatomy import DAMAGED, TRUNCATED, Anatomy
from evidence.metadata.bounds import DamagedError, View

_WIDTH, _HEIGHT, _XMP = 256, 257, 700
_DATA = ((273, 279), (324, 325))
_WANTED = frozenset({_WIDTH, _HEIGHT, _XMP, 273, 279, 324, 325})
_TYPE_BYTES = {1: 1, 3: 2, 4: 4, 7: 1, 13: 4, 16: 8}
_MAX_TAGS = 4_000
_MAX_VALUES = 1 << 16


class _Directory:
    """Reads numbers in the file's own byte order and widths."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.order: Literal["little", "big"] = "little" if view.at(0, 1) == b"I" else "big"
        self.big = self.number(2, 2) == 43
        self.word = 8 if self.big else 4

    def number(self, offset: int, length: int) -> int:
        """Give the unsigned number at ``offset``."""
        return int.from_bytes(self.view.exactly(offset, length), self.order)

    def entries(self) -> dict[int, tuple[int, int, int]]:
        """Give type, count and offset of the value for each wanted tag of the first directory."""
        start = self.number(8 if self.big else 4, self.word)
        count_bytes, entry_bytes = (8, 20) if self.big else (2, 12)
        count = self.number(start, count_bytes)
        if count > _MAX_TAGS:
            raise DamagedError("more tags than any camera writes")
        offsets = (start + count_bytes + entry_bytes * index for index in range(count))
        found = ((self.number(offset, 2), offset) for offset in offsets)
        return {tag: self._entry(offset) for tag, offset in found if tag in _WANTED}

    def _entry(self, offset: int) -> tuple[int, int, int]:
        kind, count, value = self.number(offset + 2, 2), self.number(offset + 4, self.word), offset + 4 + self.word
        if count * _TYPE_BYTES.get(kind, 1) > self.word:
            value = self.number(value, self.word)
        return kind, count, value

    def values(self, entry: tuple[int, int, int]) -> list[int]:
        """Give a tag's numbers."""
        kind, count, offset = entry
        width = _TYPE_BYTES.get(kind, 1)
        if count > _MAX_VALUES:
            raise DamagedError("more values in a tag than any camera writes")
        raw = self.view.exactly(offset, count * width)
        return [int.from_bytes(raw[at : at + width], self.order) for at in range(0, len(raw), width)]


def examine(view: View) -> Anatomy:
    """Read the first directory; strips or tiles past the end of the file are a truncation."""
    found = Anatomy(whole_file_is_exif=True)
    try:
        directory = _Directory(view)
        _note(directory, directory.entries(), found)
    except DamagedError as error:
        found.fail(TRUNCATED, str(error))
    found.conclude()
    return found


def _note(directory: _Directory, entries: dict[int, tuple[int, int, int]], found: Anatomy) -> None:
    if _WIDTH in entries and _HEIGHT in entries:
        found.width = next(iter(directory.values(entries[_WIDTH])), None)
        found.height = next(iter(directory.values(entries[_HEIGHT])), None)
    if _XMP in entries:
        _, length, offset = entries[_XMP]
        found.xmp = directory.view.at(offset, length)
    pairs = [pair for pair in _DATA if set(pair) <= entries.keys()]
    if not pairs:
        found.fail(DAMAGED, "no picture data are named")
    for offsets, lengths in pairs:
        starts, sizes = directory.values(entries[offsets]), directory.values(entries[lengths])
        last = max((start + size for start, size in zip(starts, sizes, strict=False)), default=0)
        if last > directory.view.size:
            found.fail(TRUNCATED, f"the picture needs {last} bytes and the file has {directory.view.size}")
