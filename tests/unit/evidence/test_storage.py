"""What every store of originals owes, and what the local one owes to power cuts and killed processes."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence.errors import (
    DigestMismatchError,
    EmptyFileError,
    InvalidKeyError,
    OriginalDamagedError,
    OriginalMissingError,
    StoreAwayError,
)
from evidence.seal import Seal
from evidence.storage import LocalStore, OriginalStore
from evidence.storage.base import FORGOTTEN_AGE, key_for
from server.services.uploads import KEPT_FOR
from tests.s3_stores import fresh_store

PHOTO = b"\xff\xd8" + bytes(range(256)) * 700 + b"\xff\xd9"
DIGEST = hashlib.sha256(PHOTO).hexdigest()
KEY = f"{DIGEST[:2]}/{DIGEST}"
COPY = f"{DIGEST}/thumbnail.jpg"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> OriginalStore:
    """Each kind of store in turn; a new kind is added to the parameters and nowhere else."""
    if request.param == "s3":
        return fresh_store(request.getfixturevalue("s3_service"), tmp_path / "incoming")
    return LocalStore(tmp_path / "store")


@pytest.fixture
def local(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


def keep(store: OriginalStore, photo: bytes) -> str:
    with store.incoming() as incoming:
        incoming.write(photo)
        return incoming.keep()


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


# What every store owes.


def test_gives_back_the_bytes_it_kept(store: OriginalStore) -> None:
    key = keep(store, PHOTO)

    with store.open(key) as original:
        assert original.read() == PHOTO
    assert key == KEY
    assert store.exists(key)
    assert store.verify(key)


def test_seals_while_receiving(store: OriginalStore) -> None:
    with store.incoming() as incoming:
        for at in range(0, len(PHOTO), 65_536):
            incoming.write(PHOTO[at : at + 65_536])
        sealed = incoming.seal(DIGEST)

    assert (sealed.sha256, sealed.size) == (DIGEST, len(PHOTO))


def test_can_be_read_and_sought_before_it_is_kept(store: OriginalStore) -> None:
    with store.incoming() as incoming:
        incoming.write(PHOTO)
        incoming.seek(0)
        assert incoming.read(2) == b"\xff\xd8"
        assert incoming.seek(-2, io.SEEK_END) == len(PHOTO) - 2
        assert incoming.read() == b"\xff\xd9"
        assert incoming.keep() == KEY
        incoming.seek(0)
        assert incoming.read() == PHOTO


def test_refuses_to_be_written_anywhere_but_at_its_end(store: OriginalStore) -> None:
    with store.incoming() as incoming:
        incoming.write(PHOTO)
        incoming.seek(0)
        with pytest.raises(io.UnsupportedOperation):
            incoming.write(b"other")


def test_refuses_to_be_written_after_it_was_kept(store: OriginalStore) -> None:
    with store.incoming() as incoming:
        incoming.write(PHOTO)
        incoming.keep()
        with pytest.raises(io.UnsupportedOperation):
            incoming.write(b"more")


def test_refuses_bytes_that_differ_from_the_device_digest(store: OriginalStore) -> None:
    with store.incoming() as incoming:
        incoming.write(PHOTO)
        with pytest.raises(DigestMismatchError):
            incoming.seal("0" * 64)

    assert not store.exists(KEY)


def test_keeps_no_empty_file(store: OriginalStore) -> None:
    with store.incoming() as incoming, pytest.raises(EmptyFileError):
        incoming.keep()


def test_closing_without_keeping_keeps_nothing(store: OriginalStore) -> None:
    incoming = store.incoming()
    incoming.write(PHOTO)
    incoming.close()

    assert not store.exists(KEY)


def test_discarding_twice_is_harmless_and_never_takes_a_kept_original(store: OriginalStore) -> None:
    incoming = store.incoming()
    incoming.write(PHOTO)
    key = incoming.keep()
    incoming.discard()
    incoming.discard()

    assert store.verify(key)


def test_the_same_bytes_kept_twice_are_one_original(store: OriginalStore) -> None:
    assert keep(store, PHOTO) == keep(store, PHOTO)
    assert store.verify(KEY)


def test_keeping_the_same_bytes_at_once_from_many_threads_loses_nothing(store: OriginalStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: keep(store, PHOTO), range(24)))

    assert keys == {KEY}
    assert store.verify(KEY)


def test_says_that_an_original_is_missing(store: OriginalStore) -> None:
    assert not store.exists(KEY)
    with pytest.raises(OriginalMissingError):
        store.open(KEY)
    with pytest.raises(OriginalMissingError):
        store.verify(KEY)


@pytest.mark.parametrize(
    "key", ["", "../../etc/passwd", f"{KEY}/..", f"/{KEY}", KEY.upper(), f"00/00/{DIGEST}", f"{KEY}\n", DIGEST]
)
def test_refuses_a_key_that_it_never_gave_out(store: OriginalStore, key: str) -> None:
    for ask in (store.open, store.exists, store.verify):
        with pytest.raises(InvalidKeyError):
            ask(key)


def test_keeps_copies_beside_originals_and_replaces_them_whole(store: OriginalStore) -> None:
    store.put_copy(COPY, b"small")
    store.put_copy(COPY, b"smaller")

    with store.open_copy(COPY) as copy:
        assert copy.read() == b"smaller"
    assert not store.exists(KEY)


def test_an_original_is_read_in_pieces_as_well_as_whole(store: OriginalStore) -> None:
    with store.open(keep(store, PHOTO)) as original:
        pieces = list(iter(lambda: original.read(50_000), b""))

    assert b"".join(pieces) == PHOTO
    assert len(pieces) > 1


def test_a_large_photo_is_kept_like_any_other(store: OriginalStore) -> None:
    large = PHOTO * 100
    key = keep(store, large)

    assert len(large) > 2 * 8 * 1024 * 1024
    assert keep(store, large) == key
    assert store.verify(key)


def test_nothing_waits_that_was_never_put(store: OriginalStore) -> None:
    with pytest.raises(OriginalMissingError):
        store.waiting(f"{'a' * 32}/{'b' * 32}")
    store.forget(f"{'a' * 32}/{'b' * 32}")


PIECE = f"{'a' * 32}/{'b' * 32}"
OTHER_PIECE = f"{'a' * 32}/{'c' * 32}"
ELSEWHERE = f"{'d' * 32}/{'b' * 32}"


def test_gives_back_the_pieces_of_an_unfinished_upload(store: OriginalStore) -> None:
    store.pieces.put(PIECE, PHOTO)
    store.pieces.put(OTHER_PIECE, b"")

    assert store.pieces.read(PIECE) == PHOTO
    assert store.pieces.read(OTHER_PIECE) == b""


def test_forgets_one_piece_or_all_of_an_upload_and_no_other(store: OriginalStore) -> None:
    for name in (PIECE, OTHER_PIECE, ELSEWHERE):
        store.pieces.put(name, PHOTO)
    store.pieces.forget(PIECE)
    store.pieces.forget(PIECE)
    assert store.pieces.read(OTHER_PIECE) == PHOTO
    store.pieces.forget_upload("a" * 32)
    store.pieces.forget_upload("a" * 32)

    assert store.pieces.read(ELSEWHERE) == PHOTO
    for gone in (PIECE, OTHER_PIECE):
        with pytest.raises(OriginalMissingError):
            store.pieces.read(gone)


@pytest.mark.parametrize("name", ["", "a", PIECE.upper(), f"{PIECE}/x", f"../{PIECE}", f"{'a' * 32}/..", f"{PIECE}\n"])
def test_refuses_a_piece_name_that_could_leave_its_upload(store: OriginalStore, name: str) -> None:
    for ask in (store.pieces.read, store.pieces.forget, lambda name: store.pieces.put(name, b"x")):
        with pytest.raises(InvalidKeyError):
            ask(name)
    with pytest.raises(InvalidKeyError):
        store.pieces.forget_upload(name)


def test_a_piece_outlives_the_sweep_until_no_upload_can_want_it(store: OriginalStore) -> None:
    store.pieces.put(PIECE, PHOTO)
    now = datetime.now(UTC)

    assert store.sweep(now + KEPT_FOR) == 0
    assert store.pieces.read(PIECE) == PHOTO
    assert store.sweep(now + FORGOTTEN_AGE + timedelta(minutes=1)) == 1
    with pytest.raises(OriginalMissingError):
        store.pieces.read(PIECE)


def test_a_store_with_nothing_left_over_sweeps_nothing(store: OriginalStore) -> None:
    key = keep(store, PHOTO)

    assert store.sweep(datetime.now(UTC) + timedelta(days=1)) == 0
    assert store.verify(key)


def test_says_that_a_copy_is_missing(store: OriginalStore) -> None:
    with pytest.raises(OriginalMissingError):
        store.open_copy(COPY)


def test_a_copy_is_taken_away_for_good_and_taking_it_away_twice_is_harmless(store: OriginalStore) -> None:
    store.put_copy(COPY, b"a picture")

    store.forget_copy(COPY)
    store.forget_copy(COPY)

    with pytest.raises(OriginalMissingError):
        store.open_copy(COPY)


@pytest.mark.parametrize("name", ["thumbnail.jpg", f"{DIGEST}/../x.jpg", f"{DIGEST}/.jpg", f"{DIGEST}/a/b.jpg", ""])
def test_refuses_a_copy_name_that_could_leave_its_folder(store: OriginalStore, name: str) -> None:
    with pytest.raises(InvalidKeyError):
        store.put_copy(name, b"x")
    with pytest.raises(InvalidKeyError):
        store.open_copy(name)
    with pytest.raises(InvalidKeyError):
        store.forget_copy(name)


# What the local store owes.


def test_a_piece_and_the_folder_that_names_it_are_synced_before_it_is_told_safe(
    local: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    sync = os.fsync

    def recording(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").resolve())
        sync(descriptor)

    if not Path("/proc/self/fd").exists():
        pytest.skip("This system does not show which file a descriptor stands for.")
    monkeypatch.setattr(os, "fsync", recording)
    local.pieces.put(PIECE, PHOTO)

    assert synced == [local.root / "unfinished" / PIECE.replace("/", "."), local.root / "unfinished"]


def test_a_piece_is_never_written_twice(local: LocalStore) -> None:
    local.pieces.put(PIECE, PHOTO)

    with pytest.raises(StoreAwayError):
        local.pieces.put(PIECE, b"other")
    assert local.pieces.read(PIECE) == PHOTO


def test_a_full_disk_keeps_no_piece(local: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreAwayError, match="No space") as refused:
        local.pieces.put(PIECE, PHOTO)

    assert refused.value.full
    assert files_below(local.root) == []


def test_an_original_cannot_be_written_again_by_its_mode(local: LocalStore) -> None:
    path = local.path(keep(local, PHOTO))

    assert stat.S_IMODE(path.stat().st_mode) == 0o400


def test_never_replaces_an_original_even_by_the_same_bytes(local: LocalStore) -> None:
    path = local.path(keep(local, PHOTO))
    before = path.stat().st_ino
    keep(local, PHOTO)

    assert path.stat().st_ino == before


@pytest.mark.parametrize("harmed", [PHOTO[:100], b"\xfe" + PHOTO[1:], b""], ids=["cut short", "flipped", "empty"])
def test_a_damaged_original_is_put_aside_when_its_photo_is_sent_again(
    local: LocalStore, caplog: pytest.LogCaptureFixture, harmed: bytes
) -> None:
    path = local.path(keep(local, PHOTO))
    path.chmod(0o600)
    path.write_bytes(harmed)

    assert keep(local, PHOTO) == KEY

    assert local.verify(KEY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    [aside] = (local.root / "damaged").iterdir()
    assert aside.read_bytes() == harmed
    assert KEY in caplog.text
    assert list(local.incoming_folder.iterdir()) == []


def test_many_who_send_a_damaged_photo_again_at_once_mend_it(local: LocalStore) -> None:
    path = local.path(keep(local, PHOTO))
    path.chmod(0o600)
    path.write_bytes(PHOTO[:100])

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lambda _: keep(local, PHOTO), range(8))) == {KEY}

    assert local.verify(KEY)
    assert PHOTO[:100] in [aside.read_bytes() for aside in (local.root / "damaged").iterdir()]


def test_a_name_that_is_no_file_is_damage_and_stays(local: LocalStore, tmp_path: Path) -> None:
    path = local.path(keep(local, PHOTO))
    path.unlink()
    path.symlink_to(tmp_path)

    with pytest.raises(OriginalDamagedError):
        keep(local, PHOTO)

    assert path.is_symlink()


def test_a_flipped_bit_on_disk_is_found_by_verify(local: LocalStore) -> None:
    path = local.path(keep(local, PHOTO))
    path.chmod(0o600)
    path.write_bytes(b"\xfe" + PHOTO[1:])

    assert not local.verify(KEY)


def test_the_last_bytes_of_a_damaged_original_are_not_handed_over(local: LocalStore) -> None:
    path = local.path(keep(local, PHOTO))
    path.chmod(0o600)
    path.write_bytes(b"\xfe" + PHOTO[1:])
    taken: list[bytes] = []

    def take_all() -> None:
        while chunk := original.read(65_536):
            taken.append(chunk)

    with local.open(KEY) as original, pytest.raises(OriginalDamagedError):
        take_all()

    assert 0 < sum(map(len, taken)) < len(PHOTO)


def test_a_folder_has_no_addresses_of_its_own(local: LocalStore) -> None:
    key, hour = keep(local, PHOTO), timedelta(hours=1)

    assert local.reading_address(key, media_type="image/jpeg", file_name="a.jpg", valid_for=hour) is None
    assert local.writing_address("a", Seal(DIGEST, len(PHOTO)), media_type="image/jpeg", valid_for=hour) is None


def test_leaves_no_temporary_file_behind(local: LocalStore) -> None:
    keep(local, PHOTO)
    keep(local, PHOTO)
    local.put_copy(COPY, b"small")
    local.incoming().close()

    assert files_below(local.incoming_folder) == []


def test_file_and_every_folder_on_the_way_are_synced_before_the_key_is_given(
    local: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    sync = os.fsync

    def recording(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").resolve())
        sync(descriptor)

    if not Path("/proc/self/fd").exists():
        pytest.skip("This system does not show which file a descriptor stands for.")
    monkeypatch.setattr(os, "fsync", recording)
    target = local.path(keep(local, PHOTO))

    assert synced[0].parent == local.incoming_folder.resolve()
    assert {target.resolve().parents[i] for i in range(3)} <= set(synced)
    assert synced[-1] == target.parent.resolve()


def test_sweeps_what_is_older_than_an_hour_and_nothing_else(local: LocalStore) -> None:
    old, young = local.incoming_folder / "old.part", local.incoming_folder / "young.part"
    for path, age in ((old, timedelta(minutes=61)), (young, timedelta(minutes=59))):
        path.write_bytes(b"half")
        os.utime(path, ((NOW - age).timestamp(),) * 2)
    key = keep(local, PHOTO)

    assert local.sweep(NOW) == 1
    assert not old.exists()
    assert young.exists()
    assert local.exists(key)


def test_memory_does_not_grow_with_the_photo(local: LocalStore) -> None:
    import tracemalloc

    chunk = bytes(65_536)
    tracemalloc.start()
    with local.incoming() as incoming:
        for _ in range(512):
            incoming.write(chunk)
        incoming.keep()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 2_000_000


KILLED_AT = {
    "while receiving": "incoming.write(photo[:100_000]); incoming.flush(); die()",
    "before the link": "incoming.write(photo); os.link = lambda *_: die(); incoming.keep()",
    "before the sync": "incoming.write(photo); os.fsync = lambda *_: die(); incoming.keep()",
    "after the link": "incoming.write(photo); link = os.link; os.link = lambda *a: (link(*a), die()); incoming.keep()",
}


@pytest.mark.parametrize("moment", KILLED_AT)
def test_a_process_killed_at_any_moment_leaves_the_whole_original_or_none(tmp_path: Path, moment: str) -> None:
    photo = tmp_path / "photo"
    photo.write_bytes(PHOTO)
    script = f"""
