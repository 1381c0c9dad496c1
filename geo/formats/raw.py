"""What every format is read into before any repair: rings and lines as they stood in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from geo.position import FloatArray
from geo.repair import MAX_VERTICES, GeometryError, RawPolygon

ALTITUDES_DROPPED = "Altitudes were dropped."
POINTS_LEFT_OUT = "Points were left out; a site is an area or a line."


@dataclass(frozen=True, slots=True)
class RawShape:
    """One geometry of a file: polygons as lists of rings, or lines as lists of one path each."""

    kind: Literal["polygon", "corridor"]
    parts: Sequence[RawPolygon]
    pointer: str


def note(notes: list[str], sentence: str) -> None:
    """Add a sentence that is not there yet."""
    if sentence not in notes:
        notes.append(sentence)


def as_coordinates(pairs: Sequence[tuple[float, float]], pointer: str) -> FloatArray:
    """An (n, 2) array of longitude, latitude; refused where there are too many."""
    if len(pairs) > MAX_VERTICES:
        raise GeometryError(f"{len(pairs)} vertices are more than the {MAX_VERTICES} that are allowed", pointer)
    return np.array(pairs, dtype=np.float64).reshape(-1, 2)
