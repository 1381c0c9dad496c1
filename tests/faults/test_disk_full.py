"""The disk of photos or database is full: uploads are told to come again, and are taken once there is room."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

import config
from server.db import reading
from server.models import CustodyEvent, Evidence
from tests.faults.fleet import Fleet
from tests.faults.phones import Phones, Photo, different_photos
from tests.faults.reckoning import reckon, wait_until_jobs_are_done, whole
from tests.faults.small_disk import SmallDisk, small_disk

#: How many uploads are to be refused; a database takes some more in the room that it has already.
IN_VAIN = 10

pytestmark = [
    pytest.mark.faults,
    pytest.mark.sqlite_only("both disks are the installation's own; PostgreSQL's is its own affair"),
]


def _photos_there(settings: config.Settings, folder: Path) -> config.Settings:
    shutil.rmtree(settings.originals_root)
    settings.originals_root.symlink_to(folder)
    return settings


def _database_there(settings: config.Settings, folder: Path) -> config.Settings:
    shutil.move(settings.data_root / "saksi.sqlite3", folder)
    return replace(settings, database_url=f"sqlite:///{folder / 'saksi.sqlite3'}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A disk with room for the programme and some photos."""
    with small_disk(tmp_path / "disk", 24) as disk:
        yield disk


@pytest.fixture(params=[_photos_there, _database_there], ids=["photos", "database"])
def settings(settings: config.Settings, disk: SmallDisk, request: pytest.FixtureRequest) -> config.Settings:
    """An installation of which a part is on the small disk."""
    move: Callable[[config.Settings, Path], config.Settings] = request.param
    return move(settings, disk.folder)


def test_a_full_disk_refuses_uploads_for_a_while_and_loses_none(
    fleet: Fleet, phones: Phones, disk: SmallDisk, settings: config.Settings
) -> None:
    photos = [_larger(photo) if place % 2 else photo for place, photo in enumerate(different_photos(300))]
    server = fleet.serve()
    phones.send(photos[:20])
    wait_until_jobs_are_done()

    disk.fill()
    unsent = iter(photos[20:])
    while phones.statuses[503] < IN_VAIN:
        phones.send_once(next(unsent))
    sent = len(phones.answers)
    assert phones.strange_answers() == []
    assert _recorded() == (len(phones.acknowledged), len(phones.acknowledged))
    assert list((settings.originals_root / "incoming").iterdir()) == []

    disk.free()
    phones.send([photo for photo in photos[:sent] if photo.id not in phones.acknowledged])
    wait_until_jobs_are_done()
    assert (reckon(phones.acknowledged), phones.strange_answers()) == (whole(sent), [])
    assert server.runs


def _larger(photo: Photo) -> Photo:
    """The same photo with more behind it than one piece of a request's body."""
    return Photo.of(photo.data + os.urandom(200_000))


def _recorded() -> tuple[int | None, int | None]:
    """How many photos are on record, and how many the custody log tells of."""
    reading().rollback()
    events = sa.select(sa.func.count(CustodyEvent.sequence)).where(CustodyEvent.action == "evidence.received")
    return reading().scalar(sa.select(sa.func.count(Evidence.id))), reading().scalar(events)
