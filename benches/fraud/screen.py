"""A photo of a screen, simulated: stripes of red, green and blue, seen askew by a camera that samples them.

Moiré is not painted in: it comes of two grids that meet, as in life. Sizes and angles are drawn anew for each photo;
what is simulated is a panel with striped subpixels and a hand-held phone some decimetres before it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SUBPIXELS = 3
_SENSOR_PX = 1500
Pixels = NDArray[np.float32]


def screen_photo(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """What a phone makes of ``picture`` shown on a screen; about 1,500 pixels on its longest side."""
    panel = _panel(_shown(picture, rng), rng)
    seen = _through_lens(panel, rng)
    lit = _glare(seen, rng)
    return Image.fromarray(_sensor(lit, rng))


def _shown(picture: Image.Image, rng: np.random.Generator) -> Pixels:
    """The picture in the screen's own pixels, 0 to 1, with a screen's black that is no black."""
    longest = int(rng.integers(900, 1500))
    scale = longest / max(picture.size)
    size = round(picture.width * scale), round(picture.height * scale)
    pixels = np.asarray(picture.convert("RGB").resize(size, Image.Resampling.LANCZOS), dtype=np.float32) / 255
    black = float(rng.uniform(0.01, 0.06))
    return (black + pixels**2.2 * (1 - black)).astype(np.float32)


def _panel(shown: Pixels, rng: np.random.Generator) -> Pixels:
    """Each pixel as three upright stripes of one colour each, with a dark gap below."""
    height, width, _ = shown.shape
    panel = np.zeros((height * _SUBPIXELS, width * _SUBPIXELS, 3), dtype=np.float32)
    gap = float(rng.uniform(0.25, 0.7))
    for stripe in range(_SUBPIXELS):
        for line in range(_SUBPIXELS):
            light = gap if line == _SUBPIXELS - 1 else 1.0
            panel[line::_SUBPIXELS, stripe::_SUBPIXELS, stripe] = shown[:, :, stripe] * light * 3
    return panel


def _through_lens(panel: Pixels, rng: np.random.Generator) -> Pixels:
    """Blurred a little, turned and tilted, and met by the sensor's own grid."""
    blurred = cv2.GaussianBlur(panel, (0, 0), float(rng.uniform(0.7, 1.3)))
    height, width = blurred.shape[:2]
    scale = _SENSOR_PX / max(height, width)
    out = round(width * scale), round(height * scale)
    corners = np.array([[0, 0], [out[0], 0], [out[0], out[1]], [0, out[1]]], dtype=np.float32)
    # The picture fills the frame and a little more, as one who hides the frame would have it.
    over = 1 + float(rng.uniform(0.01, 0.08))
    middle = corners.mean(axis=0)
    held = (corners - middle) * over + middle + rng.normal(0, 0.012 * max(out), (4, 2)).astype(np.float32)
    screen = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    turn = cv2.getPerspectiveTransform(screen, held.astype(np.float32))
    return np.asarray(cv2.warpPerspective(blurred, turn, out, flags=cv2.INTER_LINEAR), dtype=np.float32)


def _glare(seen: Pixels, rng: np.random.Generator) -> Pixels:
    """A soft reflection somewhere, and light that falls off towards the corners."""
    height, width = seen.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    at_x, at_y = rng.uniform(0, width), rng.uniform(0, height)
    spread = float(rng.uniform(0.2, 0.5)) * max(width, height)
    spot = np.exp(-((x - at_x) ** 2 + (y - at_y) ** 2) / (2 * spread**2)) * float(rng.uniform(0.0, 0.12))
    fall = 1 - 0.25 * (((x - width / 2) / width) ** 2 + ((y - height / 2) / height) ** 2) * 4
    return np.asarray(seen * fall[..., None] + spot[..., None], dtype=np.float32)


def _sensor(lit: Pixels, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The camera's white balance, noise and rounding."""
    balance = rng.normal(1, 0.04, 3).astype(np.float32)
    noisy = lit * balance + rng.normal(0, 0.004, lit.shape).astype(np.float32)
    return np.asarray(np.clip(noisy, 0, 1) ** (1 / 2.2) * 255 + 0.5, dtype=np.uint8)
