from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from evidence.context import Stage
from server.db import reading
from server.models import Evidence
from server.models.evidence import EvidenceState, EvidenceVerdictWord
from tests.pages.browse import Visitor
from tests.pages.story import Road
from tests.programme import ON_SITE

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


def test_what_fails_comes_first_and_the_senders_advice_is_marked_as_such(road: Road, visitor: People) -> None:
    text = visitor("supervisor").go(f"/review/photos/{road.send_rejected()}").text

    assert "km outside the site. Measured:" in text
    assert "Whoever sent it was told: “Walk south to the site and retake.”" in text
    assert text.index("1 check fails") < text.index(" questions ") < text.index("checks hold")


def test_an_appeal_stands_on_top_with_its_reason(road: Road, visitor: People) -> None:
    photo = road.send_rejected()
    visitor("inspector").go(f"/review/photos/{photo}").press("Appeal", reason="The map is old.")
    text = visitor("supervisor").go(f"/review/photos/{photo}").text

    assert text.index("Inspector appealed on") < text.index("The map is old.") < text.index("Your word on it")


def test_a_word_is_followed_by_another_and_both_stay_on_record(road: Road, visitor: People) -> None:
    photo = road.send_questionable()
    road.say(photo, EvidenceVerdictWord.REFUSE)
    supervisor = visitor("supervisor").go(f"/review/photos/{photo}")
    assert "You refused it on" in supervisor.text
    assert "To change that, say another word" in supervisor.text

    other = visitor("second_supervisor").go(f"/review/photos/{photo}")
    assert "Supervisor refused it on" in other.text
    other.press("Accept", reason="I was there too.")
    assert reading().get_one(Evidence, photo).state is EvidenceState.ACCEPTED
    for words in ("“I stood there myself.”", "“I was there too.”", "You accepted it on"):
        assert words in other.text


def test_what_was_approved_stands(road: Road, visitor: People) -> None:
    photo, _other = road.approved()
    supervisor = visitor("supervisor").go(f"/review/photos/{photo}")

    assert "stands as it was approved" in supervisor.text
    assert "Refuse" not in supervisor.buttons
    assert "Contractor put the photo forward with its milestone." in supervisor.text
    assert "Supervisor approved the milestone with this photo. “All is there.”" in supervisor.text


def test_who_opened_the_original_is_told_beside_it(road: Road, visitor: People) -> None:
    photo = road.send()
    supervisor = visitor("supervisor").go(f"/review/photos/{photo}")
    assert "Whoever opens it is recorded by name" in supervisor.text
    assert "Nobody has opened it yet." in supervisor.text

    form = next(form for form in supervisor.page.forms if form.action.endswith("/original"))
    supervisor.client.post(form.action, data=form.values).close()
    assert "Opened 1 time Supervisor opened the original." in supervisor.go(f"/review/photos/{photo}").text


def test_neighbours_are_told_with_minutes_metres_and_speed(road: Road, visitor: People) -> None:
    noon = datetime.now(UTC) - timedelta(hours=2)
    road.send(taken=noon, at=(ON_SITE[0] + 0.0027, ON_SITE[1]), caption="The culvert")
    text = visitor("supervisor").go(f"/review/photos/{road.send(taken=noon + timedelta(minutes=6))}").text

    assert "6 minutes before, by the same person The culvert" in text
    assert "299 m away, 3 km/h between the two." in text


def test_the_view_before_stands_beside_this_one(road: Road, visitor: People) -> None:
    before, photo = road.send(stage=Stage.BEFORE), road.send()
    supervisor = visitor("supervisor").go(f"/review/photos/{photo}")

    assert f"/review/photos/{before}/web.jpg" in supervisor.page.images
    assert "this is the nearest photo from before the works" in supervisor.text


def test_it_is_said_where_there_is_no_view_before(road: Road, visitor: People) -> None:
    assert "no photo from before the works that shows this view" in page_text(visitor, road.send())


def test_a_photo_from_before_says_so(road: Road, visitor: People) -> None:
    assert "This photo itself shows the place before the works." in page_text(visitor, road.send(stage=Stage.BEFORE))


def page_text(visitor: People, photo: UUID) -> str:
    return visitor("supervisor").go(f"/review/photos/{photo}").text


def test_without_a_module_the_picture_is_a_link_to_itself(road: Road, visitor: People) -> None:
    photo = road.send()
    supervisor = visitor("supervisor").go(f"/review/photos/{photo}")

    assert f"/review/photos/{photo}/web.jpg" in supervisor.page.links
    assert supervisor.page.inline == []
