"""Areas of a picture that the public does not see, and how they are made unreadable.

An area is measured in parts of the upright picture's width and height, so that it means the same in every
copy. What is hidden is averaged to a handful of cells first and blurred over afterwards: what the cells do
not hold no filter can bring back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from PIL import Image, ImageFilter

#: So many cells are left of the longer side of an area: too few to tell one person, or one letter, from another.
CELLS = 3


@dataclass(frozen=True, slots=True)
class Box:
    """One area: its left and upper edge, its width and its height, each from 0 to 1 of the whole picture's."""

    left: float
    top: float
    width: float
    height: float

    def padded(self, share: float) -> Box:
        """The area with ``share`` of its width and height more on each side, as far as the picture goes."""
        left, top = max(0.0, self.left - share * self.width), max(0.0, self.top - share * self.height)
        right = min(1.0, self.left + (1 + share) * self.width)
        bottom = min(1.0, self.top + (1 + share) * self.height)
        return Box(left, top, right - left, bottom - top)

    def in_pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Left, upper, right and lower edge in a picture of this size: whole pixels, rounded outwards."""
        left, top = int(self.left * width), int(self.top * height)
        right, bottom = ceil((self.left + self.width) * width), ceil((self.top + self.height) * height)
        return left, top, min(width, max(left + 1, right)), min(height, max(top + 1, bottom))


@dataclass(frozen=True, slots=True)
class Face:
    """Where a face was found, and how sure the detector is, from 0 to 1."""

    box: Box
    score: float

    def document(self) -> list[float]:
        """As plain JSON values: left, top, width, height, score."""
        box = self.box
        return [round(value, 4) for value in (box.left, box.top, box.width, box.height, self.score)]

    @staticmethod
    def told(values: Iterable[float]) -> Face:
        """Read what ``document`` gave."""
        left, top, width, height, score = (float(value) for value in values)
        return Face(Box(left, top, width, height), score)


def redacted(picture: Image.Image, boxes: Iterable[Box]) -> Image.Image:
    """A copy of an RGB picture with these areas made unreadable."""
    made = picture.copy()
    for box in boxes:
        edges = box.in_pixels(made.width, made.height)
        made.paste(_veiled(made.crop(edges)), edges[:2])
    return made


def _veiled(area: Image.Image) -> Image.Image:
    """An area as its few cells, with soft edges between them."""
    cell = max(area.size) / CELLS
    cells = area.resize((max(1, round(area.width / cell)), max(1, round(area.height / cell))), Image.Resampling.BOX)
    return cells.resize(area.size, Image.Resampling.NEAREST).filter(ImageFilter.GaussianBlur(cell / 3))
