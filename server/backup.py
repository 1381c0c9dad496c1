"""Saving and bringing back the embedded default: a SQLite file and a folder of photos.

A backup is a folder: dated snapshots of the database, and the photos of all of them, each once. It can be
made while the server writes: the snapshot comes first, and a row is only ever written after its original is
durable and an original is never taken away, so every row of the snapshot finds its original afterwards.
The signing secret is left out: who has it can sign in as anyone, and without it people sign in anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from evidence.errors import InvalidKeyError, OriginalDamagedError, OriginalMissingError
from evidence.seal import CHUNK_BYTES
from evidence.storage.base import OriginalStore
from evidence.storage.local import LocalStore
from server.services.copies import THUMBNAIL, WEB, copy_name
from server.services.public_copies import store_name

SNAPSHOTS = "snapshots"
PHOTOS = "photos"
DATABASE = "database.sqlite3"
MANIFEST = "manifest.json"
UNFINISHED = ".unfinished"
BROKEN_OFF_AFTER = timedelta(days=1)
#: What SQLite keeps beside a database, by the end of the name: its write-ahead log, and the log's index.
BESIDE = ("-wal", "-shm")

#: Told after each photo: how many are done, of how many.
Progress = Callable[[int, int], None]


class BackupError(Exception):
    """A backup or what it should be brought back into is not as it must be; the text says how."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot holds. Originals need no list of digests: each is named by its own."""

    made_at: str
    database_sha256: str
    database_size: int
    originals: int
    form: int = 1


def back_up(database: Path, store: OriginalStore, folder: Path, *, now: datetime, progress: Progress) -> Path:
    """Save the database and whatever photos ``folder`` does not hold yet; gives the new snapshot's folder.

    Raises:
        BackupError: an original is missing or damaged; there is then no new snapshot.
    """
    place = folder / SNAPSHOTS / now.strftime("%Y-%m-%dT%H%M%S.%fZ")
    unfinished = place.with_name(place.name + UNFINISHED)
    # Whoever may read a backup reads everything: it is for its owner alone, like the installation itself.
    for each in (folder, place.parent):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished.mkdir(mode=0o700)
    snapshot = unfinished / DATABASE
    snapshot.touch(mode=0o600)
    _copy_database(database, snapshot)
    count = _carry(snapshot, store, LocalStore(folder / PHOTOS), progress)
    manifest = Manifest(now.isoformat(), _sha256_of(snapshot), snapshot.stat().st_size, count)
    _write(unfinished / MANIFEST, json.dumps(asdict(manifest), indent=2) + "\n")
    unfinished.rename(place)
    _sync(place.parent)
    return place


def thin_out(folder: Path, keep: int, *, now: datetime) -> int:
    """Take away all but the newest ``keep`` snapshots, and what broken-off backups left a day ago; photos stay."""
    snapshots = snapshots_of(folder)
    # A younger one may be another backup that is being made.
    oldest = (now - BROKEN_OFF_AFTER).timestamp()
    leftovers = [each for each in (folder / SNAPSHOTS).glob(f"*{UNFINISHED}") if each.stat().st_mtime < oldest]
    for each in (*snapshots[:-keep], *leftovers):
        shutil.rmtree(each)
    return len(snapshots[:-keep])


def snapshots_of(folder: Path) -> list[Path]:
    """The whole snapshots of a backup, oldest first."""
    return sorted(each.parent for each in folder.glob(f"{SNAPSHOTS}/*Z/{MANIFEST}"))


def restore(
    folder: Path,
    name: str | None,
    database: Path,
    photos: Path,
    *,
    progress: Progress,
    aside_at: datetime | None = None,
) -> Manifest:
    """Bring a snapshot back: the photos first, each checked, and the database last, under its name at once.

    Broken off at any moment it leaves no database, and goes on where it was when it is called again.

    Args:
        folder: the backup.
        name: of the snapshot; the newest where None.
        database: where the database is to stand; nothing may be there, or it is put aside.
        photos: the folder of originals and copies.
        progress: told after each photo.
        aside_at: the time for the name under which a database that stands there is kept, once all of the snapshot
            was found whole; None where none may stand there.

    Raises:
        BackupError: there is no such snapshot, it is damaged, or a database stands there already. One without a
            single table, as whoever looks before `saksi migrate` leaves it, is none.
    """
    if database.exists() and aside_at is None and not _is_empty(database):
        raise BackupError(f"{database} is there already. Nothing was changed.")
    place = _chosen(folder, name)
    manifest = _manifest_of(place / MANIFEST)
    if _sha256_of(place / DATABASE) != manifest.database_sha256:
        raise BackupError(f"{place / DATABASE} is not the file that was saved.")
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    photos.mkdir(parents=True, exist_ok=True)
    _carry(place / DATABASE, LocalStore(folder / PHOTOS), LocalStore(photos), progress, suspicious=True)
    fresh = database.with_name(database.name + UNFINISHED)
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    shutil.copyfile(place / DATABASE, fresh)
    _sync(fresh)
    if aside_at is not None:
        put_aside(database, now=aside_at)
    # What an earlier database left beside its place would be read as part of this one.
    for suffix in BESIDE:
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    fresh.rename(database)
    _sync(database.parent)
    return manifest


