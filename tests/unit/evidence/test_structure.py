"""Whether a file is a whole picture, told from its structure alone, and within bounds whatever it claims."""

from __future__ import annotations

import io
import struct
import time
import zlib

import pytest

from evidence.claims import FileClaim, PlaceState
from evidence.metadata import read
from evidence.metadata.bounds import BUDGET, BoundedStream, OverBudgetError
from tests.unit.evidence.photo_maker import box, chunk, gps, heic, jpeg, long, png, segment, short, text, tiff, webp

EXIF = tiff({0x010F: text("Saksi")}, {0x9003: text("2026:02:03 12:00:00")}, gps())


def claim(photo: bytes) -> FileClaim:
    started = time.perf_counter()
    found = read(io.BytesIO(photo), size=len(photo))
    assert time.perf_counter() - started < 1.0
    return found


def scanned(width: int, height: int) -> bytes:
    """A TIFF whose one strip reaches to the last byte of the file."""
    tags = {0x100: short(width), 0x101: short(height), 0x111: long(8), 0x117: long(0)}
    tags[0x117] = long(len(tiff(tags, None, gps())) - 8)
    return tiff(tags, None, gps())


WHOLE = {
    "jpeg": jpeg(EXIF, width=4000, height=3000),
    "png": png(chunk(b"eXIf", EXIF), width=4000, height=3000),
    "webp": webp((b"EXIF", EXIF), (b"ALPH", b"picture!"), width=4000, height=3000),
    "heic": heic(EXIF, width=4000, height=3000),
    "tiff": scanned(4000, 3000),
}


@pytest.mark.parametrize("family", WHOLE)
def test_a_whole_picture_has_a_size_and_no_defect(family: str) -> None:
    found = claim(WHOLE[family])

    assert (found.width, found.height, found.defect, found.trailing_bytes) == (4000, 3000, None, 0)
    assert found.megapixels == 12.0


@pytest.mark.parametrize("family", WHOLE)
def test_a_picture_cut_short_anywhere_has_a_defect(family: str) -> None:
    photo = WHOLE[family]

    for length in range(16, len(photo), 7):
        assert claim(photo[:length]).defect in {"truncated", "damaged"}, f"{family} cut to {length} bytes"


@pytest.mark.parametrize("family", ["jpeg", "png", "webp", "heic"])
def test_a_picture_without_its_last_byte_is_truncated(family: str) -> None:
    assert claim(WHOLE[family][:-1]).defect == "truncated"


@pytest.mark.parametrize("family", ["jpeg", "png", "webp", "heic"])
def test_a_truncated_picture_still_says_where_and_when(family: str) -> None:
    found = claim(WHOLE[family][:-1])

    assert found.place_state is PlaceState.VALID
    assert found.time is not None


@pytest.mark.parametrize("family", ["jpeg", "png", "webp"])
def test_what_phones_append_to_a_picture_is_counted_and_is_no_defect(family: str) -> None:
    found = claim(WHOLE[family] + b"SEFT maker's block" * 10)

    assert (found.defect, found.trailing_bytes) == (None, 180)


def test_a_page_hidden_behind_a_picture_is_counted() -> None:
    assert claim(jpeg(EXIF) + b"<script>alert(1)</script>").trailing_bytes == 25


def test_an_end_mark_inside_a_thumbnail_is_not_the_end_of_the_picture() -> None:
    thumbnail = jpeg(width=160, height=120)
    cut = jpeg(EXIF + thumbnail, end=b"")

    assert claim(cut).defect == "truncated"
    assert (claim(cut).width, claim(cut).height) == (4000, 3000)


def test_restart_marks_and_stuffed_bytes_do_not_end_a_scan() -> None:
    scan = b"\xff\0\xff\xd0\xff\xd7\xff\0" * 50_000

    assert claim(jpeg(scan=scan)).defect is None
    assert claim(jpeg(scan=scan) + b"trailer").trailing_bytes == 7
    assert claim(jpeg(scan=scan, end=b"")).defect == "truncated"


def test_a_picture_of_several_scans_ends_after_the_last() -> None:
    between = b"\xab" + segment(0xC4, b"\xff\xd9" * 8) + segment(0xDA, b"\1\1\0\0\x3f\0") + b"\xcd" * 100

    assert claim(jpeg(scan=between) + b"trailer").trailing_bytes == 7


@pytest.mark.parametrize(("width", "height"), [(65_501, 10), (10, 65_535), (20_000, 20_000)])
def test_a_pixel_bomb_is_told_from_its_header(width: int, height: int) -> None:
    for photo in (
        jpeg(width=width, height=height),
        png(width=width, height=height),
        heic(EXIF, width=width, height=height),
    ):
        found = claim(photo)
        assert found.defect == "bomb"
        assert found.defect_detail == f"{width} x {height} pixels are claimed"


def test_the_largest_phone_picture_is_no_bomb() -> None:
    assert claim(jpeg(width=16_320, height=12_240)).defect is None


def test_a_bomb_that_is_also_cut_short_is_a_bomb() -> None:
    assert claim(png(width=2**31, height=2**31, end=b"")).defect == "bomb"


