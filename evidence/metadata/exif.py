"""The tags of an Exif block, by number, from whichever reader could read it.

exifread speaks first and Pillow only where it failed. Both are handed a bounded stream of
the block alone, found by our own walk, because both loop, read and raise as a hostile file
tells them to (exif-py #137, #139, #184, #244).
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import exifread
from PIL import Image, TiffImagePlugin

from evidence.metadata.bounds import BoundedStream

# exifread reports each odd tag as a warning. Odd tags are expected here, and are no news.
logging.getLogger("exifread").setLevel(logging.CRITICAL)

_EXIF_POINTER, _GPS_POINTER = 0x8769, 0x8825


@dataclass(frozen=True, slots=True)
class ExifTags:
    """Tags by number (Exif 3.0, CIPA DC-008), as the reader named ``source`` gave them.

    ``image`` is the picture's directory, ``photo`` the Exif one, ``gps`` the GPS one.
    """

    source: str
    image: Mapping[int, Any]
    photo: Mapping[int, Any]
    gps: Mapping[int, Any]


def read_block(block: bytes) -> ExifTags | None:
    """Read the tags of a TIFF block; None where neither reader can."""
    return read_stream(io.BytesIO(block))


def read_stream(stream: BinaryIO) -> ExifTags | None:
    """Read the tags of a stream that is itself a TIFF file; None where neither reader can."""
    return _attempt_exifread(stream) or _attempt_pillow(stream)


def _attempt_exifread(stream: BinaryIO) -> ExifTags | None:
    bounded = cast(BinaryIO, BoundedStream(stream))
    try:
        tags = exifread.process_file(bounded, details=False, extract_thumbnail=False, strict=False)
    # It raises AssertionError, IndexError, OverflowError and more on odd files; none is ours to know.
    except Exception:
        return None
    found: dict[str, dict[int, Any]] = {"Image": {}, "EXIF": {}, "GPS": {}}
    for name, tag in tags.items():
        directory = found.get(name.partition(" ")[0])
        if directory is not None:
            directory[tag.tag] = tag.values
    return ExifTags("exifread", found["Image"], found["EXIF"], found["GPS"]) if tags else None


def _attempt_pillow(stream: BinaryIO) -> ExifTags | None:
    try:
        with warnings.catch_warnings():
            # Pillow warns about each damaged tag; a damaged tag is simply not there for us.
            warnings.simplefilter("ignore")
            return _with_pillow(stream)
    # As above: whatever a second reader raises means that it could not read.
    except Exception:
        return None


def _with_pillow(stream: BinaryIO) -> ExifTags | None:
    stream.seek(0)
    is_bigtiff = stream.read(4) in (b"II+\0", b"MM\0+")
    stream.seek(0)
    bounded = cast(BinaryIO, BoundedStream(stream))
    if is_bigtiff:
        return _from_pillow(TiffImagePlugin.TiffImageFile(bounded).getexif())
    exif = Image.Exif()
    exif.load_from_fp(bounded)
    return _from_pillow(exif)


def _from_pillow(exif: Image.Exif) -> ExifTags | None:
    tags = ExifTags("pillow", dict(exif), dict(exif.get_ifd(_EXIF_POINTER)), dict(exif.get_ifd(_GPS_POINTER)))
    return tags if tags.image or tags.photo or tags.gps else None
