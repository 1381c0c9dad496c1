"""The chunks of a PNG, from its header to IEND (W3C PNG, third edition).

Exif is taken from ``eXIf`` and from the text chunks that older tools wrote it into as hex.
"""

from __future__ import annotations

import binascii
import re
import zlib

from evidence.metadata.anatomy import DAMAGED, TRUNCATED, Anatomy, tiff_block
from evidence.metadata.bounds import BLOCK_BYTES, DamagedError, View

_MAX_CHUNKS = 50_000
_SIGNATURE_BYTES = 8
_XMP_NAME = b"XML:com.adobe.xmp"
_WANTED = (_XMP_NAME, b"Raw profile type exif", b"Raw profile type APP1")
_NAME_BYTES = 80

# Kind of chunk and what follows the name, by name.
_Texts = dict[bytes, tuple[bytes, bytes]]
_RAW_HEX = re.compile(rb"\s*\w+\s+\d+\s+([0-9a-fA-F\s]+)")


def examine(view: View) -> Anatomy:
    """Walk the chunks; one that reaches past the end of the file, or no IEND, is a truncation."""
    found = Anatomy()
    texts: _Texts = {}
    try:
        _walk(view, found, texts)
    except DamagedError as error:
        found.fail(TRUNCATED, str(error))
    _note_texts(found, texts)
    found.conclude()
    return found


def _walk(view: View, found: Anatomy, texts: _Texts) -> None:
    if view.at(_SIGNATURE_BYTES + 4, 4) != b"IHDR":
        found.fail(DAMAGED, "the header does not come first")
    offset = _SIGNATURE_BYTES
    for _ in range(_MAX_CHUNKS):
        start = view.exactly(offset, 8)
        length, kind = int.from_bytes(start[:4], "big"), start[4:]
        end = offset + 12 + length
        if end > view.size:
            raise DamagedError("the file ends inside a chunk")
        _note(view, found, texts, kind, range(offset + 8, end - 4))
        if kind == b"IEND":
            found.trailing_bytes = view.size - end
            return
        offset = end
    found.fail(DAMAGED, "more chunks than any camera writes")


def _note(view: View, found: Anatomy, texts: _Texts, kind: bytes, span: range) -> None:
    """Take from one chunk what it has to tell; of the texts only the first of each name."""
    if kind == b"IHDR" and found.width is None:
        found.width, found.height = view.number(span.start, 4), view.number(span.start + 4, 4)
    elif kind == b"eXIf":
        found.exif = found.exif or tiff_block(view.at(span.start, len(span)))
    elif kind in (b"tEXt", b"zTXt", b"iTXt"):
        name = view.at(span.start, _NAME_BYTES).partition(b"\0")[0]
        if name in _WANTED and name not in texts:
            texts[name] = kind, view.at(span.start + len(name) + 1, max(0, len(span) - len(name) - 1))


def _note_texts(found: Anatomy, texts: _Texts) -> None:
    for name, (kind, rest) in texts.items():
        if name == _XMP_NAME and kind == b"iTXt":
            found.xmp = found.xmp or _international_text(rest)
        elif name != _XMP_NAME:
            found.exif = found.exif or _raw_profile(_inflate(rest[1:]) if kind == b"zTXt" else rest)


def _international_text(rest: bytes) -> bytes:
    """Give the text of an iTXt chunk: two flag bytes, language, translated keyword, text."""
    text = rest[2:].split(b"\0", 2)[-1]
    return _inflate(text) if rest[:1] == b"\1" else text


def _raw_profile(text: bytes) -> bytes | None:
    """Read ImageMagick's hex form of a profile: a name, a length, and lines of hex digits."""
    match = _RAW_HEX.match(text)
    if match is None:
        return None
    digits = b"".join(match[1].split())
    return tiff_block(binascii.unhexlify(digits[: len(digits) // 2 * 2]))


def _inflate(packed: bytes) -> bytes:
    """Unpack at most `BLOCK_BYTES`; what cannot be unpacked is nothing."""
    try:
        return zlib.decompressobj().decompress(packed, BLOCK_BYTES)
    except zlib.error:
        return b""
