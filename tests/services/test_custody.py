"""The custody log: what is done is told, and what was told cannot be changed unseen."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from server.access import Actor
from server.db import writing
from server.services import custody, log_reading, sequencer
from tests.conftest import InThreads
from tests.custody_log import of_record
from tests.services.test_receive import photo_on_site, send

PATIENCE_S = 30
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def log(app: Flask) -> list[dict[str, object]]:
    with writing() as session:
        for name in ("a", "b", "c", "d"):
            custody.append(session, None, "tried", "thing", name, now=NOW, word="ñ", number=1)
    sequencer.sequence()
    return [json.loads(json.dumps(event)) for event in custody.export()]


def test_an_untouched_log_holds_offline(log: list[dict[str, object]]) -> None:
    assert len(log) == 4
    assert custody.broken_link(log) is None


@pytest.mark.parametrize(
    "field", ["at", "actor", "action", "record_type", "record", "details", "salt", "leaf", "place"]
)
def test_a_changed_field_is_found(log: list[dict[str, object]], field: str) -> None:
    log[1][field] = "another"

    assert custody.broken_link(log) == 1


def test_a_missing_field_is_found(log: list[dict[str, object]]) -> None:
    del log[1]["action"]

    assert custody.broken_link(log) == 1


def test_an_event_taken_out_is_found(log: list[dict[str, object]]) -> None:
    assert custody.broken_link(log[:1] + log[2:]) == 1


def test_two_events_exchanged_are_found(log: list[dict[str, object]]) -> None:
    assert custody.broken_link([log[0], log[2], log[1], log[3]]) == 1


def test_the_first_event_cannot_be_cut_off(log: list[dict[str, object]]) -> None:
    assert custody.broken_link(log[1:]) == 0


def test_a_leaf_is_the_hash_that_the_guide_tells(app: Flask) -> None:
    """Made by hand from the guide's words, so that the form cannot drift."""
    with writing() as session:
        made = custody.append(session, None, "tried", "thing", "ä", now=NOW, word="ñ", number=1)
    (event,) = log_reading.events_of("thing", "ä")
    assert event.salt is not None

    def salted(what: str, value: bytes) -> str:
        return hashlib.sha256(hmac.digest(event.salt or b"", what.encode(), "sha256")[:16] + value).hexdigest()

    actor = salted("actor", b"null")
    number, word = salted("details.number", b"1"), salted("details.word", '"ñ"'.encode())
    each = f'{{"number":"{number}","word":"{word}"}}'
    details = hashlib.sha256(each.encode()).hexdigest()
    data = (
        f'{{"action":"tried","actor":"{actor}","at":"2026-01-01T00:00:00Z","details":"{details}",'
        '"record":["thing","ä"],"v":1}'
    )
    assert event.leaf == made == hashlib.sha256(b"\x00" + data.encode()).digest()
    assert len(event.salt) == 16


def test_the_same_event_twice_has_two_leaves(app: Flask) -> None:
    with writing() as session:
        first, second = (custody.append(session, None, "tried", "thing", "x", now=NOW) for _ in range(2))

    assert first != second


def test_what_was_undone_is_not_told(log: list[dict[str, object]]) -> None:
    def tell_and_fail() -> None:
        with writing() as session:
            custody.append(session, None, "undone", "thing", "x", now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        tell_and_fail()

    with writing() as session:
        custody.append(session, None, "done", "thing", "x", now=NOW)

    assert [event.action for event in of_record("thing", "x")] == ["done"]


def test_many_writers_at_once_wait_for_none_of_each_other(app: Flask, in_threads: InThreads) -> None:
    def tell(number: int) -> None:
        for turn in range(5):
            with writing() as session:
                custody.append(session, None, "tried", "thing", f"{number}-{turn}", now=NOW)
                custody.append(session, None, "tried.again", "thing", f"{number}-{turn}", now=NOW)

    in_threads(tell, range(6))
    sequencer.sequence()

    events = list(custody.export())
    assert [event["place"] for event in events] == list(range(60))
    assert custody.broken_link(events) is None


@pytest.mark.postgresql_only(reason="on SQLite there is one writer at a time, whatever it writes")
def test_an_event_is_written_while_another_transaction_holds_its_own(app: Flask, in_threads: InThreads) -> None:
    """There is no lock that all writers share: each commits while every other one is just before its commit."""
    all_have_written = threading.Barrier(3)

    def tell(number: int) -> None:
        with writing() as session:
            custody.append(session, None, "tried", "thing", str(number), now=NOW)
            custody._write(session)
            all_have_written.wait(PATIENCE_S)

    in_threads(tell, range(3))

    assert len(list(custody.export())) == 3


def test_an_upload_is_told_with_its_digest(actor: Callable[[str], Actor]) -> None:
    received = send(actor("inspector"), photo_on_site(), project="ROAD-1")

    (event,) = of_record("evidence", str(received.evidence.id))

    assert event.action == "evidence.received"
    assert event.details["sha256"] == received.evidence.sha256
    assert custody.broken_link(custody.export()) is None
