"""Putting photos forward: which may be, who contributes, and what exactly is frozen."""

from __future__ import annotations

import hashlib
import json

import pytest

from server.db import new_id
from server.models import Milestone
from server.models.evidence import EvidenceState
from server.models.milestones import MilestoneState
from server.models.submissions import SubmissionState
from server.services import submissions
from tests.services.money.road import REJECT, RETURN, Road, refused_as


def test_all_photos_that_can_be_put_forward_are(road: Road) -> None:
    wanted = {road.photo(EvidenceState.VERIFIED), road.photo(EvidenceState.ACCEPTED)}
    wanted.add(road.photo(EvidenceState.NEEDS_REVIEW))
    road.photo(EvidenceState.REJECTED)
    road.photo(EvidenceState.REFUSED)
    road.photo(milestone="M2")

    submission = road.submit(note=" All of it. ")

    assert {item.evidence_id for item in submission.items} == wanted
    assert (submission.state, submission.note) == (SubmissionState.PENDING, "All of it.")
    assert road.milestone().state is MilestoneState.SUBMITTED


def test_named_photos_alone_are_put_forward(road: Road) -> None:
    first, _second = road.photos(2)

    assert [item.evidence_id for item in road.submit(evidence_ids=[first]).items] == [first]


def test_the_digest_names_exactly_what_is_frozen(road: Road) -> None:
    photos = sorted(road.photos(2))
    records = [road.evidence(photo) for photo in photos]
    expected = {
        "items": [
            {"claim": each.claim_digest, "evidence": str(each.id), "requirement": "during", "sha256": each.sha256}
            for each in records
        ],
        "milestone": str(road.milestone().id),
    }
    canonical = json.dumps(expected, separators=(",", ":"), sort_keys=True)

    assert road.submit(evidence_ids=photos[::-1]).digest == hashlib.sha256(canonical.encode()).hexdigest()


def test_uploaders_the_submitter_and_the_sites_drawer_are_contributors(road: Road) -> None:
    road.photo(by="contractor")
    road.photo(by="second_inspector")
    road.site_changed_by("administrator")

    assert road.parts(road.submit(by="inspector")) == {
        "Contractor": "contributor",
        "Second Inspector": "contributor",
        "Administrator": "contributor",
        "Inspector": "contributor",
    }


def test_it_is_told_to_the_custody_log(road: Road) -> None:
    road.photos(2)
    submission = road.submit(by="contractor")

    made, submitted = road.events("submission.made")[0], road.events("milestone.submitted")[0]
    assert made.details["digest"] == submission.digest
    assert made.actor_id == road.actor("contractor").person_id
    assert submitted.details == {"submission": str(submission.id), "project": "ROAD-1", "milestone": "M1"}


@pytest.mark.parametrize("name", ["supervisor", "safety_officer", "paymaster", "administrator", "other_inspector"])
def test_only_inspectors_and_contractors_put_forward(road: Road, name: str) -> None:
    road.photos(2)

    with refused_as("not-allowed"):
        road.submit(by=name)


@pytest.mark.parametrize(
    "state", [s for s in MilestoneState if s not in {MilestoneState.OPEN, MilestoneState.RETURNED}]
)
def test_the_milestone_must_be_open(road: Road, state: MilestoneState) -> None:
    road.photos(2)
    road.change(Milestone, {"state": state}, Milestone.code == "M1")

    with refused_as("wrong-state"):
        road.submit()


def test_a_milestone_is_put_forward_once_at_a_time(road: Road) -> None:
    road.photos(2)
    road.submit()

    with refused_as("wrong-state"):
        road.submit()


def test_an_unknown_milestone_is_not_found(road: Road) -> None:
    with refused_as("not-found"):
        submissions.submit(road.actor("inspector"), new_id(), now=road.now)


@pytest.mark.parametrize("named", [None, []])
def test_nothing_cannot_be_put_forward(road: Road, named: list[object] | None) -> None:
    with refused_as("invalid") as refusal:
        road.submit(evidence_ids=named)

    assert refusal.value.errors[0].pointer == "#/evidence"
    assert road.milestone().state is MilestoneState.OPEN


def test_every_unfit_photo_is_named_by_its_place(road: Road) -> None:
    good, elsewhere = road.photo(), road.photo(milestone="M2")
    rejected, refused = road.photo(EvidenceState.REJECTED), road.photo(EvidenceState.REFUSED)

    with refused_as("invalid") as refusal:
        road.submit(evidence_ids=[good, elsewhere, rejected, refused, good, new_id()])

    assert {error.pointer: error.detail for error in refusal.value.errors} == {
        "#/evidence/1": "Milestone M1 has no photo with this id.",
        "#/evidence/2": "This photo is rejected by the checks.",
        "#/evidence/3": "This photo is refused by a reviewer.",
        "#/evidence/4": "This photo is named twice.",
        "#/evidence/5": "Milestone M1 has no photo with this id.",
    }


def test_what_was_rejected_with_its_submission_is_not_put_forward_again(road: Road) -> None:
    spent = road.photos(2)
    road.decide(road.submit(), REJECT)
    fresh = road.photo()

    with refused_as("invalid") as refusal:
        road.submit(evidence_ids=[fresh, spent[1]])
    assert [error.pointer for error in refusal.value.errors] == ["#/evidence/1"]
    assert [item.evidence_id for item in road.submit().items] == [fresh]


def test_what_was_returned_may_be_put_forward_again(road: Road) -> None:
    photos = road.photos(2)
    first = road.decide(road.submit(), RETURN)

    again = road.submit()

    assert {item.evidence_id for item in again.items} == set(photos)
    assert again.digest == first.digest
    assert again.id != first.id


@pytest.mark.parametrize(("amount_minor", "approvals"), [(499_999_999, 1), (500_000_000, 2)])
def test_large_amounts_need_two_approvals(road: Road, amount_minor: int, approvals: int) -> None:
    road.worth(amount_minor)
    road.photos(2)

    assert road.submit().approvals_needed == approvals
