"""Pictures that look alike: found exactly, over all projects, and of two the later one is accused."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
import sqlalchemy as sa
from PIL import Image, ImageOps

from evidence.findings import Finding, Outcome
from evidence.near_pictures import REACH
from evidence.seen import Seen
from server import jobs
from server.access import Actor
from server.db import reading, writing
from server.models import Evidence, EvidenceFinding, Original, Picture, PictureKey
from server.services import copies, earlier_pictures, looking, near_pictures, photo_twin, second_thoughts
from server.services.evidence_view import document
from server.services.near_pictures import Alike
from server.times import utc_now
from tests.custody_log import of_record
from tests.services.test_receive import count, send

Actors = Callable[[str], Actor]
InThreads = Callable[[Callable[[int], None], Iterable[int]], None]


def picture(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture with as much to see as a photo, unlike that of every other seed."""
    noise = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC)


def coded(image: Image.Image, quality: int = 92) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def said(evidence_id: UUID) -> str:
    reading().rollback()
    query = sa.select(EvidenceFinding.outcome).where(
        EvidenceFinding.evidence_id == evidence_id, EvidenceFinding.name == "origin.first_use"
    )
    return str(reading().scalars(query).one().value)


def plant(digests: dict[str, bytes]) -> None:
    with writing() as session:
        for name in digests:
            kept = {"size": 1, "media_type": "image/jpeg", "storage_key": name, "kept_at": datetime.now(UTC)}
            session.add(Original(sha256=name, **kept))
        session.flush()
        for name, digest in digests.items():
            near_pictures.keep(session, name, Seen(pixels=name, pdq=digest.hex(), pdq_quality=100))


def test_every_hash_within_reach_is_found_with_its_distance_and_none_beyond(actor: Actors) -> None:
    chance = random.Random(7)
    digest = chance.randbytes(32)
    planted = {}
    for bits in range(REACH + 5):
        mask = sum(1 << place for place in chance.sample(range(256), bits))
        planted[f"{bits:064x}"] = (int.from_bytes(digest) ^ mask).to_bytes(32)
    plant(planted)

    found = dict(near_pictures.near(reading().connection(), digest))

    assert found == {f"{bits:064x}": bits for bits in range(REACH + 1)}


def test_a_picture_is_kept_once_however_often_it_is_looked_at(actor: Actors) -> None:
    seen = Seen(pixels="1" * 64, pdq="a5" * 32, pdq_quality=100)
    plant({"1" * 64: bytes.fromhex("a5" * 32)})

    with writing() as session:
        near_pictures.keep(session, "1" * 64, seen)

    assert (count(Picture), count(PictureKey)) == (1, 11)


def test_a_flat_picture_has_no_keys_and_is_like_no_other(actor: Actors) -> None:
    flat = Seen(pixels="1" * 64, pdq="00" * 32, pdq_quality=0)

    assert near_pictures.find(reading(), flat) == []


