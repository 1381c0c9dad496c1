"""How much a run measures: a few minutes' worth by default, a national portal's where ``SAKSI_BENCH_NATIONAL`` is 1."""

from __future__ import annotations

import os
from dataclasses import dataclass

VARIABLE = "SAKSI_BENCH_NATIONAL"


@dataclass(frozen=True, slots=True)
class Scale:
    """Photos in the smaller and the larger database, uploads a round, and uploads under which memory is watched."""

    few: int
    many: int
    uploads: int
    memory_uploads: int


SMALL = Scale(few=10_000, many=100_000, uploads=20, memory_uploads=500)
NATIONAL = Scale(few=100_000, many=10_000_000, uploads=100, memory_uploads=5_000)


def scale() -> Scale:
    """The scale of this run."""
    return NATIONAL if os.environ.get(VARIABLE) == "1" else SMALL
