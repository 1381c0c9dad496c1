"""An old picture sent as a new one: as it is, or changed so that its bytes are others.

But for the bare re-use, everything else about these photos is right: place and time are written anew for the day of the
fraud and agree with what is said beside the file, so that only the picture can give it away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
from PIL import Image

from benches.fraud import camera, outdoors
from benches.fraud.case import Attack, Bench, Case, Channel
from benches.fraud.outdoors import Shot

Rng = np.random.Generator
GOAL = 0.99


def reused(bench: Bench) -> Case:
    """The very bytes again, by somebody else, another day."""
    shot = _old(bench)
    file, told = outdoors.honest(shot, bench.rng)
    later = _another_day(bench, shot)
    again = outdoors.said(later, outdoors.fix(later, bench.rng), signed=False)
    return Case(
        lambda: bench.world.send(bench.world.inspector(), file, told),
        lambda: bench.world.send(bench.world.inspector(), file, again),
    )


def changed(change: Callable[[Image.Image, Rng], Image.Image], quality: tuple[int, int]) -> Callable[[Bench], Case]:
    """The picture changed, saved anew with right tags, and sent another day."""

    def make(bench: Bench) -> Case:
        shot = _old(bench)
        file, told = outdoors.honest(shot, bench.rng)
        later = _another_day(bench, replace(shot, picture=change(shot.picture, bench.rng)))
        place = outdoors.fix(later, bench.rng)
        forged = camera.photo(
            later.picture, outdoors.tags(later, place), quality=int(bench.rng.integers(quality[0], quality[1] + 1))
        )
        return Case(
            lambda: bench.world.send(bench.world.inspector(), file, told),
            lambda: bench.world.send(bench.world.inspector(), forged, outdoors.said(later, place, signed=False)),
        )

    return make


def metadata_swapped(bench: Bench) -> Case:
    """The same compressed pixels under tags of another place and day."""
    shot = _old(bench)
    file, told = outdoors.honest(shot, bench.rng)
    later = _another_day(bench, shot)
    place = outdoors.fix(later, bench.rng)
    forged = camera.retagged(file, shot.picture, outdoors.tags(later, place))
    return Case(
        lambda: bench.world.send(bench.world.inspector(), file, told),
        lambda: bench.world.send(bench.world.inspector(), forged, outdoors.said(later, place, signed=False)),
    )


def _old(bench: Bench) -> Shot:
    """A photo of some days ago, so that there is time for the fraud."""
    shot = bench.shot()
    return replace(shot, taken=shot.taken - timedelta(days=4))


def _another_day(bench: Bench, shot: Shot) -> Shot:
    """The shot as if it were taken elsewhere on the road, some days later, and honestly lit."""
    taken = shot.taken + timedelta(days=int(bench.rng.integers(1, 4)), minutes=float(bench.rng.uniform(-60, 60)))
    other = outdoors.on_road(shot.picture, bench.world.now, bench.rng)
    return replace(other, taken=taken, ev=outdoors.daily_ev(other.latitude, other.longitude, taken, bench.rng))


def _same(picture: Image.Image, _rng: Rng) -> Image.Image:
    return picture


def _resized(picture: Image.Image, rng: Rng) -> Image.Image:
    scale = float(rng.uniform(0.25, 1.5))
    return picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.BICUBIC)


def _cropped(share: float) -> Callable[[Image.Image, Rng], Image.Image]:
    def crop(picture: Image.Image, rng: Rng) -> Image.Image:
        across, down = picture.width * share, picture.height * share
        left, top = float(rng.uniform(0, across)), float(rng.uniform(0, down))
        return picture.crop(
            (round(left), round(top), round(picture.width - across + left), round(picture.height - down + top))
        )

    return crop


def _mirrored(picture: Image.Image, rng: Rng) -> Image.Image:
    upright = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    turns = (None, Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
    turn = turns[int(rng.choice(4, p=[0.7, 0.1, 0.1, 0.1]))]
    return upright if turn is None else upright.transpose(turn)


ATTACKS = (
    Attack("re-used", "the same file, another person and day", Channel.OPEN, GOAL, reused),
    Attack("re-encoded", "saved anew at JPEG quality 30 to 95", Channel.OPEN, GOAL, changed(_same, (30, 95))),
    Attack("resized", "25 to 150 % of its size", Channel.OPEN, GOAL, changed(_resized, (75, 95))),
    Attack("cropped 2 %", "2 % of width and height cut off", Channel.OPEN, None, changed(_cropped(0.02), (75, 95))),
    Attack("cropped 5 %", "5 % of width and height cut off", Channel.OPEN, None, changed(_cropped(0.05), (75, 95))),
    Attack("cropped 10 %", "10 % of width and height cut off", Channel.OPEN, None, changed(_cropped(0.10), (75, 95))),
    Attack("mirrored", "mirrored, some turned as well", Channel.OPEN, GOAL, changed(_mirrored, (75, 95))),
    Attack("metadata-swapped", "the same pixels under other tags", Channel.OPEN, GOAL, metadata_swapped),
)
