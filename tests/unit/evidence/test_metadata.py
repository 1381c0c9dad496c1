"""Where a claim is found in each kind of file, and which reader it came from."""

from __future__ import annotations

import io
import zlib

import exifread
import pytest

from evidence.claims import FileClaim, PlaceState, ZoneState
from evidence.errors import EmptyFileError, UnsupportedTypeError
from evidence.metadata import read
from tests.unit.evidence.photo_maker import chunk, gps, heic, jpeg, png, segment, short, text, tiff, webp

EXIF = tiff(
    {0x010F: text("Saksi"), 0x0110: text("S1"), 0x0112: short(6), 0x0131: text("camera 1.0")},
    {0x9003: text("2026:02:03 10:20:30")},
    gps(),
)
HEX_PROFILE = b"\nexif\n%8d\n%b\n" % (len(EXIF) + 6, (b"Exif\0\0" + EXIF).hex().encode())
XMP = b"""<x:xmpmeta><rdf:Description exif:GPSLatitude="54,59.38N" exif:GPSLongitude="1,54,51W">
<photoshop:DateCreated>2026-02-03T10:20:30.5+08:00</photoshop:DateCreated>
<xmp:CreateDate>2026-02-04T00:00:00</xmp:CreateDate></rdf:Description></x:xmpmeta>"""


def claim(photo: bytes) -> FileClaim:
    return read(io.BytesIO(photo), size=len(photo))


