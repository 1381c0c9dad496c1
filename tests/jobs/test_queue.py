"""What holds for jobs on either engine: done at least once, with back-off, and with an end."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

import config
from evidence.errors import StoreAwayError
from server import jobs
from server.busy import Uploads
from server.db import reading, writing
from server.models.jobs import JobState
from server.problems import Problem
from server.services import job_desk
from tests.jobs.queueing import START, dead_job, job, queue, run_to_the_end


def test_a_queued_job_is_done_once_and_leaves_nothing_behind(app: Flask, done: list[str]) -> None:
    queue("a")

    assert [jobs.run_all_due(), jobs.run_all_due()] == [1, 0]
    assert done == ["a"]
    assert job("a") is None


def test_a_job_that_is_asked_for_twice_is_one_job(app: Flask, done: list[str]) -> None:
    queue("a")

    with pytest.raises(IntegrityError):
        queue("a")

    assert jobs.run_all_due() == 1


def test_a_job_that_was_done_can_be_asked_for_again(app: Flask, done: list[str]) -> None:
    for _time in range(2):
        queue("a")
        jobs.run_all_due()

    assert done == ["a", "a"]


def test_a_job_is_not_there_twice_while_it_runs(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[bool] = []

    def ask_again(subject: str) -> None:
        try:
            queue(subject, "asks")
        except IntegrityError:
            refused.append(True)

    monkeypatch.setitem(jobs.HANDLERS, "asks", ask_again)
    queue("a", "asks")

    assert jobs.run_all_due() == 1
    assert refused == [True]


def test_a_job_of_an_undone_transaction_was_never_queued(app: Flask, done: list[str]) -> None:
    def queue_and_fail() -> None:
        with writing() as session:
            jobs.enqueue(session, "note", "a", now=START)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        queue_and_fail()

    assert job("a") is None
    assert jobs.run_all_due() == 0


def test_a_job_is_there_for_nobody_before_its_transaction_is_committed(app: Flask, done: list[str]) -> None:
    with writing() as session:
        jobs.enqueue(session, "note", "a", now=START)
        with app.app_context():
            assert job_desk.unfinished() == []

    assert jobs.run_all_due() == 1


def test_a_failing_job_waits_longer_each_time_and_then_is_dead(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[str] = []

    def fail(subject: str) -> None:
        attempts.append(subject)
        raise ValueError("the disk is odd")

    monkeypatch.setitem(jobs.HANDLERS, "fails", fail)
    queue("a", "fails")
    before = datetime.now(UTC)
    jobs.run_all_due()

    found = job("a")
    assert found is not None
    assert (found.state, found.attempts, found.last_error) == (JobState.QUEUED, 1, "ValueError: the disk is odd")
    assert found.due_at >= before + timedelta(seconds=2)
    assert jobs.run_all_due() == 0, "it waits"

    run_to_the_end()
    found = job("a")
    assert found is not None
    assert (found.state, found.attempts, found.last_error) == (JobState.DEAD, 5, "ValueError: the disk is odd")
    assert len(attempts) == jobs.ATTEMPTS


def test_the_waits_are_2_8_32_and_128_seconds() -> None:
    assert [jobs.contract.delay_after(number).total_seconds() for number in range(1, jobs.ATTEMPTS)] == [2, 8, 32, 128]


def test_a_job_waits_for_a_store_that_is_away_for_as_long_as_that_lasts(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def ask_the_store(subject: str) -> None:
        tries.append(subject)
        if len(tries) <= 3 * jobs.ATTEMPTS:
            raise StoreAwayError("nobody answers")

    monkeypatch.setitem(jobs.HANDLERS, "asks", ask_the_store)
    queue("a", "asks")
    before = datetime.now(UTC)
    jobs.run_all_due()

    found = job("a")
    assert found is not None
    assert (found.state, found.attempts) == (JobState.QUEUED, 0)
    assert found.last_error == "StoreAwayError: the store does not work now: nobody answers"
    assert found.due_at >= before + timedelta(seconds=5)

    run_to_the_end()
    assert job("a") is None
    assert len(tries) == 3 * jobs.ATTEMPTS + 1


def test_what_is_away_is_one_line_in_the_log_and_a_fault_its_traceback(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    faults: list[Exception] = [StoreAwayError("nobody answers")] + [ValueError("the disk is odd")] * jobs.ATTEMPTS

    def fail(_subject: str) -> None:
        raise faults.pop(0)

    monkeypatch.setitem(jobs.HANDLERS, "fails", fail)
    queue("a", "fails")

    # As a worker logs (``server.telemetry.logs``).
    caplog.set_level("INFO", logger="procrastinate.worker")
    jobs.run_all_due()
    assert "job fails a waits: StoreAwayError" in caplog.text
    assert "Traceback" not in caplog.text

    run_to_the_end()
    assert "job fails a failed" in caplog.text
    assert "Traceback" in caplog.text


def test_a_wait_for_what_is_away_costs_no_attempt_of_the_failures_after_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[Exception] = [StoreAwayError("nobody answers")] * 2 + [ValueError("the disk is odd")] * jobs.ATTEMPTS

    def fail(_subject: str) -> None:
        raise faults.pop(0)

    monkeypatch.setitem(jobs.HANDLERS, "fails", fail)
    queue("a", "fails")
    run_to_the_end()

    found = job("a")
    assert found is not None
    assert (found.state, found.attempts, faults) == (JobState.DEAD, jobs.ATTEMPTS, [])


def test_a_job_waits_longer_the_longer_it_has_waited_for_what_is_away() -> None:
    waits = [jobs.contract.delay_while_away(timedelta(seconds=s)).total_seconds() for s in (0, 60, 600, 86_400)]

    assert waits == [5, 15, 150, 300]


def test_a_job_of_a_kind_that_nobody_knows_yet_is_tried_again_later(app: Flask) -> None:
    queue("a", "newer")

    jobs.run_all_due()

    found = job("a")
    assert found is not None
    assert (found.state, found.last_error) == (JobState.QUEUED, "KeyError: 'newer'")


def test_a_dead_job_blocks_no_other(app: Flask, done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    dead_job("bad", monkeypatch)
    queue("good")

    assert jobs.run_all_due() == 1
    assert done == ["good"]


def test_a_dead_job_is_tried_again_with_all_its_attempts(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = dead_job("a", monkeypatch)

    retried = job_desk.retry(dead.id, now=datetime.now(UTC))
    assert (retried.state, retried.attempts, retried.last_error) == (JobState.QUEUED, 0, None)
    assert run_to_the_end() == jobs.ATTEMPTS

    job_desk.retry(dead.id, now=datetime.now(UTC))
    monkeypatch.setitem(jobs.HANDLERS, "fails", lambda _subject: None)
    jobs.run_all_due()
    assert job("a") is None


def test_only_a_dead_job_is_tried_again_by_hand(app: Flask) -> None:
    queue("a")
    found = job("a")
    assert found is not None

    with pytest.raises(Problem) as refused:
        job_desk.retry(found.id, now=START)

    assert refused.value.name == "wrong-state"


@pytest.mark.parametrize("job_id", ["", "7", "-1", "9" * 40, "00000000-0000-0000-0000-000000000007", "x\x00", "²"])
def test_a_job_that_is_not_there_is_told(app: Flask, job_id: str) -> None:
    with pytest.raises(Problem) as refused:
        job_desk.retry(job_id, now=START)

    assert refused.value.name == "not-found"


def test_jobs_are_counted_by_state_with_the_age_of_the_oldest(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert job_desk.counts() == jobs.Counts(0, 0, 0, None)
    assert job_desk.counts().oldest_age_s(START) == 0
    dead_job("bad", monkeypatch)
    queue("a")
    queue("b")

    reading().rollback()
    found = job_desk.counts()

    assert (found.queued, found.running, found.dead) == (2, 0, 1)
    assert found.oldest_age_s(START + timedelta(minutes=1)) == 60


def test_a_running_job_counts_as_running(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[jobs.Counts] = []
    monkeypatch.setitem(jobs.HANDLERS, "looks", lambda _subject: seen.append(job_desk.counts()))
    queue("a", "looks")

    jobs.run_all_due()

    assert [(found.queued, found.running) for found in seen] == [(0, 1)]


def test_a_silent_runner_is_given_up_in_time_for_its_job_to_run_again_within_a_minute() -> None:
    settings = config.load({})

    # Silence, the longest look for it, the longest look for due jobs, and the wait for uploads.
    again_s = settings.job_lease_seconds * (1 + 1 / 6) + jobs.procrastinate_worker.POLL_S + jobs.contract.POLITE_S
    assert again_s < 60
    with pytest.raises(config.SettingsError):
        config.load({"SAKSI_JOB_LEASE_SECONDS": "46"})


def test_a_serving_process_does_jobs_on_sqlite_and_on_postgresql_only_where_told() -> None:
    elsewhere = {"SAKSI_DATABASE_URL": "postgresql://there/saksi"}

    assert config.load({}).job_threads == 1
    assert config.load(elsewhere).job_threads == 0
    assert config.load(elsewhere | {"SAKSI_JOB_THREADS": "2"}).job_threads == 2


def test_work_that_can_wait_waits_for_uploads_but_not_for_ever() -> None:
    uploads = Uploads()
    assert uploads.wait_until_quiet(at_most_s=0)
    with uploads.one():
        began = time.monotonic()
        assert not uploads.wait_until_quiet(at_most_s=0.05)
        assert time.monotonic() - began >= 0.05
    assert not uploads.wait_until_quiet(at_most_s=0, for_s=60), "the next photo may be on its way"
    assert uploads.wait_until_quiet(at_most_s=60, for_s=0.01)
