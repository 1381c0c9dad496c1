"""Every photo of the corpus, against a truth that other programs read.

The photos are real and are used from where they lie; see the corpus's own README for what each
is there for. Exceptions are named one by one with their reason.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from evidence.claims import FileClaim, PlaceState, ZoneState
from evidence.metadata import read

CORPUS = Path(os.environ.get("SAKSI_CORPUS") or Path(__file__).resolve().parents[3] / "../shared/corpus")
TRUTH_FILE = CORPUS / "truth.json"
PHOTOS: dict[str, dict[str, Any]] = (
    {photo["path"]: photo for photo in json.loads(TRUTH_FILE.read_text())["photos"]} if TRUTH_FILE.is_file() else {}
)
pytestmark = pytest.mark.skipif(
    not PHOTOS, reason="The corpus of real photos is not beside the repository, so its photos were not read."
)

PLACE_STATES = {
    "valid": PlaceState.VALID,
    "xmp_only": PlaceState.VALID,
    "none": PlaceState.NONE,
    "no_position": PlaceState.NONE,
    "blank": PlaceState.REDACTED,
    "zero": PlaceState.REDACTED,
}

# The truth's size is that of the Exif tags; the structure says otherwise or says nothing.
SIZES_BY_STRUCTURE = {
    # Its Exif still has the size of the original from before it was scaled; the chunk, and the truth's
    # own composite size, say 600 x 315.
    "photos/oddities/test-assets--denali.webp": (600, 315),
    # Cut off right behind its Exif block, before the marker that holds the size.
    "photos/oddities/nom-exif--exif-no-tz.jpg": (None, None),
}

# Not in the group of damaged or truncated files, and yet no whole picture.
DAMAGED_ELSEWHERE = {
    # Inner boxes claim negative lengths, made to break readers.
    "photos/oddities/metadata-extractor-images--NegativeArraySizeException.HeifReader.processBoxes.heif",
    "photos/oddities/metadata-extractor-images--NegativeArraySizeException.ItemInfoBox.init.heif",
    # Nothing but the Exif block of a photo.
    "photos/oddities/nom-exif--exif-no-tz.jpg",
}

each_photo = pytest.mark.parametrize("path", PHOTOS or [""])
each_position = pytest.mark.parametrize(
    "path", [path for path, photo in PHOTOS.items() if photo["truth"]["gps"] or photo["truth"]["xmp_gps"]] or [""]
)


def claim(path: str) -> FileClaim:
    with (CORPUS / path).open("rb") as stream:
        return read(stream, size=PHOTOS[path]["bytes"])


def stated_place(truth: dict[str, Any]) -> dict[str, Any] | None:
    """The truth's position; the zeros of a withheld place are none."""
    if truth["gps_state"] not in {"valid", "xmp_only"}:
        return None
    place: dict[str, Any] = truth["gps"] or truth["xmp_gps"]
    return place


@each_photo
def test_reads_the_position_within_a_millionth_of_a_degree_or_says_why_there_is_none(path: str) -> None:
    truth, found = PHOTOS[path]["truth"], claim(path)
    expected = stated_place(truth)

    assert found.place_state is PLACE_STATES[truth["gps_state"]]
    if expected is None:
        assert found.position is None
        assert found.place_reason
    else:
        assert found.position is not None
        assert found.position.latitude == pytest.approx(expected["lat"], abs=1e-6)
        assert found.position.longitude == pytest.approx(expected["lon"], abs=1e-6)
        assert found.position.source.startswith("xmp:" if truth["gps_state"] == "xmp_only" else "exifread:")


@each_position
def test_reads_altitude_error_heading_and_satellite_time_beside_the_position(path: str) -> None:
    truth, found = PHOTOS[path]["truth"], claim(path)
    expected, position = stated_place(truth) or {}, found.position
    if position is None or truth["gps_state"] == "xmp_only":
        assert truth["gps_state"] in {"zero", "xmp_only"}
        return

    if expected.get("alt") is not None:
        assert position.altitude_m == pytest.approx(expected["alt"], abs=0.01)
    if expected.get("h_error_m"):
        assert position.accuracy_m == pytest.approx(expected["h_error_m"], abs=0.01)
        assert position.confidence == 0.68
    if expected.get("direction") is not None:
        assert position.heading_deg == pytest.approx(expected["direction"], abs=0.01)
    if expected.get("utc"):
        assert found.gps_instant is not None
        assert f"{found.gps_instant:%Y-%m-%dT%H:%M:%SZ}" == expected["utc"]
    assert found.gps_dop == (expected.get("dop") or None)


@each_photo
def test_reads_the_capture_time_to_the_second_with_its_zone(path: str) -> None:
    truth, found = PHOTOS[path]["truth"], claim(path)
    if truth["taken_at"] is None:
        # The truth asks Exif alone; a last resort may speak, and says that it does.
        assert found.time is None or found.time.source.startswith("xmp:")
        return

    assert found.time is not None
    assert found.time.wall.replace(microsecond=0).isoformat() == truth["taken_at"]
    assert (found.time.zone is ZoneState.STATED) == (truth["offset"] is not None)
    assert (found.time.instant is None) == (found.time.zone is ZoneState.UNKNOWN)
    if truth["offset"] is not None:
        assert found.time.instant is not None
        offset_h = (found.time.wall - found.time.instant.replace(tzinfo=None)).total_seconds() / 3600
        assert offset_h == float(truth["offset"][:3]) + float(truth["offset"][4:]) / 60


@each_photo
def test_reads_type_and_size_from_the_structure(path: str) -> None:
    truth, found = PHOTOS[path]["truth"], claim(path)

    assert found.media_type == truth["mime"].replace("image/x-tiff-big", "image/tiff")
    assert (found.width, found.height) == SIZES_BY_STRUCTURE.get(path, (truth["width"], truth["height"]))


@each_photo
def test_tells_a_whole_picture_from_one_that_is_not(path: str) -> None:
    photo = PHOTOS[path]
    is_broken = photo["group"] in {"truncated", "damaged"} or path in DAMAGED_ELSEWHERE

    assert (claim(path).defect is not None) == is_broken


@each_photo
def test_reads_camera_and_orientation(path: str) -> None:
    truth, found = PHOTOS[path]["truth"], claim(path)

    assert (found.make or None, found.model or None) == (truth["make"], truth["model"])
    assert found.orientation == truth["orientation"]


@each_photo
def test_no_photo_takes_a_second(path: str) -> None:
    started = time.perf_counter()
    claim(path)

    assert time.perf_counter() - started < 1.0
