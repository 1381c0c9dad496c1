"""What killed uploads left behind is taken away by the process that serves, and by no command."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import config
from evidence.errors import StoreAwayError
from evidence.storage.local import LocalStore
from server import stores
from server.app import create_app
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
