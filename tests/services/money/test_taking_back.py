"""Taking back an approval before money rests on it, and a return before anything was put forward since."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread
from typing import Any

import pytest
from flask import Flask

from server.db import reading
from server.models import Submission, SubmissionTakingBack
from server.models.milestones import MilestoneState
from server.models.payments import CertificateState
from server.models.submissions import SubmissionState, TakenBackWord
from server.problems import Problem
from server.services import approval, certificates, taking_back
from tests.services.money.road import APPROVE, REJECT, RETURN, Road, refused_as

UNAPPROVE, UNRETURN = TakenBackWord


def take_back(
    road: Road,
    submission: Submission,
    word: TakenBackWord = UNAPPROVE,
    by: str = "supervisor",
    digest: str | None = None,
) -> Submission:
    """Take a word back as a persona."""
    digest = digest or submission.digest
    return taking_back.take_back(road.actor(by), submission.id, word, "The wrong milestone.", digest, now=road.now)


def test_an_approval_taken_back_locks_the_money_and_withdraws_the_photos(road: Road) -> None:
    photos = road.photos(2)
    submission = road.decide(road.submit())

    taken = take_back(road, submission)

    assert taken.state is SubmissionState.RETURNED
    assert road.milestone().state is MilestoneState.RETURNED
    certificate = road.certificate()
    assert certificate.state is CertificateState.LOCKED
    assert certificate.net_minor == certificate.gross_minor == road.milestone().amount_minor
    assert all(road.evidence(photo).published_at is None for photo in photos)
    assert all(road.evidence(photo).map_key is None for photo in photos)


def test_it_is_told_to_the_custody_log_and_the_approval_stays_on_record(road: Road) -> None:
    submission = road.approved()

    take_back(road, submission)

    assert road.events("submission.taken_back")[0].details["reason"] == "The wrong milestone."
    for action, times in {"certificate.locked": 1, "evidence.withdrawn": 2, "milestone.returned": 1}.items():
        assert len(road.events(action)) == times, action
    assert [made.decision for made in reading().get_one(Submission, submission.id).decisions] == [APPROVE]


def test_what_was_taken_back_is_put_forward_and_approved_anew_by_the_same_person(road: Road) -> None:
    take_back(road, road.approved())

    again = road.decide(road.submit())

    assert again.state is SubmissionState.APPROVED
    assert road.certificate().state is CertificateState.UNLOCKED


def test_a_certified_approval_stands(road: Road) -> None:
    submission = road.approved()
    certificates.certify(road.actor("paymaster"), road.certificate().id, now=road.now)

    with refused_as("wrong-state"):
        take_back(road, submission)

    assert road.milestone().state is MilestoneState.APPROVED


def test_the_latest_approval_goes_first(road: Road) -> None:
    first = road.approved("M1")
    road.later(hours=1)
    second = road.approved("M2")

    with refused_as("wrong-state"):
        take_back(road, first)
    take_back(road, second)
    take_back(road, first)

    assert road.certificate("M1").state is road.certificate("M2").state is CertificateState.LOCKED


@pytest.mark.parametrize(
    ("by", "name"), [("builders_supervisor", "separation-of-duties"), ("inspector", "not-allowed")]
)
def test_whoever_cannot_decide_takes_nothing_back(road: Road, by: str, name: str) -> None:
    submission = road.approved()

    with refused_as(name):
        take_back(road, submission, by=by)


def test_another_supervisor_may_take_it_back(road: Road) -> None:
    take_back(road, road.approved(), by="second_supervisor")

    row = reading().query(SubmissionTakingBack).one()
    assert row.taken_back_by == road.actor("second_supervisor").person_id


def test_a_return_taken_back_puts_the_same_photos_forward_as_of_then(road: Road) -> None:
    road.photos(2)
    returned = road.decide(road.submit(), RETURN)
    road.later(days=3)

    renewed = take_back(road, returned, UNRETURN)

    assert renewed.id != returned.id
    assert renewed.state is SubmissionState.PENDING
    assert (renewed.digest, renewed.submitted_at) == (returned.digest, returned.submitted_at)
    assert renewed.submitted_by == road.actor("inspector").person_id
    assert road.milestone().state is MilestoneState.SUBMITTED
    assert road.decide(renewed).state is SubmissionState.APPROVED


def test_a_return_stands_once_something_was_put_forward_since(road: Road) -> None:
    road.photos(2)
    returned = road.decide(road.submit(), RETURN)
    road.later(hours=1)
    again = road.submit()

    with refused_as("wrong-state"):
        take_back(road, returned, UNRETURN)
    road.decide(again, RETURN)
    with refused_as("wrong-state"):
        take_back(road, returned, UNRETURN)


def test_a_return_is_taken_back_once(road: Road) -> None:
    road.photos(2)
    returned = road.decide(road.submit(), RETURN)
    take_back(road, returned, UNRETURN)

    with refused_as("wrong-state"):
        take_back(road, returned, UNRETURN)


def test_an_approval_taken_back_in_error_is_restored_by_taking_its_return_back(road: Road) -> None:
    renewed = take_back(road, take_back(road, road.approved()), UNRETURN)

    assert road.decide(renewed).state is SubmissionState.APPROVED


@pytest.mark.parametrize("word", [UNAPPROVE, UNRETURN])
def test_a_rejection_stands(road: Road, word: TakenBackWord) -> None:
    road.photos(2)
    rejected = road.decide(road.submit(), REJECT)

    with refused_as("wrong-state"):
        take_back(road, rejected, word)


def test_it_names_the_digest_that_was_shown(road: Road) -> None:
    submission = road.approved()

    with refused_as("digest-conflict"):
        take_back(road, submission, digest="0" * 64)


def test_a_reason_is_owed(road: Road) -> None:
    submission = road.approved()

    with refused_as("invalid"):
        taking_back.take_back(road.actor("supervisor"), submission.id, UNAPPROVE, " ", submission.digest, now=road.now)


def test_nothing_is_approved_on_what_is_taken_back_at_the_same_moment(
    app: Flask, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = road.approved("M1")
    road.later(hours=1)
    road.photos(2, milestone="M2")
    second = road.submit(milestone="M2")
    rival = road.actor("second_supervisor")
    look, others = approval.refuse_incomplete, []

    def take_first_back() -> None:
        with app.app_context(), suppress(Problem):
            taking_back.take_back(rival, first.id, UNAPPROVE, "The wrong milestone.", first.digest, now=road.now)

    def look_and_let_the_other_go(*given: Any) -> None:
        look(*given)
        others.append(Thread(target=take_first_back))
        others[0].start()
        others[0].join(1.0)

    monkeypatch.setattr(approval, "refuse_incomplete", look_and_let_the_other_go)
    road.decide(second)
    others[0].join()

    assert (road.milestone("M1").state, road.milestone("M2").state) == (MilestoneState.APPROVED,) * 2
