"""Checks that compare a photo with others, and those of its size, on real photos: what their cameras wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from evidence.checks.place_repeated import stated_places
from evidence.claims import PositionClaim
from evidence.context import Capture
from evidence.findings import Outcome
from evidence.policy import EvidencePolicy
from evidence.witness import stated_r68_m
from geo.position import geodesic_m
from tests.corpus import Found, needs_corpus, read_all

from .build import MANILA, ask, context

pytestmark = needs_corpus
AREZZO = "site_arezzo"


def walk() -> list[Found]:
    """One camera's photos of a walk of half an hour, in their order."""
    return sorted((each for each in read_all() if each.group == AREZZO), key=lambda each: each.path)


def place_of(found: Found) -> PositionClaim:
    assert found.claim.position is not None
    return found.claim.position


def capture(found: Found, minutes_off: float = 0) -> Capture:
    """A photo as the history tells of it, its camera's time read in Manila as the checks do."""
    assert found.claim.time is not None
    at = found.claim.time.instant or found.claim.time.wall.replace(tzinfo=MANILA)
    place, camera = place_of(found), f"{found.claim.make} {found.claim.model}"
    instant = at + timedelta(minutes=minutes_off)
    return Capture(found.path, instant, place.latitude, place.longitude, 10.0, camera, found.claim.time.instant is None)


def test_a_walk_is_a_possible_journey() -> None:
    photos = walk()
    assert len(photos) == 9

    for before, after in pairwise(photos):
        for asked, other in ((before, after), (after, before)):
            assert ask("motion.plausible", file=asked.claim, neighbours=(capture(other),)).outcome is Outcome.PASS


def test_nobody_was_in_arezzo_a_quarter_of_an_hour_before_a_photo_500_km_away() -> None:
    start = place_of(walk()[0])
    told = {}
    for found in read_all():
        if found.claim.position is None or found.claim.time is None or found.group == AREZZO:
            continue
        there = place_of(found)
        far = geodesic_m(there.latitude, there.longitude, start.latitude, start.longitude)
        before = replace(capture(found, -15), latitude=start.latitude, longitude=start.longitude)
        if far > 500_000:
            told[found.path] = ask("motion.plausible", file=found.claim, neighbours=(before,)).outcome

    # A phone that knew only its cell tower says nothing of where it was.
    limit = EvidencePolicy().accuracy_fail_r68_m
    coarse = {each.path for each in read_all() if each.path in told and (stated_r68_m(place_of(each)) or 0) > limit}
    assert len(told) - len(coarse) >= 20
    assert {path for path, outcome in told.items() if outcome is not Outcome.FAIL} == coarse
    assert {told[path] for path in coarse} == {Outcome.UNKNOWN}


def test_the_places_of_a_walk_are_not_repeated_and_those_of_one_file_sent_again_are() -> None:
    asked, *others = [context(file=each.claim) for each in walk()]
    recent = tuple(place for each in others for place in stated_places(each))
    assert ask("place.repeated", file=asked.claims.file, recent=recent).outcome is Outcome.PASS

    again = tuple(stated_places(asked)) * EvidencePolicy().repeated_positions
    finding = ask("place.repeated", file=asked.claims.file, recent=again)
    assert finding.outcome is Outcome.WARN


@pytest.mark.parametrize("least", [0.4, 2.0, 8.0])
def test_a_photo_is_large_enough_by_the_pixels_that_its_file_states(least: float) -> None:
    policy = EvidencePolicy(minimum_megapixels=least)
    told = {each.path: (each, ask("file.resolution", file=each.claim, policy=policy).outcome) for each in read_all()}

    for path, (found, outcome) in told.items():
        width, height = found.claim.width, found.claim.height
        if not width or not height:
            assert outcome is Outcome.UNKNOWN, path
        else:
            assert outcome is (Outcome.PASS if width * height >= least * 1e6 else Outcome.WARN), path
    assert {outcome for _found, outcome in told.values()} >= {Outcome.PASS, Outcome.WARN}
