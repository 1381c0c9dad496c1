"""Two people take the same step at the same moment, on connections of their own: one of them takes it.

Each race is run by threads of one process and by separate processes on the same database.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

import config
from server.access import Actor
from server.db import db, reading
from server.models import Certificate, CustodyEvent, Nonce, Payment, Submission, SubmissionDecision
from server.models.evidence import EvidenceState
from server.models.milestones import MilestoneState
from server.models.payments import CertificateState
from server.models.submissions import SubmissionState
from server.problems import Problem
from server.services import custody, devices, evidence_review
from server.services.devices import MOST_NONCES, OfferedKey
from tests.faults import racer
from tests.faults.racer import DONE
from tests.phones import Phone
from tests.services.money.road import REFUSE, Road

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3
PATIENCE_S = 60

Racer = subprocess.Popen[str]
Race = Callable[[list[tuple[str, dict[str, Any]]]], Counter[str]]


@pytest.fixture
def road(app: Flask, actor: Callable[[str], Actor]) -> Road:
    """The road project, with its first milestone open."""
    return Road(cache(actor))


@pytest.fixture(scope="module")
def pool() -> Iterator[list[Racer]]:
    """Two processes that wait for orders, for all races of this file."""
    command = [sys.executable, "-m", "tests.faults.racer"]
    racers = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    yield racers
    for each in racers:
        each.communicate(timeout=PATIENCE_S)


@pytest.fixture(params=["threads", "processes"])
def race(request: pytest.FixtureRequest, app: Flask, road: Road, settings: config.Settings) -> Race:
    """Run steps (persona, order) all at once; answers how many ended in which way."""

    def run(runners: list[tuple[str, dict[str, Any]]]) -> Counter[str]:
        named = [(road.actor(name), order) for name, order in runners]
        # Nothing may hold the database while the others run.
        db.session.remove()
        if request.param == "threads":
            return Counter(_in_threads(app, named))
        return Counter(_in_processes(request.getfixturevalue("pool"), settings, named))

    return run


def _in_threads(app: Flask, runners: list[tuple[Actor, dict[str, Any]]]) -> list[str]:
    """Every runner in a thread with its own connection, let go together."""
    start, ends = threading.Barrier(len(runners)), ["never ended"] * len(runners)

    def go(place: int, actor: Actor, order: dict[str, Any]) -> None:
        with app.app_context():
            start.wait(PATIENCE_S)
            ends[place] = racer.outcome(order["step"], actor, order)

    threads = [threading.Thread(target=go, args=(n, *runner)) for n, runner in enumerate(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    return ends


def _in_processes(
    pool: list[Racer], settings: config.Settings, runners: list[tuple[Actor, dict[str, Any]]]
) -> list[str]:
    """Every runner in a process of its own; all are ready before the first is let go."""
    where = {"database_url": settings.database_url, "data_root": str(settings.data_root)}
    for each, (actor, order) in zip(pool, runners, strict=True):
        _say(each, json.dumps(order | where | {"session": str(actor.session_id)}))
    assert [_hear(each) for each in pool] == ["ready"] * len(pool)
    for each in pool:
        _say(each, "go")
    return [_hear(each) for each in pool]


def _say(racer_process: Racer, line: str) -> None:
    assert racer_process.stdin is not None
    racer_process.stdin.write(line + "\n")
    racer_process.stdin.flush()


def _hear(racer_process: Racer) -> str:
    assert racer_process.stdout is not None
    return racer_process.stdout.readline().strip()


def count(table: type[Any], *where: Any) -> int:
    """How many rows there are."""
    return reading().scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0


def assert_whole_custody() -> None:
    """The custody log must follow link by link, whoever wrote it at the same time."""
    assert custody.broken_link(custody.export()) is None


def _approval(submission: Submission) -> dict[str, Any]:
    return {"step": "approve", "submission": str(submission.id), "digest": submission.digest}


def _payment(road: Road, certificate: Certificate) -> dict[str, Any]:
    return {"step": "pay", "certificate": str(certificate.id), "paid_on": road.today.isoformat()}


def test_of_two_approvals_at_once_one_is_made(road: Road, race: Race) -> None:
    road.photos(2)
    approval = _approval(road.submit())

    ends = race([("supervisor", approval), ("second_supervisor", approval)])

    assert ends == {DONE: 1, "already-decided": 1}
    assert count(SubmissionDecision) == 1
    assert count(Certificate, Certificate.state == CertificateState.UNLOCKED) == 1
    assert count(CustodyEvent, CustodyEvent.action == "certificate.unlocked") == 1
    assert_whole_custody()


def test_of_two_payments_at_once_one_is_made(road: Road, race: Race) -> None:
    payment = _payment(road, road.certified())

    ends = race([("paymaster", payment), ("second_paymaster", payment)])

    assert ends == {DONE: 1, "already-paid": 1}
    assert count(Payment) == 1
    assert road.milestone().state is MilestoneState.PAID
    assert_whole_custody()


@pytest.mark.parametrize("race", ["threads"], indirect=True)
def test_the_same_payment_sent_many_times_at_once_is_made_once(road: Road, race: Race) -> None:
    payment = _payment(road, road.certified())

    ends = race([("paymaster", payment)] * 4)

    assert ends == {DONE: 1, "already-paid": 3}
    assert count(Payment) == 1


def test_of_two_submissions_at_once_one_is_made(road: Road, race: Race) -> None:
    road.photos(2)
    submission = {"step": "submit", "milestone": str(road.milestone().id)}

    ends = race([("inspector", submission), ("contractor", submission)])

    assert ends == {DONE: 1, "wrong-state": 1}
    assert count(Submission, Submission.state == SubmissionState.PENDING) == 1
    assert_whole_custody()


def test_one_person_approving_twice_at_once_does_not_count_as_two(road: Road, race: Race) -> None:
    road.worth(500_000_000)
    road.photos(2)
    approval = _approval(road.submit())

    ends = race([("supervisor", approval), ("supervisor", approval)])

    assert ends == {DONE: 1, "separation-of-duties": 1}
    assert count(Certificate, Certificate.state == CertificateState.UNLOCKED) == 0


def test_two_people_approving_a_large_amount_at_once_complete_it(road: Road, race: Race) -> None:
    road.worth(500_000_000)
    road.photos(2)
    approval = _approval(road.submit())

    assert race([("supervisor", approval), ("second_supervisor", approval)]) == {DONE: 2}

    assert sorted(reading().scalars(sa.select(SubmissionDecision.position))) == [1, 2]
    assert road.certificate().state is CertificateState.UNLOCKED
    assert count(CustodyEvent, CustodyEvent.action == "certificate.unlocked") == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_who_take_nonces_for_one_device_at_once_none_makes_it_hold_too_many(
    road: Road, race: Race, _round: int
) -> None:
    key = Phone().public_key
    now = datetime.now(UTC)
    device = devices.enrol(road.actor("inspector"), OfferedKey(key["x"], key["y"], "Mine"), now=now).device
    taking = {"step": "take nonces", "device": str(device.id), "count": 30, "times": 6}

    assert race([("inspector", taking)] * 2) == {DONE: 2}

    assert count(Nonce, Nonce.device_id == device.id) == MOST_NONCES


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_photo_refused_at_the_moment_of_approval_is_never_in_what_was_approved(
    app: Flask, road: Road, _round: int
) -> None:
    photos = road.photos(3)
    approval = _approval(road.submit())
    supervisor, second = road.actor("supervisor"), road.actor("second_supervisor")
    db.session.remove()
    start, refusals = threading.Barrier(2), []

    def refuse() -> None:
        with app.app_context():
            start.wait(PATIENCE_S)
            try:
                evidence_review.decide(second, photos[0], REFUSE, "Another road.", now=road.now)
            except Problem as problem:
                refusals.append(problem.name)

    rival = threading.Thread(target=refuse)
    rival.start()
    start.wait(PATIENCE_S)
    end = racer.outcome("approve", supervisor, approval)
    rival.join(PATIENCE_S)

    photo = road.evidence(photos[0])
    if end == DONE:
        assert (photo.state, refusals) == (EvidenceState.VERIFIED, ["wrong-state"])
    else:
        assert (end, photo.state) == ("requirements-not-met", EvidenceState.REFUSED)
