"""Areas made unreadable, and faces found where there are some."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from evidence.redaction import Box, Face, redacted
from evidence.seeing import faces
from tests.conftest import CORPUS

CAMERAS = CORPUS / "photos" / "cameras"


def noise(width: int = 200, height: int = 100) -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8))


def test_outside_the_areas_no_pixel_changes() -> None:
    picture = noise()
    made = np.asarray(redacted(picture, [Box(0.25, 0.25, 0.5, 0.25)]))

    same = (made == np.asarray(picture)).all(axis=2)
    assert same[:25].all()
    assert same[50:].all()
    assert same[:, :50].all()
    assert same[:, 150:].all()


def test_inside_an_area_little_is_left_of_what_was_there() -> None:
    letters = Image.fromarray(np.kron(np.indices((8, 8)).sum(axis=0) % 2, np.ones((12, 12))).astype(np.uint8) * 255)
    made = np.asarray(redacted(letters.convert("RGB"), [Box(0.0, 0.0, 1.0, 1.0)]).convert("L"))

    assert made.std() < 40 < np.asarray(letters).std()


def test_an_area_at_the_edge_stays_inside_the_picture() -> None:
    assert Box(0.9, 0.9, 0.1, 0.1).padded(0.5) == Box(
        pytest.approx(0.85), pytest.approx(0.85), pytest.approx(0.15), pytest.approx(0.15)
    )
    assert Box(0.999, 0.999, 0.5, 0.5).in_pixels(100, 100) == (99, 99, 100, 100)
    assert Box(0.0, 0.0, 0.001, 0.001).in_pixels(100, 100) == (0, 0, 1, 1)


def test_what_an_area_covers_in_part_it_covers_whole() -> None:
    assert Box(0.105, 0.105, 0.1, 0.1).in_pixels(100, 100) == (10, 10, 21, 21)


def test_a_face_is_told_and_read_again() -> None:
    face = Face(Box(0.1, 0.2, 0.3, 0.4), 0.5)

    assert Face.told(face.document()) == face


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("metadata-extractor-images--Sony_Cybershot_(2).jpg", 2),
        ("metadata-extractor-images--FujiFilm_DS-7_(1).jpg", 2),
        ("metadata-extractor-images--FujiFilm_DS-7_(3).jpg", 1),
    ],
)
def test_finds_the_people_in_real_photos(name: str, number: int) -> None:
    path = CAMERAS / name
    found = faces.find(Image.open(path).convert("RGB"))

    assert len([face for face in found if face.score >= 0.5]) == number


def test_a_picture_of_nothing_but_candidates_is_looked_through_in_bounded_time() -> None:
    heat = np.full((1, 1, 300, 400), 0.9, dtype=np.float32) + np.random.default_rng(2).random((1, 1, 300, 400)) / 100
    flat = np.zeros((1, 2, 300, 400), dtype=np.float32)
    detector = faces._Bounded(backend="opencv")

    boxes, _ = detector.decode(heat, flat, flat, np.zeros((1, 10, 300, 400), np.float32), (1200, 1600), threshold=0.1)

    assert 0 < len(boxes) <= faces.MOST
