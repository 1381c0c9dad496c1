"""What the photos at hand count for, towards each requirement."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from evidence.context import Stage
from server.db import writing
from server.models import Requirement
from server.models.evidence import EvidenceState
from server.services.coverage import coverage
from tests.services.money.road import Road


def counted(road: Road, photos: list[Any], **when: Any) -> dict[str, tuple[int, int, bool]]:
    """For each requirement of the first milestone: photos that hold, photos that wait, and whether it is met."""
    records = [road.evidence(photo) for photo in photos]
    covered = coverage(road.milestone(), records, **when)
    return {each.requirement.code: (each.holding, each.waiting, each.met) for each in covered}


def also_requires(road: Road, code: str, stage: Stage, **more: Any) -> None:
    with writing() as session:
        milestone_id = road.milestone().id
        session.add(Requirement(milestone_id=milestone_id, code=code, stage=stage, title=code, photos=1, **more))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (EvidenceState.VERIFIED, (2, 0, True)),
        (EvidenceState.ACCEPTED, (2, 0, True)),
        (EvidenceState.NEEDS_REVIEW, (0, 2, False)),
        (EvidenceState.REFUSED, (0, 0, False)),
        (EvidenceState.REJECTED, (0, 0, False)),
        (EvidenceState.RECEIVED, (0, 0, False)),
    ],
)
def test_only_what_holds_meets_a_requirement(road: Road, state: EvidenceState, expected: tuple[int, int, bool]) -> None:
    assert counted(road, road.photos(2, state=state)) == {"during": expected}


def test_too_few_do_not_meet_it(road: Road) -> None:
    assert counted(road, road.photos(1)) == {"during": (1, 0, False)}


def test_the_same_bytes_twice_are_one_photo(road: Road) -> None:
    assert counted(road, road.photos(2, sha256="a" * 64)) == {"during": (1, 0, False)}


def test_a_photo_without_a_requirement_counts_for_the_only_one_of_its_stage(road: Road) -> None:
    also_requires(road, "finished", Stage.COMPLETION)
    photos = [road.photo(requirement=None, stage=Stage.COMPLETION), road.photo(requirement=None, stage=Stage.SAFETY)]

    assert counted(road, photos) == {"during": (0, 0, False), "finished": (1, 0, True)}


def test_a_photo_without_a_requirement_counts_for_none_of_several(road: Road) -> None:
    also_requires(road, "from-the-bridge", Stage.DURING)

    assert counted(road, [road.photo(requirement=None)]) == {"during": (0, 0, False), "from-the-bridge": (0, 0, False)}


def test_a_photo_counts_for_the_requirement_it_names_alone(road: Road) -> None:
    also_requires(road, "finished", Stage.COMPLETION)

    photos = [road.photo(requirement="during", stage=Stage.COMPLETION)]
    assert counted(road, photos) == {"during": (1, 0, False), "finished": (0, 0, False)}


@pytest.mark.parametrize(("age_h", "holds"), [(24.0, 1), (24.1, 0)])
def test_age_is_judged_when_the_photos_were_put_forward(road: Road, age_h: float, holds: int) -> None:
    also_requires(road, "fresh", Stage.DURING, oldest_age_h=24.0)
    photo = road.photo(requirement="fresh", captured_at=road.now)

    assert counted(road, [photo], submitted_at=road.now + timedelta(hours=age_h))["fresh"][0] == holds


def test_without_a_capture_time_age_is_counted_from_arrival(road: Road) -> None:
    also_requires(road, "fresh", Stage.DURING, oldest_age_h=24.0)
    photo = road.photo(EvidenceState.ACCEPTED, requirement="fresh", captured_at=None)

    assert counted(road, [photo], submitted_at=road.now + timedelta(hours=24))["fresh"][0] == 1
    assert counted(road, [photo], submitted_at=road.now + timedelta(hours=25))["fresh"][0] == 0


def test_before_anything_is_put_forward_age_is_left_out(road: Road) -> None:
    also_requires(road, "fresh", Stage.DURING, oldest_age_h=24.0)
    photo = road.photo(requirement="fresh", captured_at=road.now - timedelta(days=300))

    assert counted(road, [photo])["fresh"] == (1, 0, True)
