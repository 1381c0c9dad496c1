"""Saving while photos come in, and bringing it back elsewhere: every row with its original, or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import config
from evidence.storage.local import LocalStore
from server import backup, in_use, jobs
from server.app import create_app
from server.db import db
from server.services import audit, custody
from server.services.audit import Findings
from server.times import utc_now
from tests.api.calls import put_photo, road_claim
from tests.cli.conftest import Saksi, _runner
from tests.operations.serving import PATIENCE_S, ROOT, environ, free_port, photo, put, serving

Bearer = Callable[[str], dict[str, str]]
pytestmark = pytest.mark.sqlite_only(reason="PostgreSQL is saved by its own tools")


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Saksi:
    """Run commands on an installation that is not there yet."""

    def run(*words: str, typed: str | None = None) -> object:
        monkeypatch.setenv("SAKSI_DATABASE_URL", f"sqlite:///{tmp_path / 'elsewhere' / 'saksi.sqlite3'}")
        return _runner(tmp_path / "elsewhere", monkeypatch)(*words, typed=typed)

    return run  # type: ignore[return-value]


@pytest.fixture
def photos(client: FlaskClient, bearer: Bearer) -> list[str]:
    """The sha256 of three photos on record with their copies made."""
    headers = bearer("inspector")
    told = [put_photo(client, headers, photo(shade), road_claim()).get_json() for shade in range(3)]
    jobs.run_all_due()
    return [each["sha256"] for each in told]


@contextmanager
def running(settings: config.Settings, command: str) -> Iterator[None]:
    """A server or a worker that works, for as long as the block runs."""
    own = environ(settings, SAKSI_PORT=str(free_port()))
    process = subprocess.Popen([sys.executable, "-m", "server.cli", command], env=own, cwd=ROOT)
    held = settings.data_root / f"saksi.sqlite3{in_use.SUFFIX}"
    try:
        until = time.monotonic() + PATIENCE_S
        while not held.exists() and time.monotonic() < until:
            time.sleep(0.1)
        # From the file to the lock on it is one step more.
        time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def test_a_backup_made_while_photos_come_in_is_whole(settings: config.Settings, bearer: Bearer, tmp_path: Path) -> None:
    headers = bearer("inspector")
    folder, elsewhere = tmp_path / "backup", tmp_path / "elsewhere"
    stop, accepted = threading.Event(), []

    with serving(settings, tmp_path / "log", SAKSI_JOB_THREADS="1") as served:

        def upload(first: int) -> None:
            for shade in range(first, first + 200):
                accepted.append(put(served, headers, photo(shade)).status_code)
                if stop.is_set():
                    return

        threads = [threading.Thread(target=upload, args=(first,)) for first in (0, 1000, 2000)]
        for thread in threads:
            thread.start()
        while len(accepted) < 40:
            _save(settings, folder)
        stop.set()
        for thread in threads:
            thread.join()

    assert set(accepted) == {201}
    snapshots = backup.snapshots_of(folder)
    counts = [_originals(snapshot / "database.sqlite3") for snapshot in snapshots]
    assert counts == sorted(counts)
    assert len(set(counts)) > 2, "hardly a photo came in between two backups"
    for number, snapshot in enumerate(snapshots[-3:]):
        place = elsewhere / str(number)
        database = place / "saksi.sqlite3"
        backup.restore(folder, snapshot.name, database, place / "photos", progress=lambda _done, _total: None)
        assert _is_whole(place) == counts[-3:][number]


def _save(settings: config.Settings, folder: Path) -> None:
    store = LocalStore(settings.originals_root)
    database = settings.data_root / "saksi.sqlite3"
    backup.back_up(database, store, folder, now=utc_now(), progress=lambda _done, _total: None)


def _is_whole(place: Path) -> int:
    """Every row has its original, and the custody log holds; gives the number of originals."""
    own = config.Settings(place, f"sqlite:///{place / 'saksi.sqlite3'}", "a secret for tests only, long enough")
    app = create_app(own)
    with app.app_context():
        found = Findings(begun_at="")
        for _count in audit.all_originals(LocalStore(own.originals_root), found, None):
            pass
        assert (found.missing, found.differing) == (0, 0), found.faults
        assert custody.broken_link(custody.export()) is None
        db.session.remove()
        db.engine.dispose()
    return found.originals


class TestTheCommands:
    def test_what_was_saved_is_brought_back_elsewhere(
        self, saksi: Saksi, elsewhere: Saksi, photos: list[str], tmp_path: Path
    ) -> None:
        folder = str(tmp_path / "backup")
        assert saksi("backup", folder).exit_code == 0

        assert elsewhere("restore", folder).exit_code == 0

        assert elsewhere("audit").output.startswith(f"{len(photos)} originals")

    def test_a_second_backup_copies_only_what_is_new(
        self, saksi: Saksi, client: FlaskClient, bearer: Bearer, photos: list[str], tmp_path: Path
    ) -> None:
        folder = tmp_path / "backup"
        saksi("backup", str(folder))
        kept = {path: path.stat().st_ino for path in (folder / "photos" / "originals").glob("*/*")}
        put_photo(client, bearer("inspector"), photo(99), road_claim())

        saksi("backup", str(folder))

        after = {path: path.stat().st_ino for path in (folder / "photos" / "originals").glob("*/*")}
        assert len(after) == len(kept) + 1 == len(photos) + 1
        assert kept.items() <= after.items()
        assert len(backup.snapshots_of(folder)) == 2

    def test_old_snapshots_go_and_photos_stay(self, saksi: Saksi, photos: list[str], tmp_path: Path) -> None:
        folder = tmp_path / "backup"
        for _ in range(3):
            saksi("backup", str(folder), "--keep", "2")

        assert len(backup.snapshots_of(folder)) == 2
        assert len(list((folder / "photos" / "originals").glob("*/*"))) == len(photos)

    def test_the_secret_is_not_saved(self, saksi: Saksi, photos: list[str], tmp_path: Path) -> None:
        saksi("backup", str(tmp_path / "backup"))

        assert photos
        assert list((tmp_path / "backup").rglob("secret.key")) == []

    def test_a_backup_leaves_another_that_is_being_made(self, saksi: Saksi, photos: list[str], tmp_path: Path) -> None:
        now, young, old = (tmp_path / "backup" / "snapshots" / f"{name}.unfinished" for name in ("now", "young", "old"))
        for each, days in ((now, 0), (young, 0.9), (old, 1.1)):
            each.mkdir(parents=True)
            then = time.time() - days * 86_400
            os.utime(each, (then, then))

        saksi("backup", str(tmp_path / "backup"))

        assert [each.exists() for each in (now, young, old)] == [True, True, False]
        assert photos

    def test_an_installation_in_use_is_not_overwritten(
        self, saksi: Saksi, photos: list[str], settings: config.Settings, tmp_path: Path
    ) -> None:
        saksi("backup", str(tmp_path / "backup"))
        before = (settings.data_root / "saksi.sqlite3").stat().st_ino

        result = saksi("restore", str(tmp_path / "backup"))

        assert (result.exit_code, "is there already" in result.output) == (1, True)
        assert (settings.data_root / "saksi.sqlite3").stat().st_ino == before
        assert photos

    def test_force_puts_the_database_aside(
        self, saksi: Saksi, app: Flask, photos: list[str], settings: config.Settings, tmp_path: Path
    ) -> None:
        saksi("backup", str(tmp_path / "backup"))
        db.session.remove()
        db.engine.dispose()

        assert saksi("restore", str(tmp_path / "backup"), "--force").exit_code == 0

        [aside] = settings.data_root.glob("saksi.sqlite3.before-*")
        assert _originals(aside) == _originals(settings.data_root / "saksi.sqlite3") == len(photos)

    @pytest.mark.parametrize("command", ["serve", "worker"])
    def test_not_even_force_replaces_what_a_server_or_a_worker_has_open(
        self, saksi: Saksi, photos: list[str], tmp_path: Path, settings: config.Settings, command: str
    ) -> None:
        saksi("backup", str(tmp_path / "backup"))
        before = sorted(each.name for each in settings.data_root.glob("saksi.sqlite3*before*"))

        with running(settings, command):
            refused = saksi("restore", str(tmp_path / "backup"), "--force")

        after = sorted(each.name for each in settings.data_root.glob("saksi.sqlite3*before*"))
        told = "is running on"
        assert (refused.exit_code, told in refused.output, after) == (1, True, before)
        assert saksi("restore", str(tmp_path / "backup"), "--force").exit_code == 0

    def test_force_leaves_the_database_where_a_snapshot_is_not_whole(
        self, saksi: Saksi, photos: list[str], settings: config.Settings, tmp_path: Path
    ) -> None:
        saksi("backup", str(tmp_path / "backup"))
        [snapshot] = backup.snapshots_of(tmp_path / "backup")
        with (snapshot / "database.sqlite3").open("ab") as file:
            file.write(b"more")
        before = (settings.data_root / "saksi.sqlite3").stat().st_ino

        result = saksi("restore", str(tmp_path / "backup"), "--force")

        assert (result.exit_code, "is not the file that was saved" in result.output) == (1, True)
        assert (settings.data_root / "saksi.sqlite3").stat().st_ino == before
        assert photos

    def test_a_database_that_is_put_aside_keeps_what_only_its_log_holds(
        self, saksi: Saksi, app: Flask, photos: list[str], settings: config.Settings, tmp_path: Path
    ) -> None:
        saksi("backup", str(tmp_path / "backup"))
        db.session.remove()
        db.engine.dispose()
        killed = "import os, sqlite3; own = sqlite3.connect({!r}); own.execute('CREATE TABLE late (id)'); os._exit(0)"
        subprocess.run([sys.executable, "-c", killed.format(str(settings.data_root / "saksi.sqlite3"))], check=True)

        assert saksi("restore", str(tmp_path / "backup"), "--force").exit_code == 0

        [aside] = (each for each in settings.data_root.glob("saksi.sqlite3.before-*") if each.name[-4:-3] != "-")
        with closing(sqlite3.connect(aside)) as rows:
            assert rows.execute("SELECT count(*) FROM late").fetchone() == (0,)
        assert _originals(settings.data_root / "saksi.sqlite3") == len(photos)

    def test_what_is_saved_and_brought_back_is_for_its_owner_alone(
        self, saksi: Saksi, elsewhere: Saksi, photos: list[str], tmp_path: Path
    ) -> None:
        folder = tmp_path / "backup"
        saksi("backup", str(folder))
        elsewhere("restore", str(folder))

        [snapshot] = backup.snapshots_of(folder)
        assert photos
        assert {_mode(each) for each in (folder, snapshot, tmp_path / "elsewhere")} == {0o700}
        assert {_mode(each) for each in (snapshot / "database.sqlite3", tmp_path / "elsewhere" / "saksi.sqlite3")} == {
            0o600
        }

    def test_a_link_in_a_backup_brings_no_file_of_the_machine_with_it(
        self, saksi: Saksi, elsewhere: Saksi, photos: list[str], tmp_path: Path
    ) -> None:
        folder = tmp_path / "backup"
        saksi("backup", str(folder))
        (tmp_path / "secret").write_text("a file of the machine")
        copy = folder / "photos" / "copies" / photos[0][:2] / photos[0] / "thumbnail.jpg"
        copy.unlink()
        copy.symlink_to(tmp_path / "secret")

        assert elsewhere("restore", str(folder)).exit_code == 0

        brought = tmp_path / "elsewhere" / "photos" / "copies" / photos[0][:2] / photos[0] / "thumbnail.jpg"
        assert not brought.exists()

    @pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"form": 2}', "\xff"])
    def test_a_manifest_that_is_none_is_told_in_a_sentence(
        self, saksi: Saksi, elsewhere: Saksi, photos: list[str], tmp_path: Path, manifest: str
    ) -> None:
        saksi("backup", str(tmp_path / "backup"))
        [snapshot] = backup.snapshots_of(tmp_path / "backup")
        (snapshot / "manifest.json").write_text(manifest, encoding="latin-1")

        result = elsewhere("restore", str(tmp_path / "backup"))

        assert (result.exit_code, "manifest.json" in result.output) == (1, True)
        assert photos

    def test_a_key_that_leads_out_of_the_store_is_refused(
        self, saksi: Saksi, elsewhere: Saksi, photos: list[str], tmp_path: Path
    ) -> None:
        saksi("backup", str(tmp_path / "backup"))
        [snapshot] = backup.snapshots_of(tmp_path / "backup")
        with closing(sqlite3.connect(snapshot / "database.sqlite3")) as rows, rows:
            rows.execute("UPDATE original SET storage_key = '../../../etc/passwd' WHERE sha256 = ?", photos[:1])
        told = json.loads((snapshot / "manifest.json").read_text())
        told["database_sha256"] = hashlib.sha256((snapshot / "database.sqlite3").read_bytes()).hexdigest()
        (snapshot / "manifest.json").write_text(json.dumps(told))

        result = elsewhere("restore", str(tmp_path / "backup"))

        assert (result.exit_code, "cannot be brought over" in result.output) == (1, True)
        assert not (tmp_path / "elsewhere" / "saksi.sqlite3").exists()

    def test_a_missing_original_makes_no_snapshot(
        self, saksi: Saksi, photos: list[str], settings: config.Settings, tmp_path: Path
    ) -> None:
        (settings.originals_root / "originals" / photos[0][:2] / photos[0]).unlink()

        result = saksi("backup", str(tmp_path / "backup"))

        assert (result.exit_code, photos[0] in result.output) == (1, True)
        assert backup.snapshots_of(tmp_path / "backup") == []

    @pytest.mark.parametrize("harm", ["original", "database"])
    def test_a_damaged_backup_is_refused_and_leaves_no_database(
        self, saksi: Saksi, elsewhere: Saksi, photos: list[str], tmp_path: Path, harm: str
    ) -> None:
        folder = tmp_path / "backup"
        saksi("backup", str(folder))
        [snapshot] = backup.snapshots_of(folder)
        harmed = snapshot / "database.sqlite3"
        if harm == "original":
            harmed = folder / "photos" / "originals" / photos[0][:2] / photos[0]
            harmed.chmod(0o600)
        harmed.write_bytes(harmed.read_bytes()[:-1] + b"?")

        assert elsewhere("restore", str(folder)).exit_code == 1

        assert not (tmp_path / "elsewhere" / "saksi.sqlite3").exists()

    def test_a_restore_that_was_broken_off_goes_on(
        self, saksi: Saksi, elsewhere: Saksi, photos: list[str], tmp_path: Path
    ) -> None:
        folder = tmp_path / "backup"
        saksi("backup", str(folder))
        last = folder / "photos" / "originals" / photos[-1][:2] / photos[-1]
        shutil.move(last, tmp_path / "away")
        assert elsewhere("restore", str(folder)).exit_code == 1
        shutil.move(tmp_path / "away", last)

        assert elsewhere("restore", str(folder)).exit_code == 0
        assert elsewhere("audit").exit_code == 0


def _originals(database: Path) -> int:
    connection = sqlite3.connect(database)
    try:
        return int(connection.execute("SELECT count(*) FROM original").fetchone()[0])
    finally:
        connection.close()


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_looking_before_a_restore_does_not_stand_in_its_way(
    saksi: Saksi, photos: list[str], elsewhere: Saksi, tmp_path: Path
) -> None:
    assert saksi("backup", str(tmp_path / "backup")).exit_code == 0
    assert elsewhere("check").exit_code == 1
    assert elsewhere("serve").exit_code == 1

    restored = elsewhere("restore", str(tmp_path / "backup"))

    assert restored.exit_code == 0, restored.output
    assert f"{len(photos)} originals" in restored.output
    assert "is there already" in elsewhere("restore", str(tmp_path / "backup")).output


def test_a_file_that_is_no_database_is_not_written_over(saksi: Saksi, elsewhere: Saksi, tmp_path: Path) -> None:
    assert saksi("backup", str(tmp_path / "backup")).exit_code == 0
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "saksi.sqlite3").write_text("somebody's notes " * 100)

    assert "is there already" in elsewhere("restore", str(tmp_path / "backup")).output


def test_nobody_begins_to_work_on_a_database_that_is_being_replaced(settings: config.Settings) -> None:
    with (
        in_use.alone(settings.data_root / "saksi.sqlite3"),
        pytest.raises(in_use.InUseError, match="being brought back"),
    ):
        in_use.work_on(settings.database_url)

    in_use.work_on(settings.database_url)
    in_use.work_on(settings.database_url)
