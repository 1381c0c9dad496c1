"""A time at which the photo was not taken. The pictures are new and the places right."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta

from benches.fraud import camera, outdoors
from benches.fraud.case import Attack, Bench, Case, Channel


def forged(bench: Bench) -> Case:
    """The file's time is moved by ten minutes to twenty days; what is said beside it is true."""
    shot = bench.shot()
    place = outdoors.fix(shot, bench.rng)
    wrong = shot.taken + _shift(bench, timedelta(days=20))
    file = camera.photo(shot.picture, outdoors.tags(shot, place, taken=wrong))
    told = outdoors.said(shot, place, signed=False)
    return Case(lambda: None, lambda: bench.world.send(bench.world.inspector(), file, told))


def consistent(bench: Bench) -> Case:
    """Taken weeks ago; the file's clocks and the open claim are all forged to the same minute of today's daylight."""
    shot = bench.shot()
    place = outdoors.fix(shot, bench.rng)
    file = camera.photo(shot.picture, outdoors.tags(shot, place))
    told = outdoors.said(shot, place, signed=False)
    return Case(lambda: None, lambda: bench.world.send(bench.world.inspector(), file, told))


def shifted_clock(bench: Bench) -> Case:
    """The phone's clock is off by ten minutes to two days; the file's GPS time is right. The app signs."""
    shot = bench.shot()
    place = outdoors.fix(shot, bench.rng)
    wrong = shot.taken + _shift(bench, timedelta(days=2))
    file = camera.photo(shot.picture, outdoors.tags(shot, place, taken=wrong, gps_time=shot.taken))
    told = outdoors.said(shot, place, captured_at=wrong)
    return Case(lambda: None, lambda: bench.world.send(bench.world.inspector(), file, told))


def wrong_sun(bench: Bench) -> Case:
    """A sunny exposure dated between nine at night and four in the morning, or a night's at noon."""
    shot = bench.shot()
    night = bench.rng.random() < 0.5
    hour = int(bench.rng.choice([21, 22, 23, 0, 1, 2, 3])) if night else int(bench.rng.integers(10, 15))
    day = shot.taken
    taken = datetime(day.year, day.month, day.day, hour, int(bench.rng.integers(60)), tzinfo=outdoors.LOCAL)
    ev = float(bench.rng.uniform(12.5, 15.5)) if night else float(bench.rng.uniform(-2, 1.5))
    shot = replace(shot, taken=taken, ev=ev)
    file, told = outdoors.honest(shot, bench.rng, signed=False)
    return Case(lambda: None, lambda: bench.world.send(bench.world.inspector(), file, told))


def _shift(bench: Bench, most: timedelta) -> timedelta:
    seconds = math.exp(bench.rng.uniform(math.log(600), math.log(most.total_seconds())))
    return timedelta(seconds=seconds if bench.rng.random() < 0.5 else -seconds)


ATTACKS = (
    Attack("forged time", "the file's clock moved by 10 min to 20 days", Channel.OPEN, None, forged),
    Attack("forged time, consistent", "file and open claim forged alike", Channel.OPEN, None, consistent),
    Attack("shifted clock", "the phone's clock off by 10 min to 2 days", Channel.SIGNED, None, shifted_clock),
    Attack("wrong sun", "sunlight at night, or a night's exposure at noon", Channel.OPEN, None, wrong_sun),
)
