"""Two workers and one job: one of them does it, and the other when the first is killed in the middle."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient

import config
from server.db import db
from tests.api.calls import good_photo, put_photo, road_claim
from tests.faults.fleet import Fleet, wait_until
from tests.faults.reckoning import reckon, wait_until_jobs_are_done, whole

#: What the product promises, with the settings that it comes with.
AGAIN_S = 60.0

pytestmark = pytest.mark.faults


def test_a_job_is_done_by_one_worker_at_a_time_and_by_the_other_within_a_minute_of_a_kill(
    client: FlaskClient, bearer: Callable[[str], dict[str, str]], fleet: Fleet, settings: config.Settings
) -> None:
    received = put_photo(client, bearer("inspector"), good_photo(), road_claim()).get_json()
    workers = [fleet.work(module="tests.faults.halting_worker") for _ in range(2)]
    wait_until(lambda: _said(settings), "one worker began")
    time.sleep(3)
    (began,) = _said(settings)
    first, second = sorted(workers, key=lambda each: began != f"began {each.pid}")

    first.kill()
    (settings.data_root / "go").touch()
    again = [began, f"began {second.pid}", f"ended {second.pid}"]
    wait_until(lambda: _said(settings) == again, "the other worker did it", AGAIN_S)

    wait_until_jobs_are_done()
    assert reckon({UUID(received["id"]): received["sha256"]}) == whole(1)


def _said(settings: config.Settings) -> list[str]:
    # A look at the records would otherwise hold what the workers are to change.
    db.session.rollback()
    path: Path = settings.data_root / "said"
    return path.read_text().splitlines() if path.exists() else []
