"""Hostile pictures end the process that decodes them, and nothing else."""

from __future__ import annotations

import gc
import os
import signal
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from evidence.darkroom import Darkroom, DarkroomError
from evidence.development import develop
from evidence.imaging import UndecodableError, UndecodableReason
from tests.photos import jpeg


@pytest.fixture
def darkroom() -> Iterator[Darkroom]:
    room = Darkroom()
    yield room
    room.close()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def black_png(side: int, *, bits: int, colour: int, channels: int) -> bytes:
    """A square PNG of zeros: some hundred kilobytes whatever it unpacks to."""
    packer = zlib.compressobj(9)
    row = bytes(1 + side * channels * bits // 8)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def progressive_with_many_scans(scans: int) -> bytes:
    """A JPEG whose last scan is said over and over: each costs a pass over the whole picture."""
    out = BytesIO()
    Image.new("RGB", (9000, 9000), "grey").save(out, "JPEG", progressive=True, quality=30, subsampling=0)
    whole = out.getvalue()
    last_scan = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last_scan * scans + whole[-2:]


def animated_webp(width: int, height: int) -> bytes:
    """A WebP of a hundred bytes whose canvas is as large as the format can say."""
    out = BytesIO()
    Image.new("RGB", (16, 16)).save(out, "WEBP", lossless=True)
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    frame = bytes(6) + (15).to_bytes(3, "little") * 2 + b"\x64\0\0\0" + out.getvalue()[12:]
    body = b"WEBP" + riff(b"VP8X", b"\x02\0\0\0" + sizes) + riff(b"ANIM", bytes(6)) + riff(b"ANMF", frame)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def riff(kind: bytes, data: bytes) -> bytes:
    return kind + len(data).to_bytes(4, "little") + data


def test_copies_are_those_that_would_be_made_here(darkroom: Darkroom) -> None:
    photo = jpeg(size=(2000, 1500))

    assert darkroom.develop(BytesIO(photo), "image/jpeg") == develop(BytesIO(photo), "image/jpeg")


def test_what_cannot_be_decoded_is_told_as_it_would_be_here(darkroom: Darkroom) -> None:
    with pytest.raises(UndecodableError) as caught:
        darkroom.develop(BytesIO(jpeg(size=(640, 480))[:-2000]), "image/jpeg")

    assert caught.value.reason is UndecodableReason.TRUNCATED


@pytest.mark.parametrize(
    ("bomb", "media_type"),
    [
        (lambda: black_png(14_000, bits=8, colour=6, channels=4), "image/png"),
        (lambda: animated_webp(16_384, 12_001), "image/webp"),
    ],
    ids=["png", "webp"],
)
def test_a_few_bytes_that_unpack_to_gigabytes_are_given_up(darkroom: Darkroom, bomb: object, media_type: str) -> None:
    with pytest.raises(UndecodableError):
        darkroom.develop(BytesIO(bomb()), media_type)  # type: ignore[operator]

    assert darkroom.develop(BytesIO(jpeg()), "image/jpeg").copies.width == 64


def test_a_picture_that_takes_too_long_is_given_up_and_the_next_is_made() -> None:
    hurried = Darkroom(longest_s=3)
    try:
        with pytest.raises(UndecodableError) as caught:
            hurried.develop(BytesIO(progressive_with_many_scans(2000)), "image/jpeg")
        assert caught.value.reason is UndecodableReason.BOMB
        assert hurried.develop(BytesIO(jpeg()), "image/jpeg").copies.width == 64
    finally:
        hurried.close()


class SlowStore(BytesIO):
    """A picture that a store gives slowly."""

    def read(self, size: int | None = -1, /) -> bytes:
        time.sleep(2)
        return super().read(size)


def test_a_store_that_takes_long_to_give_the_picture_is_no_fault_of_the_picture(
    darkroom: Darkroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    darkroom.develop(BytesIO(jpeg()), "image/jpeg")
    monkeypatch.setattr(darkroom, "_patience_s", 1.5)

    assert darkroom.develop(SlowStore(jpeg()), "image/jpeg").copies.width == 64


def test_a_machine_that_stands_still_is_no_fault_of_the_picture(
    darkroom: Darkroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    darkroom.develop(BytesIO(jpeg()), "image/jpeg")
    assert darkroom._process is not None
    os.kill(darkroom._process.pid, signal.SIGSTOP)
    with monkeypatch.context() as hurried:
        hurried.setattr(darkroom, "_patience_s", 2)
        with pytest.raises(DarkroomError):
            darkroom.develop(BytesIO(jpeg()), "image/jpeg")

    assert darkroom.develop(BytesIO(jpeg()), "image/jpeg").copies.width == 64


def test_a_process_that_was_killed_is_no_verdict_on_the_picture_and_is_replaced(darkroom: Darkroom) -> None:
    darkroom.develop(BytesIO(jpeg()), "image/jpeg")
    process = darkroom._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    # The wait for a stopped process ends when it is killed under our hands.
    os.kill(process.pid, signal.SIGKILL)
    try:
        assert darkroom.develop(BytesIO(jpeg()), "image/jpeg").copies.width == 64
    except DarkroomError:
        assert darkroom.develop(BytesIO(jpeg()), "image/jpeg").copies.width == 64


@pytest.mark.parametrize("fault", [MemoryError, KeyboardInterrupt])
def test_an_answer_that_was_not_read_is_not_taken_for_the_next(
    darkroom: Darkroom, monkeypatch: pytest.MonkeyPatch, fault: type[BaseException]
) -> None:
    """The bug: the next photo was given the copies of the one before."""

    def broken(_back: object) -> dict[str, object]:
        raise fault

    darkroom.develop(BytesIO(jpeg()), "image/jpeg")
    with monkeypatch.context() as patch:
        patch.setattr("evidence.darkroom._heard", broken)
        with pytest.raises(fault):
            darkroom.develop(BytesIO(jpeg(size=(64, 48))), "image/jpeg")

    assert darkroom.develop(BytesIO(jpeg(size=(200, 100))), "image/jpeg").copies.width == 200


def test_a_darkroom_that_is_forgotten_leaves_no_process_behind() -> None:
    """The bug: every thread that had once decoded a picture left a process of some hundred megabytes for good."""
    found: list[int] = []

    def decode() -> None:
        room = Darkroom()
        room.develop(BytesIO(jpeg()), "image/jpeg")
        assert room._process is not None
        found.append(room._process.pid)

    thread = threading.Thread(target=decode)
    thread.start()
    thread.join()
    gc.collect()

    with pytest.raises(ProcessLookupError):
        os.kill(found[0], 0)
