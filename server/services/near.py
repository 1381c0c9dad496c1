"""The projects nearest to a place, from the Z-order keys of the public map: an ordinary index, and no spatial one.

Rings of growing size are looked at until enough was found. Where few projects fit at all, each of them is measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from geo import quadtile
from geo.position import Bounds, grow_bounds
from server.db import reading
from server.models import Project
from server.services import project_search
from server.services.project_search import ProjectFilter

Place = tuple[float, float]
#: Each ring reaches four times as far as the one before; the last takes in a large country.
RINGS_M = (500.0, 2_000.0, 8_000.0, 32_000.0, 128_000.0, 512_000.0, 2_048_000.0)
#: A ring is covered by no more cells than these.
CELLS_OF_A_RING = 6
#: No more projects than these are looked at around a place.
LOOKED_AT = 4000
#: As many that fit are all measured.
ALL_MEASURED = 500
MOST_SHOWN = 240
#: The mean radius of the earth (IUGG). Distances on this sphere are true to 0.6 %, and thousands are a moment's work.
EARTH_M = 6_371_008.8
AT_ONCE = 500


def nearest(which: ProjectFilter, place: Place, limit: int) -> list[tuple[str, float]]:
    """Codes of the nearest projects with their distance in metres, the nearest first.

    Those without a site have no place and are left out. Around a place with thousands of projects that do not fit,
    some that fit and lie farther away may be missing.
    """
    limit = min(limit, MOST_SHOWN)
    few = project_search.find(which, None, ALL_MEASURED)
    if few.next is None:
        return _measured(placed(few.codes), place)[:limit]
    found: list[tuple[str, float]] = []
    for reach in RINGS_M:
        listed, all_of_them = _around(which, place, reach)
        found = [each for each in _measured(placed(listed), place) if each[1] <= reach or not all_of_them]
        if len(found) >= limit or not all_of_them:
            break
    return found[:limit]


def placed(codes: Sequence[str], *more: sa.SQLColumnExpression[Any]) -> list[tuple[Any, ...]]:
    """Code, key and what more is asked of those of the projects that stand on the map, in order of code."""
    found: list[tuple[Any, ...]] = []
    for at in range(0, len(codes), AT_ONCE):
        query = sa.select(Project.code, Project.map_key, *more).where(Project.code.in_(codes[at : at + AT_ONCE]))
        found += map(tuple, reading().execute(query.where(Project.map_key.is_not(None)).order_by(Project.code)))
    return found


def _measured(rows: Sequence[tuple[Any, ...]], place: Place) -> list[tuple[str, float]]:
    metres = ((code, _metres(place, quadtile.position(key))) for code, key in rows)
    return sorted(metres, key=lambda each: (each[1], each[0]))


def _metres(one: Place, other: Place) -> float:
    """The haversine formula (R. W. Sinnott, Sky and Telescope 68, 1984)."""
    south, north = math.radians(one[0]), math.radians(other[0])
    up, along = math.sin((north - south) / 2), math.sin(math.radians(other[1] - one[1]) / 2)
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(up * up + math.cos(south) * math.cos(north) * along * along)))


def _around(which: ProjectFilter, place: Place, reach_m: float) -> tuple[list[str], bool]:
    """The codes that fit in the cells around a place, and whether all in these were looked at."""
    candidates = _in_cells(grow_bounds((*place, *place), reach_m))
    listed = candidates.subquery()
    number = reading().scalar(sa.select(sa.func.count()).select_from(listed)) or 0
    return project_search.fitting(which, candidates, LOOKED_AT), number < LOOKED_AT


def _in_cells(box: Bounds) -> sa.Select[str]:
    """The codes of the projects in the smallest few cells that hold a box."""
    level = next(level for level in range(quadtile.DEEPEST_LEVEL, -1, -1) if _cells(box, level))
    ranges = [quadtile.cell_range(cell) for cell in _cells(box, level) or ()]
    parts = [_in_range(first, last) for first, last in ranges]
    together = sa.union_all(*(sa.select(part.subquery()) for part in parts)).subquery()
    return sa.select(together.c.code).limit(LOOKED_AT)


def _cells(box: Bounds, level: int) -> list[int] | None:
    return quadtile.cells_at(box, level, CELLS_OF_A_RING)


def _in_range(first: int, last: int) -> sa.Select[str]:
    here = Project.map_key.is_not(None), Project.map_key.between(first, last)
    return sa.select(Project.code).where(*here).order_by(Project.map_key).limit(LOOKED_AT)
