"""The boxes of HEIC, HEIF and AVIF (ISO/IEC 14496-12 and 23008-12).

A truncated HEIC decodes without complaint, so the sizes that boxes and items claim are
compared with the file's length. Exif is found by its item, wherever its extents lie.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from evidence.metadata.anatomy import DAMAGED, TRUNCATED, Anatomy, tiff_block
from evidence.metadata.bounds import BLOCK_BYTES, DamagedError, View

_MAX_BOXES = 4_000
_MAX_ENTRIES = 20_000


class Cursor:
    """Reads numbers in a row from a box's payload; past its end is damage."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, length: int) -> bytes:
        """Give the next bytes."""
        chunk = self._data[self._at : self._at + length]
        if len(chunk) != length:
            raise DamagedError("a box is shorter than its contents")
        self._at += length
        return chunk

    def number(self, length: int) -> int:
        """Give the next big-endian unsigned number; none of its bytes make it zero."""
        return int.from_bytes(self.take(length), "big")

    def rest(self) -> bytes:
        """Give what is left."""
        return self._data[self._at :]


@dataclass(slots=True)
class _Meta:
    """The parts of a ``meta`` box that lead to the picture's size and metadata."""

    primary: int | None = None
    kinds: dict[int, bytes] = field(default_factory=dict)
    extents: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    inside: set[int] = field(default_factory=set)
    idat: bytes = b""
    entries_left: int = _MAX_ENTRIES
    sizes: dict[int, tuple[int, int]] = field(default_factory=dict)
    properties: dict[int, list[int]] = field(default_factory=dict)


def examine(view: View) -> Anatomy:
    """Walk the boxes; a box or the picture's own data past the end of the file is a truncation."""
    found = Anatomy()
    meta = _Meta()
    try:
        payload = _find_meta(view, found)
        if payload is None:
            found.fail(DAMAGED, "there is no meta box")
        else:
            _read_meta(payload[4:], meta, found)
    except DamagedError as error:
        found.fail(DAMAGED, str(error))
    _note(view, found, meta)
    found.conclude()
    return found


def _find_meta(view: View, found: Anatomy) -> bytes | None:
    """Walk the file's own boxes and give the payload of the first ``meta``."""
    offset, payload = 0, None
    for _ in range(_MAX_BOXES):
        if offset >= view.size:
            return payload
        header, length = _box_size(view.at(offset, 16), view.size - offset)
        if length < header:
            found.fail(DAMAGED, f"a box at {offset} claims {length} bytes")
            return payload
        if payload is None and view.at(offset + 4, 4) == b"meta":
            payload = view.at(offset + header, min(length - header, BLOCK_BYTES))
        offset += length
        if offset > view.size:
            found.fail(TRUNCATED, f"the boxes need {offset} bytes and the file has {view.size}")
    return payload


