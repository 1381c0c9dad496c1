"""A photo of a screen, made by reckoning: the stripes of its pixels seen through the grid of a camera.

Each of a screen's pixels is a red, a green and a blue stripe between black ones. What a lens leaves of them is taken
harmonic by harmonic, and sampled where the camera's own pixels are, so that what beats in a camera beats here.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_STRIPE, _ROW = 0.28, 0.85


def photographed(
    shown: NDArray[np.uint8],
    *,
    camera_px: float,
    blur_px: float = 0.45,
    seed: int = 1,
    size: tuple[int, int] = (3000, 4000),
) -> NDArray[np.uint8]:
    """``shown`` (RGB) on a screen whose pixels cover ``camera_px`` of the camera's each, a little tilted."""
    rng = np.random.default_rng(seed)
    height, width = size
    down, right = np.mgrid[0:height, 0:width].astype(np.float32)
    down, right = down - height / 2, right - width / 2
    turn, tilts = np.deg2rad(rng.uniform(-6, 6)), rng.uniform(-0.12, 0.12, 2)
    scale = camera_px * (1 + tilts[0] * right / width + tilts[1] * down / height)
    across = (np.cos(turn) * right + np.sin(turn) * down) / scale
    along = (np.cos(turn) * down - np.sin(turn) * right) / scale
    screen = round(width / camera_px * 1.05), round(height / camera_px * 1.05)
    content = (cv2.resize(shown, screen, interpolation=cv2.INTER_AREA).astype(np.float32) / 255) ** 2.2
    maps = (across + screen[0] / 2).astype(np.float32), (along + screen[1] / 2).astype(np.float32)
    light: Any = cv2.remap(content, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    rows = _mask(along, 0.5, _ROW, 1 / scale, blur_px)
    for channel, centre in enumerate((1 / 6, 1 / 2, 5 / 6)):
        light[..., channel] *= rows * _mask(across, centre, _STRIPE, 1 / scale, blur_px)
    light += rng.normal(0, 0.004, light.shape).astype(np.float32)
    return np.asarray(np.clip(light, 0, 1) ** (1 / 2.2) * 255, dtype=np.uint8)


def _mask(at: Any, centre: float, width: float, frequency: Any, blur_px: float) -> Any:
    """How bright a grating of stripes is where the camera's pixels look at it, 1 on average."""
    bright = np.full_like(at, width)
    for harmonic in (1, 2, 3):
        strength = 2 * np.sin(np.pi * harmonic * width) / (np.pi * harmonic)
        left = np.exp(-2 * (np.pi * harmonic * frequency * blur_px) ** 2) * np.sinc(harmonic * frequency)
        bright += strength * left * np.cos(2 * np.pi * harmonic * (at - centre))
    return np.clip(bright, 0, None) / width
