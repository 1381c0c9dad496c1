"""The markers of a JPEG, from its start to the end of the picture (ITU-T T.81, annex B).

Exif and XMP are found wherever they stand: phones put panorama, depth and signature
segments before them, at which other readers give up silently.
"""

from __future__ import annotations

import re

from evidence.metadata.anatomy import DAMAGED, TRUNCATED, Anatomy, tiff_block
from evidence.metadata.bounds import DamagedError, View

_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_WINDOWS = (64, 1 << 12, 1 << 16, 1 << 20)
_MAX_MARKERS = 4_000
# Half a second of searching at worst. A whole picture ends in its end mark and needs no search.
_MAX_SEARCH_BYTES = 48 << 20

_TEM, _SOI, _EOI, _SOS, _APP1 = 0x01, 0xD8, 0xD9, 0xDA, 0xE1
_SIZE_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_XMP_NAME = b"http://ns.adobe.com/xap/1.0/\0"


def examine(view: View) -> Anatomy:
    """Walk the markers; a picture without an end mark after its scan is truncated.

    Where the file itself ends in an end mark, the walk stops at the scan: entropy-coded data
    cannot hold one. Phones append to the picture (motion clips, makers' blocks); such bytes are
    counted in ``trailing_bytes`` and are no defect.
    """
    found = Anatomy()
    try:
        _walk(view, found)
    except DamagedError as error:
        found.fail(TRUNCATED, str(error))
    found.conclude()
    return found


def _walk(view: View, found: Anatomy) -> None:
    ends_whole = view.at(max(0, view.size - 2), 2) == b"\xff\xd9"
    offset = 2
    for _ in range(_MAX_MARKERS):
        code, offset = _next_marker(view, offset)
        if code == _EOI:
            found.trailing_bytes = view.size - offset
            return
        if code in (_SOI, _TEM):
            continue
        length = view.number(offset, 2)
        if length < 2:
            found.fail(DAMAGED, f"a segment at {offset} claims {length} bytes")
            return
        _note(view, found, code, offset + 2, length - 2)
        if code == _SOS and ends_whole:
            return
        offset += length
    found.fail(DAMAGED, "more segments than any camera writes")


def _next_marker(view: View, offset: int) -> tuple[int, int]:
    """Give the next marker's code and the offset behind it, passing over entropy-coded data.

    The windows grow, so that segments in a row cost little and a long scan runs at memory speed.
    """
    widths = iter(_WINDOWS)
    width = next(widths)
    limit = offset + _MAX_SEARCH_BYTES
    while offset < limit and (window := view.at(offset, width)):
        if match := _MARKER.search(window):
            return match[1][0], offset + match.end()
        if len(window) < 2:
            break
        offset += len(window) - 1
        width = next(widths, width)
    raise DamagedError("the file ends before the picture does")


def _note(view: View, found: Anatomy, code: int, offset: int, length: int) -> None:
    """Take from one segment what it has to tell."""
    if code == _APP1:
        _note_metadata(found, view.at(offset, length))
    elif code in _SIZE_MARKERS and found.width is None:
        frame = view.exactly(offset, 5)
        found.height, found.width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")


def _note_metadata(found: Anatomy, payload: bytes) -> None:
    if payload.startswith(b"Exif\0"):
        found.exif = found.exif or tiff_block(payload)
    elif payload.startswith(_XMP_NAME):
        found.xmp = found.xmp or payload[len(_XMP_NAME) :]
