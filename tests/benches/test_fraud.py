"""The fraud bench runs end to end, its chance is bound to its seed, and its figures say how few they rest on."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benches.fraud import camera, outdoors, rounds
from benches.fraud.attacks import ATTACKS
from benches.fraud.case import Channel
from benches.fraud.figures import detection, rate, wilson
from benches.fraud.run import attacked, usual
from benches.fraud.scenes import Scenes
from benches.fraud.screen import screen_photo
from benches.fraud.world import Judged
from evidence import metadata
from evidence.findings import Outcome

FAILED = Judged("rejected", {"place.inside_site": (Outcome.FAIL, "far"), "file.resolution": (Outcome.WARN, "small")})
USUAL = Judged("verified", {"file.resolution": (Outcome.WARN, "small")})


def scenes(seed: int = 1) -> Scenes:
    return Scenes(np.random.default_rng(seed))


def test_the_same_seed_gives_the_same_pictures_and_another_gives_others(corpus: Path) -> None:
    first, again, other = (scenes(seed).fresh().tobytes() for seed in (1, 1, 2))

    assert first == again != other


def test_every_class_has_a_name_of_its_own_and_the_goals_of_the_issue() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 18
    with_goals = {attack.name for attack in ATTACKS if attack.goal == 0.99}
    assert {"re-used", "re-encoded", "resized", "mirrored", "metadata-swapped", "envelope replayed"} < with_goals


def test_the_camera_writes_what_our_reader_reads(corpus: Path) -> None:
    picture = scenes().fresh()
    tags = camera.Tags(latitude=11.0, longitude=122.5, accuracy_m=6.0, ev=14.0)

    file = camera.photo(picture, tags)
    claim = metadata.read(BytesIO(file), size=len(file))

    assert claim.position is not None
    assert (claim.position.latitude, claim.position.longitude) == (11.0, 122.5)


def test_swapped_tags_leave_the_compressed_pixels_alone(corpus: Path) -> None:
    picture = scenes().fresh()
    file = camera.photo(picture, camera.Tags(latitude=11.0, longitude=122.5))

    swapped = camera.retagged(file, picture, camera.Tags(latitude=12.0, longitude=122.5))

    assert swapped != file
    assert Image.open(BytesIO(swapped)).tobytes() == Image.open(BytesIO(file)).tobytes()


def test_a_screen_photo_and_a_second_visit_are_other_pictures_of_the_same_thing(corpus: Path) -> None:
    rng, picture = np.random.default_rng(3), scenes().fresh()

    for other in (screen_photo(picture, rng), rounds.revisited(picture, rng)):
        small, like = (np.asarray(each.convert("L").resize((16, 12)), float) for each in (picture, other))
        assert np.corrcoef(small.ravel(), like.ravel())[0, 1] > 0.6
        assert other.tobytes() != picture.tobytes()


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"), [(0, 200, 0.0, 0.0188), (200, 200, 0.9812, 1.0), (5, 10, 0.2366, 0.7634)]
)
def test_the_interval_is_wilson_s(hits: int, trials: int, low: float, high: float) -> None:
    assert wilson(hits, trials) == pytest.approx((low, high), abs=1e-4)


def test_what_honest_photos_are_told_as_well_does_not_count_as_found() -> None:
    (found,) = detection("x", [FAILED, USUAL], frozenset({"file.resolution"}), 0.99, "told")

    assert (found["hits"], found["trials"], found["met"]) == (1, 2, False)
    assert found["checks"] == {"place.inside_site": 1}


def test_a_goal_of_at_most_is_met_from_below() -> None:
    assert rate("x", 0, 100, goal=0.005, at_most=True)["met"] is True
    assert rate("x", 1, 100, goal=0.005, at_most=True)["met"] is False


def test_a_place_forged_outside_is_found_and_an_honest_photo_is_not(corpus: Path) -> None:
    judged = attacked("forged GPS, outside", 2, seed=1)

    assert [each.verdict for each in judged] == ["rejected", "rejected"]
    assert "place.inside_site" not in usual(Channel.FILE, 2, seed=1)


def test_an_honest_shot_is_made_of_true_things(corpus: Path) -> None:
    rng = np.random.default_rng(5)
    now = datetime(2026, 6, 1, tzinfo=UTC)
    shot = outdoors.on_road(scenes().fresh(), now, rng)

    assert 10.99 < shot.latitude < 11.01
    assert outdoors.sun_deg(shot.latitude, shot.longitude, shot.taken) > 0
