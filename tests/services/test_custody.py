"""The custody log: what is done is told, and what was told cannot be changed unseen."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from server.access import Actor
from server.db import writing
from server.models import Area, CustodyEvent
from server.services import custody
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
    return [json.loads(json.dumps(event)) for event in custody.export()]


def test_an_untouched_log_holds_offline(log: list[dict[str, object]]) -> None:
    assert len(log) == 4
    assert custody.broken_link(log) is None


@pytest.mark.parametrize("field", ["at", "actor", "action", "record_type", "record", "details", "previous", "hash"])
def test_a_changed_field_is_found(log: list[dict[str, object]], field: str) -> None:
    log[1][field] = "another"

    assert custody.broken_link(log) == 1


def test_an_event_taken_out_is_found(log: list[dict[str, object]]) -> None:
    assert custody.broken_link(log[:1] + log[2:]) == 1


def test_two_events_exchanged_are_found(log: list[dict[str, object]]) -> None:
    assert custody.broken_link([log[0], log[2], log[1], log[3]]) == 1


def test_the_first_event_cannot_be_cut_off(log: list[dict[str, object]]) -> None:
    assert custody.broken_link(log[1:]) == 0


def test_the_database_refuses_a_fork(log: list[dict[str, object]]) -> None:
    with pytest.raises(IntegrityError), writing() as session:
        session.add(
            CustodyEvent(
                at=NOW,
                action="forged",
                record_type="thing",
                record_id="x",
                details={},
                previous=str(log[1]["previous"]),
                hash="f" * 64,
            )
        )


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


def test_many_writers_at_once_make_one_chain(app: Flask, in_threads: InThreads) -> None:
    def tell(number: int) -> None:
        for turn in range(5):
            with writing() as session:
                custody.append(session, None, "tried", "thing", f"{number}-{turn}", now=NOW)
                custody.append(session, None, "tried.again", "thing", f"{number}-{turn}", now=NOW)

    in_threads(tell, range(6))

    events = list(custody.export())
    assert len(events) == 60
    assert custody.broken_link(events) is None


@pytest.mark.postgresql_only(reason="on SQLite writers take turns from their beginning")
def test_a_writer_that_told_something_first_waits_for_no_one_who_waits_for_it(
    app: Flask, in_threads: InThreads
) -> None:
    with writing() as session:
        session.add(Area(code="A", name="A", level="region", path="A/"))
    both_hold = threading.Barrier(2)

    def tell_then_change(number: int) -> None:
        with writing() as session:
            if number == 0:
                custody.append(session, None, "tried", "thing", "first", now=NOW)
                both_hold.wait(PATIENCE_S)
                session.execute(sa.update(Area).where(Area.code == "A").values(name="first"))
            else:
                session.execute(sa.update(Area).where(Area.code == "A").values(name="second"))
                both_hold.wait(PATIENCE_S)
                custody.append(session, None, "tried", "thing", "second", now=NOW)

    in_threads(tell_then_change, range(2))

    assert custody.broken_link(custody.export()) is None


def test_an_upload_is_told_with_its_digest(actor: Callable[[str], Actor]) -> None:
    received = send(actor("inspector"), photo_on_site(), project="ROAD-1")

    (event,) = of_record("evidence", str(received.evidence.id))

    assert event.action == "evidence.received"
    assert event.details["sha256"] == received.evidence.sha256
    assert custody.broken_link(custody.export()) is None
