from __future__ import annotations

from collections.abc import Callable

import pytest

from server.db import reading
from server.models import Evidence
from server.models.evidence import EvidenceState, EvidenceVerdictWord
from tests.pages.browse import Visitor
from tests.pages.story import Road

People = Callable[[str], Visitor]


def test_shows_claims_side_by_side_with_findings_and_custody(road: Road, visitor: People) -> None:
    photo = road.send(caption="The roadbed")
    text = visitor("supervisor").go(f"/review/photos/{photo}").text

    for words in ("The file The device The person", "place.inside_site", "Inspector sent the photo."):
        assert words in text


@pytest.mark.parametrize(("button", "state"), [("Accept", EvidenceState.ACCEPTED), ("Refuse", EvidenceState.REFUSED)])
def test_a_supervisor_says_a_word(road: Road, visitor: People, button: str, state: EvidenceState) -> None:
    photo = road.send_questionable()
    supervisor = visitor("supervisor").go(f"/review/photos/{photo}").press(button, reason="I know the place.")

    assert reading().get_one(Evidence, photo).state is state
    assert "“I know the place.”" in supervisor.text


def test_a_word_without_a_reason_is_refused_beside_the_field(road: Road, visitor: People) -> None:
    photo = road.send_questionable()
    supervisor = visitor("supervisor").go(f"/review/photos/{photo}").press("Accept", reason=" ")

    assert supervisor.status == 422
    assert 'id="reason-fault"' in supervisor.html


def test_who_sent_a_photo_appeals_and_another_hears_it(road: Road, visitor: People) -> None:
    photo = road.send_rejected()
    inspector = visitor("inspector").go(f"/review/photos/{photo}").press("Appeal", reason="The map is old.")

    assert "Your appeal is on record." in inspector.text
    assert "Appeal" not in inspector.buttons
    assert "Hear an appeal" in visitor("supervisor").go("/review/").text


def test_nobody_else_can_appeal(road: Road, visitor: People) -> None:
    photo = road.send_rejected()

    assert "Appeal" not in visitor("contractor").go(f"/review/photos/{photo}").buttons


def test_a_reviewer_is_told_why_a_rejected_photo_cannot_be_accepted(road: Road, visitor: People) -> None:
    supervisor = visitor("supervisor").go(f"/review/photos/{road.send_rejected()}")

    assert "The person who sent it can appeal" in supervisor.text
    assert "Accept" not in supervisor.buttons


def test_who_refused_before_the_appeal_is_told_that_another_looks(road: Road, visitor: People) -> None:
    photo = road.send_questionable()
    road.say(photo, EvidenceVerdictWord.REFUSE)
    visitor("inspector").go(f"/review/photos/{photo}").press("Appeal", reason="Look again.")

    assert "You refused it before the appeal" in visitor("supervisor").go(f"/review/photos/{photo}").text
    assert "Accept" in visitor("second_supervisor").go(f"/review/photos/{photo}").buttons


def test_the_original_comes_as_an_attachment_and_the_look_is_on_record(road: Road, visitor: People) -> None:
    photo = road.send()
    supervisor = visitor("supervisor").go(f"/review/photos/{photo}")
    form = next(form for form in supervisor.page.forms if form.action.endswith("/original"))
    answer = supervisor.client.post(form.action, data=form.values)

    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.data.startswith(b"\xff\xd8")
    assert "Supervisor opened the original." in supervisor.go(f"/review/photos/{photo}").text
    answer.close()


def test_the_original_is_not_to_be_had_by_a_link(road: Road, visitor: People) -> None:
    assert visitor("supervisor").client.get(f"/review/photos/{road.send()}/original").status_code == 405


@pytest.mark.parametrize("name", ["thumbnail", "web"])
def test_copies_are_for_people_of_the_project(road: Road, visitor: People, name: str) -> None:
    path = f"/review/photos/{road.send()}/{name}.jpg"

    assert visitor("inspector").client.get(path).data.startswith(b"\xff\xd8")
    assert visitor("other_supervisor").client.get(path).status_code == 403
