"""One viewpoint: its number and its two sources of chance.

``land`` follows from the view alone and places what does not change while works go on; ``works``
follows from the stage too and places people, machines and materials.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from random import Random

from demo.pictures import scenery
from demo.pictures.canvas import Camera, Canvas, Queue


@dataclass(frozen=True, slots=True)
class View:
    """Where we look from; both random sources are seeded by the caller."""

    number: int
    land: Random
    works: Random

    @property
    def side(self) -> float:
        """-1 or 1: views take turns in looking from the left and the right."""
        return -1.0 if self.number % 2 else 1.0

    @property
    def station(self) -> str:
        """The station of this view on a linear work, every 250 m, as boards write it."""
        metres = 250 * self.number
        return f"{metres // 1000}+{metres % 1000:03d}"

    def open_air(self, camera: Camera) -> Canvas:
        """A sheet with sky and hills on it."""
        canvas = Canvas(camera, scenery.light(self.land, self.number))
        scenery.sky(canvas, self.land)
        scenery.hills(canvas, self.land)
        return canvas

    def plant(self, queue: Queue, places: list[tuple[float, float]]) -> None:
        """Trees and palms at (x, z) places; they stand through all stages."""
        for x, z in places:
            own = Random(self.land.getrandbits(64))
            kind, height = (
                (scenery.palm, own.uniform(7, 11)) if own.random() < 0.5 else (scenery.tree, own.uniform(4.5, 8))
            )
            queue.add((x, 0.0, z), partial(kind, queue.canvas, own, (x, 0.0, z), height))
