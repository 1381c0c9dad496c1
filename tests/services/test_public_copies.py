"""What the public sees of a photo: copies of its own, with faces hidden, and no picture until they are there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import UUID

import pytest
import sqlalchemy as sa
from PIL import Image

from evidence import publication
from evidence.darkroom import Darkroom
from evidence.errors import OriginalMissingError
from evidence.imaging import Copies
from evidence.redaction import Box
from server import jobs
from server.access import Actor
from server.db import reading, writing
from server.engines import engines
from server.models import CustodyEvent, Evidence, Original
from server.problems import Problem
from server.services import evidence_reading, public, public_copies, redactions
from server.times import utc_now
from tests.conftest import CORPUS
from tests.pages.story import Road
from tests.photos import jpeg
from tests.programme import ON_SITE

TWO_MEN = CORPUS / "photos" / "cameras" / "metadata-extractor-images--Sony_Cybershot_(2).jpg"
CORNER = Box(0.0, 0.0, 0.25, 0.25)


@pytest.fixture
def road(actor: Callable[[str], Actor]) -> Road:
    return Road(actor)


def with_faces(road: Road) -> UUID:
    """A photo of two men as a phone on the site would send it, approved, and no job done since."""
    taken = datetime.now(UTC) - timedelta(minutes=10)
    photo = road.send(file=_on_site(TWO_MEN.read_bytes(), taken), taken=taken)
    road.send()
    with writing() as session:
        sha256 = session.get_one(Evidence, photo).sha256
        session.execute(sa.update(Original).where(Original.sha256 == sha256).values(faces=None))
    road.approve(road.put_forward())
    return photo


def _on_site(file: bytes, taken: datetime) -> bytes:
    """The picture with the tags of a photo taken on the site."""
    tags = Image.open(BytesIO(jpeg(latitude=ON_SITE[0], longitude=ON_SITE[1], taken=taken))).getexif()
    out = BytesIO()
    Image.open(BytesIO(file)).save(out, "JPEG", quality=95, exif=tags)
    return out.getvalue()


def published(photo: UUID) -> Evidence:
    reading().rollback()
    return reading().get_one(Evidence, photo, populate_existing=True)


def hide(road: Road, photo: UUID, box: Box = CORNER) -> None:
    redactions.hide(road.actor("supervisor"), photo, box, "", now=utc_now())


def stored(photo: Evidence, name: public_copies.Name = "web") -> str:
    sha256 = photo.public_web if name == "web" else photo.public_thumbnail
    assert sha256 is not None
    return public_copies.store_name(photo.id, photo.public_edition, name, sha256)


def events(action: str) -> list[CustodyEvent]:
    reading().rollback()
    return list(reading().scalars(sa.select(CustodyEvent).where(CustodyEvent.action == action)))


def assert_being_prepared(photo: UUID) -> None:
    reading().rollback()
    for name in public_copies.NAMES:
        with pytest.raises(Problem, match="being prepared"):
            public.photo_copy(photo, name)


def test_no_face_is_found_in_what_the_public_sees(road: Road) -> None:
    photo = with_faces(road)

    sure = publication.faces_in(evidence_reading.read_copy(published(photo).sha256, "web"))
    seen = publication.faces_in(public.photo_copy(photo, "web").content)

    assert [face.score > 0.8 for face in sure[:2]] == [True, True]
    assert max((face.score for face in seen), default=0) < 0.2
    assert published(photo).public_redactions == 2


def test_those_who_work_on_the_photo_see_it_as_it_is(road: Road) -> None:
    photo = with_faces(road)

    web = evidence_reading.copy(road.actor("supervisor"), photo, "web")

    assert len([face for face in publication.faces_in(web) if face.score > 0.8]) == 2


def test_the_publication_of_a_copy_is_on_record_with_what_it_is(road: Road) -> None:
    photo = published(road.approved()[0])

    event = next(each for each in events("copy.published") if each.record_id == str(photo.id))
    web, thumbnail = (public.photo_copy(photo.id, name).content for name in ("web", "thumbnail"))
    assert event.details == {
        "project": "ROAD-1",
        "copy": hashlib.sha256(web).hexdigest(),
        "thumbnail": hashlib.sha256(thumbnail).hexdigest(),
        "parent": photo.sha256,
        "redactions": 0,
    }


def test_until_its_copies_are_made_a_published_photo_has_no_picture(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    road.send(), road.send()
    submission = road.put_forward()
    monkeypatch.setattr(jobs, "run_all_due", lambda: 0)
    road.approve(submission)
    photo = reading().scalars(sa.select(Evidence.id).where(Evidence.published_at.is_not(None))).first()
    assert photo is not None

    assert_being_prepared(photo)
    assert not public.photo(photo).pictured


def test_an_area_hidden_later_takes_the_old_picture_off_at_once(road: Road) -> None:
    photo = road.approved()[0]
    before, names = published(photo).public_web, [stored(published(photo), name) for name in public_copies.NAMES]

    hide(road, photo)

    assert_being_prepared(photo)
    jobs.run_all_due()
    assert published(photo).public_web not in {None, before}
    assert published(photo).public_redactions == 1
    for name in names:
        with pytest.raises(OriginalMissingError):
            engines().store.open_copy(name)


def test_a_copy_made_while_an_area_is_hidden_is_not_shown(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = road.approved()[0]
    hide(road, photo)
    edition = published(photo).public_edition
    made: list[Copies] = []

    def interrupted(room: Darkroom, copy: bytes, boxes: list[Box]) -> Copies:
        made.append(publication.redact(copy, boxes))
        if len(made) == 1:
            hide(road, photo, Box(0.5, 0.5, 0.25, 0.25))
        return made[-1]

    monkeypatch.setattr(Darkroom, "redact", interrupted)
    public_copies.make(f"{photo} {edition}")

    assert_being_prepared(photo)
    jobs.run_all_due()
    assert published(photo).public_redactions == 2


def test_a_job_that_runs_twice_publishes_once(road: Road) -> None:
    photo = road.approved()[0]
    first = published(photo)

    public_copies.make(f"{photo} {first.public_edition}")

    assert published(photo).public_web == first.public_web
    assert len([each for each in events("copy.published") if each.record_id == str(photo)]) == 1
    assert public.photo_copy(photo, "web").etag == first.public_web


def test_of_two_runners_at_once_the_second_leaves_the_first_ones_copies(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = road.approved()[0]
    hide(road, photo)
    job = f"{photo} {published(photo).public_edition}"
    real, inside = Darkroom.redact, []

    def slow(room: Darkroom, copy: bytes, boxes: list[Box]) -> Copies:
        if not inside:
            inside.append(True)
            public_copies.make(job)
        return real(room, copy, boxes)

    monkeypatch.setattr(Darkroom, "redact", slow)
    public_copies.make(job)

    assert hashlib.sha256(public.photo_copy(photo, "web").content).hexdigest() == published(photo).public_web
    assert len([each for each in events("copy.published") if each.record_id == str(photo)]) == 2


def test_what_was_published_before_there_were_public_copies_gets_them(road: Road) -> None:
    photos = road.approved()
    with writing() as session:
        session.execute(sa.update(Evidence).values(public_web=None, public_thumbnail=None, public_edition=0))

    assert public_copies.missing() == len(photos)
    assert_being_prepared(photos[0])
    assert public_copies.catch_up(now=utc_now())
    assert not public_copies.catch_up(now=utc_now())
    jobs.run_all_due()
    assert public_copies.missing() == 0
    assert all(public.photo_copy(photo, "web").content for photo in photos)


def test_a_web_copy_that_the_store_lost_is_made_again(road: Road) -> None:
    photo = road.approved()[0]
    engines().store.forget_copy(f"{published(photo).sha256}/web.jpg")

    hide(road, photo)
    jobs.run_all_due()

    assert public.photo_copy(photo, "web").content


def test_a_late_runner_takes_nothing_out_that_is_shown(road: Road) -> None:
    """The bug: the thumbnail of both runners has one name, and the later one took it out of the store for good."""
    photo = with_faces(road)
    jobs.run_all_due()
    shown = published(photo)
    asked = public_copies._asked(photo, shown.public_edition)
    reading().rollback()
    made = public_copies._made(asked)

    public_copies._forget_late(asked, made)

    assert public_copies.read(published(photo), "thumbnail") is not None
    assert public_copies.read(published(photo), "web") is not None