def _box_size(start: bytes, left: int) -> tuple[int, int]:
    """Give a box's header length and whole length; 0 means to the end, 1 a 64-bit length."""
    length = int.from_bytes(start[:4], "big")
    if length == 1:
        return 16, int.from_bytes(start[8:16], "big")
    return 8, length or left


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give kind and payload of each box inside a payload."""
    offset = 0
    for _ in range(_MAX_BOXES):
        start = data[offset : offset + 16]
        if len(start) < 8:
            return
        header, length = _box_size(start, len(data) - offset)
        if length < header:
            raise DamagedError("a box claims to be shorter than its own header")
        yield start[4:8], data[offset + header : offset + length]
        offset += length
        if offset > len(data):
            raise DamagedError("a box reaches past the one it lies in")


def _read_meta(data: bytes, meta: _Meta, found: Anatomy) -> None:
    """Read each box that matters; a damaged one does not silence the others."""
    readers = {b"pitm": _primary, b"iinf": _infos, b"iloc": _locations, b"iprp": _iprp}
    for kind, payload in _boxes(data):
        if kind == b"idat":
            meta.idat = payload
        elif kind in readers:
            try:
                readers[kind](Cursor(payload), meta)
            except DamagedError as error:
                found.fail(DAMAGED, str(error))


def _version(cursor: Cursor) -> tuple[int, int]:
    """Give version and flags of a full box."""
    return cursor.number(1), cursor.number(3)


def _primary(cursor: Cursor, meta: _Meta) -> None:
    version, _ = _version(cursor)
    meta.primary = cursor.number(4 if version else 2)


def _infos(cursor: Cursor, meta: _Meta) -> None:
    version, _ = _version(cursor)
    cursor.take(4 if version else 2)
    for kind, payload in _boxes(cursor.rest()):
        if kind == b"infe":
            _info(Cursor(payload), meta)


def _info(cursor: Cursor, meta: _Meta) -> None:
    version, _ = _version(cursor)
    if version >= 2:
        item = cursor.number(4 if version > 2 else 2)
        cursor.take(2)
        kind, rest = cursor.take(4), cursor.rest()
        meta.kinds[item] = b"xmp" if kind == b"mime" and b"rdf+xml" in rest else kind


def _locations(cursor: Cursor, meta: _Meta) -> None:
    version, _ = _version(cursor)
    sizes = cursor.number(2)
    offset_bytes, length_bytes, base_bytes = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_bytes = sizes & 15 if version else 0
    item_bytes = 4 if version >= 2 else 2
    for _ in range(min(cursor.number(item_bytes), _MAX_ENTRIES)):
        item = cursor.number(item_bytes)
        if version and cursor.number(2) & 15 == 1:
            meta.inside.add(item)
        cursor.take(2)
        base, count = cursor.number(base_bytes), cursor.number(2)
        meta.entries_left -= count + 1
        if meta.entries_left < 0:
            raise DamagedError("more extents than any camera writes")
        extents = []
        for _ in range(count):
            cursor.take(index_bytes)
            extents.append((base + cursor.number(offset_bytes), cursor.number(length_bytes)))
        meta.extents[item] = extents


def _iprp(cursor: Cursor, meta: _Meta) -> None:
    """Read the properties and which item has which; only sizes (``ispe``) are kept."""
    for kind, payload in _boxes(cursor.rest()):
        if kind == b"ipco":
            for index, (name, value) in enumerate(_boxes(payload), start=1):
                if name == b"ispe" and len(value) >= 12:
                    meta.sizes[index] = int.from_bytes(value[4:8], "big"), int.from_bytes(value[8:12], "big")
        elif kind == b"ipma":
            _associations(Cursor(payload), meta)


def _associations(cursor: Cursor, meta: _Meta) -> None:
    version, flags = _version(cursor)
    index_bytes = 2 if flags & 1 else 1
    mask = 0x7FFF if flags & 1 else 0x7F
    for _ in range(min(cursor.number(4), _MAX_ENTRIES)):
        item = cursor.number(4 if version else 2)
        meta.properties[item] = [cursor.number(index_bytes) & mask for _ in range(cursor.number(1))]


def _note(view: View, found: Anatomy, meta: _Meta) -> None:
    """Take size, metadata and wholeness from what the ``meta`` box told."""
    sizes = [meta.sizes[index] for index in meta.properties.get(meta.primary or 0, ()) if index in meta.sizes]
    if sizes:
        found.width, found.height = sizes[0]
    # Only the first item of each kind: a file may name thousands that share the same bytes.
    first = {kind: item for item, kind in reversed(meta.kinds.items())}
    if b"Exif" in first:
        found.exif = _exif_block(_content(view, meta, first[b"Exif"]))
    if b"xmp" in first:
        found.xmp = _content(view, meta, first[b"xmp"]) or None
    last = max(
        (sum(e) for item, extents in meta.extents.items() if item not in meta.inside for e in extents), default=0
    )
    if last > view.size:
        found.fail(TRUNCATED, f"the picture needs {last} bytes and the file has {view.size}")


def _content(view: View, meta: _Meta, item: int) -> bytes:
    """Join an item's extents, up to `BLOCK_BYTES`; a length of zero reaches to the end."""
    parts, left = [], BLOCK_BYTES
    for offset, length in meta.extents.get(item, ()):
        wanted = min(length or left, left)
        part = meta.idat[offset : offset + wanted] if item in meta.inside else view.at(offset, wanted)
        parts.append(part)
        left -= len(part)
        if left <= 0 or not part:
            break
    return b"".join(parts)


def _exif_block(content: bytes) -> bytes | None:
    """Skip to the TIFF header, whose offset the first four bytes give (ISO/IEC 23008-12, A.2.1)."""
    start = 4 + int.from_bytes(content[:4], "big")
    return tiff_block(content[start:]) or tiff_block(content[4:]) or tiff_block(content)
