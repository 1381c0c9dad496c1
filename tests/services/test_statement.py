"""The statement of a photo: what was recorded is what can be told again, and it names nobody."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID

from evidence.findings import Finding, Outcome
from server.access import Actor
from server.canonical import sha256_of
from server.db import reading, writing
from server.models import Evidence
from server.models.evidence import EvidenceState, EvidenceVerdictWord
from server.services import evidence_review, second_thoughts, statement
from server.times import utc_now
from tests.custody_log import of_record
from tests.services.test_receive import photo_on_site, send


def test_the_digest_in_the_log_is_that_of_the_statement_told_from_the_record(actor: Callable[[str], Actor]) -> None:
    received = send(actor("inspector"), photo_on_site(), project="ROAD-1", caption="Base course")
    reading().rollback()

    (event,) = of_record("evidence", str(received.evidence_id))

    assert event.details["statement"] == statement.digest_of(received.evidence)
    assert event.details["statement"] == sha256_of(json.loads(json.dumps(statement.of(received.evidence))))


def test_it_says_where_when_and_how_far_to_trust_it(actor: Callable[[str], Actor]) -> None:
    received = send(actor("inspector"), photo_on_site(), project="ROAD-1")

    told = statement.of(received.evidence)

    assert (told["id"], told["project"]) == (str(received.evidence_id), "ROAD-1")
    assert told["verdict"] == received.document["verdict"]
    assert {each["check"] for each in told["findings"]} == {each["check"] for each in received.document["findings"]}
    assert told["claims"]["file"]["position"]["latitude"] == received.document["claims"]["file"]["position"]["latitude"]


def test_it_names_neither_people_nor_phones_nor_what_they_wrote(actor: Callable[[str], Actor]) -> None:
    inspector = actor("inspector")
    received = send(inspector, photo_on_site(), project="ROAD-1", caption="Written by Maria")

    text = json.dumps(statement.of(received.evidence))

    for word in ("Maria", str(inspector.person_id), inspector.name, "uploader", "caption", "model", "software"):
        assert word not in text


def test_a_lowered_verdict_and_a_person_s_word_have_the_statement_of_their_time(
    actor: Callable[[str], Actor],
) -> None:
    received = send(actor("inspector"), photo_on_site(), project="ROAD-1")
    before = statement.digest_of(received.evidence)
    reading().rollback()
    worse = Finding("picture.screen", Outcome.WARN, "It may be a photo of a screen.")
    with writing() as session:
        assert second_thoughts.settle(session, received.evidence_id, [worse], now=utc_now())
    after = statement.digest_of(received.evidence)
    reading().rollback()
    with writing() as session:
        session.get_one(Evidence, received.evidence_id).state = EvidenceState.NEEDS_REVIEW
    evidence_review.decide(
        actor("supervisor"), received.evidence_id, EvidenceVerdictWord.ACCEPT, "I was there.", now=utc_now()
    )

    digests = [event.details["statement"] for event in of_record("evidence", str(received.evidence_id))]

    assert digests == [before, after, after]
    assert before != after


def test_the_other_photo_of_a_pair_is_not_named() -> None:
    other = Finding("origin.first_use", Outcome.WARN, "Alike.", f"17 of 256 bits from evidence {UUID(int=7)}")

    assert statement._finding(other)["measured"] == "17 of 256 bits from another photo"
