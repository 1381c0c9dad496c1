"""S3 is away for a minute while photos come in: each is told to come again, and then is taken."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import pytest
import sqlalchemy as sa

import config
from server.db import writing
from tests.faults.fleet import Fleet, wait_until
from tests.faults.phones import Phones, different_photos
from tests.faults.reckoning import reckon, wait_until_jobs_are_done, whole
from tests.jobs.queueing import EVERY_JOB_IS_DUE
from tests.s3 import Gateway
from tests.s3_stores import prepared

PHOTOS = 150
#: A shorter time is for trying by hand.
AWAY_S = float(os.environ.get("SAKSI_FAULT_AWAY_S", "60"))

pytestmark = [
    pytest.mark.faults,
    pytest.mark.postgresql_only("S3 is for those who have PostgreSQL; a second minute would show nothing new"),
]


@pytest.fixture
def settings(settings: config.Settings, own_gateway: Gateway) -> config.Settings:
    """An installation whose photos are in a S3 that this test may stop."""
    return replace(settings, s3=prepared(own_gateway.service))


def test_no_photo_is_lost_or_half_recorded_when_s3_is_away_for_a_minute(
    settings: config.Settings, own_gateway: Gateway, fleet: Fleet, phones: Phones
) -> None:
    assert settings.s3 is not None
    members = [fleet.serve(), fleet.work()]
    phones.begin(different_photos(PHOTOS))
    wait_until(lambda: len(phones.acknowledged) >= PHOTOS // 3, "a third was acknowledged")

    own_gateway.halt()
    gone_at = time.monotonic()
    time.sleep(AWAY_S)
    back_at = time.monotonic()
    own_gateway.start()

    phones.finish()
    in_vain = [answer for answer in phones.answers if answer.sent_at > gone_at and answer.ended_at < back_at]
    assert {answer.status for answer in in_vain} == {503}
    assert max(answer.took_s for answer in in_vain) < settings.s3.connect_seconds + settings.s3.read_seconds
    _let_no_job_wait_for_its_next_turn()
    wait_until_jobs_are_done()
    assert (reckon(phones.acknowledged), phones.strange_answers()) == (whole(PHOTOS), [])
    assert [member.runs for member in members] == [True, True]


def _let_no_job_wait_for_its_next_turn() -> None:
    """What failed in that minute would be tried again after two more."""
    with writing() as session:
        session.execute(sa.text(EVERY_JOB_IS_DUE["postgresql"]))
