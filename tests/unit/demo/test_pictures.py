"""The drawn pictures: deterministic, all different, large enough, and labelled for what they are."""

from __future__ import annotations

import hashlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from demo.exif import QUALITY
from demo.pictures import HEIGHT_PX, KINDS, LABEL, STAGES, WIDTH_PX, draw

STRIP_PX = 104
VIEWS = {"before": (0, 1), "mobilisation": (0,), "during": (0,), "completion": (0,)}


def fingerprint(picture: Image.Image) -> str:
    return hashlib.sha256(picture.tobytes()).hexdigest()


def difference(one: Image.Image, other: Image.Image, box: tuple[int, int, int, int]) -> float:
    """Mean difference of grey values inside ``box``."""
    greys = [np.asarray(picture.crop(box).convert("L"), float) for picture in (one, other)]
    return float(np.abs(greys[0] - greys[1]).mean())


@pytest.fixture(scope="module")
def gallery() -> dict[tuple[str, str, int], Image.Image]:
    """Every kind at every stage, and a second view of each before the works; drawing takes most of this file's time."""
    return {
        (kind, stage, view): draw(kind, stage, view, "PH-1", "A work")
        for kind in KINDS
        for stage in STAGES
        for view in VIEWS[stage]
    }


def test_every_picture_has_3_2_megapixels(gallery: dict[tuple[str, str, int], Image.Image]) -> None:
    for picture in gallery.values():
        assert (picture.mode, picture.size) == ("RGB", (WIDTH_PX, HEIGHT_PX))
    assert WIDTH_PX * HEIGHT_PX >= 3.2e6


def test_no_two_pictures_are_alike(gallery: dict[tuple[str, str, int], Image.Image]) -> None:
    small = {key: np.asarray(picture.resize((52, 39)).crop((0, 0, 52, 36)), float) for key, picture in gallery.items()}
    keys = list(small)

    assert len({fingerprint(picture) for picture in gallery.values()}) == len(gallery)
    for position, key in enumerate(keys):
        for other in keys[position + 1 :]:
            if key[0] != "office":
                assert np.abs(small[key] - small[other]).mean() > 1.0, (key, other)


def test_one_view_shows_the_same_sky_and_hills_through_all_stages(
    gallery: dict[tuple[str, str, int], Image.Image],
) -> None:
    sky = (0, 0, WIDTH_PX, 300)
    for kind in KINDS:
        assert difference(gallery[kind, "before", 0], gallery[kind, "mobilisation", 0], sky) < 3.0
        assert difference(gallery[kind, "before", 0], gallery[kind, "before", 1], sky) > 3.0


def test_every_picture_carries_the_label_on_its_strip(gallery: dict[tuple[str, str, int], Image.Image]) -> None:
    right = (WIDTH_PX - 560, HEIGHT_PX - STRIP_PX, WIDTH_PX, HEIGHT_PX)

    assert LABEL == "Illustration \N{EM DASH} demonstration data"
    for key, picture in gallery.items():
        strip = np.asarray(picture.crop(right).convert("L"))
        assert (strip > 225).mean() > 0.02, key
        assert np.median(strip) < 80, key


def test_the_stage_and_the_caption_stand_on_the_strip() -> None:
    left = (0, HEIGHT_PX - STRIP_PX, 900, HEIGHT_PX)
    one = draw("pond", "before", 0, "PH-1", "Pond of San Isidro")

    assert difference(one, draw("pond", "before", 0, "PH-1", "Pond of Santa Rosa"), left) > 0.5


def test_a_long_caption_is_cut_before_it_reaches_the_label() -> None:
    label = (WIDTH_PX - 560, HEIGHT_PX - STRIP_PX, WIDTH_PX, HEIGHT_PX)
    short, long = (draw("office", "before", 0, "PH-1", caption) for caption in ("A", "W" * 400))

    assert difference(short, long, label) == 0.0


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_same_arguments_give_the_same_pixels(kind: str, gallery: dict[tuple[str, str, int], Image.Image]) -> None:
    assert fingerprint(draw(kind, "during", 0, "PH-1", "A work")) == fingerprint(gallery[kind, "during", 0])


def test_another_seed_is_another_place(gallery: dict[tuple[str, str, int], Image.Image]) -> None:
    assert fingerprint(draw("road", "before", 0, "TH-9", "A work")) != fingerprint(gallery["road", "before", 0])


@pytest.mark.parametrize("kind", ["road", "canal"])
def test_views_far_along_can_be_drawn(kind: str) -> None:
    assert draw(kind, "completion", 23, "PH-1", "A work").size == (WIDTH_PX, HEIGHT_PX)


def test_a_file_stays_under_a_megabyte(gallery: dict[tuple[str, str, int], Image.Image]) -> None:
    for picture in gallery.values():
        out = BytesIO()
        picture.save(out, "JPEG", quality=QUALITY)
        assert 60_000 < len(out.getvalue()) < 1_000_000


@pytest.mark.parametrize(("kind", "stage", "view", "error"), [
    ("castle", "before", 0, KeyError), ("road", "after", 0, ValueError), ("road", "before", -1, ValueError),
])  # fmt: skip
def test_refuses_what_it_cannot_draw(kind: str, stage: str, view: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        draw(kind, stage, view, "PH-1", "A work")
