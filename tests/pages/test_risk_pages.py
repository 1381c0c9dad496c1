"""The risk view: facts with their shares, and the very photos and decisions behind each number."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from evidence.context import Stage
from server import jobs
from server.db import reading, writing
from server.engines import engines
from server.models import Evidence
from server.models.evidence import EvidenceVerdictWord
from server.services import fact_notes, risk_counts
from tests.pages.browse import Visitor
from tests.pages.story import Road

People = Callable[[str], Visitor]
ACCEPT, REFUSE = EvidenceVerdictWord.ACCEPT, EvidenceVerdictWord.REFUSE


def lines(visitor: Visitor, query: str = "") -> list[dict[str, str]]:
    """The lines of the file, once what was noted is counted."""
    risk_counts.count_due()
    answer = visitor.client.get(f"/review/risk.csv{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def bytes_of(photo: UUID) -> bytes:
    with engines().store.open(reading().get_one(Evidence, photo).original.storage_key) as stream:
        return stream.read()


def links(visitor: Visitor, start: str) -> list[str]:
    """Where the page's links lead that begin so."""
    parts = visitor.html.split('href="')[1:]
    found = [part.split('"')[0].replace("&amp;", "&") for part in parts]
    return [each for each in found if each.startswith(start)]


def test_the_tables_tell_projects_contractors_and_uploaders(road: Road, visitor: People) -> None:
    road.send()
    road.send(taken=datetime.now(UTC) - timedelta(days=4))
    risk_counts.count_due()
    auditor = visitor("auditor")

    assert "The works of ROAD-1" in auditor.go("/review/risk").text
    assert [(line["Code"], line["Photos"], line["Arrived late"]) for line in lines(auditor)] == [("ROAD-1", "2", "1")]
    assert [line["Name"] for line in lines(auditor, "?kind=contractor")] == ["Builder"]
    uploaders = lines(auditor, "?kind=uploader&sort=late")
    assert [line["Name"] for line in uploaders] == [road.actor("inspector").name]


def test_who_oversees_nothing_of_it_finds_nothing(road: Road, visitor: People) -> None:
    road.send()
    inspector = road.actor("inspector").person_id

    for stranger in ("other_supervisor", "other_administrator"):
        assert lines(visitor(stranger)) == []
        assert visitor(stranger).go(f"/review/risk/people/{inspector}").status == 404
        assert visitor(stranger).go("/review/risk/projects/ROAD-1").status == 403
        behind = f"/review/risk/behind?kind=uploader&subject={inspector}"
        assert visitor(stranger).go(behind).status == 404


def test_a_supervisor_sees_their_own_projects(road: Road, visitor: People) -> None:
    road.send()

    assert [line["Code"] for line in lines(visitor("supervisor"))] == ["ROAD-1"]
    assert [line["Code"] for line in lines(visitor("supervisor"), "?area=R6")] == ["ROAD-1"]
    assert [line["Photos"] for line in lines(visitor("supervisor"), "?kind=uploader")] == ["1"]


@pytest.mark.parametrize("uploader", ["inspector", "contractor", "safety_officer", "paymaster"])
def test_uploaders_never_see_it(road: Road, visitor: People, uploader: str) -> None:
    assert visitor(uploader).go("/review/risk").status == 403
    assert "/review/risk" not in visitor(uploader).go("/review/").html


def test_a_photo_sent_twice_leads_to_both(road: Road, visitor: People) -> None:
    first = road.send()
    second = road.send(file=bytes_of(first), stage=Stage.COMPLETION)
    risk_counts.count_due()
    page = visitor("auditor").go("/review/risk/projects/ROAD-1")
    assert "1 of 2 photos are the same as, or very like, a photo sent before." in page.text

    (behind,) = [each for each in links(page, "/review/risk/behind") if each.endswith("fact=near")]
    shown = links(visitor("auditor").go(behind), "/review/photos/")

    assert f"/review/photos/{second}" in shown
    assert f"/review/photos/{first}" in shown


def test_a_decision_leads_to_the_photo_and_to_whoever_decided(road: Road, visitor: People) -> None:
    photo, other = road.send_questionable(), road.send_questionable()
    road.say(photo, ACCEPT)
    road.say(photo, REFUSE, by="second_supervisor")
    road.say(other, REFUSE)
    jobs.run_all_due()
    risk_counts.count_due()
    auditor, person = visitor("auditor"), road.actor("supervisor").person_id
    page = auditor.go(f"/review/risk/people/{person}")
    assert "1 of 2 decisions accepted a photo that the machine had not verified." in page.text
    assert "1 of 2 decisions were later replaced by the other word." in page.text

    for fact, expected in {"accepted": photo, "changed": photo, "refused": other}.items():
        behind = auditor.go(f"/review/risk/behind?kind=reviewer&subject={person}&fact={fact}")
        assert set(links(behind, "/review/photos/")) - thumbnails(behind) == {f"/review/photos/{expected}"}
        assert "I stood there myself." in behind.text


def thumbnails(visitor: Visitor) -> set[str]:
    return {each for each in links(visitor, "/review/photos/") if each.endswith(".jpg")}


def test_every_number_of_a_project_counts_what_its_page_shows(road: Road, visitor: People) -> None:
    road.send()
    road.send_rejected()
    road.say(road.send_questionable(), REFUSE)
    jobs.run_all_due()
    risk_counts.count_due()
    auditor = visitor("auditor")
    page = auditor.go("/review/risk/projects/ROAD-1")
    found = set(links(page, "/review/risk/behind"))
    assert len(found) > 5

    for address in found:
        shown = auditor.go(address)
        assert shown.status == 200, address
        photos = set(links(shown, "/review/photos/"))
        assert photos, address


def test_a_month_shows_only_what_came_in_it(road: Road, visitor: People) -> None:
    road.send()
    auditor = visitor("auditor")
    this = f"{datetime.now(UTC):%Y-%m}"

    assert [line["Photos"] for line in lines(auditor, f"?period={this}")] == ["1"]
    assert lines(auditor, "?period=2020-01") == []


@pytest.mark.parametrize(
    "query", ["?sort=blame", "?period=2026-13", "?kind=reviewer", "?area=NOWHERE", "?agency=NOBODY", "?cursor=x"]
)
def test_what_cannot_be_asked_is_refused(road: Road, visitor: People, query: str) -> None:
    assert visitor("auditor").go(f"/review/risk{query}").status == 422


def test_the_list_goes_on_after_a_page(road: Road, visitor: People) -> None:
    photos = {str(road.send()) for _ in range(26)}
    risk_counts.count_due()
    auditor, person = visitor("auditor"), road.actor("inspector").person_id
    first = auditor.go(f"/review/risk/behind?kind=uploader&subject={person}&fact=photos")
    (following,) = [each for each in links(first, "/review/risk/behind") if "cursor=" in each]
    shown = set(links(first, "/review/photos/"))
    shown |= set(links(auditor.go(following), "/review/photos/"))

    assert {each.rsplit("/", 1)[1] for each in shown} == photos


def test_two_months_are_drawn_and_told_in_a_table(road: Road, visitor: People) -> None:
    photo, received = road.send_rejected(), datetime(2026, 3, 5, tzinfo=UTC)
    road.send()
    with writing() as session:
        session.execute(sa.update(Evidence).where(Evidence.id == photo).values(received_at=received))
        fact_notes.note(session, "ROAD-1")
    risk_counts.count_due()
    page = visitor("auditor").go("/review/risk/projects/ROAD-1")

    assert 'class="line-failed"' in page.html
    assert "March 2026" in page.text