@pytest.mark.parametrize("photo", [jpeg(width=0), png(height=0), b"\xff\xd8\xff\xd9", png()[:33]])
def test_a_picture_without_a_size_has_a_defect(photo: bytes) -> None:
    assert claim(photo).defect in {"damaged", "truncated"}


def test_the_sizes_of_all_webp_kinds_are_read() -> None:
    lossy = b"\x30\x01\0\x9d\x01\x2a" + struct.pack("<HH", 800, 600) + bytes(20)
    lossless = b"\x2f" + struct.pack("<I", 799 | 599 << 14) + bytes(20)

    for kind, data in ((b"VP8 ", lossy), (b"VP8L", lossless)):
        body = kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
        found = claim(b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body)
        assert (found.width, found.height) == (800, 600)


def big_tiff(width: int, data_at: int) -> bytes:
    tags = [(0x100, 4, width), (0x101, 4, 600), (0x111, 16, data_at), (0x117, 16, 50)]
    entries = b"".join(struct.pack("<HHQQ", tag, kind, 1, value) for tag, kind, value in tags)
    return b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, len(tags)) + entries + bytes(8 + 50)


def test_bigtiff_and_its_strips_are_read() -> None:
    found = claim(big_tiff(800, 112))
    assert (found.media_type, found.width, found.height, found.defect) == ("image/tiff", 800, 600, None)
    assert claim(big_tiff(800, 2**40)).defect == "truncated"


# Attacks: each must end at once, whatever the file asks for.


def test_a_box_that_claims_no_length_does_not_loop() -> None:
    start = box(b"ftyp", b"heic", b"\0\0\0\0")

    assert claim(start + struct.pack(">I4sQ", 1, b"meta", 0) + bytes(50)).defect == "damaged"
    assert claim(start + struct.pack(">I4s", 4, b"meta") + bytes(50)).defect == "damaged"
    assert claim(start + struct.pack(">I4s", 0, b"mdat") + bytes(50)).defect == "damaged"


def test_a_box_beyond_any_disk_is_a_truncation() -> None:
    start = box(b"ftyp", b"heic", b"\0\0\0\0")

    assert claim(start + struct.pack(">I4sQ", 1, b"meta", 2**64 - 1) + bytes(50)).defect in {"truncated", "damaged"}


def test_extents_without_bytes_repeated_over_boxes_are_given_up() -> None:
    iloc = box(b"iloc", b"\0\0\0\0", b"\0\0", struct.pack(">H", 1), struct.pack(">HHH", 1, 0, 65_535))
    meta = box(b"meta", b"\0\0\0\0", iloc * 3_000)

    assert claim(box(b"ftyp", b"heic", b"\0\0\0\0") + meta).defect == "damaged"


def test_thousands_of_segments_are_given_up() -> None:
    assert claim(jpeg(before=segment(0xE5, b"") * 20_000)).defect == "damaged"


def test_thousands_of_chunks_are_given_up() -> None:
    assert claim(png(chunk(b"teST", b"") * 60_000)).defect == "damaged"


def test_packed_texts_that_unfold_for_ever_are_unfolded_once() -> None:
    bomb = zlib.compress(bytes(64 << 20))
    photo = png(*(chunk(b"zTXt", b"Raw profile type exif\0\0" + bomb) for _ in range(200)))

    assert claim(photo).place_state is PlaceState.NONE


def test_a_prefix_repeated_a_million_times_is_not_stripped_a_million_times() -> None:
    assert claim(webp((b"EXIF", b"Exif\0\0" * 600_000))).place_state is PlaceState.NONE


def test_a_search_through_nothing_but_mark_bytes_ends() -> None:
    assert claim(jpeg(scan=b"\xff" * (16 << 20), end=b"")).defect == "truncated"


def directories_without_end(count: int) -> bytes:
    """Directories of 900 rationals a tag, all over the same bytes, chained to one another."""
    entry = struct.pack(">HHII", 0x0112, 5, 900, 8)
    directory = struct.pack(">H", 5_000) + entry * 5_000
    return (b"MM\0*" + struct.pack(">I", 8) + directory + struct.pack(">I", 10))[:count]


def test_tags_that_ask_for_millions_of_reads_run_out_of_budget() -> None:
    assert claim(jpeg(directories_without_end(60_000))).place_state is PlaceState.NONE


def test_texts_that_ask_for_the_whole_file_each_run_out_of_budget() -> None:
    entry = struct.pack(">HHII", 0x0131, 2, 3 << 20, 0)
    block = b"MM\0*" + struct.pack(">IH", 8, 4_000) + entry * 4_000 + b"x" * (3 << 20)

    assert claim(png(chunk(b"eXIf", block))).place_state is PlaceState.NONE


def test_a_reader_is_stopped_when_its_budget_is_spent() -> None:
    stream = BoundedStream(io.BytesIO(bytes(BUDGET * 2)))
    for _ in range(BUDGET >> 20):
        assert len(stream.read(1 << 20)) == 1 << 20

    with pytest.raises(OverBudgetError):
        stream.read(1 << 20)
