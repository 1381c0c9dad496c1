"""The file's claim, put together: type by bytes, anatomy by walk, place and time by tags."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from evidence.claims import FileClaim, PlaceState
from evidence.metadata import bmff, jpeg, png, tiff, webp
from evidence.metadata.anatomy import Anatomy
from evidence.metadata.bounds import View
from evidence.metadata.exif import ExifTags, read_block, read_stream
from evidence.metadata.exposure import exposure_of
from evidence.metadata.places import NO_TAGS, exif_place
from evidence.metadata.times import exif_time, gps_instant
from evidence.metadata.values import integer, text
from evidence.metadata.xmp import xmp_place, xmp_programs, xmp_time
from evidence.sniff import HEAD_BYTES, sniff

_WALKS: Mapping[str, Callable[[View], Anatomy]] = {
    "image/jpeg": jpeg.examine,
    "image/png": png.examine,
    "image/webp": webp.examine,
    "image/tiff": tiff.examine,
    "image/heic": bmff.examine,
    "image/heif": bmff.examine,
    "image/avif": bmff.examine,
}
_MAKE, _MODEL, _ORIENTATION, _SOFTWARE = 0x010F, 0x0110, 0x0112, 0x0131
#: ProcessingSoftware, by which some programs say that they wrote the file (Exiv2's list of tags).
_PROCESSED_BY = 0x000B
_LABEL_CHARACTERS = 120
_MOST_PROGRAMS = 12


def read(stream: BinaryIO, *, size: int) -> FileClaim:
    """Read what a photo says about itself; a damaged one still says what it can.

    Bounded in time and memory whatever the bytes (see `evidence.metadata.bounds`); the pixels
    are never decoded. The stream's position afterwards is anywhere.

    Args:
        stream: the original, readable and seekable.
        size: its length in bytes.

    Raises:
        EmptyFileError: there are no bytes.
        UnsupportedTypeError: the bytes are not a photograph of a kind we read.
    """
    view = View(stream, size)
    media_type = sniff(view.head[:HEAD_BYTES])
    anatomy = _WALKS[media_type](view)
    return _claim(media_type, size, anatomy, _tags(view, anatomy))


def _tags(view: View, anatomy: Anatomy) -> ExifTags | None:
    if anatomy.whole_file_is_exif:
        return read_stream(view.stream)
    return read_block(anatomy.exif) if anatomy.exif else None


def _claim(media_type: str, size: int, anatomy: Anatomy, tags: ExifTags | None) -> FileClaim:
    satellite = gps_instant(tags) if tags else None
    place = exif_place(tags, satellite) if tags else NO_TAGS
    # Blanked or broken Exif tags are not overruled by a copy of them that an editor left in XMP.
    if place.state is PlaceState.NONE and anatomy.xmp:
        place = xmp_place(anatomy.xmp) or place
    longitude_deg = place.position.longitude if place.position else None
    time = exif_time(tags, satellite, longitude_deg) if tags else None
    if time is None and anatomy.xmp:
        time = xmp_time(anatomy.xmp)
    image = tags.image if tags else {}
    exposure = exposure_of(tags.photo if tags else {})
    return FileClaim(
        media_type=media_type,
        size=size,
        width=anatomy.width,
        height=anatomy.height,
        defect=anatomy.defect,
        defect_detail=anatomy.detail,
        place_state=place.state,
        place_reason=place.reason,
        position=place.position,
        time=time,
        gps_instant=satellite,
        orientation=_orientation(image),
        make=_label(image, _MAKE),
        model=_label(image, _MODEL),
        software=_label(image, _SOFTWARE),
        gps_dop=place.dop,
        trailing_bytes=anatomy.trailing_bytes,
        exposure_s=exposure.seconds,
        f_number=exposure.f_number,
        iso=exposure.iso,
        flash_fired=exposure.flash_fired,
        programs=_programs(image, anatomy.xmp),
    )


def _programs(image: Mapping[int, Any], packet: bytes | None) -> tuple[str, ...]:
    """Each program once that a tag beside Software names, cut as any name is."""
    named = (_label(image, _PROCESSED_BY), *(xmp_programs(packet) if packet else ()))
    return tuple(dict.fromkeys(name[:_LABEL_CHARACTERS] for name in named if name))[:_MOST_PROGRAMS]


def _orientation(image: Mapping[int, Any]) -> int | None:
    """Give the raw value 1 to 8; whoever shows the picture turns it upright."""
    value = integer(image.get(_ORIENTATION))
    return value if value is not None and 1 <= value <= 8 else None


def _label(image: Mapping[int, Any], tag: int) -> str | None:
    """Give a name as the camera wrote it, cut to a length that a page and a record can hold."""
    return text(image.get(tag))[:_LABEL_CHARACTERS] or None
