"""A legal erasure: the personal data of an event are gone for ever, and the tree verifies as before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from evidence import merkle
from server.access import Actor
from server.db import db, reading, writing
from server.models import CustodyEvent
from server.problems import Problem
from server.services import custody, custody_reading, log_erasure, log_reading, photo_audit, sequencer
from server.services.log_audit import LogAudit
from server.times import utc_now
from tests.custody_log import of_record
from tests.services.test_receive import photo_on_site, send
from tests.services.test_sequencer import chain_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def told_by(person: Actor) -> bytes:
    """An event in the midst of others that names a person twice."""
    with writing() as session:
        custody.append(session, None, "tried", "thing", "before", now=NOW)
        leaf = custody.append(session, person.person_id, "tried", "thing", "x", now=NOW, name="Maria", project="ROAD-1")
        custody.append(session, None, "tried", "thing", "after", now=NOW)
    sequencer.sequence()
    return leaf


def test_nothing_of_the_person_is_left_and_the_tree_verifies(actor: Callable[[str], Actor]) -> None:
    person = actor("inspector")
    leaf = told_by(person)
    kept = log_reading.newest()
    size, root = kept.size, kept.root
    reading().rollback()

    log_erasure.erase(leaf.hex(), "Request 17 under the privacy act", now=utc_now())
    sequencer.sequence()

    reading().rollback()
    row = reading().execute(sa.select(*CustodyEvent.__table__.c).where(CustodyEvent.leaf == leaf)).mappings().one()
    assert (row["actor_id"], row["details"], row["salt"]) == (None, {}, None)
    assert list(LogAudit().faults()) == []
    proof = log_reading.inclusion(leaf, size)
    assert merkle.includes(root, size, proof.place, leaf, proof.hashes)
    (event,) = log_reading.events_of("thing", "x")
    assert (event.details, event.actor, event.leaf) == (None, None, leaf)


def test_the_erasure_is_an_event_with_its_reason(actor: Callable[[str], Actor]) -> None:
    leaf = told_by(actor("inspector"))

    log_erasure.erase(leaf.hex(), "Request 17", now=NOW)

    (event,) = of_record("custody_event", leaf.hex())
    assert (event.action, event.details["reason"]) == ("log.erased", "Request 17")
    assert custody_reading.events_of("thing", "x")[0].actor == "Somebody whose name was erased"


@pytest.mark.parametrize("change", [{"action": "another"}, {"record_id": "another"}, {"at": NOW.replace(year=2020)}])
def test_what_stays_of_an_erased_event_cannot_be_changed_unseen(
    actor: Callable[[str], Actor], change: dict[str, object]
) -> None:
    leaf = told_by(actor("inspector"))
    log_erasure.erase(leaf.hex(), "Request 17", now=NOW)
    sequencer.sequence()
    with db.engine.begin() as connection:
        connection.execute(sa.update(CustodyEvent).where(CustodyEvent.leaf == leaf).values(**change))

    assert list(LogAudit().faults())


def test_an_erasure_that_nothing_tells_of_is_found(actor: Callable[[str], Actor]) -> None:
    leaf = told_by(actor("inspector"))
    log_erasure.erase(leaf.hex(), "Request 17", now=NOW)
    with db.engine.begin() as connection:
        connection.execute(sa.delete(CustodyEvent).where(CustodyEvent.action == "log.erased"))
    sequencer.sequence()

    assert list(LogAudit().faults()) == ["Event 2 was erased, and no event tells of it."]


def test_an_old_event_can_be_erased_and_its_link_stays(app: Flask) -> None:
    chain_of(3)
    sequencer.sequence()
    leaf = str(list(custody.export())[1]["leaf"])
    reading().rollback()

    log_erasure.erase(leaf, "Request 17", now=utc_now())
    sequencer.sequence()

    assert list(LogAudit().faults()) == []


def test_what_cannot_be_erased_is_refused(actor: Callable[[str], Actor]) -> None:
    leaf = told_by(actor("inspector"))
    with writing() as session:
        waiting = custody.append(session, None, "tried", "thing", "late", now=NOW)
    for asked, name in ((waiting.hex(), "wrong-state"), ("ab" * 32, "not-found"), ("no", "not-found")):
        with pytest.raises(Problem) as problem:
            log_erasure.erase(asked, "Request 17", now=NOW)
        assert problem.value.name == name
    log_erasure.erase(leaf.hex(), "Request 17", now=NOW)
    sequencer.sequence()
    (told,) = of_record("custody_event", leaf.hex())
    assert told.leaf is not None
    erasure = told.leaf.hex()
    reading().rollback()
    with pytest.raises(Problem) as problem:
        log_erasure.erase(erasure, "Hide it", now=NOW)
    assert problem.value.name == "wrong-state"


def test_what_became_of_a_photo_is_not_erased(actor: Callable[[str], Actor]) -> None:
    """Behind an erased statement a verdict could be changed, and no audit would know."""
    photo = send(actor("inspector"), photo_on_site(), project="ROAD-1").evidence_id
    sequencer.sequence()
    (event,) = of_record("evidence", str(photo))
    leaf = (event.leaf or b"").hex()
    reading().rollback()

    with pytest.raises(Problem, match="says what became of a photo"):
        log_erasure.erase(leaf, "Request 17", now=NOW)
    with writing() as session:
        session.execute(
            sa.update(CustodyEvent)
            .where(CustodyEvent.record_id == str(photo))
            .values(details={}, salt=None, actor_id=None, actor_digest="00" * 32, details_digest="00" * 32)
        )

    assert any("was erased, which this program refuses" in told for told in photo_audit.faults())
