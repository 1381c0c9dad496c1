"""``kill -9`` of server and worker at random moments while photos come in: none is lost, none is doubled."""

from __future__ import annotations

import random
import time

import pytest

from tests.faults.fleet import Fleet, Member, wait_until
from tests.faults.phones import PHOTOS, Phones, different_photos
from tests.faults.reckoning import reckon, wait_until_jobs_are_done, whole

KILLS = max(5, PHOTOS // 200)
#: The moments are the same at every run, as far as processes that run side by side can be.
SEED = 20_260_301

pytestmark = pytest.mark.faults


def test_no_photo_is_lost_or_doubled_by_kills(engine: str, fleet: Fleet, phones: Phones) -> None:
    members = [fleet.serve()]
    if engine == "postgresql":
        members.append(fleet.work())
    phones.begin(different_photos(PHOTOS))

    for moment, member in _moments(members):
        wait_until(lambda moment=moment: len(phones.acknowledged) >= moment, f"{moment} photos were acknowledged")
        time.sleep(random.Random(moment).uniform(0, 0.1))
        member.restart()

    phones.finish()
    wait_until_jobs_are_done()
    assert (reckon(phones.acknowledged), phones.strange_answers()) == (whole(PHOTOS), [])
    assert [member.kills for member in members] == [KILLS] * len(members)


def _moments(members: list[Member]) -> list[tuple[int, Member]]:
    """Whom to kill after how many photos."""
    chance = random.Random(SEED)
    return sorted(
        ((moment, member) for member in members for moment in chance.sample(range(PHOTOS), KILLS)),
        key=lambda each: each[0],
    )
