"""The demonstration's files say what a phone's would, as an independent reader finds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from io import BytesIO
from typing import Any

import exifread
import pytest
from PIL import Image

from demo.exif import DESCRIPTION, photo

MANILA = timezone(timedelta(hours=8))
TAKEN = datetime(2025, 3, 4, 5, 6, 7, 89_000, MANILA)
USUAL: dict[str, Any] = {
    "taken": TAKEN, "latitude": 14.599512, "longitude": 120.984222, "accuracy_m": 4.7, "heading_deg": 271.25,
    "altitude_m": 31.5, "make": "Samsung", "model": "SM-A155F", "software": "A155FXXU4AXK1",
}  # fmt: skip


def made(**changes: Any) -> bytes:
    return photo(Image.new("RGB", (64, 48), "olive"), **(USUAL | changes))


def tags_of(data: bytes) -> dict[str, Any]:
    tags: dict[str, Any] = exifread.process_file(BytesIO(data), details=False)
    return tags


def text(data: bytes, tag: str) -> str:
    return str(tags_of(data)[tag])


def number(data: bytes, tag: str) -> float:
    return float(Fraction(tags_of(data)[tag].values[0]))


def degrees(data: bytes, axis: str) -> float:
    whole, minutes, seconds = (float(Fraction(part)) for part in tags_of(data)[f"GPS GPS{axis}"].values)
    sign = -1 if text(data, f"GPS GPS{axis}Ref") in ("S", "W") else 1
    return float(sign * (whole + minutes / 60 + seconds / 3600))


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (14.599512, 120.984222),
        (-33.8567844, -70.6483),
        (0.0, 0.0),
        (59.99999999, 179.99999999),
        (-0.0000019, 0.0000021),
        (90, -180),
    ],
)
def test_positions_read_back_within_a_millionth_of_a_degree(latitude: float, longitude: float) -> None:
    data = made(latitude=latitude, longitude=longitude)

    assert degrees(data, "Latitude") == pytest.approx(latitude, abs=1e-6)
    assert degrees(data, "Longitude") == pytest.approx(longitude, abs=1e-6)
    assert all(Fraction(part) < 60 for part in tags_of(data)["GPS GPSLatitude"].values[1:])


def test_capture_time_is_the_phones_wall_time_with_its_zone() -> None:
    data = made()

    assert text(data, "EXIF DateTimeOriginal") == "2025:03:04 05:06:07"
    assert text(data, "EXIF OffsetTimeOriginal") == "+08:00"
    assert text(data, "EXIF SubSecTimeOriginal") == "089"


def test_gps_time_is_utc_and_may_be_the_day_before() -> None:
    data = made()

    assert text(data, "GPS GPSDate") == "2025:03:03"
    assert tags_of(data)["GPS GPSTimeStamp"].values == [21, 6, 7]


@pytest.mark.parametrize(("zone", "written"), [(UTC, "+00:00"), (timezone(-timedelta(hours=3, minutes=30)), "-03:30")])
def test_other_zones_are_written_with_sign_and_minutes(zone: timezone, written: str) -> None:
    assert text(made(taken=TAKEN.astimezone(zone)), "EXIF OffsetTimeOriginal") == written


def test_the_zone_can_be_left_out() -> None:
    assert not [tag for tag in tags_of(made(offset=False)) if "Offset" in tag and "ExifOffset" not in tag]


def test_refuses_a_time_without_a_zone() -> None:
    with pytest.raises(ValueError, match="aware"):
        made(taken=TAKEN.replace(tzinfo=None))


def test_accuracy_heading_and_altitude_read_back() -> None:
    data = made(altitude_m=-3.25)

    assert number(data, "GPS Tag 0x001F") == 4.7
    assert number(data, "GPS GPSImgDirection") == 271.25
    assert text(data, "GPS GPSImgDirectionRef") == "T"
    assert number(data, "GPS GPSAltitude") == 3.25
    assert tags_of(data)["GPS GPSAltitudeRef"].values == [1]


def test_what_is_not_known_is_not_written() -> None:
    tags = tags_of(made(accuracy_m=None, heading_deg=None, altitude_m=None))

    assert not {
        "GPS Tag 0x001F",
        "GPS GPSImgDirection",
        "GPS GPSImgDirectionRef",
        "GPS GPSAltitude",
        "GPS GPSAltitudeRef",
    } & set(tags)


def test_a_photo_without_gps_has_no_gps_block() -> None:
    assert not [tag for tag in tags_of(made(gps=False)) if tag.startswith("GPS")]


def test_a_redacted_photo_keeps_its_tags_with_zero_over_zero() -> None:
    data = made(gps="redacted")

    for axis in ("Latitude", "Longitude"):
        parts = tags_of(data)[f"GPS GPS{axis}"].values
        assert [(part.num, part.den) for part in parts] == [(0, 0)] * 3
    assert "GPS Tag 0x001F" not in tags_of(data)


def test_names_the_phone_and_itself() -> None:
    data = made(orientation=6)

    assert [text(data, f"Image {tag}") for tag in ("Make", "Model", "Software")] == [
        "Samsung",
        "SM-A155F",
        "A155FXXU4AXK1",
    ]
    assert tags_of(data)["Image Orientation"].values == [6]
    assert DESCRIPTION == "Illustration \N{EM DASH} demonstration data"
    assert DESCRIPTION.encode() in data
    assert len(text(data, "EXIF ImageUniqueID")) == 32


def test_the_id_differs_between_pictures_and_between_times() -> None:
    ids = {text(made(), "EXIF ImageUniqueID"), text(made(taken=TAKEN + timedelta(seconds=1)), "EXIF ImageUniqueID")}
    ids.add(text(photo(Image.new("RGB", (64, 48), "navy"), **USUAL), "EXIF ImageUniqueID"))

    assert len(ids) == 3


def test_the_same_arguments_give_the_same_file() -> None:
    assert made() == made()


def test_the_file_is_a_whole_jpeg_of_the_same_size() -> None:
    with Image.open(BytesIO(made())) as image:
        image.load()
        assert (image.format, image.size) == ("JPEG", (64, 48))
