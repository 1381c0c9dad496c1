"""What reading a photo's metadata costs beside one pass of exifread, and the long fuzz run.

``python -m benches.reader_bench`` prints JSON lines; ``--fuzz 20000`` runs that many mutations.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

import exifread
from PIL import Image

from benches.reader_fuzz import corpus_folder, corpus_photos, fuzz
from evidence.metadata import read

GOAL_RATIO = 1.4
_ROUNDS = 15
_CALLS = 20


def synthetic_phone_photo(size: int = 1_400_000) -> bytes:
    """Make a JPEG of a phone's size and tags; its scan is a filler, since nothing decodes it."""
    exif = Image.Exif()
    exif.update({0x010F: "Saksi", 0x0110: "Model One", 0x0112: 1, 0x0131: "camera 1.0", 0x0132: "2026:02:03 12:00:00"})
    exif.update({0x011A: 72.0, 0x011B: 72.0, 0x0128: 2, 0x0213: 1})
    photo = exif.get_ifd(0x8769)
    photo.update({0x9003: "2026:02:03 12:00:00", 0x9004: "2026:02:03 12:00:00", 0x9011: "+08:00", 0x9291: "250"})
    photo.update({0x829A: 0.004, 0x829D: 1.8, 0x8822: 2, 0x8827: 64, 0x9000: b"0232", 0x9101: b"\1\2\3\0"})
    photo.update({0x9201: 7.9, 0x9202: 1.7, 0x9203: 6.5, 0x9204: 0.0, 0x9207: 5, 0x9209: 16, 0x920A: 4.25})
    photo.update({0x927C: bytes(1_200), 0xA001: 1, 0xA002: 4000, 0xA003: 3000, 0xA217: 2, 0xA402: 0, 0xA403: 0})
    photo.update({0xA405: 26, 0xA406: 0, 0xA433: "Saksi", 0xA434: "back camera 4.25mm f/1.8"})
    gps = exif.get_ifd(0x8825)
    gps.update({0: b"\2\3\0\0", 1: "N", 2: (14.0, 35.0, 45.0), 3: "E", 4: (120.0, 58.0, 30.0), 5: b"\0", 6: 12.5})
    gps.update({7: (4.0, 0.0, 1.0), 16: "T", 17: 267.8, 29: "2026:02:03", 31: 4.7})
    block = exif.tobytes()
    start = b"\xff\xd8\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
    frame = b"\xff\xc0\0\x0b\x08\x0b\xb8\x0f\xa0\1\1\x11\0\xff\xda\0\x08\1\1\0\0\x3f\0"
    return start + frame + b"\x5a" * (size - len(start) - len(frame) - 2) + b"\xff\xd9"


def phone_photos() -> list[bytes]:
    """Give the corpus's JPEGs by phones that exifread can read too; none where it is absent."""
    paths = sorted((corpus_folder() / "photos" / "phones").glob("*.[jJ]*"))
    photos = [path.read_bytes() for path in paths]
    return [photo for photo in photos if exifread.process_file(io.BytesIO(photo), details=False)]


def cpu_ms(action: Callable[[], object]) -> float:
    """Give the CPU milliseconds of one call: the least of several rounds, which the neighbours disturb least."""
    rounds = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        for _ in range(_CALLS):
            action()
        rounds.append(time.process_time() - started)
    return min(rounds) / _CALLS * 1e3


def _row(name: str, photos: list[bytes]) -> dict[str, Any]:
    ours = theirs = 0.0
    for photo in photos:
        stream = io.BytesIO(photo)
        ours += cpu_ms(partial(read, stream, size=len(photo)))
        theirs += cpu_ms(partial(exifread.process_file, stream, details=False, extract_thumbnail=False))
    ratio = ours / theirs
    return {
        "name": name,
        "value": round(ours / len(photos), 4),
        "unit": "CPU ms per photo",
        "reference": round(theirs / len(photos), 4),
        "ratio": round(ratio, 3),
        "goal": f"<= {GOAL_RATIO} x exifread.process_file",
        "met": ratio <= GOAL_RATIO,
    }


def run() -> list[dict[str, Any]]:
    """Measure `evidence.metadata.read` against exifread alone, on the same bytes in the same run."""
    rows = [_row("reader.synthetic_phone_jpeg", [synthetic_phone_photo()])]
    if photos := phone_photos():
        rows.append(_row("reader.corpus_phone_jpegs", photos))
    return rows


def run_fuzz(runs: int) -> dict[str, Any]:
    """Run the mutations and give the report with the process's own peak before and after."""
    photos = corpus_photos()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = asdict(fuzz(photos, runs=runs, seed=1))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"name": "reader.fuzz", **report, "maxrss_growth": after - before}


def main() -> None:
    """Print the figures as JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fuzz", type=int, default=0, help="run this many mutations instead of the bench")
    runs = parser.parse_args().fuzz
    for row in [run_fuzz(runs)] if runs else run():
        print(json.dumps(row))


if __name__ == "__main__":
    main()
