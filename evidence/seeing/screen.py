"""Whether a fine pattern of colours repeats over a picture, as it does in a photo of a screen.

A screen's red, green and blue stripes lie beside each other. Seen through a camera's own grid they beat (moiré), each
colour a third of a period beside the next, so that red less green and blue less green both repeat at one frequency.
What repeats in the world (bricks, roofing, a fence) repeats in brightness, and hardly in colour. Only what survives
the scaling of a web copy is seen: a screen from afar, or one whose pixels the lens does not part, is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Plane = NDArray[np.float32]

_TILE = 256
#: In cycles a pixel: slower is the picture itself, faster what scaling left.
_SLOWEST, _FASTEST = 0.02, 0.48
#: A pattern has several peaks, and its tilt smears each, so that the twelfth strongest bin counts.
_NTH = 12
#: Beyond the bins of a peak, within which the spectrum's floor is the median.
_FLOOR_BINS = 21
#: Of smaller pictures a compressor's blocks are all that repeats.
_LEAST_PIXELS = 500_000


def pattern_db(picture: Image.Image) -> float | None:
    """How far the pattern stands out of the spectrum of both colour differences, in decibels; None for a small one."""
    if picture.width * picture.height < _LEAST_PIXELS or min(picture.size) < _TILE:
        return None
    red_green, blue_green = _spectra(np.asarray(picture.convert("RGB"), dtype=np.uint8))
    both = np.minimum(_prominence(red_green), _prominence(blue_green))
    return round(float(np.partition(both.ravel(), -_NTH)[-_NTH]), 2)


def _spectra(pixels: NDArray[np.uint8]) -> tuple[Plane, Plane]:
    """The mean power of both colour differences over every second tile, as of a chequered floor, in decibels."""
    powers = np.zeros((2, _TILE, _TILE), np.float32)
    for tile in _tiles(pixels):
        red, green, blue = cv2.split(tile.astype(np.float32))
        for power, plane in zip(powers, (cv2.subtract(red, green), cv2.subtract(blue, green)), strict=True):
            _add_power(power, plane)
    first, second = (10 * np.log10(np.fft.fftshift(power, axes=0)[:, : _TILE // 2] + 1e-3) for power in powers)
    return first, second


def _add_power(power: Plane, plane: Any) -> None:
    """Add the power spectrum of one tile's colour difference."""
    waves: Any = cv2.dft((plane - cv2.mean(plane)[0]) * _window(), flags=cv2.DFT_COMPLEX_OUTPUT)
    real, imaginary = cv2.split(waves)
    cv2.accumulateSquare(real, power)
    cv2.accumulateSquare(imaginary, power)


def _tiles(pixels: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    rows, columns = pixels.shape[0] // _TILE, pixels.shape[1] // _TILE
    for row in range(rows):
        for column in range(row % 2, columns, 2):
            yield pixels[row * _TILE : (row + 1) * _TILE, column * _TILE : (column + 1) * _TILE]


def _prominence(spectrum: Plane) -> Plane:
    """How far each bin stands above the floor around it; 0 where frequencies do not count."""
    low, span = float(spectrum.min()), max(1e-6, float(np.ptp(spectrum)))
    levels = ((spectrum - low) * (255 / span)).astype(np.uint8)
    floor = cv2.medianBlur(levels, _FLOOR_BINS).astype(np.float32) * (span / 255) + low
    return np.where(_counted(), spectrum - floor, 0).astype(np.float32)


@cache
def _window() -> Plane:
    edge = np.hanning(_TILE).astype(np.float32)
    return np.outer(edge, edge)


@cache
def _counted() -> NDArray[np.bool_]:
    down, right = np.fft.fftshift(np.fft.fftfreq(_TILE))[:, None], np.fft.fftfreq(_TILE)[None, : _TILE // 2]
    radius = np.hypot(down, right)
    counted: NDArray[np.bool_] = (radius > _SLOWEST) & (radius < _FASTEST)
    return counted
