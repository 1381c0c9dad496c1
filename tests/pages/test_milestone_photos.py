"""What is asked against what is there, the photos narrowed down, their table, the site and the schedule."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from evidence.context import Stage
from server.models.evidence import EvidenceVerdictWord
from tests.pages.browse import Visitor
from tests.pages.story import Road
from tests.pages.test_milestone_page import page_of

People = Callable[[str], Visitor]


def test_a_hole_is_told_in_words_and_leads_to_its_photos(road: Road, visitor: People) -> None:
    road.send()
    supervisor = visitor("supervisor").go(page_of(road))

    assert "1 photo is missing." in supervisor.text
    assert "1 of 2 · 1 missing" in supervisor.text
    [link] = {link for link in supervisor.page.links if "requirement=during" in link}
    assert "1 of 1 photos fits." in supervisor.go(link.partition("#")[0]).text


def test_all_that_is_asked_is_there(road: Road, visitor: People) -> None:
    road.send()
    road.send()

    text = visitor("supervisor").go(page_of(road)).text
    assert "All that is asked is there." in text
    assert "2 of 2 · all there" in text


def test_a_photo_that_waits_could_fill_the_hole(road: Road, visitor: People) -> None:
    road.send()
    road.send_questionable()

    assert "1 of 2 · 1 waits for a word" in visitor("supervisor").go(page_of(road)).text


class TestLookingFor:
    @pytest.fixture
    def photos(self, road: Road) -> None:
        road.send(caption="The roadbed")
        road.send_questionable(caption="The kerb")
        road.send(caption="The barrier", stage=Stage.SAFETY)

    @pytest.mark.parametrize(
        ("query", "there", "gone"),
        [
            ("state=needs_review", "The kerb", "The roadbed"),
            ("stage=safety", "The barrier", "The kerb"),
            ("requirement=during", "The roadbed", "The barrier"),
            ("requirement=during&state=verified&stage=during", "The roadbed", "The kerb"),
        ],
    )
    def test_photos_of_a_verdict_a_stage_or_a_requirement(
        self, road: Road, visitor: People, photos: None, query: str, there: str, gone: str
    ) -> None:
        text = visitor("supervisor").go(f"{page_of(road)}?{query}").text

        assert there in text
        assert gone not in text

    def test_a_photo_keeps_its_number(self, road: Road, visitor: People, photos: None) -> None:
        whole, narrowed = (
            visitor("auditor").go(page_of(road)).text,
            visitor("auditor").go(page_of(road) + "?stage=safety"),
        )

        [number] = [n for n in "123" if f"Photo {n}: The barrier" in whole]
        assert number != "1"
        assert f"Photo {number}: The barrier" in narrowed.text

    def test_none_fits(self, road: Road, visitor: People, photos: None) -> None:
        text = visitor("supervisor").go(f"{page_of(road)}?state=rejected").text

        assert "0 of 3 photos fit." in text
        assert "Show all" in text

    @pytest.mark.parametrize("query", ["state=none", "stage=x", f"requirement={'x' * 41}", "photos=0"])
    def test_what_cannot_be_looked_for_is_refused(self, road: Road, visitor: People, query: str) -> None:
        assert visitor("supervisor").go(f"{page_of(road)}?{query}").status == 422


class TestTheTable:
    def rows(self, visitor: Visitor, road: Road, query: str = "") -> list[dict[str, str]]:
        visitor.go(f"{page_of(road)}/photos.csv{query}")
        assert visitor.status == 200
        return list(csv.DictReader(io.StringIO(visitor.html.removeprefix("\ufeff"))))

    def test_every_photo_has_its_row(self, road: Road, visitor: People) -> None:
        road.send(caption="=1+1")
        road.send_rejected(caption="Elsewhere")

        rows = self.rows(visitor("auditor"), road)

        assert [(row["Number"], row["State"], row["Caption"]) for row in rows] == [
            ("1", "verified", "'=1+1"),
            ("2", "rejected by the checks", "Elsewhere"),
        ]
        assert rows[0]["Address"].startswith("http")
        assert float(rows[0]["Latitude"])
        assert len(rows[0]["SHA-256 of the original"]) == 64

    def test_it_is_narrowed_as_the_page_is(self, road: Road, visitor: People) -> None:
        road.send()
        road.send_rejected(caption="Elsewhere")

        assert [row["Caption"] for row in self.rows(visitor("auditor"), road, "?state=rejected")] == ["Elsewhere"]

    def test_people_of_another_project_are_refused(self, road: Road, visitor: People) -> None:
        assert visitor("other_supervisor").go(f"{page_of(road)}/photos.csv").status == 403


def test_the_window_stands_between_its_neighbours_and_today(road: Road, visitor: People) -> None:
    supervisor = visitor("supervisor").go(page_of(road))

    assert "Working hours: Mon, Tue, Wed, Thu, Fri, Sat, Sun, 00:00 to 23:59." in supervisor.text
    assert page_of(road, "M2") in supervisor.page.links
    assert "today" in supervisor.text


def test_a_photo_that_stands_apart_is_numbered_on(road: Road, visitor: People) -> None:
    refused = road.send_questionable(caption="The wrong road")
    road.say(refused, EvidenceVerdictWord.REFUSE)
    road.send(caption="The roadbed")
    road.put_forward()

    text = visitor("supervisor").go(page_of(road)).text
    assert "Photo 1: The roadbed" in text
    assert "Photo 2: The wrong road" in text