FAMILIES = {
    "jpeg": jpeg(EXIF),
    "jpeg with large segments before Exif": jpeg(
        EXIF, before=segment(0xEB, bytes(60_000)) + segment(0xE4, bytes(65_000))
    ),
    "jpeg with Exif behind XMP": jpeg(EXIF, before=segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>")),
    "jpeg with the prefix written twice": jpeg(b"Exif\0\0" + EXIF),
    "png": png(chunk(b"eXIf", EXIF)),
    "png with a text profile": png(chunk(b"tEXt", b"Raw profile type exif\0" + HEX_PROFILE)),
    "png with a packed profile": png(chunk(b"zTXt", b"Raw profile type APP1\0\0" + zlib.compress(HEX_PROFILE))),
    "webp": webp((b"VP8 ", b"picture"), (b"EXIF", EXIF)),
    "webp with the JPEG prefix": webp((b"EXIF", b"Exif\0\0" + EXIF)),
    "heic": heic(EXIF),
    "heif": heic(EXIF, brand=b"mif1"),
    "avif": heic(EXIF, brand=b"avif"),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_reads_the_same_claim_from_every_kind_of_file(family: str) -> None:
    found = claim(FAMILIES[family])

    assert found.place_state is PlaceState.VALID
    assert found.position is not None
    assert found.position.latitude == pytest.approx(14 + 35 / 60 + 45 / 3600, abs=1e-9)
    assert found.position.longitude == pytest.approx(120 + 58 / 60 + 30 / 3600, abs=1e-9)
    assert found.position.source == "exifread:GPSInfo"
    assert found.time is not None
    assert found.time.source == "exifread:DateTimeOriginal"
    assert (found.make, found.model, found.orientation, found.software) == ("Saksi", "S1", 6, "camera 1.0")
    assert found.defect is None


def test_reads_a_tiff_whose_tags_lie_in_the_file_itself() -> None:
    body = tiff(
        {0x100: short(800), 0x101: short(600), 0x111: short(8), 0x117: short(16), 0x0110: text("scanner")}, None, gps()
    )

    found = claim(body)

    assert (found.media_type, found.width, found.height, found.defect) == ("image/tiff", 800, 600, None)
    assert found.model == "scanner"
    assert found.place_state is PlaceState.VALID


def test_xmp_speaks_only_where_exif_gave_neither_place_nor_time() -> None:
    found = claim(jpeg(xmp=XMP))

    assert found.position is not None
    assert found.position.source == "xmp:exif:GPSLatitude"
    assert found.position.latitude == pytest.approx(54 + 59.38 / 60)
    assert found.position.longitude == pytest.approx(-(1 + 54 / 60 + 51 / 3600))
    assert found.time is not None
    assert found.time.source == "xmp:photoshop:DateCreated"
    assert found.time.zone is ZoneState.STATED
    assert found.time.instant is not None
    assert found.time.instant.isoformat() == "2026-02-03T02:20:30.500000+00:00"


def test_xmp_does_not_overrule_exif() -> None:
    found = claim(jpeg(EXIF, xmp=XMP))

    assert found.position is not None
    assert found.position.source == "exifread:GPSInfo"
    assert found.time is not None
    assert found.time.source == "exifread:DateTimeOriginal"


def test_a_withheld_place_is_not_taken_from_the_copy_that_xmp_still_holds() -> None:
    blank = {number: (kind, bytes(len(raw)), count) for number, (kind, raw, count) in gps().items()}

    assert claim(jpeg(tiff(gps=blank), xmp=XMP)).place_state is PlaceState.REDACTED


def test_the_creation_date_of_the_file_is_a_last_resort_and_says_so() -> None:
    found = claim(jpeg(xmp=b'<x xmp:CreateDate="2026-02-04T01:02:03"/>'))

    assert found.time is not None
    assert (found.time.source, found.time.zone) == ("xmp:xmp:CreateDate", ZoneState.UNKNOWN)


def test_the_time_of_an_edit_is_never_a_capture_time() -> None:
    edited = tiff({0x0132: text("2026:02:03 10:20:30")}, {0x9010: text("+08:00")})

    assert claim(jpeg(edited, xmp=b'<x xmp:ModifyDate="2026-02-04T01:02:03"/>')).time is None


@pytest.mark.parametrize(
    "packet", [b'exif:GPSLatitude="91,0N" exif:GPSLongitude="1,0E"', b'exif:GPSLatitude="1N" exif:GPSLongitude="1,0E"']
)
def test_coordinates_in_xmp_that_are_none_are_unusable(packet: bytes) -> None:
    found = claim(jpeg(xmp=packet))

    assert found.place_state is PlaceState.UNUSABLE
    assert found.position is None


def test_xmp_zeros_are_redacted() -> None:
    packet = b'exif:GPSLatitude="0,0.0N" exif:GPSLongitude="0,0.0E"'

    assert claim(jpeg(xmp=packet)).place_state is PlaceState.REDACTED


def test_xmp_is_found_in_png_webp_and_heic_too() -> None:
    international = b"XML:com.adobe.xmp\0\0\0\0\0" + XMP
    packed = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(XMP)

    for photo in (png(chunk(b"iTXt", international)), png(chunk(b"iTXt", packed)), webp((b"XMP ", XMP))):
        assert claim(photo).place_state is PlaceState.VALID


def test_pillow_reads_where_exifread_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> dict[str, object]:
        raise AssertionError

    monkeypatch.setattr(exifread, "process_file", broken)
    found = claim(jpeg(EXIF))

    assert found.position is not None
    assert found.position.source == "pillow:GPSInfo"
    assert found.position.latitude == pytest.approx(14 + 35 / 60 + 45 / 3600, abs=1e-9)
    assert found.time is not None
    assert found.time.source == "pillow:DateTimeOriginal"
    assert (found.make, found.orientation) == ("Saksi", 6)


@pytest.mark.parametrize("error", [RecursionError, MemoryError, OverflowError, IndexError, ZeroDivisionError])
def test_nothing_a_reader_raises_gets_out(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def broken(*_: object, **__: object) -> dict[str, object]:
        raise error

    monkeypatch.setattr(exifread, "process_file", broken)

    assert claim(jpeg(EXIF[:40])).place_state is PlaceState.NONE


def test_says_why_there_is_no_place() -> None:
    assert claim(jpeg()).place_reason == "The file holds no metadata block at all."
    assert claim(jpeg(tiff({0x010F: text("Saksi")}))).place_reason == "The file holds no position tags."
    assert claim(jpeg(tiff(gps={0: (1, b"\2\3\0\0", 4)}))).place_reason == (
        "The file has a GPS block but no position in it."
    )


def test_names_are_cut_to_a_length_that_can_be_shown() -> None:
    found = claim(jpeg(tiff({0x0131: text("x" * 500), 0x010F: text("  Saksi \0hidden")})))

    assert found.software == "x" * 120
    assert found.make == "Saksi"


@pytest.mark.parametrize("value", [0, 9, 300])
def test_an_orientation_outside_one_to_eight_is_none(value: int) -> None:
    assert claim(jpeg(tiff({0x0112: short(value)}))).orientation is None


def test_refuses_an_empty_file_and_a_page_named_like_a_photo() -> None:
    with pytest.raises(EmptyFileError):
        claim(b"")
    with pytest.raises(UnsupportedTypeError):
        claim(b"<html><body>404</body></html>")
