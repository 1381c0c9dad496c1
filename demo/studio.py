"""Where the photos' files are made: drawn, given the tags of a phone, and kept in a folder.

A file that is there is not made again, so that a photo sent twice is the same bytes. Drawing takes
a second or two each and is done by several processes, ahead of the sending.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from pathlib import Path

from PIL import Image

from demo import exif
from demo.pictures import STAGES, draw
from demo.shots import Shot

Paint = Callable[[Shot], Image.Image]
HTML = b"<!doctype html><title>Sign in to the network</title><p>Please sign in to use this network."


def illustration(shot: Shot) -> Image.Image:
    """The picture of a photo; what has no stage of its own in the drawings is drawn as works under way."""
    stage = shot.stage if shot.stage in STAGES else "during"
    return draw(shot.kind, stage, shot.view, shot.project, shot.title)


class Studio:
    """Makes files in ``folder`` with the workers of ``pool``."""

    def __init__(self, folder: Path, pool: Executor, paint: Paint = illustration) -> None:
        self._folder = folder
        self._pool = pool
        self._paint = paint
        self._coming: dict[str, Future[Path]] = {}

    def order(self, shots: Iterable[Shot]) -> None:
        """Begin to make the files of ``shots``, in their order."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for shot in shots:
            if shot.odd.same_file_as is None:
                path = self._folder / f"{shot.evidence_id}.jpg"
                self._coming[shot.name] = self._pool.submit(develop, shot, path, self._paint)

    def file(self, shot: Shot) -> bytes:
        """The file of a photo that was ordered, once it is made."""
        return self._coming[shot.odd.same_file_as or shot.name].result().read_bytes()


def develop(shot: Shot, path: Path, paint: Paint) -> Path:
    """Make the file of one photo at ``path``, unless it is there."""
    if not path.exists():
        # A half-written file must never be taken for a photo.
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(HTML if shot.odd.html else _cut(_tagged(shot, paint(shot)), shot.odd.cut))
        fresh.replace(path)
    return path


def _tagged(shot: Shot, picture: Image.Image) -> bytes:
    size = picture.width // shot.odd.shrink, picture.height // shot.odd.shrink
    return exif.photo(
        picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS),
        taken=shot.file_time,
        latitude=shot.tagged.latitude,
        longitude=shot.tagged.longitude,
        accuracy_m=shot.tagged.accuracy_m,
        heading_deg=shot.tagged.heading_deg,
        altitude_m=shot.altitude_m,
        make="Demonstration",
        model=f"Phone of the {shot.by}",
        software="Field camera 1.0 (demonstration)",
        gps=shot.odd.gps,
    )


def _cut(photo: bytes, share: float) -> bytes:
    return photo if share >= 1 else photo[: int(len(photo) * share)]
