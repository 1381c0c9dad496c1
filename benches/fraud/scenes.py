"""Pictures to cheat with: parts of real photos, none of which looks like another.

Where an attack is about a place or a clock its picture must be new, or the find of a used picture would count as the
find of a forged place. So many pictures are cut out of the photos of the corpus, each further from all others than
near pictures are, turned and mirrored too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pdqhash
from PIL import Image

from evidence import imaging

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
#: The longest side of a scene: the checks look at pictures no larger than a web copy.
SIDE_PX = 1280
_LEAST_SOURCE_PX = 700
_APART = 48
_UNFIT_GROUPS = frozenset({"truncated", "damaged", "near_duplicates"})
_LEAST_QUALITY = 80


class NoCorpusError(Exception):
    """The real photos are not beside the project."""


@cache
def truth() -> list[dict[str, object]]:
    """What is known of each photo of the corpus.

    Raises:
        NoCorpusError: there is none.
    """
    path = CORPUS / "truth.json"
    if not path.is_file():
        raise NoCorpusError(f"the real photos are not at {CORPUS}")
    photos: list[dict[str, object]] = json.loads(path.read_text())["photos"]
    return photos


@cache
def sources() -> tuple[Image.Image, ...]:
    """The corpus' photos that are whole and large enough to cut scenes from, upright and scaled."""
    found = []
    for photo in truth():
        if photo["group"] in _UNFIT_GROUPS:
            continue
        try:
            with (CORPUS / str(photo["path"])).open("rb") as stream:
                picture = imaging.printed(stream, str(photo["truth"]["mime"])).picture  # type: ignore[index]
        except imaging.UndecodableError:
            continue
        if min(picture.size) >= _LEAST_SOURCE_PX:
            found.append(picture)
    return tuple(found)


class Scenes:
    """An endless supply of pictures, the same for the same ``rng``, none near another."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._seen = np.zeros((0, 256), dtype=bool)
        self._order: Iterator[int] = iter(())

    def fresh(self) -> Image.Image:
        """A picture that looks like none given before."""
        while True:
            picture = self._cut(sources()[self._next()])
            bits, quality = pdqhash.compute_dihedral(np.asarray(picture.reduce(4)))
            variants = np.asarray(bits, dtype=bool)
            if quality >= _LEAST_QUALITY and self._is_new(variants):
                self._seen = np.vstack([self._seen, variants[:1]])
                return picture

    def _next(self) -> int:
        index = next(self._order, None)
        if index is None:
            self._order = iter(self._rng.permutation(len(sources())).tolist())
            index = next(self._order)
        return index

    def _cut(self, source: Image.Image) -> Image.Image:
        share = self._rng.uniform(0.42, 0.8)
        width, height = (int(side * share) for side in source.size)
        left = int(self._rng.integers(0, source.width - width + 1))
        top = int(self._rng.integers(0, source.height - height + 1))
        part = source.crop((left, top, left + width, top + height))
        scale = SIDE_PX / max(part.size)
        return part.resize((round(part.width * scale), round(part.height * scale)), Image.Resampling.LANCZOS)

    def _is_new(self, variants: np.ndarray) -> bool:
        if not len(self._seen):
            return True
        distances = (self._seen[:, None, :] ^ variants[None, :, :]).sum(axis=2)
        return int(distances.min()) > _APART
