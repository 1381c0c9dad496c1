"""Reasons for single photos and requirements, and decisions from a page that is no longer true."""

from __future__ import annotations

import pytest

from server.db import new_id, reading
from server.models import Evidence, Submission
from server.models.evidence import EvidenceState
from server.models.milestones import MilestoneState
from server.models.submissions import SubmissionDecisionWord
from server.problems import Problem
from server.services import review_changes, submissions
from server.services.decision_reasons import Reason
from tests.services.money.road import ACCEPT, APPROVE, REFUSE, RETURN, Road, refused_as


def decide(
    road: Road,
    submission: Submission,
    word: SubmissionDecisionWord,
    *reasons: Reason,
    seen: str | None = None,
    by: str = "supervisor",
) -> Submission:
    """Decide with reasons, or from a page."""
    return submissions.decide(
        road.actor(by), submission.id, word, "Not yet.", submission.digest, now=road.now, reasons=reasons, seen=seen
    )


def seen_by(submission: Submission) -> str:
    """What a page carries that is made now."""
    reading().rollback()
    current = reading().get_one(Submission, submission.id)
    return review_changes.shown(current, [reading().get_one(Evidence, item.evidence_id) for item in current.items])


class TestReasons:
    def test_they_are_kept_with_their_photo_and_their_requirement(self, road: Road) -> None:
        photo = road.photo()
        decided = decide(
            road,
            road.submit(),
            RETURN,
            Reason("The kerb is cut off.", evidence_id=photo),
            Reason("  One from the north. ", requirement="during"),
        )

        made = reading().get_one(Submission, decided.id).decisions[0]
        assert [(row.evidence_id, row.reason) for row in made.reasons] == [
            (photo, "The kerb is cut off."),
            (None, "One from the north."),
        ]
        assert made.reasons[1].requirement is not None
        assert made.reasons[1].requirement.code == "during"

    def test_they_are_told_to_the_custody_log(self, road: Road) -> None:
        photo = road.photo()
        decide(road, road.submit(), RETURN, Reason("Too dark.", evidence_id=photo))

        told = road.events("submission.decision")[0].details["reasons"]
        assert told == [{"evidence": str(photo), "reason": "Too dark."}]

    @pytest.mark.parametrize(
        "reason",
        [
            Reason("Of no photo here.", evidence_id=new_id()),
            Reason("Of no requirement.", requirement="none"),
            Reason("Of nothing."),
            Reason("   ", requirement="during"),
            Reason("x" * 2001, requirement="during"),
        ],
        ids=lambda reason: reason.text[:20],
    )
    def test_a_reason_that_is_of_nothing_or_says_nothing_is_refused(self, road: Road, reason: Reason) -> None:
        road.photo()

        with pytest.raises(Problem) as refusal:
            decide(road, road.submit(), RETURN, reason)

        assert [error.pointer for error in refusal.value.errors] == ["#/reasons/0"]
        assert road.milestone().state is MilestoneState.SUBMITTED

    def test_an_approval_has_none(self, road: Road) -> None:
        photo = road.photos(2)[0]

        with refused_as("invalid"):
            decide(road, road.submit(), APPROVE, Reason("But.", evidence_id=photo))


class TestAPageThatIsNoLongerTrue:
    def test_what_is_still_as_shown_is_decided(self, road: Road) -> None:
        road.photos(2)
        submission = road.submit()

        decide(road, submission, APPROVE, seen=seen_by(submission))

        assert road.milestone().state is MilestoneState.APPROVED

    def test_a_photo_accepted_meanwhile_is_named(self, road: Road) -> None:
        road.photos(2)
        waiting = road.photo(EvidenceState.NEEDS_REVIEW)
        submission = road.submit()
        seen = seen_by(submission)
        road.review(waiting, ACCEPT, by="second_supervisor")

        with pytest.raises(Problem) as refusal:
            decide(road, submission, APPROVE, seen=seen)

        assert refusal.value.name == "digest-conflict"
        [told] = refusal.value.errors
        assert told.pointer == f"#/evidence/{waiting}"
        assert "was shown as “needs review” and is “accepted" in told.detail

    def test_the_first_approval_of_another_is_told(self, road: Road) -> None:
        road.worth(600_000_000)
        road.photos(2)
        submission = road.submit()
        seen = seen_by(submission)
        road.decide(submission, by="second_supervisor")

        with pytest.raises(Problem) as refusal:
            decide(road, submission, APPROVE, seen=seen)

        assert [error.pointer for error in refusal.value.errors] == ["#/decisions/1"]

    def test_who_decided_is_told_when_all_is_decided(self, road: Road) -> None:
        road.photos(2)
        submission = road.submit()
        seen = seen_by(submission)
        road.decide(submission, RETURN, by="second_supervisor")

        with pytest.raises(Problem) as refusal:
            decide(road, submission, APPROVE, seen=seen)

        assert refusal.value.name == "already-decided"
        assert "returned it: “Seen on site.”" in refusal.value.errors[0].detail

    def test_and_what_was_put_forward_since(self, road: Road) -> None:
        photos = road.photos(2)
        submission = road.submit()
        road.decide(submission, RETURN, by="second_supervisor")
        road.review(photos[0], REFUSE, by="second_supervisor")
        road.photos(2)
        road.submit()

        with pytest.raises(Problem) as refusal:
            decide(road, submission, APPROVE, seen="0.vv")

        assert refusal.value.errors[-1].detail.endswith("put it forward again: 2 photos added, 1 taken out.")

    @pytest.mark.parametrize("seen", ["", "0.", "x", "0.vvv", "9.vv", "0.??", "0.v" + "v" * 9000])
    def test_what_no_page_says_decides_nothing(self, road: Road, seen: str) -> None:
        road.photos(2)

        with refused_as("digest-conflict"):
            decide(road, road.submit(), APPROVE, seen=seen)

        assert road.milestone().state is MilestoneState.SUBMITTED
