"""What killed uploads left behind is taken away by the process that serves, and by no command."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

import config
from evidence.errors import StoreAwayError
from evidence.storage.local import LocalStore
from server import stores
from server.access import Actor
from server.app import create_app
from server.db import new_id
from server.services import uploads
from server.services.uploads import Announced
from tests.operations.serving import PATIENCE_S, serving

LONG_AGO = (datetime.now(UTC) - timedelta(hours=2)).timestamp()


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """What an upload left when its process was killed two hours ago."""
    left = tmp_path / "photos" / "incoming" / "killed.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half a photo")
    os.utime(left, (LONG_AGO, LONG_AGO))
    return left


def test_a_serving_process_takes_it_away(left: Path) -> None:
    stop = threading.Event()
    stop.set()
    stores.keep_swept(LocalStore(left.parent.parent), stop)

    assert not left.exists()


def test_a_server_that_starts_takes_it_away(settings: config.Settings, tmp_path: Path) -> None:
    folder = LocalStore(settings.originals_root).incoming_folder
    left, under_way = folder / "killed.part", folder / "under-way.part"
    left.write_bytes(b"half a photo")
    under_way.write_bytes(b"half a photo that is still coming")
    os.utime(left, (LONG_AGO, LONG_AGO))

    with serving(settings, tmp_path / "log"):
        until = time.monotonic() + PATIENCE_S
        while left.exists() and time.monotonic() < until:
            time.sleep(0.05)

    assert (left.exists(), under_way.exists()) == (False, True)


def test_a_server_that_starts_takes_away_what_came_of_an_upload_that_expired(
    app: Flask, settings: config.Settings, actor: Callable[[str], Actor], tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    gone = uploads.begin(actor("inspector"), Announced(10, new_id(), {}), now=now - timedelta(days=15))
    open_still = uploads.begin(actor("inspector"), Announced(10, new_id(), {}), now=now)
    store = LocalStore(settings.originals_root)
    for each in (gone, open_still):
        store.pieces.put(f"{each.id.hex}/{new_id().hex}", b"half")

    with serving(settings, tmp_path / "log"):
        until = time.monotonic() + PATIENCE_S
        while len(left := list((settings.originals_root / "unfinished").iterdir())) > 1:
            assert time.monotonic() < until
            time.sleep(0.05)

    assert [each.name.partition(".")[0] for each in left] == [open_still.id.hex]


def test_a_database_that_is_away_is_asked_again(left: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[datetime] = []
    stop = threading.Event()

    def away(now: datetime) -> None:
        asked.append(now)
        if len(asked) == 2:
            stop.set()
        raise OperationalError("SELECT 1", {}, Exception("nobody answers"))

    monkeypatch.setattr(stores, "EVERY_S", 0)
    stores.keep_swept(LocalStore(left.parent.parent), stop, away)

    assert len(asked) == 2


def test_a_command_leaves_it(left: Path, tmp_path: Path) -> None:
    create_app(config.load({"SAKSI_DATA_ROOT": str(tmp_path)}))

    assert left.exists()


def test_a_store_that_is_away_is_asked_again(left: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[datetime] = []
    stop = threading.Event()

    def away(_store: LocalStore, now: datetime) -> int:
        asked.append(now)
        if len(asked) == 2:
            stop.set()
        raise StoreAwayError("nobody answers")

    monkeypatch.setattr(LocalStore, "sweep", away)
    monkeypatch.setattr(stores, "EVERY_S", 0)
    stores.keep_swept(LocalStore(left.parent.parent), stop)

    assert len(asked) == 2


def test_a_folder_of_pieces_that_is_gone_is_a_store_that_is_away(left: Path) -> None:
    store = LocalStore(left.parent.parent)
    (left.parent.parent / "unfinished").rmdir()

    with pytest.raises(StoreAwayError):
        store.sweep(datetime.now(UTC))


def test_nothing_unexpected_ends_the_sweeping(
    left: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[datetime] = []
    stop = threading.Event()

    def failing(now: datetime) -> None:
        asked.append(now)
        if len(asked) == 2:
            stop.set()
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr(stores, "EVERY_S", 0)
    stores.keep_swept(LocalStore(left.parent.parent), stop, failing)

    assert len(asked) == 2
    assert "was not swept away" in caplog.text