EDITS: dict[str, Callable[[Image.Image], bytes]] = {
    "coded anew": lambda image: coded(image, 40),
    "half as large": lambda image: coded(image.resize((320, 240))),
    "mirrored": lambda image: coded(ImageOps.mirror(image)),
    "turned": lambda image: coded(image.transpose(Image.Transpose.ROTATE_90)),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_picture_of_another_project_is_found(actor: Actors, edit: str) -> None:
    first = send(actor("inspector"), coded(picture(1)), project="ROAD-1").evidence
    jobs.run_all_due()

    again = send(actor("inspector"), EDITS[edit](picture(1)), project="ROAD-1").evidence
    jobs.run_all_due()

    assert said(first.id) == "pass"
    assert said(again.id) in ("warn", "fail")


def test_another_picture_is_not_accused(actor: Actors) -> None:
    send(actor("inspector"), coded(picture(1)), project="ROAD-1")
    other = send(actor("inspector"), coded(picture(2)), project="ROAD-1").evidence

    jobs.run_all_due()

    assert said(other.id) == "pass"


def test_the_later_is_accused_where_it_was_looked_at_first(actor: Actors) -> None:
    first = send(actor("inspector"), coded(picture(1)), project="ROAD-1").evidence
    later = send(actor("inspector"), coded(picture(1), 60), project="ROAD-1").evidence

    copies.make_copies(str(later.id))
    assert said(later.id) == "pass"
    copies.make_copies(str(first.id))
    jobs.run_all_due()

    assert (said(first.id), said(later.id)) == ("pass", "warn")


def test_looking_again_twice_writes_nothing_new(actor: Actors) -> None:
    first = send(actor("inspector"), coded(picture(1)), project="ROAD-1").evidence
    later = send(actor("inspector"), coded(picture(1), 60), project="ROAD-1").evidence
    jobs.run_all_due()
    before = [(row.outcome, row.message, row.measured) for row in reading().get_one(Evidence, later.id).findings]

    copies.look_again(f"{later.id.hex} {first.id.hex}")

    reading().expire_all()
    after = [(row.outcome, row.message, row.measured) for row in reading().get_one(Evidence, later.id).findings]
    assert after == before


def test_whichever_worker_is_first_the_later_one_alone_is_accused(actor: Actors, in_threads: InThreads) -> None:
    for seed in range(5):
        pair = [
            str(send(actor("inspector"), coded(picture(seed), quality), project="ROAD-1").evidence.id)
            for quality in (92, 60)
        ]

        in_threads(lambda number, pair=pair: copies.make_copies(pair[number]), (1, 0))  # type: ignore[misc]
        jobs.run_all_due()

        assert [said(UUID(each)) for each in pair] == ["pass", "warn"]


def test_real_photos_of_one_street_are_not_taken_for_each_other(actor: Actors, corpus: Path) -> None:
    photos = sorted((corpus / "photos").glob("site_*/*.jp*g"))[:6]
    assert photos
    sent = [send(actor("inspector"), path.read_bytes(), project="ROAD-1").evidence.id for path in photos]

    jobs.run_all_due()

    assert {said(each) for each in sent} == {"pass"}


def test_a_reviewer_of_both_is_shown_the_other_photo_and_nobody_else_learns_of_it(actor: Actors) -> None:
    first = send(actor("inspector"), coded(picture(1)), project="ROAD-1").evidence
    later = send(actor("inspector"), coded(picture(1), 60), project="ROAD-1").evidence
    jobs.run_all_due()
    reading().expire_all()
    photo = reading().get_one(Evidence, later.id)
    stranger = replace(actor("supervisor"), held=())

    twin = photo_twin.of(actor("supervisor"), photo)

    assert twin is not None
    assert (twin.may_see, twin.evidence_id) == (True, first.id)
    assert photo_twin.of(stranger, photo) == photo_twin.Twin(may_see=False)
    assert str(first.id) not in str(document(photo)["findings"])
    assert photo_twin.of(actor("supervisor"), reading().get_one(Evidence, first.id)) is None


def test_a_pair_that_waits_already_costs_no_line_of_the_log(actor: Actors) -> None:
    """The bug: the savepoint that a queued pair undid took the line of the lowered verdict with it."""
    first = send(actor("inspector"), coded(picture(1)), project="ROAD-1").evidence
    later = send(actor("inspector"), coded(picture(1), 60), project="ROAD-1").evidence
    jobs.run_all_due()
    with writing() as session:
        looking.ask_again(session, (later.id,), first.id, now=utc_now())

    with writing() as session:
        broken = Finding("file.decodes", Outcome.FAIL, "The picture in the file is damaged.")
        second_thoughts.settle(session, first.id, [broken], now=utc_now())
        looking.ask_again(session, (later.id,), first.id, now=utc_now())

    assert of_record("evidence", str(first.id))[-1].action == "evidence.lowered"


def test_far_ones_never_crowd_out_the_nearest(actor: Actors, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bug: of many that are alike the earliest were weighed, and the very same picture not."""
    far = send(actor("inspector"), coded(picture(1)), project="ROAD-1").evidence
    near = send(actor("inspector"), coded(picture(2)), project="ROAD-1").evidence
    alike = [Alike(near.sha256, 0, turned=False, same_pixels=True), Alike(far.sha256, 25, False, same_pixels=False)]
    monkeypatch.setattr(earlier_pictures, "WEIGHED", 1)
    monkeypatch.setattr(earlier_pictures, "NEAREST", 1)

    found = earlier_pictures._photos(reading(), alike, sa.true())

    assert [photo.id for photo, _alike in found] == [near.id]
