"""A person's word on one photo: who may say it, from which states, and the one appeal."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from evidence.context import Stage
from server.db import new_id, reading
from server.models import EvidenceDecision
from server.models.evidence import CopiesState, EvidenceState, EvidenceVerdictWord
from server.models.people import Role
from server.services import evidence_review
from tests.services.money.road import ACCEPT, REFUSE, Road, refused_as

WORKING_MOVES = [
    (EvidenceState.NEEDS_REVIEW, ACCEPT, EvidenceState.ACCEPTED),
    (EvidenceState.REFUSED, ACCEPT, EvidenceState.ACCEPTED),
    (EvidenceState.NEEDS_REVIEW, REFUSE, EvidenceState.REFUSED),
    (EvidenceState.VERIFIED, REFUSE, EvidenceState.REFUSED),
    (EvidenceState.ACCEPTED, REFUSE, EvidenceState.REFUSED),
]
BARRED_MOVES = [
    (EvidenceState.RECEIVED, ACCEPT),
    (EvidenceState.RECEIVED, REFUSE),
    (EvidenceState.VERIFIED, ACCEPT),
    (EvidenceState.ACCEPTED, ACCEPT),
    (EvidenceState.REJECTED, ACCEPT),
    (EvidenceState.REJECTED, REFUSE),
    (EvidenceState.REFUSED, REFUSE),
]


@pytest.mark.parametrize(("before", "word", "after"), WORKING_MOVES)
def test_a_decision_moves_the_photo(
    road: Road, before: EvidenceState, word: EvidenceVerdictWord, after: EvidenceState
) -> None:
    photo = road.photo(before)

    assert road.review(photo, word).state is after

    assert road.evidence(photo).verdict is before, "what the machine said must stay"


@pytest.mark.parametrize(("before", "word"), BARRED_MOVES)
def test_other_moves_are_refused(road: Road, before: EvidenceState, word: EvidenceVerdictWord) -> None:
    photo = road.photo(before)

    with refused_as("wrong-state"):
        road.review(photo, word)

    assert road.evidence(photo).state is before


def test_a_decision_is_kept_with_its_reason_and_told_to_the_custody_log(road: Road) -> None:
    photo = road.photo(EvidenceState.NEEDS_REVIEW)

    road.review(photo, ACCEPT, reason="  The culvert is plainly there.  ")

    decision = road.evidence(photo).decisions[0]
    assert (decision.reason, decision.decider.name) == ("The culvert is plainly there.", "Supervisor")
    event = road.events("evidence.accepted")[0]
    assert event.record_id == str(photo)
    assert event.details["reason"] == decision.reason


def test_a_decision_is_undone_by_another_and_both_stay(road: Road) -> None:
    photo = road.photo(EvidenceState.NEEDS_REVIEW)

    road.review(photo, REFUSE)
    road.later(minutes=1)
    road.review(photo, ACCEPT)

    assert [each.decision for each in road.evidence(photo).decisions] == [REFUSE, ACCEPT]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 2001])
def test_a_reason_must_be_written(road: Road, reason: str) -> None:
    photo = road.photo(EvidenceState.NEEDS_REVIEW)

    with refused_as("invalid") as refusal:
        road.review(photo, ACCEPT, reason=reason)

    assert refusal.value.errors[0].pointer == "#/reason"
    assert road.evidence(photo).state is EvidenceState.NEEDS_REVIEW


@pytest.mark.parametrize(
    "name", ["inspector", "contractor", "paymaster", "administrator", "other_supervisor", "nobody"]
)
def test_only_a_supervisor_of_the_project_decides(road: Road, name: str) -> None:
    photo = road.photo(EvidenceState.NEEDS_REVIEW, by="second_inspector")

    with refused_as("not-allowed"):
        road.review(photo, ACCEPT, by=name)


def test_an_unknown_photo_is_not_found(road: Road) -> None:
    with refused_as("not-found"):
        road.review(new_id(), ACCEPT)


def test_the_uploader_does_not_decide_on_their_own_photo(road: Road) -> None:
    photo = road.photo(EvidenceState.NEEDS_REVIEW, by="supervisor")

    with refused_as("separation-of-duties"):
        road.review(photo, ACCEPT, by="supervisor")


def test_the_contractors_supervisor_does_not_decide(road: Road) -> None:
    with refused_as("separation-of-duties"):
        road.review(road.photo(EvidenceState.NEEDS_REVIEW), ACCEPT, by="builders_supervisor")


def test_a_subcontractors_supervisor_does_not_decide(road: Road) -> None:
    subs_supervisor = road.hire("subs_supervisor", "sub", Role.SUPERVISOR)

    with refused_as("separation-of-duties"):
        road.review(road.photo(EvidenceState.NEEDS_REVIEW), ACCEPT, by=subs_supervisor)


def test_who_changed_the_sites_shape_does_not_decide(road: Road) -> None:
    road.site_changed_by("supervisor")
    photo = road.photo(EvidenceState.NEEDS_REVIEW)

    with refused_as("separation-of-duties"):
        road.review(photo, ACCEPT)

    assert road.review(photo, ACCEPT, by="second_supervisor").state is EvidenceState.ACCEPTED


def test_a_photo_of_an_approved_submission_stands_as_it_was_approved(road: Road) -> None:
    submission = road.approved()

    with refused_as("wrong-state"):
        road.review(submission.items[0].evidence_id, REFUSE)


def test_a_photo_of_a_pending_submission_can_still_be_decided(road: Road) -> None:
    photo = road.photo(EvidenceState.NEEDS_REVIEW)
    road.submit()

    assert road.review(photo, ACCEPT).state is EvidenceState.ACCEPTED


@pytest.mark.parametrize("before", [EvidenceState.REJECTED, EvidenceState.REFUSED])
def test_an_appeal_brings_the_photo_back_to_review(road: Road, before: EvidenceState) -> None:
    photo = road.photo(before)

    evidence_review.appeal(road.actor("inspector"), photo, "The fence is right behind me.", now=road.now)

    evidence = road.evidence(photo)
    assert evidence.state is EvidenceState.NEEDS_REVIEW
    assert evidence.appeal is not None
    assert evidence.appeal.reason == "The fence is right behind me."
    assert len(road.events("evidence.appealed")) == 1


def test_an_appeal_is_made_once(road: Road) -> None:
    photo = road.photo(EvidenceState.REJECTED)
    uploader = road.actor("inspector")
    evidence_review.appeal(uploader, photo, "Look again.", now=road.now)
    with refused_as("already-appealed"):
        evidence_review.appeal(uploader, photo, "And again.", now=road.now)

    road.review(photo, REFUSE)

    with refused_as("already-appealed"):
        evidence_review.appeal(uploader, photo, "And again.", now=road.now)
    assert road.evidence(photo).state is EvidenceState.REFUSED


@pytest.mark.parametrize("name", ["second_inspector", "supervisor", "contractor"])
def test_only_the_uploader_appeals(road: Road, name: str) -> None:
    photo = road.photo(EvidenceState.REJECTED)

    with refused_as("not-allowed"):
        evidence_review.appeal(road.actor(name), photo, "For a friend.", now=road.now)


@pytest.mark.parametrize("state", [EvidenceState.VERIFIED, EvidenceState.NEEDS_REVIEW, EvidenceState.ACCEPTED])
def test_there_is_nothing_to_appeal_against_in_other_states(road: Road, state: EvidenceState) -> None:
    photo = road.photo(state)

    with refused_as("wrong-state"):
        evidence_review.appeal(road.actor("inspector"), photo, "Just in case.", now=road.now)

    assert road.evidence(photo).appeal is None, "a refused appeal must not use up the only one"


def test_after_an_appeal_someone_else_decides(road: Road) -> None:
    photo = road.photo(EvidenceState.NEEDS_REVIEW, stage=Stage.DURING)
    road.review(photo, REFUSE, by="supervisor")
    road.later(hours=1)
    evidence_review.appeal(road.actor("inspector"), photo, "The light was bad.", now=road.now)
    road.later(hours=1)

    with refused_as("separation-of-duties"):
        road.review(photo, ACCEPT, by="supervisor")

    assert road.review(photo, ACCEPT, by="second_supervisor").state is EvidenceState.ACCEPTED


def test_who_refused_only_after_the_appeal_may_undo_it(road: Road) -> None:
    photo = road.photo(EvidenceState.REJECTED)
    evidence_review.appeal(road.actor("inspector"), photo, "Look again.", now=road.now)
    road.later(hours=1)
    road.review(photo, REFUSE, by="supervisor")
    road.later(hours=1)

    assert road.review(photo, ACCEPT, by="supervisor").state is EvidenceState.ACCEPTED
    assert reading().scalar(sa.select(sa.func.count()).select_from(EvidenceDecision)) == 2


def test_a_photo_that_cannot_be_shown_is_not_accepted(road: Road) -> None:
    photo = road.photo(EvidenceState.NEEDS_REVIEW, copies=CopiesState.IMPOSSIBLE)

    with refused_as("wrong-state"):
        road.review(photo, ACCEPT)

    assert road.review(photo, REFUSE).state is EvidenceState.REFUSED
