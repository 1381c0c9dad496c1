"""Mutations of real photos, and a count of what the reader makes of them.

Shared by the fault tests and the bench. The mutations are those that break readers: flipped
bits, cuts, splices, lengths set to extremes, blanked positions, doubled blocks.
"""

from __future__ import annotations

import io
import os
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from evidence.errors import EvidenceError
from evidence.metadata import read

#: What one read may hold at its peak beside the photo itself: two blocks, two budgets, and change.
MEMORY_LIMIT_BYTES = 48 << 20

_EXTREMES = (
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"\0\0\0\1",
    b"\0\0\0\7",
    b"\xff\xd9\xff\xd8",
)
_LANDMARKS = (
    b"Exif\0\0", b"II*\0", b"MM\0*", b"\xff\xe1", b"\xff\xda", b"IHDR", b"eXIf", b"tEXt", b"VP8X", b"EXIF",
    b"meta", b"iinf", b"iloc", b"infe", b"ipma", b"ispe", b"mdat", b"ftyp", b"\x88\x25", b"\x25\x88", b"\x87\x69",
)  # fmt: skip
_REACH = 4_096


@dataclass(slots=True)
class FuzzReport:
    """What became of a run; ``failures`` name the mutation and the error that got out."""

    runs: int = 0
    refused: int = 0
    defects: int = 0
    slowest_s: float = 0.0
    total_s: float = 0.0
    peak_bytes: int = 0
    failures: list[str] = field(default_factory=list)


def corpus_folder() -> Path:
    """Give the folder of real photos: ``SAKSI_CORPUS``, or beside the repository."""
    return Path(os.environ.get("SAKSI_CORPUS") or Path(__file__).resolve().parents[1] / "../shared/corpus")


def corpus_photos() -> list[bytes]:
    """Give all photos of the corpus in a fixed order; none where it is absent."""
    paths = (path for path in (corpus_folder() / "photos").rglob("*") if path.is_file())
    return [path.read_bytes() for path in sorted(paths)]


def _place(random: Random, photo: bytearray) -> int:
    """Choose an offset, most often behind a landmark of the structure, where a change matters."""
    if random.random() < 0.7:
        at = photo.find(random.choice(_LANDMARKS), random.randrange(2) and random.randrange(len(photo)))
        if at >= 0:
            return min(len(photo) - 1, at + random.randrange(64))
    return random.randrange(min(len(photo), _REACH) if random.random() < 0.7 else len(photo))


def _flip(random: Random, photo: bytearray, _: bytes) -> None:
    for _times in range(random.choice((1, 1, 4, 64))):
        photo[_place(random, photo)] ^= 1 << random.randrange(8)


def _cut(random: Random, photo: bytearray, _: bytes) -> None:
    del photo[_place(random, photo) :]


def _remove(random: Random, photo: bytearray, _: bytes) -> None:
    at = _place(random, photo)
    del photo[at : at + random.randrange(1, 600)]


def _splice(random: Random, photo: bytearray, other: bytes) -> None:
    start = random.randrange(len(other))
    at = _place(random, photo)
    photo[at : at + random.randrange(400)] = other[start : start + random.randrange(1, 4_000)]


def _lie(random: Random, photo: bytearray, _: bytes) -> None:
    for _times in range(random.choice((1, 2, 8))):
        at, width = _place(random, photo), random.choice((1, 2, 4))
        photo[at : at + width] = random.choice(_EXTREMES)[:width]


def _blank(random: Random, photo: bytearray, _: bytes) -> None:
    at = _place(random, photo)
    length = min(random.choice((8, 24, 200)), len(photo) - at)
    photo[at : at + length] = bytes(length)


def _double(random: Random, photo: bytearray, _: bytes) -> None:
    at = _place(random, photo)
    photo[at:at] = photo[at : at + random.randrange(1, 9_000)] * random.choice((1, 2, 40))


_MUTATIONS: tuple[Callable[[Random, bytearray, bytes], None], ...] = (
    _flip, _cut, _remove, _splice, _lie, _lie, _blank, _double,
)  # fmt: skip


def mutate(random: Random, photos: list[bytes]) -> tuple[str, bytes]:
    """Give one damaged photo, and the names of what was done to it."""
    photo, other = bytearray(random.choice(photos)), random.choice(photos)
    done = []
    for mutation in random.choices(_MUTATIONS, k=random.choice((1, 1, 2, 3))):
        if photo:
            mutation(random, photo, other)
            done.append(mutation.__name__)
    return " ".join(done), bytes(photo)


def fuzz(photos: list[bytes], *, runs: int, seed: int) -> FuzzReport:
    """Read ``runs`` damaged photos; every twentieth also under a measure of memory, which is slow."""
    random, report = Random(seed), FuzzReport()
    for number in range(runs):
        name, photo = mutate(random, photos)
        label = f"seed {seed} run {number}: {name}"
        _once(label, photo, report)
        if number % 20 == 0:
            report.peak_bytes = max(report.peak_bytes, _peak(photo))
    return report


def _once(label: str, photo: bytes, report: FuzzReport) -> None:
    started = time.perf_counter()
    try:
        found = read(io.BytesIO(photo), size=len(photo))
        report.defects += found.defect is not None
    except EvidenceError:
        report.refused += 1
    # Whatever else gets out is what this run is looking for.
    except Exception as error:
        report.failures.append(f"{label}: {error!r}")
    took_s = time.perf_counter() - started
    report.runs += 1
    report.total_s += took_s
    report.slowest_s = max(report.slowest_s, took_s)


def _peak(photo: bytes) -> int:
    """Give the bytes held at the peak of one read."""
    stream = io.BytesIO(photo)
    tracemalloc.start()
    try:
        read(stream, size=len(photo))
    # The same photo was judged by `_once`; only its memory is asked here.
    except Exception:
        return 0
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak
