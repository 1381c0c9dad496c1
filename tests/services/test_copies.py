"""Thumbnail and web copy: made after the answer, and what becomes of a picture that is damaged inside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image

from evidence.darkroom import Darkroom
from evidence.developed import Developed
from evidence.imaging import Copies, UndecodableError, UndecodableReason
from evidence.seen import Seen
from server import jobs
from server.access import Actor
from server.db import reading
from server.engines import engines
from server.models import CustodyEvent, Evidence
from server.models.evidence import CopiesState, EvidenceState
from server.services import copies, evidence_reading
from tests.photos import jpeg
from tests.services.test_receive import photo_on_site, send

Actors = Callable[[str], Actor]


def run_jobs() -> int:
    return jobs.run_all_due()


def test_both_copies_are_made_and_carry_no_metadata(actor: Actors) -> None:
    inspector = actor("inspector")
    received = send(inspector, photo_on_site(), project="ROAD-1")

    assert run_jobs() == 1

    for name in ("thumbnail", "web"):
        data = evidence_reading.copy(inspector, received.evidence.id, name)
        assert not Image.open(BytesIO(data)).getexif()
    assert reading().get_one(Evidence, received.evidence.id).copies is CopiesState.READY


def test_no_transaction_stays_open_while_pixels_are_decoded(actor: Actors, monkeypatch: pytest.MonkeyPatch) -> None:
    send(actor("inspector"), photo_on_site(), project="ROAD-1")
    open_transactions = []

    def decoded(*_arguments: object) -> Developed:
        open_transactions.append(reading().in_transaction())
        return Developed(Copies(b"thumbnail", b"web", 4, 3), Seen())

    monkeypatch.setattr(Darkroom, "develop", decoded)
    run_jobs()

    assert open_transactions == [False]


def test_making_the_copies_twice_does_no_harm(actor: Actors) -> None:
    received = send(actor("inspector"), photo_on_site(), project="ROAD-1")

    copies.make_copies(str(received.evidence.id))
    copies.make_copies(str(received.evidence.id))

    assert reading().get_one(Evidence, received.evidence.id).copies is CopiesState.READY


def test_a_picture_damaged_inside_is_rejected_with_the_reason(actor: Actors) -> None:
    whole = jpeg(latitude=11.0, longitude=122.5, taken=datetime.now(UTC), size=(640, 480))
    scan = whole.index(b"\xff\xda") + 14
    damaged = whole[:scan] + b"\xff\xc4\x00\x03\x00" + whole[-2:]
    received = send(actor("inspector"), damaged, project="ROAD-1")
    assert received.evidence.verdict is EvidenceState.VERIFIED

    run_jobs()

    reading().expire_all()
    lowered = reading().get_one(Evidence, received.evidence.id)
    assert (lowered.verdict, lowered.state, lowered.copies) == (
        EvidenceState.REJECTED,
        EvidenceState.REJECTED,
        CopiesState.IMPOSSIBLE,
    )
    assert {f.name: f.outcome for f in lowered.findings}["file.decodes"] == "fail"


def test_a_reason_that_the_reader_gave_already_is_kept(actor: Actors) -> None:
    cut_off = photo_on_site()[:-400]
    received = send(actor("inspector"), cut_off, project="ROAD-1")
    before = {f.name: (f.outcome, f.measured, f.message) for f in received.evidence.findings}["file.decodes"]
    assert before[0] == "fail"

    run_jobs()

    reading().expire_all()
    lowered = reading().get_one(Evidence, received.evidence.id)
    assert lowered.copies is CopiesState.IMPOSSIBLE
    assert {f.name: (f.outcome, f.measured, f.message) for f in lowered.findings}["file.decodes"] == before


def test_a_runner_that_comes_late_takes_nothing_back(actor: Actors, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first runner of a job was paused, a second one made the copies, and people went on with the photo."""
    received = send(actor("inspector"), photo_on_site(), project="ROAD-1")
    run_jobs()

    def undecodable(*_arguments: object) -> Developed:
        raise UndecodableError(UndecodableReason.BOMB, "not decoded in 40 s")

    monkeypatch.setattr(Darkroom, "develop", undecodable)
    monkeypatch.setattr(copies, "_exists", lambda _name: False)
    copies.make_copies(str(received.evidence.id))

    reading().expire_all()
    photo = reading().get_one(Evidence, received.evidence.id)
    assert (photo.verdict, photo.state, photo.copies) == (
        EvidenceState.VERIFIED,
        EvidenceState.VERIFIED,
        CopiesState.READY,
    )
    assert "evidence.lowered" not in reading().scalars(sa.select(CustodyEvent.action)).all()


@pytest.mark.parametrize("orientation", [1, 6])
def test_the_copies_stand_upright(actor: Actors, orientation: int) -> None:
    image = Image.new("RGB", (80, 40))
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = BytesIO()
    image.save(out, "JPEG", exif=exif)
    inspector = actor("inspector")
    received = send(inspector, out.getvalue(), project="ROAD-1")
    run_jobs()

    size = Image.open(BytesIO(evidence_reading.copy(inspector, received.evidence.id, "web"))).size

    assert size == ((80, 40) if orientation == 1 else (40, 80))


def test_the_original_is_never_touched(actor: Actors) -> None:
    data = photo_on_site()
    received = send(actor("inspector"), data, project="ROAD-1")
    run_jobs()

    with engines().store.open(received.evidence.original.storage_key) as original:
        assert original.read() == data
