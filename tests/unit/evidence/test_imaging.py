"""The copies of a photo: upright, in sRGB, small, and without a word of what the original said."""

from __future__ import annotations

import json
import os
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import exifread
import numpy as np
import pytest
import simplejpeg
from PIL import Image, ImageCms, ImageDraw
from pillow_heif import from_pillow

from evidence.imaging import Copies, UndecodableError, UndecodableReason, copies

CORPUS = Path(os.environ.get("SAKSI_CORPUS", Path(__file__).resolve().parents[3] / "../shared/corpus"))
WHOLE_GROUPS = {
    "phones",
    "cameras",
    "orientation",
    "near_duplicates",
    "signed",
    "site_arezzo",
    "site_garfield",
    "site_lund",
}
#: Odd photos whose pixels themselves are wanting: stubs and files with broken headers.
STUBS = {
    "metadata-extractor-images--NegativeArraySizeException.HeifReader.processBoxes.heif",
    "metadata-extractor-images--NegativeArraySizeException.ItemInfoBox.init.heif",
    "elodie--photo.heic",
    "nom-exif--exif-legacy.png",
    "nom-exif--exif-no-tz.jpg",
    "nom-exif--exif.png",
}


def corpus(*groups: str) -> list[dict[str, Any]]:
    truth = CORPUS / "truth.json"
    if not truth.exists():
        return []
    photos: list[dict[str, Any]] = json.loads(truth.read_text())["photos"]
    return [photo for photo in photos if photo["group"] in groups]


def name_of(photo: dict[str, Any]) -> str:
    return Path(photo["path"]).name


def copied(photo: dict[str, Any]) -> Copies:
    with (CORPUS / photo["path"]).open("rb") as stream:
        return copies(stream, photo["truth"]["mime"].replace("x-tiff-big", "tiff"))


needs_corpus = pytest.mark.skipif(
    not (CORPUS / "truth.json").exists(), reason="The corpus of real photos is not on this machine."
)


def encoded(image: Image.Image, form: str, **options: Any) -> BytesIO:
    out = BytesIO()
    if form == "HEIF":
        from_pillow(image).save(out, quality=90, **options)
    else:
        image.save(out, form, **options)
    out.seek(0)
    return out


