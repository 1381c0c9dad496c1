"""The worker looks at a photo's pixels: what it finds is written down once, lowers a verdict and never raises one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
import sqlalchemy as sa

from evidence import pixel_checks
from evidence.darkroom import Darkroom
from evidence.developed import Developed
from evidence.imaging import Copies
from evidence.seen import Seen
from server import jobs
from server.access import Actor
from server.db import reading, writing
from server.engines import engines
from server.models import CustodyEvent, Evidence, EvidenceFinding, Original
from server.models.evidence import EvidenceState
from server.services import evidence_review, looking_again
from server.services.evidence_view import document
from server.times import utc_now
from tests.programme import OFF_SITE
from tests.services.test_receive import photo_on_site, send

Actors = Callable[[str], Actor]
SHARP = Seen(pixels="00" * 32, blur=0.2, light=0.8, thumbnail_unlike=0.0, screen=5.0)
PIXEL_ONLY = ("picture.exposure", "picture.screen", "picture.sharpness")


@pytest.fixture
def seeing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Seen], list[int]]:
    """Let the darkroom see what it is told to; the list counts how often it was asked."""

    def let(seen: Seen) -> list[int]:
        asked: list[int] = []

        def developed(*_arguments: object) -> Developed:
            asked.append(1)
            return Developed(Copies(b"thumbnail", b"web", 4, 3), seen)

        monkeypatch.setattr(Darkroom, "develop", developed)
        return asked

    return let


def sent(actor: Actor, shade: int = 1) -> UUID:
    return send(actor, photo_on_site(shade), project="ROAD-1").evidence_id


def on_record(photo: UUID) -> Evidence:
    reading().rollback()
    reading().expire_all()
    return reading().get_one(Evidence, photo)


def outcomes(photo: UUID) -> dict[str, str]:
    return {finding.name: finding.outcome.value for finding in on_record(photo).findings}


def events(photo: UUID) -> list[str]:
    query = sa.select(CustodyEvent.action).where(CustodyEvent.record_id == str(photo))
    return list(reading().scalars(query))


@pytest.mark.usefixtures("app")
def test_every_check_of_pixels_answers_once_the_worker_was_there(
    actor: Actors, seeing: Callable[[Seen], object]
) -> None:
    seeing(SHARP)
    photo = sent(actor("inspector"))
    assert not set(PIXEL_ONLY) & set(outcomes(photo))

    jobs.run_all_due()

    assert set(pixel_checks.names()) <= set(outcomes(photo))
    assert on_record(photo).verdict is EvidenceState.VERIFIED
    assert "evidence.examined" in events(photo)


def test_a_blurred_picture_of_a_screen_is_told_to_phone_and_reviewer_and_stays_verified(
    actor: Actors, seeing: Callable[[Seen], object]
) -> None:
    seeing(replace(SHARP, blur=0.9, screen=30.0))
    photo = sent(actor("inspector"))
    jobs.run_all_due()

    told = document(on_record(photo))

    said = {finding["check"]: finding["message"] for finding in told["findings"] if finding["outcome"] == "warn"}
    assert "pattern of a screen" in said["picture.screen"]
    assert "hold the phone still" in said["picture.sharpness"]
    assert (told["state"], told["verdict"], told["copies"]) == ("verified", "verified", "ready")


def test_a_policy_that_calls_screens_decisive_has_a_person_look(
    actor: Actors, seeing: Callable[[Seen], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    seeing(replace(SHARP, screen=30.0))
    photo = sent(actor("inspector"))
    found = engines().policies.get(on_record(photo).policy)
    strict = replace(found, evidence=replace(found.evidence, decisive=frozenset({"picture.screen"})))
    monkeypatch.setattr(type(engines().policies), "get", lambda _policies, _name: strict)

    jobs.run_all_due()

    lowered = on_record(photo)
    assert (lowered.verdict, lowered.state) == (EvidenceState.NEEDS_REVIEW, EvidenceState.NEEDS_REVIEW)
    assert "evidence.lowered" in events(photo)


def forgotten(photo: UUID) -> None:
    """Make a photo one of before: copies there, and no pixel ever weighed."""
    with writing() as session:
        session.execute(
            sa.delete(EvidenceFinding).where(EvidenceFinding.evidence_id == photo, EvidenceFinding.name.in_(PIXEL_ONLY))
        )
        session.execute(sa.update(Original).values(seen=None))


def test_photos_of_before_are_looked_at_in_batches(actor: Actors, seeing: Callable[[Seen], list[int]]) -> None:
    asked = seeing(SHARP)
    photos = [sent(actor("inspector"), shade) for shade in (1, 2, 3)]
    jobs.run_all_due()
    for photo in photos:
        forgotten(photo)
    asked.clear()

    first = looking_again.queue(None, 2, now=utc_now())
    rest = looking_again.queue(first.last, 2, now=utc_now())

    assert (first.queued, rest.queued, rest.last) == (2, 1, None)
    assert jobs.run_all_due() == 3
    assert len(asked) == 3
    assert all(set(PIXEL_ONLY) <= set(outcomes(photo)) for photo in photos)


def test_who_is_queued_or_done_is_passed_over(actor: Actors, seeing: Callable[[Seen], object]) -> None:
    seeing(SHARP)
    photo = sent(actor("inspector"))
    assert looking_again.queue(None, 9, now=utc_now()).queued == 0, "it still waits for its copies"
    jobs.run_all_due()
    assert looking_again.queue(None, 9, now=utc_now()).queued == 0, "it was looked at"

    forgotten(photo)
    assert looking_again.queue(None, 9, now=utc_now()).queued == 1
    assert looking_again.queue(None, 9, now=utc_now()).queued == 0, "it is queued"


def test_what_was_seen_of_a_file_is_seen_once(actor: Actors, seeing: Callable[[Seen], list[int]]) -> None:
    asked = seeing(SHARP)
    data = photo_on_site()
    first = send(actor("inspector"), data, project="ROAD-1").evidence_id
    jobs.run_all_due()
    second = send(actor("inspector"), data, project="ROAD-1").evidence_id
    jobs.run_all_due()

    assert len(asked) == 1
    assert set(PIXEL_ONLY) <= set(outcomes(first)) & set(outcomes(second))


def test_a_file_that_was_seen_before_a_measure_existed_is_seen_again(
    actor: Actors, seeing: Callable[[Seen], list[int]]
) -> None:
    asked = seeing(SHARP)
    data = photo_on_site()
    send(actor("inspector"), data, project="ROAD-1")
    jobs.run_all_due()
    with writing() as session:
        session.execute(sa.update(Original).values(seen={"pixels": "00" * 32}))

    send(actor("inspector"), data, project="ROAD-1")
    jobs.run_all_due()

    assert len(asked) == 2


def test_an_appeal_waits_for_a_person_whatever_the_worker_finds_later(
    actor: Actors, seeing: Callable[[Seen], list[int]]
) -> None:
    """The bug: a first look at the pixels of an appealed photo rejected it once more, and no second appeal is taken."""
    inspector = actor("inspector")
    photo = send(inspector, photo_on_site(3, OFF_SITE), project="ROAD-1").evidence_id
    evidence_review.appeal(inspector, photo, "Both banks were under water.", now=utc_now())
    seeing(replace(SHARP, blur=0.95))

    jobs.run_all_due()

    assert outcomes(photo)["picture.sharpness"] == "warn"
    assert on_record(photo).verdict is EvidenceState.REJECTED
    assert on_record(photo).state is EvidenceState.NEEDS_REVIEW
