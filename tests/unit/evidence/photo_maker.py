"""Photos put together byte by byte, so that a test can say what is wrong with one of them.

They have the structure of photographs and no picture: nothing here is ever decoded.
"""

from __future__ import annotations

import struct
import zlib

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, DOUBLE = 1, 2, 3, 4, 5, 7, 12
Tag = tuple[int, bytes, int]
Tags = dict[int, Tag]


def text(value: str) -> Tag:
    raw = value.encode() + b"\0"
    return ASCII, raw, len(raw)


def short(value: int) -> Tag:
    return SHORT, struct.pack(">H", value), 1


def long(value: int) -> Tag:
    return LONG, struct.pack(">I", value), 1


def byte(*values: int) -> Tag:
    return BYTE, bytes(values), len(values)


def undefined(value: bytes) -> Tag:
    return UNDEFINED, value, len(value)


def ratio(*pairs: tuple[int, int]) -> Tag:
    return RATIONAL, b"".join(struct.pack(">II", *pair) for pair in pairs), len(pairs)


def double(value: float) -> Tag:
    return DOUBLE, struct.pack(">d", value), 1


def dms(degrees: int, minutes: int, centiseconds: int) -> Tag:
    return ratio((degrees, 1), (minutes, 1), (centiseconds, 100))


def gps(latitude: Tag | None = None, longitude: Tag | None = None, **refs: str) -> Tags:
    """A GPS directory for 14°35'45.00" N, 120°58'30.00" E, unless told otherwise."""
    return {
        0x01: text(refs.get("latitude_ref", "N")),
        0x02: latitude or dms(14, 35, 4500),
        0x03: text(refs.get("longitude_ref", "E")),
        0x04: longitude or dms(120, 58, 3000),
    }


def tiff(image: Tags | None = None, photo: Tags | None = None, gps: Tags | None = None) -> bytes:
    """A TIFF block, big-endian, with up to three directories."""
    image, directories = dict(image or {}), [(0x8769, photo), (0x8825, gps)]
    wanted = [(pointer, tags) for pointer, tags in directories if tags]
    image.update({pointer: long(0) for pointer, _ in wanted})
    at = 8 + len(_directory(image, 8))
    blocks = []
    for pointer, tags in wanted:
        image[pointer] = long(at)
        blocks.append(_directory(tags, at))
        at += len(blocks[-1])
    return b"MM\0*\0\0\0\x08" + _directory(image, 8) + b"".join(blocks)


def _directory(tags: Tags, at: int) -> bytes:
    entries, heap = b"", b""
    heap_at = at + 2 + 12 * len(tags) + 4
    for number, (kind, raw, count) in sorted(tags.items()):
        value = raw.ljust(4, b"\0")
        if len(raw) > 4:
            value = struct.pack(">I", heap_at + len(heap))
            heap += raw + b"\0" * (len(raw) % 2)
        entries += struct.pack(">HHI", number, kind, count) + value
    return struct.pack(">H", len(tags)) + entries + b"\0\0\0\0" + heap


def segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload


def jpeg(
    exif: bytes | None = None,
    *,
    xmp: bytes | None = None,
    before: bytes = b"",
    width: int = 4000,
    height: int = 3000,
    scan: bytes = b"\x12\xff\0\xff\xd0\x34",
    end: bytes = b"\xff\xd9",
) -> bytes:
    parts = [b"\xff\xd8", before]
    if exif is not None:
        parts.append(segment(0xE1, b"Exif\0\0" + exif))
    if xmp is not None:
        parts.append(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp))
    parts.append(segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"))
    parts.append(segment(0xDA, b"\1\1\0\0\x3f\0") + scan + end)
    return b"".join(parts)


def chunk(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def png(*chunks: bytes, width: int = 640, height: int = 480, end: bytes | None = None) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    ending = chunk(b"IEND", b"") if end is None else end
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IDAT", b"pixels") + ending


def webp(*chunks: tuple[bytes, bytes], width: int = 640, height: int = 480) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    parts = [(b"VP8X", b"\x08\0\0\0" + size), *chunks]
    body = b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in parts)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def box(kind: bytes, *payload: bytes) -> bytes:
    body = b"".join(payload)
    return struct.pack(">I", len(body) + 8) + kind + body


def heic(exif: bytes, *, brand: bytes = b"heic", width: int = 4032, height: int = 3024) -> bytes:
    """A HEIC with its picture as item 1 and its Exif as item 2, both in the media data box."""
    content = struct.pack(">I", 6) + b"Exif\0\0" + exif
    kind = box(b"ftyp", brand, b"\0\0\0\0", b"mif1")
    meta = _meta(0, len(content), width, height)
    start = len(kind) + len(meta) + 8
    return kind + _meta(start, len(content), width, height) + box(b"mdat", content, b"picture!")


def _meta(start: int, exif_bytes: int, width: int, height: int) -> bytes:
    full = b"\0\0\0\0"
    infos = [box(b"infe", b"\2\0\0\0", struct.pack(">HH", item, 0), kind, b"\0") for item, kind in _ITEMS]
    places = [(1, start + exif_bytes, 8), (2, start, exif_bytes)]
    extents = b"".join(struct.pack(">HHHII", item, 0, 1, at, length) for item, at, length in places)
    sizes = box(b"ipco", box(b"ispe", full, struct.pack(">II", width, height)))
    return box(
        b"meta",
        full,
        box(b"pitm", full, struct.pack(">H", 1)),
        box(b"iinf", full, struct.pack(">H", 2), *infos),
        box(b"iloc", full, b"\x44\0", struct.pack(">H", 2), extents),
        box(b"iprp", sizes, box(b"ipma", full, struct.pack(">IHBB", 1, 1, 1, 0x81))),
    )


_ITEMS = ((1, b"hvc1"), (2, b"Exif"))
