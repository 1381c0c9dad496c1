"""Deciding on the milestone's page: reasons beside photos, a page that is no longer true, and the way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from server.models import Submission
from server.models.evidence import EvidenceVerdictWord
from server.models.milestones import MilestoneState
from server.models.payments import CertificateState
from server.services import certificates, submissions
from server.times import utc_now
from tests.pages.browse import Visitor
from tests.pages.story import Road
from tests.pages.test_milestone_page import page_of

People = Callable[[str], Visitor]


@pytest.fixture
def put_forward(road: Road) -> Submission:
    road.send(caption="The roadbed")
    road.send(caption="The kerb")
    return road.put_forward()


def test_a_return_says_what_is_wrong_with_a_photo_and_with_a_requirement(
    road: Road, visitor: People, put_forward: Submission
) -> None:
    photo = put_forward.items[0].evidence_id
    written = {f"photo.{photo}": "The rule is not in the picture.", "requirement.during": "One more from the north."}

    visitor("supervisor").go(page_of(road)).press("Return for more", reason="Nearly.", **written)

    text = visitor("contractor").go(page_of(road)).text
    assert "returned because The rule is not in the picture." in text
    assert ": One more from the north." in text


def test_a_page_on_which_a_photo_changed_decides_nothing_and_says_what_changed(road: Road, visitor: People) -> None:
    road.send(caption="The roadbed")
    road.send()
    waiting = road.send_questionable(caption="The culvert")
    road.put_forward()
    supervisor = visitor("supervisor").go(page_of(road))
    road.say(waiting, EvidenceVerdictWord.ACCEPT, by="second_supervisor")

    supervisor.press("Return for more", reason="Look at the culvert.", **{"requirement.during": "Wider."})

    assert supervisor.status == 409
    assert "The photo “The culvert” was shown as “needs review” and is “accepted by a reviewer” now." in supervisor.text
    assert f'href="#photo-{waiting}"' in supervisor.html
    typed = supervisor.form_with("seen").values
    assert (typed["reason"], typed["requirement.during"]) == ("Look at the culvert.", "Wider.")
    assert road.milestone().state is MilestoneState.SUBMITTED

    supervisor.press("Return for more", reason="Look at the culvert.")
    assert road.milestone().state is MilestoneState.RETURNED


def test_what_was_written_beside_a_photo_is_still_there_when_a_decision_is_refused(
    road: Road, visitor: People, put_forward: Submission
) -> None:
    photo = put_forward.items[0].evidence_id
    supervisor = visitor("supervisor").go(page_of(road))

    supervisor.press("Approve", reason="Fine.", **{f"photo.{photo}": "Too dark."})

    assert supervisor.status == 422
    assert "Reasons about single photos or requirements go with a return or a rejection." in supervisor.text
    assert ">Too dark.</textarea>" in supervisor.html


def test_who_decided_meanwhile_is_told(road: Road, visitor: People, put_forward: Submission) -> None:
    supervisor = visitor("supervisor").go(page_of(road))
    visitor("second_supervisor").go(page_of(road)).press("Return for more", reason="The kerb is missing.")

    supervisor.press("Approve", reason="All there.")

    assert supervisor.status == 409
    assert "returned it: “The kerb is missing.”" in supervisor.text
    assert road.milestone().state is MilestoneState.RETURNED


def test_a_field_of_no_photo_is_refused(road: Road, visitor: People, put_forward: Submission) -> None:
    supervisor = visitor("supervisor").go(page_of(road)).press("Return for more", reason="x", **{"photo.zzz": "Dark."})

    assert supervisor.status == 422
    assert road.milestone().state is MilestoneState.SUBMITTED


def test_the_money_is_told_line_by_line_before_it_is_unlocked_and_the_same_after(
    road: Road, visitor: People, put_forward: Submission
) -> None:
    before = visitor("supervisor").go(page_of(road)).text
    assert "A preview: this is what an approval at this moment would unlock." in before
    road.approve(put_forward)

    after = visitor("supervisor").go(page_of(road)).text

    assert "A preview" not in after
    for line in certificates.calculation(road.certificate()):
        assert line.label in before
        assert line.why in before


def test_looking_at_the_preview_unlocks_nothing(road: Road, visitor: People, put_forward: Submission) -> None:
    visitor("supervisor").go(page_of(road))

    assert road.certificate().state is CertificateState.LOCKED
    assert road.certificate().policy is None


def test_where_two_have_to_approve_the_page_says_who_did_and_from_which_amount_on(
    road: Road, visitor: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submissions, "_approvals_needed", lambda *_: 2)
    road.send()
    road.send()
    road.put_forward()
    supervisor = visitor("supervisor").go(page_of(road))
    assert "Nobody has approved yet; two persons are needed." in supervisor.text

    supervisor.press("Approve", reason="All there.")

    text = visitor("second_supervisor").go(page_of(road)).text
    assert "Two supervisors have to approve. The policy" in text
    assert "approved it" in text
    assert "A second person is still needed." in text


class TestTheWayBack:
    def test_an_approval_is_taken_back_with_a_reason(self, road: Road, visitor: People) -> None:
        road.approved()
        supervisor = visitor("supervisor").go(page_of(road))

        supervisor.press("Take the approval back", reason="The wrong milestone.")

        assert "The approval is taken back." in supervisor.text
        assert road.milestone().state is MilestoneState.RETURNED
        assert road.certificate().state is CertificateState.LOCKED
        contractor = visitor("contractor").go(page_of(road))
        assert "took the approval back" in contractor.text
        assert "The wrong milestone." in contractor.text
        assert "Put forward for approval" in contractor.buttons

    def test_without_a_reason_it_stands(self, road: Road, visitor: People) -> None:
        road.approved()
        supervisor = visitor("supervisor").go(page_of(road)).press("Take the approval back", reason="  ")

        assert supervisor.status == 422
        assert 'aria-describedby="back-reason-fault"' in supervisor.html
        assert road.milestone().state is MilestoneState.APPROVED

    def test_a_certified_approval_cannot_be_and_the_page_says_why(self, road: Road, visitor: People) -> None:
        road.approved()
        certificates.certify(road.actor("paymaster"), road.certificate().id, now=utc_now())
        supervisor = visitor("supervisor").go(page_of(road))

        assert "Take the approval back" not in supervisor.buttons
        assert "The certificate is certified, so the approval stands." in supervisor.text

    def test_a_return_is_taken_back_and_the_same_photos_wait_again(
        self, road: Road, visitor: People, put_forward: Submission
    ) -> None:
        supervisor = visitor("supervisor").go(page_of(road)).press("Return for more", reason="A mistake.")

        supervisor.press("Take the return back", reason="I read the wrong page.")

        assert "The return is taken back." in supervisor.text
        assert road.milestone().state is MilestoneState.SUBMITTED
        supervisor.press("Approve", reason="All there.")
        assert road.milestone().state is MilestoneState.APPROVED

    def test_nobody_else_is_offered_it(self, road: Road, visitor: People) -> None:
        road.approved()

        for name in ("contractor", "inspector", "paymaster", "auditor"):
            assert "Take the approval back" not in visitor(name).go(page_of(road)).text

    def test_the_contractors_own_supervisor_is_told_why_not(self, road: Road, visitor: People) -> None:
        road.approved()

        assert "Take the approval back" not in visitor("builders_supervisor").go(page_of(road)).buttons
