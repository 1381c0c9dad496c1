"""How much of a picture's detail is lost, and how bright it is: two measures of whether it can be looked at.

Blur by F. Crete, T. Dolmiere, P. Ladret and M. Nicolas, "The blur effect" (SPIE 6492, 2007): a sharp picture loses much
of the difference between neighbouring pixels when it is blurred once more, a blurred one little.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

#: The length of the filter that blurs once more, in pixels (the paper's nine, and its centre made odd).
_TAPS = 11
#: Below this many pixels there is too little to judge by.
_LEAST_PIXELS = 100_000


def blur(picture: Image.Image) -> float | None:
    """0 (sharp) to 1 (no detail at all), the worse of both directions; None for a very small picture."""
    luma = _luma(picture)
    if luma.size < _LEAST_PIXELS:
        return None
    # Every second line is enough, and half the work.
    return round(max(_along(np.ascontiguousarray(luma[::2])), _along(np.ascontiguousarray(luma[:, ::2].T))), 4)


def light(picture: Image.Image) -> float:
    """The luma, 0 to 1, below which 95 of 100 pixels lie."""
    counts = np.cumsum(picture.convert("L").histogram())
    return round(float(np.searchsorted(counts, 0.95 * counts[-1])) / 255, 4)


def _luma(picture: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(picture.convert("L"), dtype=np.uint8)


def _along(luma: NDArray[np.uint8]) -> float:
    """The share of the differences from left to right that is left when the picture is blurred along them."""
    blurred = cv2.blur(luma, (_TAPS, 1))
    sharp = cv2.absdiff(luma[:, 1:], luma[:, :-1])
    lost = cv2.subtract(sharp, cv2.absdiff(blurred[:, 1:], blurred[:, :-1]))
    total = int(sharp.sum(dtype=np.int64))
    return 1.0 if total == 0 else 1.0 - int(lost.sum(dtype=np.int64)) / total
