"""Deciding on a submission: by whom, on what exactly, and what follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.db import new_id
from server.models import Contract, Evidence, Milestone, Requirement
from server.models.evidence import CopiesState, EvidenceState
from server.models.milestones import MilestoneState
from server.models.payments import CertificateState
from server.models.people import Role
from server.models.submissions import SubmissionDecisionWord, SubmissionState
from server.services import submissions
from tests.services.money.road import ACCEPT, APPROVE, REFUSE, REJECT, RETURN, Road, refused_as


def test_approval_moves_everything_at_once(road: Road) -> None:
    photos = road.photos(2)
    submission = road.decide(road.submit())

    assert submission.state is SubmissionState.APPROVED
    assert road.milestone("M1").state is MilestoneState.APPROVED
    assert road.milestone("M2").state is MilestoneState.OPEN
    assert road.milestone("M3").state is MilestoneState.PLANNED
    assert road.certificate("M1").state is CertificateState.UNLOCKED
    assert road.certificate("M2").state is CertificateState.LOCKED
    assert all(road.evidence(photo).published_at == road.now for photo in photos)


def test_approval_is_told_to_the_custody_log(road: Road) -> None:
    submission = road.approved()

    said = road.events("submission.decision")[0].details
    assert (said["decision"], said["reason"], said["digest"]) == ("approve", "Seen on site.", submission.digest)
    for action in ("submission.approved", "milestone.approved", "certificate.unlocked", "milestone.opened"):
        assert len(road.events(action)) == 1, action
    assert len(road.events("evidence.published")) == 2


def test_only_the_photos_of_the_submission_are_published(road: Road) -> None:
    wanted, left_out = road.photos(2), road.photo()

    road.decide(road.submit(evidence_ids=wanted))

    assert road.evidence(left_out).published_at is None


@pytest.mark.parametrize(("word", "state"), [(RETURN, SubmissionState.RETURNED), (REJECT, SubmissionState.REJECTED)])
def test_what_is_not_approved_goes_back_and_unlocks_nothing(
    road: Road, word: SubmissionDecisionWord, state: SubmissionState
) -> None:
    photo = road.photo()

    assert road.decide(road.submit(), word).state is state

    assert road.milestone("M1").state is MilestoneState.RETURNED
    assert road.milestone("M2").state is MilestoneState.PLANNED
    assert road.certificate().state is CertificateState.LOCKED
    assert road.evidence(photo).published_at is None


def test_another_digest_is_refused(road: Road) -> None:
    road.photos(2)
    submission = road.submit()

    with refused_as("digest-conflict"):
        submissions.decide(road.actor("supervisor"), submission.id, APPROVE, "Fine.", "0" * 64, now=road.now)

    assert road.milestone().state is MilestoneState.SUBMITTED


@pytest.mark.parametrize("word", [APPROVE, RETURN, REJECT])
def test_what_is_decided_stays_decided(road: Road, word: SubmissionDecisionWord) -> None:
    submission = road.approved()

    with refused_as("already-decided"):
        road.decide(submission, word, by="second_supervisor")


def test_a_reason_must_be_written(road: Road) -> None:
    road.photos(2)
    submission = road.submit()

    with refused_as("invalid"):
        submissions.decide(road.actor("supervisor"), submission.id, APPROVE, " ", submission.digest, now=road.now)

    assert road.parts(submission) == {"Inspector": "contributor"}, "a refused decision must leave no part behind"


def test_an_unknown_submission_is_not_found(road: Road) -> None:
    with refused_as("not-found"):
        submissions.decide(road.actor("supervisor"), new_id(), APPROVE, "Fine.", "0" * 64, now=road.now)


@pytest.mark.parametrize(
    "name", ["inspector", "contractor", "paymaster", "administrator", "auditor", "other_supervisor"]
)
def test_only_a_supervisor_of_the_project_decides(road: Road, name: str) -> None:
    road.photos(2, by="second_inspector")
    submission = road.submit(by="second_inspector")

    with refused_as("not-allowed"):
        road.decide(submission, by=name)


@pytest.mark.parametrize("word", [APPROVE, RETURN, REJECT])
def test_an_uploader_does_not_decide(road: Road, word: SubmissionDecisionWord) -> None:
    road.photos(2, by="supervisor")
    submission = road.submit()

    with refused_as("separation-of-duties"):
        road.decide(submission, word, by="supervisor")


def test_the_contractors_supervisor_does_not_decide(road: Road) -> None:
    road.photos(2)

    with refused_as("separation-of-duties"):
        road.decide(road.submit(), by="builders_supervisor")


def test_a_subcontractors_supervisor_does_not_decide(road: Road) -> None:
    road.photos(2)

    with refused_as("separation-of-duties"):
        road.decide(road.submit(), by=road.hire("subs_supervisor", "sub", Role.SUPERVISOR))


def test_who_submitted_does_not_decide_under_another_role(road: Road) -> None:
    road.photos(2)
    both = road.hire("both", "agency", Role.INSPECTOR)
    submission = submissions.submit(both, road.milestone().id, now=road.now)
    both_as_supervisor = replace(both, held=road.actor("supervisor").held)

    with refused_as("separation-of-duties"):
        road.decide(submission, by=both_as_supervisor)


@pytest.mark.parametrize("when", ["before the submission", "after the submission"])
def test_who_changed_the_sites_shape_does_not_decide(road: Road, when: str) -> None:
    road.photos(2)
    if when == "before the submission":
        road.site_changed_by("supervisor")
    submission = road.submit()
    if when == "after the submission":
        road.site_changed_by("supervisor")

    with refused_as("separation-of-duties"):
        road.decide(submission, by="supervisor")

    assert road.decide(submission, by="second_supervisor").state is SubmissionState.APPROVED


def test_a_photo_that_waits_holds_approval_back(road: Road) -> None:
    road.photos(2)
    waiting = road.photo(EvidenceState.NEEDS_REVIEW)
    submission = road.submit()

    with refused_as("requirements-not-met") as refusal:
        road.decide(submission)
    assert [error.pointer for error in refusal.value.errors] == [f"#/evidence/{waiting}"]

    road.review(waiting, ACCEPT)
    assert road.decide(submission).state is SubmissionState.APPROVED


def test_a_photo_whose_picture_no_one_has_decoded_yet_holds_approval_back(road: Road) -> None:
    road.photos(2)
    undecoded = road.photo(copies=CopiesState.WAITING)
    submission = road.submit()

    with refused_as("requirements-not-met") as refusal:
        road.decide(submission)

    assert [error.pointer for error in refusal.value.errors] == [f"#/evidence/{undecoded}"]


def test_a_photo_that_cannot_be_shown_holds_approval_back(road: Road) -> None:
    road.photos(2)
    road.photo(copies=CopiesState.IMPOSSIBLE)
    submission = road.submit()

    with refused_as("requirements-not-met") as refusal:
        road.decide(submission)

    assert refusal.value.errors[0].detail == "This photo's picture cannot be shown."


def test_a_photo_refused_meanwhile_holds_approval_back(road: Road) -> None:
    photos = road.photos(3)
    submission = road.submit()
    road.review(photos[0], REFUSE)

    with refused_as("requirements-not-met") as refusal:
        road.decide(submission)

    assert refusal.value.errors[0].detail == "This photo is refused by a reviewer."


def test_every_unmet_requirement_is_named(road: Road) -> None:
    road.photo()
    submission = road.submit()

    with refused_as("requirements-not-met") as refusal:
        road.decide(submission)

    error = refusal.value.errors[0]
    assert (error.pointer, error.detail) == (
        "#/requirements/during",
        "“The works under way” has 1 of the 2 photos it needs.",
    )
    assert road.decide(submission, RETURN).state is SubmissionState.RETURNED, "it can still go back"


def test_age_is_judged_against_the_time_of_submission(road: Road) -> None:
    road.change(Requirement, {"oldest_age_h": 24.0}, Requirement.milestone_id == road.milestone().id)
    road.photos(2, captured_at=road.now)
    submission = road.submit()
    road.later(days=3)

    assert road.decide(submission).state is SubmissionState.APPROVED


def test_the_milestone_before_must_be_approved_first(road: Road) -> None:
    road.change(Milestone, {"state": MilestoneState.OPEN}, Milestone.code == "M2")
    road.photos(2, milestone="M2")
    second = road.submit(milestone="M2")

    with refused_as("wrong-state"):
        road.decide(second)

    road.approved("M1")
    assert road.decide(second).state is SubmissionState.APPROVED


def test_a_contract_without_a_value_unlocks_nothing(road: Road) -> None:
    road.photos(2)
    submission = road.submit()
    road.change(Contract, {"value_minor": 0, "advance_minor": 0}, Contract.project_id == road.project.id)

    with refused_as("wrong-state"):
        road.decide(submission)

    assert road.milestone().state is MilestoneState.SUBMITTED, "nothing of the approval may remain"
    assert road.evidence(submission.items[0].evidence_id).published_at is None
    assert road.certificate().state is CertificateState.LOCKED


class TestTwoApprovals:
    """Above the policy's threshold a second, different person completes the approval."""

    def test_the_first_leaves_it_pending(self, road: Road) -> None:
        road.worth(500_000_000)

        assert road.approved(by="supervisor").state is SubmissionState.PENDING

        assert road.certificate().state is CertificateState.LOCKED
        assert road.milestone().state is MilestoneState.SUBMITTED

    def test_the_second_person_completes_it(self, road: Road) -> None:
        road.worth(500_000_000)
        submission = road.approved(by="supervisor")

        assert road.decide(submission, by="second_supervisor").state is SubmissionState.APPROVED

        assert road.certificate().state is CertificateState.UNLOCKED
        assert [each.position for each in submission.decisions] == [1, 2]

    def test_the_same_person_does_not_count_twice(self, road: Road) -> None:
        road.worth(500_000_000)
        submission = road.approved(by="supervisor")

        with refused_as("separation-of-duties"):
            road.decide(submission, by="supervisor")

        assert road.certificate().state is CertificateState.LOCKED

    def test_the_second_person_may_return_it(self, road: Road) -> None:
        road.worth(500_000_000)
        submission = road.approved(by="supervisor")

        assert road.decide(submission, RETURN, by="second_supervisor").state is SubmissionState.RETURNED

        assert road.milestone().state is MilestoneState.RETURNED

    def test_a_photo_refused_between_the_two_holds_the_second_back(self, road: Road) -> None:
        road.worth(500_000_000)
        submission = road.approved(by="supervisor")
        road.review(submission.items[0].evidence_id, REFUSE, by="supervisor")

        with refused_as("requirements-not-met"):
            road.decide(submission, by="second_supervisor")

        assert road.evidence(submission.items[1].evidence_id).published_at is None


def test_a_photo_in_no_milestone_is_never_approved(road: Road) -> None:
    road.photos(2)
    stray = road.photo()
    road.change(Evidence, {"milestone_id": None}, Evidence.id == stray)

    assert stray not in {item.evidence_id for item in road.submit().items}
