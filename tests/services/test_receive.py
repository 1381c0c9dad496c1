"""A photo comes in: kept, judged and recorded once, whatever is sent again and however often."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from evidence.claims import PositionClaim
from evidence.context import Stage
from evidence.errors import OriginalDamagedError, StoreAwayError
from evidence.findings import Finding, Outcome
from server.access import Actor
from server.db import db, new_id, reading
from server.engines import engines
from server.models import CustodyEvent, Evidence, EvidenceFinding, Milestone, Original
from server.models.evidence import EvidenceState
from server.problems import Problem
from server.services import evidence, job_desk
from server.services.evidence_view import document
from tests.photos import jpeg
from tests.programme import OFF_SITE, ON_SITE, OTHER_SITE

Actors = Callable[[str], Actor]


def now() -> datetime:
    return datetime.now(UTC)


def photo_on_site(shade: int = 1, place: tuple[float, float] | None = ON_SITE) -> bytes:
    latitude, longitude = place or (None, None)
    return jpeg(latitude=latitude, longitude=longitude, taken=now() - timedelta(hours=1), shade=shade)


def send(actor: Actor, data: bytes, *, evidence_id: UUID | None = None, **claim: object) -> evidence.Received:
    with engines().store.incoming() as incoming:
        incoming.write(data)
        told = evidence.UploadClaim(**claim)  # type: ignore[arg-type]
        return evidence.receive(actor, evidence.Upload(evidence_id or new_id(), incoming, told), now=now())


def count(table: type) -> int:
    """Rows that are committed now, whatever this session saw before."""
    reading().rollback()
    return reading().scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_good_photo_is_verified_and_kept(actor: Actors) -> None:
    data = photo_on_site()

    received = send(actor("inspector"), data, project="ROAD-1")

    assert received.created
    assert received.evidence.verdict is EvidenceState.VERIFIED
    kept = reading().get_one(Original, received.evidence.sha256)
    with engines().store.open(kept.storage_key) as original:
        assert original.read() == data


def test_what_is_answered_is_what_is_on_record(actor: Actors) -> None:
    answered = document(send(actor("inspector"), photo_on_site(), project="ROAD-1").evidence)
    reading().expire_all()

    stored = document(reading().get_one(Evidence, UUID(answered["id"])))

    assert stored == answered


def test_the_same_upload_again_is_the_same_record(actor: Actors) -> None:
    inspector, data, evidence_id = actor("inspector"), photo_on_site(), new_id()

    first = send(inspector, data, evidence_id=evidence_id, project="ROAD-1")
    again = send(inspector, data, evidence_id=evidence_id, project="ROAD-1")

    assert (first.created, again.created) == (True, False)
    assert document(first.evidence) == document(again.evidence)
    assert (count(Evidence), job_desk.counts().queued) == (1, 1)


@pytest.mark.parametrize(
    ("shade", "caption"), [(2, ""), (1, "another caption")], ids=["other bytes", "same bytes, other claim"]
)
def test_a_known_id_with_something_else_is_refused(actor: Actors, shade: int, caption: str) -> None:
    inspector, evidence_id = actor("inspector"), new_id()
    send(inspector, photo_on_site(1), evidence_id=evidence_id, project="ROAD-1")

    with pytest.raises(Problem) as refused:
        send(inspector, photo_on_site(shade), evidence_id=evidence_id, project="ROAD-1", caption=caption)

    assert refused.value.name == "evidence-conflict"
    assert count(Evidence) == 1


def test_a_known_id_from_another_person_is_refused(actor: Actors) -> None:
    data, evidence_id = photo_on_site(), new_id()
    send(actor("inspector"), data, evidence_id=evidence_id, project="ROAD-1")

    with pytest.raises(Problem) as refused:
        send(actor("second_inspector"), data, evidence_id=evidence_id, project="ROAD-1")

    assert refused.value.name == "evidence-conflict"


def test_eight_sendings_at_once_make_one_record(app: Flask, actor: Actors) -> None:
    inspector, data, evidence_id = actor("inspector"), photo_on_site(), new_id()
    outcomes: list[bool] = []

    def one_sending() -> None:
        with app.app_context():
            outcomes.append(send(inspector, data, evidence_id=evidence_id, project="ROAD-1").created)
            db.session.remove()

    threads = [threading.Thread(target=one_sending) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == [False] * 7 + [True]
    assert (count(Evidence), count(Original), job_desk.counts().queued) == (1, 1, 1)
    assert count(EvidenceFinding) == len(reading().get_one(Evidence, evidence_id).findings)


def test_the_same_bytes_for_another_project_are_rejected(actor: Actors) -> None:
    data = photo_on_site()
    send(actor("inspector"), data, project="ROAD-1")

    again = send(actor("other_inspector"), data, project="OTHER-1")

    assert again.evidence.verdict is EvidenceState.REJECTED
    assert any(f.name == "origin.first_use" and f.outcome == "fail" for f in again.evidence.findings)


def test_a_photo_taken_elsewhere_is_rejected_with_the_way_back(actor: Actors) -> None:
    received = send(actor("inspector"), photo_on_site(place=OFF_SITE), project="ROAD-1")

    assert received.evidence.verdict is EvidenceState.REJECTED
    assert "south" in document(received.evidence)["advice"]


def test_a_photo_without_any_position_is_not_rejected_but_needs_a_person(actor: Actors) -> None:
    received = send(actor("inspector"), photo_on_site(place=None), project="ROAD-1")

    assert received.evidence.verdict is EvidenceState.NEEDS_REVIEW


def test_the_open_milestone_that_fits_is_found(actor: Actors) -> None:
    received = send(actor("inspector"), photo_on_site(), project="ROAD-1", stage=Stage.DURING)

    assert received.evidence.milestone is not None
    assert received.evidence.milestone.code == "M1"


def test_no_milestone_is_made_up_where_no_stage_fits(actor: Actors) -> None:
    received = send(actor("inspector"), photo_on_site(), project="ROAD-1", stage=Stage.WARRANTY)

    assert received.evidence.milestone_id is None


def test_the_project_is_found_by_place(actor: Actors) -> None:
    assert send(actor("inspector"), photo_on_site()).evidence.project.code == "ROAD-1"


def test_the_project_is_found_by_the_devices_place_where_the_file_has_none(actor: Actors) -> None:
    position = PositionClaim(*ON_SITE, "device", accuracy_m=5.0, confidence=0.95)

    received = send(actor("inspector"), photo_on_site(place=None), device_position=position)

    assert received.evidence.project.code == "ROAD-1"


def test_a_place_in_someone_elses_project_does_not_find_it(actor: Actors) -> None:
    with pytest.raises(Problem) as refused:
        send(actor("inspector"), photo_on_site(place=OTHER_SITE))

    assert refused.value.name == "project-not-placed"
    assert count(Evidence) == 0


def test_an_unknown_project_is_named(actor: Actors) -> None:
    with pytest.raises(Problem) as refused:
        send(actor("inspector"), photo_on_site(), project="NO-SUCH")

    assert [error.pointer for error in refused.value.errors] == ["#/claim/project"]


def test_a_milestone_of_another_project_is_named(actor: Actors) -> None:
    milestone = reading().scalars(sa.select(Milestone).where(Milestone.code == "M1")).one()

    with pytest.raises(Problem) as refused:
        send(actor("other_inspector"), photo_on_site(), project="OTHER-1", milestone=milestone.id)

    assert [error.pointer for error in refused.value.errors] == ["#/claim/milestone"]


@pytest.mark.parametrize("name", ["supervisor", "paymaster", "auditor", "other_inspector", "nobody"])
def test_only_those_who_photograph_may_send(actor: Actors, name: str) -> None:
    with pytest.raises(Problem) as refused:
        send(actor(name), photo_on_site(), project="ROAD-1")

    assert refused.value.name == "not-allowed"


def test_bytes_that_changed_on_the_way_leave_no_trace_and_can_be_sent_again(actor: Actors) -> None:
    inspector, evidence_id, data = actor("inspector"), new_id(), photo_on_site()
    with pytest.raises(Problem) as refused:
        send(inspector, data, evidence_id=evidence_id, project="ROAD-1", sha256="0" * 64)
    assert refused.value.name == "photo-digest-mismatch"
    assert (count(Evidence), count(Original)) == (0, 0)

    assert send(inspector, data, evidence_id=evidence_id, project="ROAD-1").created


def test_words_longer_than_the_record_holds_lose_no_photo(actor: Actors, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = Finding("file.decodes", Outcome.PASS, "x" * 5000, measured="y" * 5000, expected="z" * 5000)
    monkeypatch.setattr("server.services.evidence_record.run_all", lambda _context: (endless,))

    received = send(actor("inspector"), photo_on_site(), project="ROAD-1")

    (found,) = reading().scalars(sa.select(EvidenceFinding).where(EvidenceFinding.evidence_id == received.evidence_id))
    assert (len(found.message), len(found.measured or ""), len(found.expected or "")) == (600, 300, 300)


def test_a_full_disk_is_said_and_nothing_is_recorded(actor: Actors, monkeypatch: pytest.MonkeyPatch) -> None:
    incoming = engines().store.incoming()
    incoming.write(photo_on_site())

    def sync_on_a_full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    inspector = actor("inspector")
    monkeypatch.setattr("evidence.storage.local.os.fsync", sync_on_a_full_disk)
    upload = evidence.Upload(new_id(), incoming, evidence.UploadClaim(project="ROAD-1"))
    with pytest.raises(StoreAwayError) as refused:
        evidence.receive(inspector, upload, now=now())
    incoming.close()

    assert refused.value.full
    assert count(Evidence) == 0


def test_a_damaged_original_that_cannot_be_mended_is_said_and_nothing_is_recorded(
    actor: Actors, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_it_damaged(_self: object, key: str, _part: object) -> None:
        raise OriginalDamagedError(key)

    inspector, data = actor("inspector"), photo_on_site()
    kept = send(inspector, data, project="ROAD-1").evidence.sha256
    path = engines().settings.originals_root / "originals" / kept[:2] / kept
    path.chmod(0o600)
    path.write_bytes(data[:-1] + b"?")
    monkeypatch.setattr("evidence.storage.local.LocalStore._mend", find_it_damaged)

    with pytest.raises(Problem) as refused:
        send(inspector, data, project="ROAD-1")

    assert (refused.value.name, refused.value.kind.status) == ("original-damaged", 503)
    assert int(refused.value.headers["Retry-After"]) > 0
    assert count(Evidence) == 1


def test_a_fault_at_the_last_write_undoes_all_of_it(actor: Actors, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the power went")

    inspector = actor("inspector")
    before = count(CustodyEvent)
    monkeypatch.setattr("server.jobs.enqueue", fail)
    with pytest.raises(RuntimeError):
        send(inspector, photo_on_site(), project="ROAD-1")

    assert (count(Evidence), count(EvidenceFinding), count(Original)) == (0, 0, 0)
    assert count(CustodyEvent) == before
