"""``motion.plausible``: speeds that a person can and cannot reach, with every doubt for the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from evidence.claims import CaptureSource, DeviceClaim, EnvelopeClaim
from evidence.context import Capture
from evidence.findings import Finding, Outcome

from .build import CAPTURED, ask, photo, position, wall

#: A degree of latitude at 14.6° north is 110.65 km.
KM = 1 / 110.65
PHONE = EnvelopeClaim(device="d", evidence="e", nonce="n", source=CaptureSource.CAMERA, app="a")


def there(km: float, minutes: float, **changes: Any) -> Capture:
    """Another capture so far to the north and so many minutes later, by the same clock."""
    at = CAPTURED + timedelta(minutes=minutes)
    return replace(Capture("other", at, 14.6 + km * KM, 121.0, 8.0, clock="Acme One"), **changes)


def way(*neighbours: Capture, **changes: Any) -> Finding:
    return ask("motion.plausible", neighbours=neighbours, **{"file": photo(make="Acme", model="One")} | changes)


@pytest.mark.parametrize(
    ("km", "minutes", "outcome"),
    [
        (149, -60, Outcome.PASS),
        (152, -60, Outcome.WARN),
        (899, -60, Outcome.WARN),
        (903, -60, Outcome.FAIL),
        (903, 60, Outcome.FAIL),
        (149, 60, Outcome.PASS),
    ],
)
def test_the_policy_s_speeds_decide_to_both_sides(km: float, minutes: float, outcome: Outcome) -> None:
    assert way(there(km, minutes)).outcome is outcome


def test_the_worse_neighbour_decides() -> None:
    """A photo that arrives late lies between two; only the later one betrays it."""
    finding = way(there(10, -60), there(300, 5))

    assert finding.outcome is Outcome.FAIL
    assert "5 min after it" in finding.message


def test_the_sentence_says_what_it_would_take() -> None:
    finding = way(there(300, -12))

    assert finding.message.startswith("The photo 12 min before it was taken 300 km away, which takes 1,49")
    assert finding.expected == "at most 150 km/h"


@pytest.mark.parametrize("seconds", [0, 1, 30])
def test_two_photos_of_one_site_are_no_journey_however_fast(seconds: float) -> None:
    assert way(there(0.9, seconds / 60)).outcome is Outcome.PASS


def test_what_the_positions_may_be_off_by_is_taken_from_the_way() -> None:
    assert way(there(1.1, 0.2)).outcome is Outcome.WARN
    assert way(there(1.1, 0.2, r68_m=100.0)).outcome is Outcome.PASS


def test_two_clocks_may_be_off_by_as_much_as_is_let_pass_elsewhere() -> None:
    assert way(there(20, 5)).outcome is Outcome.WARN
    assert way(there(20, 5, clock="Other Two")).outcome is Outcome.PASS
    assert way(there(20, 5, clock=None)).outcome is Outcome.PASS


def test_a_zone_that_only_one_of_them_assumed_may_be_off_by_an_hour() -> None:
    morning = wall(datetime(2026, 5, 6, 10, 0))  # noqa: DTZ001 (a clock without a zone is the case)
    assert way(there(200, -30)).outcome is Outcome.WARN
    assert way(there(200, -30), file=photo(make="Acme", model="One", time=morning)).outcome is Outcome.PASS


def test_two_phones_of_one_person_at_one_place_pass_and_at_two_places_do_not() -> None:
    app = DeviceClaim(position=position(), captured_at=CAPTURED, envelope=PHONE)
    file = photo(position=None, time=None)

    assert way(there(0.3, 0, clock="second phone"), file=file, device=app).outcome is Outcome.PASS
    assert way(there(400, 0, clock="second phone"), file=file, device=app).outcome is Outcome.FAIL


def test_photos_without_a_time_or_a_place_say_nothing() -> None:
    assert way(there(900, -1), file=photo(time=None)).outcome is Outcome.UNKNOWN
    assert way(there(900, -1), file=photo(position=None)).outcome is Outcome.UNKNOWN
    assert way(there(900, -1), file=photo(position=position(accuracy_m=500.0))).outcome is Outcome.UNKNOWN
    assert way().outcome is Outcome.UNKNOWN


def test_across_the_date_line_it_is_a_short_way() -> None:
    west = photo(make="Acme", model="One", position=position(latitude=-16.8, longitude=179.99))
    east = there(0, -10, latitude=-16.8, longitude=-179.99)

    assert way(east, file=west).outcome is Outcome.PASS