import os, signal
from pathlib import Path
from evidence.storage import LocalStore
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
photo = Path({str(photo)!r}).read_bytes()
incoming = LocalStore(Path({str(tmp_path / "store")!r})).incoming()
{KILLED_AT[moment]}
"""
    repository = Path(__file__).resolve().parents[3]
    ended = subprocess.run([sys.executable, "-c", script], cwd=repository, check=False, timeout=30)
    assert ended.returncode == -signal.SIGKILL

    store = LocalStore(tmp_path / "store")
    whole = store.exists(KEY) and store.verify(KEY)
    assert whole == (moment == "after the link")
    assert len(files_below(tmp_path / "store" / "originals")) == (1 if whole else 0)
    assert store.sweep(datetime.now(UTC) + timedelta(hours=2)) == 1
    assert keep(store, PHOTO) == KEY
    assert store.verify(KEY)


def test_a_full_disk_keeps_nothing(local: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    incoming = local.incoming()
    incoming.write(PHOTO)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreAwayError, match="No space") as refused:
        incoming.keep()
    incoming.close()

    assert refused.value.full

    assert not local.exists(KEY)
    assert files_below(local.incoming_folder) == []


def test_another_store_on_the_same_folder_sees_the_same_originals(local: LocalStore) -> None:
    keep(local, PHOTO)

    assert LocalStore(local.root).verify(key_for(DIGEST))


def test_a_folder_removed_while_the_store_runs_is_an_error_not_a_silent_loss(local: LocalStore) -> None:
    keep(local, PHOTO)
    shutil.rmtree(local.root / "originals")

    with pytest.raises(StoreAwayError):
        keep(local, PHOTO)
