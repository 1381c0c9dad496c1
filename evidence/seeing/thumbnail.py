"""How far the thumbnail that a camera left in its file differs from the picture beside it.

Whoever edits a picture and keeps its Exif block often leaves the old thumbnail. Cameras themselves turn it, crop it
to another shape or lay black bars beside it, and develop it in another tone, so that the best of all such fits
counts, and only shapes are compared.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from evidence.metadata import jpeg
from evidence.metadata.bounds import View
from evidence.seeing.subject import Subject

Grey = NDArray[np.float32]

#: Offset and length of a JPEG thumbnail in the second directory of an Exif block (Exif 3.0, 4.5.2).
_OFFSET, _LENGTH = 0x0201, 0x0202
#: An Exif block holds 64 KiB, so that no thumbnail in one is larger.
_MOST_BYTES = 1 << 16
_MOST_PX = 640
#: Smaller than this, a thumbnail or a picture shows too little to compare.
_LEAST_PX = 40
_LONG_PX, _TILES = 64, 8
#: How much brighter or harder than the picture its thumbnail may be developed.
_GAINS = 0.5, 2.0
#: By how many of the 64 pixels a thumbnail may lie beside the picture: cameras scale and crop a little.
_SHIFT_PX = 2


def unlike(subject: Subject) -> float | None:
    """0 for the same picture, to 1: the difference in luma of the eighth by eighth that differs most.

    None where the file has no thumbnail that can be read, or the picture is no larger than one.
    """
    thumbnail = embedded(subject.original, subject.media_type)
    picture = np.asarray(subject.picture.convert("L"), dtype=np.uint8)
    if thumbnail is None or min(*thumbnail.shape, *picture.shape) < _LEAST_PX:
        return None
    fits = [(_correlation(one, other), one, other) for one, other in _fits(picture, thumbnail)]
    _best, one, other = max(fits, key=lambda fit: fit[0])
    return round(_difference(one, other), 4)


def embedded(original: bytes, media_type: str) -> NDArray[np.uint8] | None:
    """The luma of the thumbnail in a JPEG file's Exif block, as stored; None where there is none that decodes."""
    if media_type != "image/jpeg":
        return None
    block = jpeg.examine(View(BytesIO(original), len(original))).exif
    data = _in_block(block) if block else None
    if data is None:
        return None
    try:
        height, width = simplejpeg.decode_jpeg_header(data)[:2]
        # A header may claim any size, and none is decoded that is no thumbnail's.
        if max(height, width) > _MOST_PX:
            return None
        return np.asarray(simplejpeg.decode_jpeg(data, "GRAY")[:, :, 0], dtype=np.uint8)
    except ValueError:
        return None


def _in_block(block: bytes) -> bytes | None:
    """The bytes that the second directory of a TIFF block names as its JPEG thumbnail."""
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return None
    try:
        second = _next_directory(block, order, struct.unpack_from(order + "I", block, 4)[0])
        tags = dict(_longs(block, order, second)) if second else {}
    except struct.error:
        return None
    start, length = tags.get(_OFFSET, 0), tags.get(_LENGTH, 0)
    data = block[start : start + length]
    return data if start and data[:2] == b"\xff\xd8" and len(data) <= _MOST_BYTES else None


def _next_directory(block: bytes, order: str, at: int) -> int:
    count = struct.unpack_from(order + "H", block, at)[0]
    return int(struct.unpack_from(order + "I", block, at + 2 + 12 * count)[0])


def _longs(block: bytes, order: str, at: int) -> Iterator[tuple[int, int]]:
    """Tag and value of the directory's entries of one 32-bit number."""
    count = struct.unpack_from(order + "H", block, at)[0]
    for start in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, many, value = struct.unpack_from(order + "HHII", block, start)
        if kind == 4 and many == 1:
            yield tag, value


def _fits(picture: NDArray[np.uint8], thumbnail: NDArray[np.uint8]) -> Iterator[tuple[Grey, Grey]]:
    """Every way in which a camera makes a thumbnail of a picture, both scaled to one small size."""
    for turned in (np.rot90(thumbnail, turn) for turn in range(4)):
        for one, other in (
            (picture, turned),
            (picture, _cropped(turned, picture)),
            (_cropped(picture, turned), turned),
        ):
            yield _scaled(one, other.shape), _scaled(other, other.shape)


def _cropped(what: NDArray[np.uint8], like: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The middle of ``what`` in the shape of ``like``."""
    height, width = what.shape
    shape = like.shape[1] / like.shape[0]
    tall, wide = min(height, round(width / shape)), min(width, round(height * shape))
    top, left = (height - tall) // 2, (width - wide) // 2
    return what[top : top + max(1, tall), left : left + max(1, wide)]


def _scaled(what: NDArray[np.uint8], shape: tuple[int, ...]) -> Grey:
    """``what`` on a small sheet of about ``shape``, so that details do not count."""
    scale = _LONG_PX / max(shape)
    size = max(_TILES, round(shape[1] * scale)), max(_TILES, round(shape[0] * scale))
    small: Any = cv2.resize(np.ascontiguousarray(what), size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small.astype(np.float32), (0, 0), 1.0), dtype=np.float32)


def _correlation(one: Grey, other: Grey) -> float:
    a, b = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale > 0 else 0.0


def _difference(one: Grey, other: Grey) -> float:
    """The mean difference of the tile that differs most, of the tone of ``one`` laid on ``other``, best shifted."""
    a, b = one - one.mean(), other - other.mean()
    gain = float(np.clip((a * b).sum() / max(1e-6, float((b * b).sum())), *_GAINS))
    differences = np.stack([np.abs(a - gain * np.roll(b, shift, axis=(0, 1))) for shift in _shifts()])
    # What was rolled in from the other side is no difference.
    inner = differences[:, _SHIFT_PX:-_SHIFT_PX, _SHIFT_PX:-_SHIFT_PX]
    tiles: Any = np.stack([cv2.resize(each, (_TILES, _TILES), interpolation=cv2.INTER_AREA) for each in inner])
    return float(tiles.min(axis=0).max()) / 255


def _shifts() -> list[tuple[int, int]]:
    span = range(-_SHIFT_PX, _SHIFT_PX + 1)
    return [(down, right) for down in span for right in span]
