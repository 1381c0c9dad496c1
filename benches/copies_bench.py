"""CPU for both small copies of a 12-megapixel photo, beside the floor and two peers.

The floor is one decode by libjpeg-turbo at the scale that the web copy needs, and nothing else. The peers
make the same two sizes from the same file: pyvips in a process of its own, and an exiftool + ImageMagick script.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import simplejpeg

from benches.peers import NoPeerError, environment
from benches.photos import photos
from benches.rows import Row, median, row
from evidence import imaging

ROUNDS = 7
BATCH = 6
GOAL = 1.5
PYVIPS = "pyvips==3.0.0"
#: Decodes and writes both sizes of the photo named first, so many times, and prints its CPU seconds for them.
VIPS_SCRIPT = f"""
import sys, time, pyvips
def both():
    web = pyvips.Image.thumbnail(sys.argv[1], {imaging.WEB_PX}, size="down")
    web.jpegsave_buffer(Q=80, keep="none")
    pyvips.Image.thumbnail(sys.argv[1], {imaging.THUMBNAIL_PX}, size="down").jpegsave_buffer(Q=80, keep="none")
both()
started = time.process_time()
for _ in range({BATCH}):
    both()
print(time.process_time() - started)
"""


def run() -> list[Row]:
    """Ours, then each of the others as a reference, every round in turns."""
    photo = next(photos(1))
    with tempfile.TemporaryDirectory(prefix="saksi-bench-copies-") as folder:
        path = Path(folder) / "photo.jpg"
        path.write_bytes(photo)
        floor, ours = _timed(lambda: _decode(photo)), _timed(lambda: imaging.copies(io.BytesIO(photo), "image/jpeg"))
        ways: dict[str, Callable[[], float]] = {"ours": ours, "floor": floor}
        missing: dict[str, str] = {}
        for name, peer in (("pyvips", _pyvips), ("exiftool_imagemagick", _script)):
            try:
                ways[name] = peer(path)
            except NoPeerError as error:
                missing[name] = str(error)
        taken = {name: [way() * 1e3 for _ in range(ROUNDS)] for name, way in ways.items()}
    return [_to_floor(taken), *(_to_peer(taken, name, missing) for name in ("pyvips", "exiftool_imagemagick"))]


def _to_floor(taken: dict[str, list[float]]) -> Row:
    ratio = median([ours / floor for ours, floor in zip(taken["ours"], taken["floor"], strict=True)])
    ours, floor = median(taken["ours"]), median(taken["floor"])
    return row(
        "copies.floor",
        1e3 / ours,
        "photos/s and core, both copies, 12 MP",
        reference=1e3 / floor,
        ratio=ratio,
        goal=f"<= {GOAL} x the CPU of one scaled libjpeg-turbo decode",
        met=ratio <= GOAL,
        note=f"CPU ms: {ours:.1f} ours, {floor:.1f} the floor",
    )


def _to_peer(taken: dict[str, list[float]], name: str, missing: dict[str, str]) -> Row:
    ours = median(taken["ours"])
    its = median(taken[name]) if name in taken else None
    return row(
        f"copies.{name}",
        1e3 / ours,
        "photos/s and core, both copies, 12 MP",
        reference=1e3 / its if its else None,
        ratio=its / ours if its else None,
        note=missing.get(name),
    )


def _decode(photo: bytes) -> object:
    """One decode at the smallest eighth that is as long as the web copy must be."""
    return simplejpeg.decode_jpeg(photo, min_width=imaging.WEB_LEAST_PX, min_height=1, min_factor=1)


def _timed(work: Callable[[], object]) -> Callable[[], float]:
    def seconds() -> float:
        started = time.process_time()
        for _ in range(BATCH):
            work()
        return (time.process_time() - started) / BATCH

    work()
    return seconds


def _pyvips(path: Path) -> Callable[[], float]:
    python = environment("pyvips", PYVIPS, "pyvips-binary") / "python"
    command = [str(python), "-c", VIPS_SCRIPT, str(path)]

    def seconds() -> float:
        found = subprocess.run(command, capture_output=True, text=True, check=False, env={"VIPS_CONCURRENCY": "1"})
        if found.returncode:
            raise NoPeerError((found.stderr.strip().splitlines() or ["it said nothing"])[-1])
        return float(found.stdout) / BATCH

    seconds()
    return seconds


def _script(path: Path) -> Callable[[], float]:
    convert = shutil.which("magick") or shutil.which("convert")
    if convert is None or shutil.which("exiftool") is None:
        raise NoPeerError("exiftool or ImageMagick is not installed")
    web, small = imaging.WEB_PX, imaging.THUMBNAIL_PX
    made = path.with_name("web.jpg"), path.with_name("thumbnail.jpg")
    # The hint lets ImageMagick decode at a smaller scale, which is the best it can be asked for.
    read = [convert, "-limit", "thread", "1", "-define", f"jpeg:size={web}x{web}", str(path)]
    write_web = ["-auto-orient", "-strip", "-resize", f"{web}x{web}", "-quality", "80", "-write", str(made[0])]
    write_thumbnail = ["-resize", f"{small}x{small}", str(made[1])]
    commands = [["exiftool", "-json", "-n", str(path)], [*read, *write_web, *write_thumbnail]]

    def seconds() -> float:
        before = getrusage(RUSAGE_CHILDREN)
        for command in commands:
            subprocess.run(command, check=True, capture_output=True)
        after = getrusage(RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return seconds
