"""A picture that does not show what was there: edited, or a photo of a screen."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from PIL import Image

from benches.fraud import camera, outdoors
from benches.fraud.case import Attack, Bench, Case, Channel
from benches.fraud.screen import screen_photo


def original_thumbnail(bench: Bench) -> Case:
    """A part of the picture painted over or covered by another part; the thumbnail still shows it as it was."""
    shot = bench.shot()
    place = outdoors.fix(shot, bench.rng)
    edited = edit(shot.picture, bench.rng)
    file = camera.photo(edited, outdoors.tags(shot, place), thumbnail=shot.picture)
    told = outdoors.said(shot, place, signed=False)
    return Case(lambda: None, lambda: bench.world.send(bench.world.inspector(), file, told))


def of_a_screen(bench: Bench) -> Case:
    """A scene that was never sent, taken from a screen with a phone on site."""
    shot = bench.shot()
    shot = replace(shot, picture=screen_photo(shot.picture, bench.rng))
    file, told = outdoors.honest(shot, bench.rng)
    return Case(lambda: None, lambda: bench.world.send(bench.world.inspector(), file, told))


def edit(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """One area of 8 to 25 % of the picture replaced, by inpainting or by a copy of another part with a soft edge."""
    pixels = np.array(picture.convert("RGB"))
    height, width = pixels.shape[:2]
    share = float(rng.uniform(0.08, 0.25)) ** 0.5
    tall, wide = int(height * share), int(width * share)
    top, left = int(rng.integers(0, height - tall)), int(rng.integers(0, width - wide))
    if rng.random() < 0.5:
        return Image.fromarray(_painted_over(pixels, top, left, tall, wide))
    from_top, from_left = int(rng.integers(0, height - tall)), int(rng.integers(0, width - wide))
    patch = pixels[from_top : from_top + tall, from_left : from_left + wide]
    edge = np.zeros((tall, wide), np.float32)
    edge[tall // 12 : -tall // 12, wide // 12 : -wide // 12] = 1
    soft = cv2.GaussianBlur(edge, (0, 0), max(2.0, wide / 30))[..., None]
    under = pixels[top : top + tall, left : left + wide]
    pixels[top : top + tall, left : left + wide] = (patch * soft + under * (1 - soft)).astype(np.uint8)
    return Image.fromarray(pixels)


def _painted_over(pixels: np.ndarray, top: int, left: int, tall: int, wide: int) -> np.ndarray:
    """Inpainted at a quarter of the size, as a phone's eraser leaves it: soft, and without what stood there."""
    small = cv2.resize(pixels, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    mask = np.zeros(small.shape[:2], np.uint8)
    mask[top // 4 : (top + tall) // 4, left // 4 : (left + wide) // 4] = 255
    filled = cv2.inpaint(small, mask, 3, cv2.INPAINT_TELEA)
    large = cv2.resize(filled, (pixels.shape[1], pixels.shape[0]), interpolation=cv2.INTER_CUBIC)
    out = pixels.copy()
    out[top : top + tall, left : left + wide] = large[top : top + tall, left : left + wide]
    return out


ATTACKS = (
    Attack("edited, original thumbnail", "8 to 25 % of the picture replaced", Channel.OPEN, None, original_thumbnail),
    Attack("photo of a screen", "a simulated display, hand-held", Channel.SIGNED, None, of_a_screen),
)