def quarters(size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Red, green, blue and white corners, clockwise from the top left."""
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    across, down = size[0] // 2, size[1] // 2
    pen.rectangle((0, 0, across, down), fill=(220, 30, 30))
    pen.rectangle((across, 0, size[0], down), fill=(30, 190, 30))
    pen.rectangle((across, down, size[0], size[1]), fill=(30, 30, 220))
    return image


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def pixel(data: bytes, at: tuple[int, int]) -> tuple[int, ...]:
    return tuple(np.asarray(opened(data).convert("RGB"))[at[1], at[0]].tolist())


def corners(data: bytes) -> list[str]:
    """The colours in the corners, clockwise from the top left, by name."""
    image = opened(data).convert("RGB")
    right, bottom = image.width - 9, image.height - 9
    return [nearest(image.getpixel(at)) for at in ((8, 8), (right, 8), (right, bottom), (8, bottom))]


def nearest(pixel: Any) -> str:
    named = {"red": (220, 30, 30), "green": (30, 190, 30), "blue": (30, 30, 220), "white": (255, 255, 255)}
    return min(named, key=lambda name: sum((a - b) ** 2 for a, b in zip(named[name], pixel, strict=True)))


def assert_says_nothing(data: bytes) -> None:
    for word in (b"Exif", b"http://ns.adobe.com", b"ICC_PROFILE", b"MPF\x00", b"Photoshop", b"\xff\xfe", b"jumb"):
        assert word not in data[: data.index(b"\xff\xda")], word
    image = opened(data)
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
    assert exifread.process_file(BytesIO(data), details=False) == {}


def assert_refused(data: bytes, media_type: str, reason: UndecodableReason, **options: int) -> None:
    with pytest.raises(UndecodableError) as caught:
        copies(BytesIO(data), media_type, **options)
    assert caught.value.reason is reason


@needs_corpus
@pytest.mark.parametrize("group", sorted(WHOLE_GROUPS | {"oddities"}))
def test_copies_every_whole_photo_upright_and_silent(group: str) -> None:
    for photo in corpus(group):
        if name_of(photo) in STUBS:
            continue
        made = copied(photo)

        for data, longest in ((made.thumbnail, 400), (made.web, 1600)):
            assert_says_nothing(data)
            size = opened(data).size
            assert max(size) in fitting(longest, max(made.width, made.height)), photo["path"]
            assert size[0] / size[1] == pytest.approx(made.width / made.height, rel=0.02)


@needs_corpus
@pytest.mark.parametrize("group", sorted(WHOLE_GROUPS))
def test_sizes_agree_with_the_independent_reading_turned_upright(group: str) -> None:
    for photo in corpus(group):
        truth, made = photo["truth"], copied(photo)
        stored = (truth["width"], truth["height"])
        turned = (truth["orientation"] or 1) > 4

        assert (made.width, made.height) == (stored[::-1] if turned else stored), photo["path"]


@needs_corpus
def test_the_four_orientations_of_one_real_scene_come_out_alike() -> None:
    means = [
        np.asarray(opened(copied(photo).thumbnail).convert("L").resize((6, 8)), float)
        for photo in corpus("orientation")
    ]

    assert len(means) == 4
    for other in means[1:]:
        assert np.corrcoef(means[0].ravel(), other.ravel())[0, 1] > 0.9


@needs_corpus
@pytest.mark.parametrize("group", ["truncated", "damaged"])
def test_refuses_every_truncated_or_damaged_photo(group: str) -> None:
    photos = corpus(group)

    assert photos
    for photo in photos:
        with pytest.raises(UndecodableError):
            copied(photo)


@needs_corpus
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.97])
def test_refuses_real_photos_cut_short(kept: float) -> None:
    for suffix, media_type in ((".heic", "image/heic"), (".jpg", "image/jpeg")):
        photo = max((p for p in corpus("phones") if p["path"].lower().endswith(suffix)), key=lambda p: p["bytes"])
        whole = (CORPUS / photo["path"]).read_bytes()

        assert_refused(whole[: int(len(whole) * kept)], media_type, UndecodableReason.TRUNCATED)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_turns_each_orientation_upright_in_each_format(form: str, orientation: int) -> None:
    turned_back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = quarters()
    if orientation > 1:
        stored = stored.transpose(Image.Transpose(turned_back[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation

    made = copies(encoded(stored, form, exif=exif), f"image/{form.lower()}")

    assert corners(made.web) == ["red", "green", "blue", "white"]
    assert corners(made.thumbnail) == ["red", "green", "blue", "white"]
    assert (made.width, made.height) == (640, 480)


def test_turns_heif_once_and_not_twice() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    made = copies(encoded(quarters().transpose(Image.Transpose.ROTATE_90), "HEIF", exif=exif.tobytes()), "image/heic")

    assert corners(made.web) == ["red", "green", "blue", "white"]
    assert (made.width, made.height) == (640, 480)


@pytest.mark.parametrize("size", [(4032, 3024), (3201, 100), (1601, 1600), (1600, 1200), (300, 200), (1, 1), (5000, 3)])
def test_never_enlarges_and_keeps_the_proportions(size: tuple[int, int]) -> None:
    made = copies(encoded(Image.new("RGB", size, "olive"), "JPEG"), "image/jpeg")

    assert (made.width, made.height) == size
    for data, longest in ((made.thumbnail, 400), (made.web, 1600)):
        width, height = opened(data).size
        assert max(width, height) in fitting(longest, max(size))
        assert (width, height) <= size
        assert height == pytest.approx(size[1] * max(width, height) / max(size), abs=1)


def fitting(longest: int, original: int) -> range:
    """The longest sides that a copy of at most ``longest`` may have."""
    return range(min(1200 if longest == 1600 else longest, original), min(longest, original) + 1)


@pytest.mark.parametrize(
    ("longest", "copied"),
    [(4000, 1500), (3264, 1224), (4160, 1560), (4608, 1600), (8000, 1600), (1700, 1488), (1600, 1600)],
)
def test_a_jpeg_is_scaled_by_its_decoder_alone_where_that_gives_a_fit_size(longest: int, copied: int) -> None:
    made = copies(encoded(Image.new("RGB", (longest, 64), "olive"), "JPEG"), "image/jpeg")

    assert max(opened(made.web).size) == copied


def test_an_image_decoded_small_is_never_below_the_web_size() -> None:
    stripes = np.where(np.arange(3300) % 7 < 4, 255, 0).astype(np.uint8)
    fine = Image.fromarray(np.tile(stripes, (2475, 1))).convert("RGB")

    web = opened(copies(encoded(fine, "JPEG", quality=95), "image/jpeg").web)

    assert contrast(web) > contrast(fine.reduce(4)) + 20, "the stripes ran into grey"


def contrast(image: Image.Image) -> float:
    return float(np.asarray(image.convert("L"), float).std())


def test_a_jpeg_that_only_pillow_reads_is_copied_all_the_same() -> None:
    whole = encoded(quarters(), "JPEG").getvalue()
    remarked = whole.replace(b"\xff\xdb", b"\x00\x00\xff\xdb", 1)
    with pytest.raises(ValueError, match="extraneous"):
        simplejpeg.decode_jpeg(remarked)

    made = copies(BytesIO(remarked), "image/jpeg")

    assert corners(made.web) == ["red", "green", "blue", "white"]


@pytest.mark.parametrize(
    ("mode", "paint", "seen"),
    [
        ("L", 200, (200, 200, 200)),
        ("1", 1, (255, 255, 255)),
        ("I;16", 0x8000, (128, 128, 128)),
        ("LA", (0, 0), (255, 255, 255)),
        ("RGBA", (255, 0, 0, 128), (255, 127, 127)),
    ],
)
def test_shows_other_modes_as_a_page_would(mode: str, paint: Any, seen: tuple[int, int, int]) -> None:
    made = copies(encoded(Image.new(mode, (50, 40), paint), "PNG"), "image/png")

    assert pixel(made.web, (25, 20)) == pytest.approx(seen, abs=3)


def test_a_transparent_palette_lies_on_white() -> None:
    image = Image.new("P", (30, 30), 0)
    image.putpalette([255, 0, 0] + [0] * 765)

    made = copies(encoded(image, "PNG", transparency=0), "image/png")

    assert pixel(made.web, (15, 15)) == pytest.approx((255, 255, 255), abs=2)


def test_converts_cmyk() -> None:
    made = copies(encoded(Image.new("CMYK", (40, 40), (0, 255, 255, 0)), "JPEG", quality=95), "image/jpeg")

    red, green, blue = pixel(made.web, (20, 20))
    assert red > 200 > 60 > max(green, blue)


def test_converts_from_the_embedded_profile() -> None:
    standard = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    swapped = bytearray(standard.tobytes())
    # Exchanging the names of the red and green primaries makes a profile that no one can mistake for sRGB.
    red, green = swapped.index(b"rXYZ"), swapped.index(b"gXYZ")
    swapped[red : red + 1], swapped[green : green + 1] = b"g", b"r"
    profile = bytes(swapped).replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))

    made = copies(encoded(Image.new("RGB", (40, 40), (255, 0, 0)), "PNG", icc_profile=profile), "image/png")

    red_now, green_now, _ = pixel(made.web, (20, 20))
    assert green_now > 200 > 100 > red_now
    assert_says_nothing(made.web)


def test_a_broken_profile_leaves_the_numbers_as_they_are() -> None:
    made = copies(encoded(quarters(), "JPEG", icc_profile=b"no profile at all"), "image/jpeg")

    assert corners(made.web) == ["red", "green", "blue", "white"]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_strips_whatever_the_original_carries(form: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret"
    packet = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>secret</x:xmpmeta>"
    options: dict[str, Any] = {"exif": exif} if form == "TIFF" else {"exif": exif, "xmp": packet}
    if form == "JPEG":
        options["comment"] = "secret"

    made = copies(encoded(quarters(), form, **options), f"image/{form.lower()}")

    for data in (made.thumbnail, made.web):
        assert b"secret" not in data
        assert_says_nothing(data)


def test_takes_the_first_of_several_frames() -> None:
    stream = encoded(quarters(), "WEBP", save_all=True, append_images=[Image.new("RGB", (640, 480), "black")])

    assert corners(copies(stream, "image/webp").web) == ["red", "green", "blue", "white"]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_refuses_a_bomb_before_decoding_it(form: str) -> None:
    data = encoded(quarters(), form).getvalue()

    assert_refused(data, f"image/{form.lower()}", UndecodableReason.BOMB, max_pixels=640 * 480 - 1)
    assert copies(BytesIO(data), f"image/{form.lower()}", max_pixels=640 * 480).width == 640


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_refuses_a_file_without_its_end(form: str) -> None:
    data = encoded(Image.effect_noise((640, 480), 80).convert("RGB"), form).getvalue()

    with pytest.raises(UndecodableError) as caught:
        copies(BytesIO(data[: len(data) // 2]), f"image/{form.lower()}")
    assert caught.value.reason in {UndecodableReason.TRUNCATED, UndecodableReason.DAMAGED}


@pytest.mark.parametrize(
    "media_type", ["image/jpeg", "image/png", "image/heic", "image/avif", "image/tiff", "image/webp"]
)
@pytest.mark.parametrize("data", [b"", b"<html>no picture</html>", bytes(64), b"\xff\xd8\xff\xe0"])
def test_refuses_what_is_no_picture(media_type: str, data: bytes) -> None:
    with pytest.raises(UndecodableError):
        copies(BytesIO(data), media_type)


def test_refuses_types_it_does_not_know() -> None:
    assert_refused(b"GIF89a", "image/gif", UndecodableReason.UNSUPPORTED)


def test_a_file_cannot_choose_its_decoder() -> None:
    assert_refused(encoded(quarters(), "PNG").getvalue(), "image/jpeg", UndecodableReason.DAMAGED)


def test_leaves_the_warnings_of_others_alone() -> None:
    before = list(warnings.filters)

    copies(encoded(quarters(), "JPEG"), "image/jpeg")

    assert warnings.filters == before


def test_reads_from_the_start_wherever_the_stream_stands() -> None:
    stream = encoded(quarters(), "JPEG")
    stream.seek(100)

    assert copies(stream, "image/jpeg").width == 640