def put_aside(database: Path, *, now: datetime) -> None:
    """Give a database another name, with its log: what was not yet carried over from there is only there.

    The log goes first, so that a database which lost its log to a broken-off command is never taken for gone.
    """
    aside = f"{database.name}.before-{now:%Y-%m-%dT%H%M%S}"
    for suffix in (*BESIDE, ""):
        with suppress(FileNotFoundError):
            database.with_name(database.name + suffix).rename(database.with_name(aside + suffix))


def _is_empty(database: Path) -> bool:
    """Whether there is no table in it; what is no database at all is somebody's file."""
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as found:
            return bool(found.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,))
    except sqlite3.Error:
        return False


def _manifest_of(path: Path) -> Manifest:
    try:
        return Manifest(**json.loads(path.read_text()))
    except (ValueError, TypeError) as error:
        raise BackupError(f"{path} is not a manifest.") from error


def _chosen(folder: Path, name: str | None) -> Path:
    found = {each.name: each for each in snapshots_of(folder)}
    if not found or (name is not None and name not in found):
        raise BackupError(f"{folder} holds no such snapshot; it holds: {', '.join(found) or 'none'}.")
    return found[name or max(found)]


def _copy_database(source: Path, target: Path) -> None:
    """A consistent copy; in its write-ahead mode SQLite lets others write meanwhile."""
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    _sync(target)


def _carry(
    snapshot: Path, source: OriginalStore, target: OriginalStore, progress: Progress, *, suspicious: bool = False
) -> int:
    """Bring every photo that the snapshot names from one store to another; gives the number of originals.

    ``suspicious`` hashes those again that are there already.
    """
    with closing(sqlite3.connect(snapshot)) as rows:
        (total,) = rows.execute("SELECT count(*) FROM original").fetchone()
        for done, (key, sha256) in enumerate(rows.execute("SELECT storage_key, sha256 FROM original"), 1):
            try:
                _carry_photo(key, sha256, source, target, suspicious=suspicious)
            except (OriginalMissingError, OriginalDamagedError, InvalidKeyError) as error:
                raise BackupError(f"A photo cannot be brought over: {error}.") from error
            progress(done, total)
        for name in _public_copies(rows):
            _carry_copy(name, source, target)
    return int(total)


def _public_copies(rows: sqlite3.Connection) -> Iterator[str]:
    """The store's names of all copies that the public sees; a snapshot of an older release knows of none."""
    if "public_web" not in {column for _at, column, *_rest in rows.execute("PRAGMA table_info(evidence)")}:
        return
    columns = "id, public_edition, public_web, public_thumbnail"
    for evidence_id, edition, web, thumbnail in rows.execute(
        f"SELECT {columns} FROM evidence WHERE public_web IS NOT NULL"  # noqa: S608
    ):
        yield store_name(UUID(evidence_id), edition, "web", web)
        yield store_name(UUID(evidence_id), edition, "thumbnail", thumbnail)


def _carry_photo(key: str, sha256: str, source: OriginalStore, target: OriginalStore, *, suspicious: bool) -> None:
    if not target.exists(key):
        _carry_original(key, source, target)
    elif suspicious and not target.verify(key):
        raise BackupError(f"The photo {key} that is there already is damaged. Take it away and try again.")
    for name in (THUMBNAIL, WEB):
        _carry_copy(copy_name(sha256, name), source, target)


def _carry_original(key: str, source: OriginalStore, target: OriginalStore) -> None:
    with source.open(key) as original, target.incoming() as incoming:
        shutil.copyfileobj(original, incoming, CHUNK_BYTES)
        if incoming.seal().sha256 != key.rpartition("/")[2]:
            raise OriginalDamagedError(key)
        incoming.keep()


def _carry_copy(name: str, source: OriginalStore, target: OriginalStore) -> None:
    """Copies can be made again, so those that are not there (yet) are left out."""
    with suppress(OriginalMissingError):
        target.open_copy(name).close()
        return
    with suppress(OriginalMissingError), source.open_copy(name) as copy:
        target.put_copy(name, copy.read())


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    path.write_text(text)
    _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
