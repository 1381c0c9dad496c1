"""The shared file of pre-check vectors is what the real checks say today; the phone's own suite reads the same file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from server.services import assignments, site_lookup
from tests.precheck import make_vectors
from tests.precheck.sites import Place, places


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(make_vectors.FILE.read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def known() -> dict[str, Place]:
    return places()


def test_there_are_at_least_500_and_each_outcome_of_each_check_occurs(whole: dict[str, Any]) -> None:
    seen = {
        (check, outcome)
        for vector in whole["vectors"]
        for check, outcome in zip(whole["checks"], vector["expected"], strict=True)
    }

    assert len(whole["vectors"]) >= 500
    for check, outcomes in {
        "place.accuracy": {"pass", "warn", "fail", "unknown"},
        "place.inside_site": {"pass", "warn", "fail", "unknown"},
        "place.station": {"pass", "warn", "unknown"},
        "time.in_schedule": {"pass", "warn", "fail", "unknown"},
        "time.working_hours": {"pass", "warn"},
        "time.not_future": {"pass", "fail"},
        "file.resolution": {"pass", "warn", "unknown"},
    }.items():
        assert {outcome for name, outcome in seen if name == check} == outcomes


def test_the_file_holds_the_places_as_they_are_made_now(whole: dict[str, Any], known: dict[str, Place]) -> None:
    assert whole["places"] == json.loads(
        json.dumps({name: make_vectors.place_document(place) for name, place in known.items()})
    ), "a site or a policy has changed: run python -m tests.precheck.make_vectors"


def test_the_checks_still_say_what_the_file_says(whole: dict[str, Any], known: dict[str, Place]) -> None:
    for index, vector in enumerate(whole["vectors"]):
        photo = make_vectors.photo_of(vector)
        now = make_vectors.vector_of(photo, known[photo.place])
        numbers = vector.pop("numbers")
        assert now.pop("numbers") == pytest.approx(numbers, rel=1e-5, abs=1e-3), f"vector {index}"
        assert now == vector, f"vector {index} has changed: run python -m tests.precheck.make_vectors"


def test_a_file_that_repeats_the_device_changes_no_outcome(known: dict[str, Place]) -> None:
    """The pre-check knows one position; the photo will carry it twice, in its Exif and in the envelope."""
    document = json.loads(make_vectors.FILE.read_text(encoding="utf-8"))
    for vector in document["vectors"]:
        photo = make_vectors.photo_of(vector)
        context = make_vectors.context_of(photo, known[photo.place])
        assert make_vectors.outcomes(make_vectors.with_file_alike(context)) == make_vectors.outcomes(context)


@pytest.mark.parametrize("name", ["notched-with-hole", "dateline-road", "forest"])
def test_the_sites_are_told_as_the_assignments_tell_them(
    name: str, known: dict[str, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = known[name]
    monkeypatch.setattr(site_lookup, "geometry", lambda _row: place.site)

    class Row:
        id = "site"

    class Rules:
        evidence = place.policy

    assert assignments._site(Row(), Rules()) == make_vectors.feature(place.site, place)  # type: ignore[arg-type]
