"""``saksi jobs``: what waits, and what waits for a person."""

from __future__ import annotations

import pytest

from server.db import reading
from server.models import CustodyEvent
from tests.cli.conftest import Saksi
from tests.jobs.queueing import dead_job, job, queue


def test_none_are_left(saksi: Saksi) -> None:
    assert saksi("jobs").output == "Every job is done.\n"


def test_dead_ones_come_first_with_their_error(saksi: Saksi, monkeypatch: pytest.MonkeyPatch) -> None:
    dead_job("failed", monkeypatch)
    queue("waiting")

    first, second = saksi("jobs").output.splitlines()

    assert first.startswith("dead")
    assert first.endswith("ValueError: it broke")
    assert second.startswith("queued")
    assert "note waiting" in second


def test_a_dead_one_is_tried_again_and_it_is_on_record(saksi: Saksi, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = dead_job("failed", monkeypatch).id

    assert saksi("jobs", "retry", job_id).output == "fails failed is queued again.\n"

    found = job("failed")
    assert found is not None
    assert (found.dead, found.attempts, found.last_error) == (False, 0, None)
    assert reading().query(CustodyEvent).filter_by(action="job.retried", record_id=job_id).count() == 1


def test_one_that_is_not_dead_is_left_alone(saksi: Saksi) -> None:
    queue("waiting")
    waiting = job("waiting")
    assert waiting is not None

    result = saksi("jobs", "retry", waiting.id)

    assert (result.exit_code, "only a dead one" in result.output) == (1, True)


def test_one_that_is_not_there_is_told(saksi: Saksi) -> None:
    result = saksi("jobs", "retry", "7")

    assert (result.exit_code, "There is no job 7" in result.output) == (1, True)
