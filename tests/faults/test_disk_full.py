"""The disk of photos or database is full: uploads are told to come again, and are taken once there is room."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

import config
from evidence.errors import StoreAwayError
from evidence.storage import LocalStore
from server.db import reading
from server.models import CustodyEvent, Evidence
from server.services.copies import WEB, copy_name
from tests.faults.conftest import planted_in
from tests.faults.fleet import Fleet
from tests.faults.phones import Phones, Photo, different_photos
from tests.faults.reckoning import reckon, wait_until_jobs_are_done, whole
from tests.faults.small_disk import SmallDisk, small_disk
from tests.postgres import Databases, PostgresCluster

#: How many uploads are to be refused; a database takes some more in the room that it has already.
IN_VAIN = 10

pytestmark = pytest.mark.faults


class TestOnOneMachine:
    """The embedded engines: SQLite and a folder."""

    pytestmark = pytest.mark.sqlite_only("both disks are those of the embedded engines")

    @pytest.fixture
    def disk(self, tmp_path: Path) -> Iterator[SmallDisk]:
        """A disk with room for the programme and some photos."""
        with small_disk(tmp_path / "disk", 24) as disk:
            yield disk

    @pytest.fixture(params=["photos", "database"])
    def settings(self, settings: config.Settings, disk: SmallDisk, request: pytest.FixtureRequest) -> config.Settings:
        """An installation of which a part is on the small disk."""
        if request.param == "photos":
            shutil.rmtree(settings.originals_root)
            settings.originals_root.symlink_to(disk.folder)
            return settings
        shutil.move(settings.data_root / "saksi.sqlite3", disk.folder)
        return replace(settings, database_url=f"sqlite:///{disk.folder / 'saksi.sqlite3'}")

    def test_a_full_disk_refuses_uploads_for_a_while_and_loses_none(
        self, fleet: Fleet, phones: Phones, disk: SmallDisk, settings: config.Settings
    ) -> None:
        refuse_and_take(fleet, phones, disk, settings)


def test_a_copy_that_finds_no_room_leaves_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1) as disk:
        store = LocalStore(disk.folder)
        # The folders are there already; what is missing is room for the copy.
        store.put_copy(copy_name("ab" * 32, WEB), b"earlier")
        disk.fill()

        with pytest.raises(StoreAwayError) as refused:
            store.put_copy(copy_name("ab" * 32, WEB), bytes(8192))

        assert refused.value.full
        assert list(store.incoming_folder.iterdir()) == []
        with store.open_copy(copy_name("ab" * 32, WEB)) as copy:
            assert copy.read() == b"earlier"


class TestOnPostgreSQL:
    """The tables are on the small disk; the server's own log of changes is not."""

    @pytest.fixture
    def disk(self, cluster: PostgresCluster) -> Iterator[SmallDisk]:
        """A disk that the server may write to."""
        with small_disk(cluster.folder / "small", 48) as disk:
            shutil.chown(disk.folder, cluster.folder.owner())
            yield disk
            cluster.stop(immediate=True)

    @pytest.fixture
    def settings(self, cluster: PostgresCluster, disk: SmallDisk, tmp_path: Path) -> config.Settings:
        """An installation whose database is on that disk."""
        url = Databases(cluster.url).create()
        server = sa.create_engine(cluster.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with server.connect() as connection:
            connection.exec_driver_sql(f"CREATE TABLESPACE small LOCATION '{disk.folder}'")
            connection.exec_driver_sql(f'ALTER DATABASE "{sa.make_url(url).database}" SET TABLESPACE small')
        return planted_in(tmp_path / "installation", url)

    def test_a_full_disk_refuses_uploads_for_a_while_and_loses_none(
        self, fleet: Fleet, phones: Phones, disk: SmallDisk, settings: config.Settings
    ) -> None:
        worker = fleet.work()

        refuse_and_take(fleet, phones, disk, settings)

        assert worker.runs


def refuse_and_take(fleet: Fleet, phones: Phones, disk: SmallDisk, settings: config.Settings) -> None:
    """Send photos before, while and after the disk is full, and count."""
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
