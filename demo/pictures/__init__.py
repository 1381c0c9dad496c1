"""Illustrations of public works, drawn by the program itself for the demonstration programme.

They show the stages of six kinds of work and, for refused photos, a desk that is no work at all. Every
picture says on its face that it is an illustration; none is meant to pass for a photo.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from types import MappingProxyType

from PIL import Image

from demo.pictures import bridge, canal, label, market, office, pond, road, school
from demo.pictures.canvas import HEIGHT_PX, WIDTH_PX
from demo.pictures.label import LABEL
from demo.pictures.view import View

__all__ = ["HEIGHT_PX", "KINDS", "LABEL", "STAGES", "WIDTH_PX", "draw"]

#: What can be drawn; ``office`` is the picture that has nothing to do with any site.
KINDS: Mapping[str, Callable[[View, str], Image.Image]] = MappingProxyType(
    {
        "road": road.picture,
        "canal": canal.picture,
        "school": school.picture,
        "market": market.picture,
        "pond": pond.picture,
        "bridge": bridge.picture,
        "office": office.picture,
    }
)
STAGES = ("before", "mobilisation", "during", "completion")


def draw(kind: str, stage: str, view: int, seed: str, caption: str) -> Image.Image:
    """Draw one picture of 2080 x 1560 pixels (RGB); the same arguments always give the same pixels.

    Args:
        kind: one of :data:`KINDS`.
        stage: one of :data:`STAGES`; the land of a view stays the same through all of them.
        view: which viewpoint, from 0; on roads and canals 250 m of stationing each.
        seed: what sets this place apart from others of its kind, such as the project's code.
        caption: the line on the strip at the bottom, such as the project's title.

    Raises:
        KeyError: ``kind`` is unknown.
        ValueError: ``stage`` is unknown or ``view`` is negative.
    """
    if stage not in STAGES:
        raise ValueError(f"unknown stage {stage!r}")
    if view < 0:
        raise ValueError("view counts from 0")
    paint = KINDS[kind]
    picture = paint(View(view, Random(f"{kind}|{seed}|{view}"), Random(f"{kind}|{seed}|{view}|{stage}")), stage)
    label.stamp(picture, caption, stage)
    return picture
