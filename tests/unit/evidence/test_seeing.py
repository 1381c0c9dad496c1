"""What is measured in pixels, on real photos: nothing honest stands out, and what is not honest does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from evidence import imaging, seeing
from evidence.imaging import UndecodableError
from evidence.policy import EvidencePolicy
from evidence.seeing import screen, sharpness, thumbnail
from evidence.seeing.subject import Subject
from evidence.seen import Seen
from tests.corpus import CORPUS, needs_corpus, read_all
from tests.photos import jpeg
from tests.unit.evidence.screens import photographed

POLICY = EvidencePolicy()
#: A picture of 205 by 102 pixels beside the thumbnail of the whole photo that it was cut from.
CUT = "cameras/goexif--has-lens-info.jpg"
#: A picture of one grey, and two whose pixels decode to black.
FLAT, BLACK = "oddities/exif-samples--67-0_length_string.jpg", ("oddities/exiv2--Sony.HIF",)
SHARP = "photos/phones/exif--florida_beach.jpg"


@dataclass(frozen=True)
class Shown:
    """A real photo as the worker sees it."""

    path: str
    subject: Subject
    seen: Seen


@cache
def corpus() -> tuple[Shown, ...]:
    return tuple(_shown())


def _shown() -> Iterator[Shown]:
    for found in read_all():
        try:
            printed = imaging.printed(BytesIO(found.data), found.claim.media_type)
        except UndecodableError:
            continue
        subject = Subject(printed.picture, found.data, found.claim.media_type)
        yield Shown(found.path, subject, seeing.look(subject))


def picture(path: str = SHARP) -> Image.Image:
    return imaging.printed(BytesIO((CORPUS / path).read_bytes()), "image/jpeg").picture


@needs_corpus
def test_every_picture_that_decodes_is_measured_without_a_fault() -> None:
    assert len(corpus()) > 150
    assert all(shown.seen.light is not None for shown in corpus())


@needs_corpus
def test_the_thumbnail_of_no_untouched_file_stands_out() -> None:
    measured = [shown for shown in corpus() if shown.seen.thumbnail_unlike is not None]
    warned = [shown.path for shown in measured if (shown.seen.thumbnail_unlike or 0) > POLICY.thumbnail_unlike]

    assert len(measured) >= 50
    assert warned == [CUT]


@needs_corpus
def test_no_photo_of_the_corpus_is_taken_for_a_screen() -> None:
    measured = {shown.path: shown.seen.screen for shown in corpus() if shown.seen.screen is not None}

    assert len(measured) >= 40
    assert [path for path, pattern in measured.items() if pattern >= POLICY.screen_db] == []


@needs_corpus
def test_only_a_picture_of_one_grey_counts_as_blurred() -> None:
    measured = {shown.path: shown.seen.blur for shown in corpus() if shown.seen.blur is not None}

    assert [path for path, blur in measured.items() if blur >= POLICY.blurred] == [FLAT]


@needs_corpus
def test_only_pictures_that_decode_to_black_are_dark() -> None:
    large = [shown for shown in corpus() if shown.seen.blur is not None]

    assert tuple(shown.path for shown in large if (shown.seen.light or 0) < POLICY.dark) == BLACK


@needs_corpus
@pytest.mark.parametrize("camera_px", [1.7, 2.2, 2.5])
def test_a_screen_whose_pixels_the_lens_parts_is_seen(camera_px: float) -> None:
    shot = photographed(np.asarray(picture()), camera_px=camera_px, size=(2250, 3000))
    out = BytesIO()
    Image.fromarray(shot).save(out, "JPEG", quality=88)

    found = screen.pattern_db(imaging.printed(out, "image/jpeg").picture)

    assert found is not None
    assert found >= POLICY.screen_db


@needs_corpus
def test_an_edit_beside_an_old_thumbnail_stands_out() -> None:
    """The same file and thumbnail, with a fifth of each side painted over in the picture."""
    path = CORPUS / SHARP
    edited = picture()
    ImageDraw.Draw(edited).rectangle((300, 300, 600, 530), fill=(230, 40, 40))

    unlike = thumbnail.unlike(Subject(edited, path.read_bytes(), "image/jpeg"))

    assert unlike is not None
    assert unlike > POLICY.thumbnail_unlike


@needs_corpus
@pytest.mark.parametrize("turn", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270])
def test_a_thumbnail_that_lies_otherwise_than_its_picture_is_the_same(turn: Image.Transpose) -> None:
    unlike = thumbnail.unlike(Subject(picture().transpose(turn), (CORPUS / SHARP).read_bytes(), "image/jpeg"))

    assert unlike == pytest.approx(0, abs=0.03)


@needs_corpus
def test_a_picture_of_another_shape_than_its_thumbnail_is_the_same() -> None:
    """Cameras that shoot 16:9 leave thumbnails of 4:3, cropped to."""
    whole = picture()
    wide = whole.crop((0, whole.height // 8, whole.width, whole.height * 7 // 8))

    unlike = thumbnail.unlike(Subject(wide, (CORPUS / SHARP).read_bytes(), "image/jpeg"))

    assert unlike == pytest.approx(0, abs=0.05)


@needs_corpus
def test_out_of_focus_is_blurred_and_a_little_soft_is_not() -> None:
    whole = picture()

    assert (sharpness.blur(whole.filter(ImageFilter.GaussianBlur(5))) or 0) >= POLICY.blurred
    assert (sharpness.blur(whole.filter(ImageFilter.GaussianBlur(1))) or 0) < POLICY.blurred


def test_a_dark_picture_is_dark_but_for_its_lamps() -> None:
    night = Image.new("RGB", (400, 300), (12, 12, 14))
    ImageDraw.Draw(night).rectangle((0, 0, 60, 60), fill="white")

    assert sharpness.light(night) < POLICY.dark
    assert sharpness.light(Image.new("RGB", (400, 300), (90, 90, 90))) > POLICY.dark


@pytest.mark.parametrize("size", [(1, 1), (5000, 2), (2, 5000), (300, 300), (256, 4000), (1200, 800)])
def test_no_size_is_too_odd_to_be_measured(size: tuple[int, int]) -> None:
    data = jpeg(size=size)

    assert seeing.look(Subject(Image.new("RGB", size, "grey"), data, "image/jpeg")).light is not None


def with_thumbnail(thumbnail_bytes: bytes) -> bytes:
    """A JPEG whose second directory names these bytes as its thumbnail."""
    first = b"II*\0\x08\0\0\0" + b"\0\0" + (14).to_bytes(4, "little")
    entries = (0x0201, 44), (0x0202, len(thumbnail_bytes))
    packed = b"".join(
        tag.to_bytes(2, "little") + b"\x04\0\x01\0\0\0" + value.to_bytes(4, "little") for tag, value in entries
    )
    block = b"Exif\0\0" + first + b"\x02\0" + packed + b"\0\0\0\0" + thumbnail_bytes
    out = BytesIO()
    Image.linear_gradient("L").convert("RGB").save(out, "JPEG")
    return b"\xff\xd8\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + out.getvalue()[2:]


def small(side: int = 100) -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize((side, side)).save(out, "JPEG")
    return out.getvalue()


def test_a_thumbnail_is_found_in_the_second_directory() -> None:
    found = thumbnail.embedded(with_thumbnail(small()), "image/jpeg")

    assert found is not None
    assert found.shape == (100, 100)


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\xff\xd8",
        b"no picture at all",
        small()[:60],
        small(800),
        small().replace(b"\x00\x64\x00\x64", b"\xff\xdc\xff\xdc"),
    ],
    ids=["empty", "beginning", "text", "cut", "large", "a header of 4 gigapixels"],
)
def test_a_hostile_thumbnail_is_none(hostile: bytes) -> None:
    assert thumbnail.embedded(with_thumbnail(hostile), "image/jpeg") is None


def test_a_directory_that_points_beyond_its_block_is_borne() -> None:
    whole = with_thumbnail(small())
    assert thumbnail.embedded(whole.replace(b"\x0e\0\0\0\x02\0", b"\xff\xff\xff\x7f\x02\0"), "image/jpeg") is None
