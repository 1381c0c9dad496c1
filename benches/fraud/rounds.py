"""Honest rounds: inspectors who walk the road three times, with phones that err as phones do.

Some photos come late, some without tags, some from a clock that is minutes off; two views of each round are those of
the round before, taken again from nearly the same spot. All of it is honest, and none of it should be rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import cv2
import numpy as np
from PIL import Image

from benches.fraud import camera, outdoors
from benches.fraud.case import Bench, Channel
from benches.fraud.outdoors import Shot
from benches.fraud.world import Inspector

ROUNDS_EACH, PHOTOS_EACH = 3, 8
FIXED_VIEWS = 2


@dataclass(frozen=True, slots=True)
class Sending:
    """One honest photo on its way: when it arrives, and how it is sent."""

    received_s: float
    kind: str
    send: Callable[[], UUID]


def rounds(bench: Bench, inspectors: int) -> list[Sending]:
    """All sendings of so many inspectors, in the order in which they arrive."""
    sendings = [sending for _ in range(inspectors) for sending in _of_one(bench)]
    return sorted(sendings, key=lambda sending: sending.received_s)


def _of_one(bench: Bench) -> Iterator[Sending]:
    who = bench.world.inspector()
    channel = Channel(bench.rng.choice([Channel.SIGNED, Channel.OPEN, Channel.FILE], p=[0.7, 0.15, 0.15]))
    views = [bench.shot() for _ in range(FIXED_VIEWS)]
    days = sorted(bench.rng.choice(np.arange(1, 14), ROUNDS_EACH, replace=False).tolist(), reverse=True)
    for number, day in enumerate(days):
        for shot, kind in _walk(bench, views, first=number == 0, days_ago=day):
            yield _sending(bench, who, shot, channel, kind)


def _walk(bench: Bench, views: list[Shot], *, first: bool, days_ago: int) -> Iterator[tuple[Shot, str]]:
    """One round: the fixed views, then photos every ten to twenty-five metres, one to four minutes apart."""
    start = outdoors.daylight(bench.world.now, bench.rng)
    day = (bench.world.now.astimezone(outdoors.LOCAL) - timedelta(days=days_ago)).date()
    at = start.replace(year=day.year, month=day.month, day=day.day)
    for view in views:
        at += timedelta(minutes=float(bench.rng.uniform(2, 6)))
        picture = view.picture if first else revisited(view.picture, bench.rng)
        north_m, east_m = bench.rng.normal(0, 2, 2).tolist()
        latitude, longitude = outdoors.moved(view.latitude, view.longitude, north_m, east_m)
        again = replace(view, picture=picture, latitude=latitude, longitude=longitude, taken=at)
        yield _lit(again, bench), "fixed view"
    here = bench.shot()
    for _ in range(PHOTOS_EACH - len(views)):
        at += timedelta(minutes=float(bench.rng.uniform(1, 4)))
        latitude, longitude = outdoors.moved(here.latitude, here.longitude, float(bench.rng.uniform(-25, 25)), 0.0)
        here = replace(
            here, picture=bench.scenes.fresh(), latitude=min(max(latitude, 10.9957), 11.0043), longitude=longitude
        )
        yield _lit(replace(here, taken=at), bench), "on the way"


def _lit(shot: Shot, bench: Bench) -> Shot:
    return replace(shot, ev=outdoors.daily_ev(shot.latitude, shot.longitude, shot.taken, bench.rng))


def revisited(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The same view another day: from a step aside, in other light, and with something new in it."""
    pixels = np.asarray(picture.convert("RGB")).astype(np.float32) / 255
    height, width = pixels.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    middle = corners.mean(axis=0)
    stepped = (corners - middle) * float(rng.uniform(1.05, 1.12)) + middle
    stepped = stepped + rng.normal(0, 0.02 * max(height, width), (4, 2)).astype(np.float32)
    turn = cv2.getPerspectiveTransform(corners, stepped.astype(np.float32))
    seen = cv2.warpPerspective(pixels, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    lit = np.clip(seen, 0, 1) ** float(rng.uniform(0.75, 1.3)) * rng.normal(1, 0.05, 3).astype(np.float32)
    return Image.fromarray(np.asarray(np.clip(_with_work(lit, rng), 0, 1) * 255, dtype=np.uint8))


def _with_work(lit: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A heap, a stack or a machine that was not there before: a few soft-edged shapes of earth and concrete."""
    height, width = lit.shape[:2]
    for _ in range(int(rng.integers(1, 4))):
        mask = np.zeros((height, width), np.float32)
        centre = int(rng.uniform(0.1, 0.9) * width), int(rng.uniform(0.5, 0.95) * height)
        axes = int(rng.uniform(0.05, 0.15) * width), int(rng.uniform(0.04, 0.12) * height)
        cv2.ellipse(mask, centre, axes, float(rng.uniform(-20, 20)), 0, 360, 1.0, -1)
        soft = cv2.GaussianBlur(mask, (0, 0), 4)[..., None]
        colour = np.array([0.5, 0.42, 0.33], np.float32) * float(rng.uniform(0.6, 1.5))
        grain = rng.normal(0, 0.06, lit.shape).astype(np.float32)
        lit = lit * (1 - soft) + (colour + grain) * soft
    return lit


def _sending(bench: Bench, who: Inspector, shot: Shot, channel: Channel, kind: str) -> Sending:
    """One photo with its luck: a cached fix, a clock off, tags lost, a late upload."""
    rng = bench.rng
    clock = timedelta(seconds=float(rng.normal(0, 2)))
    if rng.random() < 0.03:
        clock = timedelta(seconds=float(rng.uniform(-270, 270)))
    place = None if rng.random() < 0.01 and channel is Channel.SIGNED else outdoors.fix(shot, rng)
    tags = outdoors.tags(shot, place, taken=shot.taken + clock, gps_time=shot.taken if place else None)
    if rng.random() < 0.05 and channel is not Channel.FILE:
        tags = camera.Tags()
    file = camera.photo(shot.picture, tags, quality=int(rng.integers(80, 95)))
    received = shot.taken + _delay(rng)
    told = outdoors.said(
        shot,
        place,
        captured_at=shot.taken + clock,
        received_at=received,
        signed=channel is Channel.SIGNED,
        requirement=kind == "fixed view",
    )
    if channel is Channel.FILE:
        told = replace(told, captured_at=None, fix=None)
    return Sending(received.timestamp(), kind, lambda: bench.world.send(who, file, told))


def _delay(rng: np.random.Generator) -> timedelta:
    """Four in five within the half hour, most of the rest within two days, one in twenty within a week."""
    luck = rng.random()
    if luck < 0.8:
        return timedelta(minutes=float(rng.uniform(1, 30)))
    return timedelta(hours=float(rng.uniform(1, 48) if luck < 0.95 else rng.uniform(72, 160)))
