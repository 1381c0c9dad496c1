from __future__ import annotations

from collections.abc import Callable

from server.models.evidence import EvidenceVerdictWord
from server.models.milestones import MilestoneState
from tests.pages.browse import Visitor
from tests.pages.story import Road

People = Callable[[str], Visitor]


def page_of(road: Road, code: str = "M1") -> str:
    return f"/review/milestones/{road.milestone(code).id}"


def test_a_supervisor_approves_what_was_put_forward(road: Road, visitor: People) -> None:
    road.send()
    road.send()
    road.put_forward()
    supervisor = visitor("supervisor").go(page_of(road))

    supervisor.press("Approve", reason="Both photos show the roadbed.")

    assert supervisor.status == 200
    assert "Approved. The photos are public now" in supervisor.text
    assert road.milestone().state is MilestoneState.APPROVED


def test_a_supervisor_returns_it_with_a_reason_that_all_can_read(road: Road, visitor: People) -> None:
    road.send()
    road.put_forward()
    supervisor = visitor("supervisor").go(page_of(road)).press("Return for more", reason="One more from the north.")

    assert road.milestone().state is MilestoneState.RETURNED
    assert "One more from the north." in visitor("contractor").go(page_of(road)).text
    assert "Returned." in supervisor.text


def test_a_decision_without_a_reason_is_told_beside_the_field(road: Road, visitor: People) -> None:
    road.send()
    road.put_forward()
    supervisor = visitor("supervisor").go(page_of(road)).press("Return for more", reason="   ")

    assert supervisor.status == 422
    assert "This must be written down." in supervisor.text
    assert 'aria-describedby="reason-fault"' in supervisor.html
    assert road.milestone().state is MilestoneState.SUBMITTED


def test_what_was_typed_is_still_there_when_a_decision_is_refused(road: Road, visitor: People) -> None:
    road.send()
    road.send()
    road.put_forward()
    supervisor = visitor("supervisor").go(page_of(road)).press("Approve", reason="All there.", digest="0" * 64)

    assert supervisor.status == 409
    assert "The evidence is not the evidence that was shown" in supervisor.text
    assert supervisor.page.forms[-1].values["reason"] == "All there."


def test_no_approve_button_while_a_requirement_has_a_hole(road: Road, visitor: People) -> None:
    road.send()
    road.put_forward()
    supervisor = visitor("supervisor").go(page_of(road))

    assert "Approve" not in supervisor.buttons
    assert "It cannot be approved yet" in supervisor.text
    assert "has 1 of the 2 photos it needs" in supervisor.text


def test_photos_that_wait_for_a_word_are_named_as_the_hole(road: Road, visitor: People) -> None:
    road.send()
    road.send()
    road.send_questionable()
    road.put_forward()

    assert "1 photo still waits for your word." in visitor("supervisor").go(page_of(road)).text


def test_a_supervisor_of_the_contractor_is_told_why_not(road: Road, visitor: People) -> None:
    road.send()
    road.put_forward()
    builder = visitor("builders_supervisor").go(page_of(road))

    assert "You cannot decide this." in builder.text
    assert "You belong to the contractor of this project" in builder.text
    assert not {"Approve", "Return for more", "Reject these photos"} & set(builder.buttons)


def test_an_inspector_is_told_who_decides(road: Road, visitor: People) -> None:
    road.send()
    road.put_forward()

    assert "Only a supervisor of this project decides." in visitor("inspector").go(page_of(road)).text


def test_the_contractor_puts_the_photos_forward(road: Road, visitor: People) -> None:
    road.send()
    contractor = visitor("contractor").go(page_of(road)).press("Put forward for approval", note="First half.")

    assert "The photos are put forward." in contractor.text
    assert road.milestone().state is MilestoneState.SUBMITTED
    assert "First half." in visitor("supervisor").go(page_of(road)).text


def test_a_photo_is_accepted_from_the_list_and_the_list_comes_back(road: Road, visitor: People) -> None:
    photo = road.send_questionable()
    supervisor = visitor("supervisor").go(page_of(road)).press("Accept", reason="The board shows the date.")

    assert "Accepted. The photo counts" in supervisor.text
    assert "Asked, and there" in supervisor.text
    assert "accepted by a reviewer" in supervisor.text
    assert f'id="photo-{photo}"' in supervisor.html


def test_a_photo_kilometres_away_is_shown_on_the_edge_of_the_map(road: Road, visitor: People) -> None:
    road.send_rejected()

    assert "Photo 1, 2.5 km outside the site" in visitor("supervisor").go(page_of(road)).text


def test_people_of_another_project_are_refused(road: Road, visitor: People) -> None:
    assert visitor("other_supervisor").go(page_of(road)).status == 403


def test_photos_that_were_not_put_forward_stand_apart(road: Road, visitor: People) -> None:
    refused = road.send_questionable(caption="The wrong road")
    road.say(refused, EvidenceVerdictWord.REFUSE)
    road.send()
    road.put_forward()
    text = visitor("supervisor").go(page_of(road)).text

    assert text.index("Not put forward") < text.index("The wrong road")
