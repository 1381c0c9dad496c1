"""What a class of attack is: how one case is prepared and sent, and what honest photos it is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import numpy as np

from benches.fraud.outdoors import Shot, on_road
from benches.fraud.scenes import Scenes
from benches.fraud.world import World


class Channel(StrEnum):
    """How photos come: signed by the app, with a claim in the open, or as bare files."""

    SIGNED = "signed"
    OPEN = "open"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Bench:
    """What a case is made with."""

    world: World
    scenes: Scenes
    rng: np.random.Generator

    def shot(self) -> Shot:
        """A new scene, honestly taken somewhere on the road."""
        return on_road(self.scenes.fresh(), self.world.now, self.rng)


@dataclass(frozen=True, slots=True)
class Case:
    """One attack: what goes before it, and the sending whose photo is judged (None: it was refused at the door)."""

    prepare: Callable[[], object]
    attack: Callable[[], UUID]


@dataclass(frozen=True, slots=True)
class Attack:
    """A class of attacks: ``told`` says what is done, ``goal`` is the least share to be found where one was set.

    ``channel`` names the honest photos whose usual remarks do not count as finding it.
    """

    name: str
    told: str
    channel: Channel
    goal: float | None
    make: Callable[[Bench], Case]
