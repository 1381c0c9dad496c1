"""The phone's Exif as the product's own reader reads it; the files are written by the phone's suite."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import exifread
import pytest

from evidence.claims import FileClaim, PlaceState, ZoneState
from evidence.metadata.reader import read

FOLDER = Path(__file__).parents[1] / "data" / "exif"
CASES: list[dict[str, Any]] = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def claim_of(case: dict[str, Any]) -> FileClaim:
    path = FOLDER / f"{case['name']}.written.jpg"
    with path.open("rb") as stream:
        return read(stream, size=path.stat().st_size)


@pytest.fixture(params=CASES, ids=lambda case: case["name"])
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def test_the_picture_is_whole(case: dict[str, Any]) -> None:
    claim = claim_of(case)

    assert (claim.media_type, claim.width, claim.height, claim.defect) == ("image/jpeg", 48, 32, None)
    assert claim.orientation == (6 if case["source"] == "camera.jpg" else None)


def test_the_time_is_the_shutter_s_with_its_zone_and_milliseconds(case: dict[str, Any]) -> None:
    time = claim_of(case).time

    assert time is not None
    assert time.zone is ZoneState.STATED
    assert time.instant == EPOCH + timedelta(milliseconds=case["capturedAtMs"])
    assert time.wall - time.instant.replace(tzinfo=None) == timedelta(minutes=case["offsetMinutes"])


def test_the_place_is_the_fix_to_a_tenth_of_a_millimetre(case: dict[str, Any]) -> None:
    claim, stated = claim_of(case), case["position"]
    if stated is None:
        assert (claim.place_state, claim.position) == (PlaceState.NONE, None)
        return

    assert claim.position is not None
    assert claim.position.latitude == pytest.approx(stated["latitude"], abs=1e-9)
    assert claim.position.longitude == pytest.approx(stated["longitude"], abs=1e-9)
    assert claim.position.altitude_m == pytest.approx(stated["altitudeM"])
    assert claim.position.accuracy_m == (stated["accuracyM"] and pytest.approx(stated["accuracyM"], abs=1e-3))
    assert claim.gps_instant == EPOCH + timedelta(milliseconds=stated["fixedAtMs"])


def test_the_heading_is_that_of_a_compass(case: dict[str, Any]) -> None:
    claim = claim_of(case)
    if claim.position is None or case["headingDeg"] is None:
        return

    assert claim.position.heading_deg == pytest.approx(case["headingDeg"] % 360, abs=0.01)
    assert claim.position.heading_ref == "M"


def test_the_labels_are_there(case: dict[str, Any]) -> None:
    claim = claim_of(case)
    with (FOLDER / f"{case['name']}.written.jpg").open("rb") as stream:
        tags = exifread.process_file(stream)

    assert claim.software == case["software"].replace("ñ", "?")
    assert str(tags["EXIF ImageUniqueID"]) == case["evidence"].replace("-", "")
