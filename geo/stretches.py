"""Which part of a line is covered by places along it: how much of a road was photographed, say.

A place stands for the line up to a reach before and behind it. Lengths are metres along the line (chainages).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

Stretch = tuple[float, float]


def covered(places_m: Iterable[float], reach_m: float, whole: Stretch) -> list[Stretch]:
    """The stretches of ``whole`` within ``reach_m`` of a place, in their order and apart from each other."""
    first, last = whole
    joined: list[Stretch] = []
    for place in sorted(places_m):
        begins, ends = max(first, place - reach_m), min(last, place + reach_m)
        if ends <= begins:
            continue
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((begins, ends))
    return joined


def missing(stretches: Sequence[Stretch], whole: Stretch) -> list[Stretch]:
    """What of ``whole`` lies between the stretches, which are in their order."""
    edges = [whole[0], *(edge for stretch in stretches for edge in stretch), whole[1]]
    gaps = [(edges[at], edges[at + 1]) for at in range(0, len(edges), 2)]
    return [(begins, ends) for begins, ends in gaps if ends > begins]


def length_m(stretches: Iterable[Stretch]) -> float:
    """The length of all stretches together."""
    return sum(ends - begins for begins, ends in stretches)


def reach_m(stations_m: Iterable[float], tolerance_m: float) -> float:
    """How far a place stands for the line: half the usual distance of the stations, at least the tolerance.

    The usual distance is the median of the gaps; with fewer than two stations the tolerance is all there is.
    """
    gaps = [after - before for before, after in pairwise(sorted(set(stations_m)))]
    return max(tolerance_m, median(gaps) / 2) if gaps else tolerance_m
