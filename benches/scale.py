"""How much a run measures: a few minutes' worth by default, a national portal's where ``SAKSI_BENCH_NATIONAL`` is 1."""

from __future__ import annotations

import os
from dataclasses import dataclass

VARIABLE = "SAKSI_BENCH_NATIONAL"


@dataclass(frozen=True, slots=True)
class Scale:
    """How many photos, uploads and pictures there are.

    ``few`` and ``many`` are photos in two databases, ``uploads`` those of a round, ``memory_uploads`` those under
    which memory is watched, ``pictures`` those in GeoVisio's tables.
    """

    few: int
    many: int
    uploads: int
    memory_uploads: int
    pictures: int


SMALL = Scale(few=10_000, many=100_000, uploads=20, memory_uploads=500, pictures=20_000)
NATIONAL = Scale(few=100_000, many=10_000_000, uploads=100, memory_uploads=5_000, pictures=1_000_000)


def scale() -> Scale:
    """The scale of this run."""
    return NATIONAL if os.environ.get(VARIABLE) == "1" else SMALL
