"""The custody log: what is done is told, and what was told cannot be changed unseen."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from server.access import Actor
from server.db import writing
from server.models import CustodyEvent
from server.services import custody
from tests.services.test_receive import photo_on_site, send

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


def test_an_upload_is_told_with_its_digest(actor: Callable[[str], Actor]) -> None:
    received = send(actor("inspector"), photo_on_site(), project="ROAD-1")

    (event,) = custody.of_record("evidence", str(received.evidence.id))

    assert event.action == "evidence.received"
    assert event.details["sha256"] == received.evidence.sha256
    assert custody.broken_link(custody.export()) is None
