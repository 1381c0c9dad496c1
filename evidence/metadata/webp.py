"""The chunks of a WebP file (RFC 9649)."""

from __future__ import annotations

from evidence.metadata.anatomy import DAMAGED, TRUNCATED, Anatomy, tiff_block
from evidence.metadata.bounds import DamagedError, View

_MAX_CHUNKS = 20_000


def examine(view: View) -> Anatomy:
    """Walk the chunks; a file shorter than it says is truncated."""
    found = Anatomy()
    end = 8 + int.from_bytes(view.at(4, 4), "little")
    if end > view.size:
        found.fail(TRUNCATED, f"the file says it has {end} bytes and has {view.size}")
    found.trailing_bytes = max(0, view.size - end)
    try:
        _walk(view, found, min(end, view.size))
    except DamagedError as error:
        found.fail(TRUNCATED, str(error))
    found.conclude()
    return found


def _walk(view: View, found: Anatomy, end: int) -> None:
    offset = 12
    for _ in range(_MAX_CHUNKS):
        if offset + 8 > end:
            return
        start = view.exactly(offset, 8)
        length = int.from_bytes(start[4:], "little")
        if offset + 8 + length > view.size:
            found.fail(TRUNCATED, "the file ends inside a chunk")
        _note(view, found, start[:4], offset + 8, length)
        # Chunks start at even offsets.
        offset += 8 + length + length % 2
    found.fail(DAMAGED, "more chunks than any camera writes")


def _note(view: View, found: Anatomy, kind: bytes, offset: int, length: int) -> None:
    if kind == b"EXIF":
        found.exif = found.exif or tiff_block(view.at(offset, length))
    elif kind == b"XMP ":
        found.xmp = found.xmp or view.at(offset, length)
    elif kind in (b"VP8X", b"VP8 ", b"VP8L") and found.width is None:
        found.width, found.height = _size(kind, view.exactly(offset, 10))


def _size(kind: bytes, start: bytes) -> tuple[int, int]:
    """Give width and height from a chunk's first 10 bytes (RFC 9649, sections 2.5 to 2.7)."""
    if kind == b"VP8X":
        return int.from_bytes(start[4:7], "little") + 1, int.from_bytes(start[7:10], "little") + 1
    if kind == b"VP8 ":
        return int.from_bytes(start[6:8], "little") & 0x3FFF, int.from_bytes(start[8:10], "little") & 0x3FFF
    bits = int.from_bytes(start[1:5], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
