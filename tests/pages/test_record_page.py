"""The record: who did what, in sentences; its filters, its file, and who may read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from server.db import reading
from server.models import CustodyEvent
from server.services import custody_reading, log_erasure, log_reading, sequencer
from server.times import utc_now
from tests.pages.browse import Visitor
from tests.pages.story import Road

People = Callable[[str], Visitor]
PAGE = "/review/record"


def lines(visitor: Visitor, query: str = "") -> list[dict[str, str]]:
    """The lines of the file."""
    answer = visitor.client.get(f"/review/record.csv{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def name(road: Road, persona: str) -> str:
    return road.actor(persona).name


def test_it_tells_in_sentences_what_was_done_and_where(road: Road, visitor: People) -> None:
    road.approved()
    page = visitor("auditor").go(PAGE)

    assert f"{name(road, 'supervisor')} approved a milestone" in page.text
    assert "ROAD-1" in page.text
    assert page.buttons == ["Sign out", "Show"]


def test_it_is_filtered_by_person_action_record_and_day(road: Road, visitor: People) -> None:
    road.approved()
    auditor, certificate = visitor("auditor"), road.certificate()

    by_person = lines(auditor, f"?person={road.actor('supervisor').email}")
    assert {line["Who"] for line in by_person} == {name(road, "supervisor")}
    by_record = lines(auditor, f"?record={certificate.id}")
    assert [line["Action"] for line in by_record] == ["certificate.unlocked"]
    by_action = lines(auditor, "?action=certificate.unlocked")
    assert [line["Record"] for line in by_action] == [str(certificate.id)]
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    assert lines(auditor, f"?first_day={tomorrow}") == []
    assert lines(auditor, f"?last_day={tomorrow}&action=certificate.unlocked") == by_action


def test_a_name_that_several_bear_is_asked_back(road: Road, visitor: People) -> None:
    page = visitor("auditor").go(f"{PAGE}?person=supervisor%40")
    several = visitor("auditor").go(f"{PAGE}?person=inspector")

    assert "Which of these people?" in page.text + several.text
    assert "Nobody of your agency’s people is called" in visitor("auditor").go(f"{PAGE}?person=xyzzy").text
    assert visitor("auditor").client.get("/review/record.csv?person=xyzzy").status_code == 422


def test_another_agency_reads_nothing_of_it(road: Road, visitor: People) -> None:
    road.approved()

    assert [line for line in lines(visitor("other_administrator")) if line["Project"] == "ROAD-1"] == []
    assert lines(visitor("other_administrator"), "?project=ROAD-1") == []
    assert visitor("supervisor").go(PAGE).status == 403


def test_days_that_are_none_or_out_of_order_are_refused(road: Road, visitor: People) -> None:
    assert visitor("auditor").go(f"{PAGE}?first_day=yesterday").status == 422
    assert visitor("auditor").go(f"{PAGE}?first_day=2026-03-02&last_day=2026-03-01").status == 422
    assert visitor("auditor").go(f"{PAGE}?cursor=nonsense").status == 422


def test_a_search_that_stops_early_goes_on_from_there_and_misses_nothing(
    road: Road, visitor: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    road.approved()
    whole = [line["Number"] for line in lines(visitor("auditor"), "?action=certificate.")]
    monkeypatch.setattr(custody_reading, "LOOKED_AT", 3)

    assert whole
    assert [line["Number"] for line in lines(visitor("auditor"), "?action=certificate.")] == whole
    page = visitor("auditor").go(f"{PAGE}?action=certificate.disputed")
    assert "there are older ones to look at" in page.text


def test_the_newest_checkpoint_is_shown_to_be_kept_with_the_way_to_use_it(road: Road, visitor: People) -> None:
    road.approved()
    assert "signed checkpoint" not in visitor("auditor").go(PAGE).text
    sequencer.sequence()

    page = visitor("auditor").go(PAGE)

    note = log_reading.newest().note
    assert all(line in page.text for line in note.splitlines())
    assert "saksi audit --checkpoint checkpoint.txt" in page.text


def test_an_event_shows_its_place_and_its_leaf(road: Road, visitor: People) -> None:
    road.approved()
    last = reading().scalars(sa.select(CustodyEvent).order_by(CustodyEvent.sequence.desc()).limit(1)).one()
    assert last.leaf is not None
    assert "Given within a minute" in visitor("auditor").go(PAGE).text
    sequencer.sequence()

    page = visitor("auditor").go(PAGE)

    assert last.leaf.hex() in page.html
    assert "Given within a minute" not in page.text


def test_an_erased_event_says_so_and_names_nobody(road: Road, visitor: People) -> None:
    road.approved()
    sequencer.sequence()
    decided = sa.select(CustodyEvent.leaf).where(CustodyEvent.action == "certificate.unlocked").limit(1)
    leaf = reading().scalars(decided).one()
    assert leaf is not None
    reading().rollback()
    log_erasure.erase(leaf.hex(), "Request 17", now=utc_now())

    page = visitor("auditor").go(f"{PAGE}?action=certificate.unlocked")

    assert "Somebody whose name was erased" in page.text
    assert "were erased by law" in page.text
