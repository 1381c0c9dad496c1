"""PostgreSQL is killed and started again while photos come in and two workers make copies."""

from __future__ import annotations

from pathlib import Path

import pytest

import config
from server.db import db
from tests.faults.conftest import planted_in
from tests.faults.fleet import Fleet, wait_until
from tests.faults.phones import PHOTOS, Phones, different_photos
from tests.faults.reckoning import reckon, wait_until_jobs_are_done, whole
from tests.postgres import PostgresCluster

STOPS = 4
#: How many sendings are to meet a database that is not there, each time.
IN_VAIN = 12

pytestmark = pytest.mark.faults


@pytest.fixture
def settings(cluster: PostgresCluster, tmp_path: Path) -> config.Settings:
    """An installation on a server that this test may stop."""
    return planted_in(tmp_path / "installation", cluster.url)


def test_no_photo_is_lost_or_doubled_by_a_database_that_crashes(
    cluster: PostgresCluster, fleet: Fleet, phones: Phones
) -> None:
    members = [fleet.serve(), fleet.work(), fleet.work()]
    db.session.remove()
    db.engine.dispose()
    phones.begin(different_photos(PHOTOS))

    for moment in range(PHOTOS // (2 * STOPS), PHOTOS, PHOTOS // STOPS):
        wait_until(lambda moment=moment: len(phones.acknowledged) >= moment, f"{moment} photos were acknowledged")
        cluster.stop(immediate=True)
        until = len(phones.answers) + IN_VAIN
        wait_until(lambda until=until: len(phones.answers) >= until, "phones sent in vain")
        cluster.start()

    phones.finish()
    wait_until_jobs_are_done()
    assert (reckon(phones.acknowledged), phones.strange_answers()) == (whole(PHOTOS), [])
    assert phones.statuses[503] >= STOPS
    assert [member.runs for member in members] == [True, True, True]
