"""A place that is not where the photo was taken. The pictures are new, so that nothing else gives it away."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from benches.fraud import camera, outdoors
from benches.fraud.case import Attack, Bench, Case, Channel
from benches.fraud.outdoors import Shot

GOAL = 0.99
BATCH = 6


def outside(bench: Bench) -> Case:
    """The file states a place 150 m to 5 km beside the road."""
    shot = bench.shot()
    away = _away(bench, shot, 150, 5_000)
    place = outdoors.fix(away, bench.rng)
    file = camera.photo(shot.picture, outdoors.tags(away, place))
    told = outdoors.said(shot, None, captured_at=None, signed=False)
    return _new(bench, lambda: bench.world.send(bench.world.inspector(), file, told))


def against_device(bench: Bench) -> Case:
    """The file is moved onto the road; the phone, which signs, was 400 m to 50 km away."""
    shot = bench.shot()
    file = camera.photo(shot.picture, outdoors.tags(shot, outdoors.fix(shot, bench.rng)))
    truly = outdoors.fix(_away(bench, shot, 400, 50_000), bench.rng)
    return _new(bench, lambda: bench.world.send(bench.world.inspector(), file, outdoors.said(shot, truly)))


def consistent(bench: Bench) -> Case:
    """Taken elsewhere; file and open claim both forged to the same place on the road, with a likely accuracy."""
    shot = bench.shot()
    place = outdoors.fix(shot, bench.rng)
    file = camera.photo(shot.picture, outdoors.tags(shot, place))
    told = outdoors.said(shot, place, signed=False)
    return _new(bench, lambda: bench.world.send(bench.world.inspector(), file, told))


def teleport(bench: Bench) -> Case:
    """Two photos of one person at sites 65 km apart, two to twenty minutes from each other."""
    first = bench.shot()
    minutes = float(bench.rng.uniform(2, 20))
    second = outdoors.at_other_site(bench.shot(), first.taken + timedelta(minutes=minutes))
    who = bench.world.inspector()
    one, other = outdoors.honest(first, bench.rng), outdoors.honest(second, bench.rng)
    return Case(lambda: bench.world.send(who, *one), lambda: bench.world.send(who, *other))


def repeated(bench: Bench) -> Case:
    """Six photos along the road with one place to the last bit; the sixth is judged."""
    who, first = bench.world.inspector(), bench.shot()
    place = outdoors.fix(first, bench.rng)
    shots = [
        replace(bench.shot(), taken=first.taken + timedelta(minutes=3 * turn), ev=first.ev) for turn in range(BATCH)
    ]

    def send(shot: Shot) -> UUID:
        file = camera.photo(shot.picture, outdoors.tags(shot, place))
        return bench.world.send(who, file, outdoors.said(shot, place, signed=False))

    return Case(lambda: [send(shot) for shot in shots[:-1]], lambda: send(shots[-1]))


def _away(bench: Bench, shot: Shot, least_m: float, most_m: float) -> Shot:
    """The shot as if taken so far to the side of the road."""
    distance = math.exp(bench.rng.uniform(math.log(least_m), math.log(most_m)))
    east = distance if bench.rng.random() < 0.5 else -distance
    latitude, longitude = outdoors.moved(shot.latitude, shot.longitude, 0.0, east)
    return replace(shot, latitude=latitude, longitude=longitude)


def _new(bench: Bench, attack: object) -> Case:
    return Case(lambda: None, attack)  # type: ignore[arg-type]


ATTACKS = (
    Attack("forged GPS, outside", "the file's place is 150 m to 5 km off", Channel.FILE, GOAL, outside),
    Attack(
        "forged GPS, device elsewhere", "file on site, phone 0.4 to 50 km off", Channel.SIGNED, GOAL, against_device
    ),
    Attack("forged GPS, consistent", "file and open claim forged alike", Channel.OPEN, None, consistent),
    Attack("teleport", "65 km in two to twenty minutes", Channel.SIGNED, None, teleport),
    Attack("repeated coordinates", "six photos at one place to the bit", Channel.OPEN, None, repeated),
)
