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
from server.models import MapCount, Project
from server.models.public_map import DEEPEST_COUNTED, MapLayer
from server.services import project_search
from server.services.project_search import ProjectFilter

Place = tuple[float, float]
#: Each ring reaches three times as far as the one before; the last takes in a large country.
RINGS_M = (500.0, 1_500.0, 4_500.0, 13_500.0, 40_500.0, 121_500.0, 364_500.0, 1_093_500.0, 3_280_500.0)
#: A ring is begun with where the kept numbers promise so many times the projects that are wanted.
PROMISED = 2
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
    for reach in RINGS_M[_first_ring(which, place, limit) :]:
        around = reading().execute(_in_cells(grow_bounds((*place, *place), reach))).all()
        fitting = set(project_search.fitting(which, [code for code, _key in around]))
        everything = len(around) < LOOKED_AT
        measured = _measured([(code, key) for code, key in around if code in fitting], place)
        found = [each for each in measured if each[1] <= reach or not everything]
        if len(found) >= limit or not everything:
            break
    return found[:limit]


def _first_ring(which: ProjectFilter, place: Place, limit: int) -> int:
    """The number of the ring to begin with: the first that is about as wide as a cell with enough projects in it."""
    wanted = PROMISED * limit / max(project_search.share(which), 1e-6)
    key, level = quadtile.key(*place), DEEPEST_COUNTED
    while level > 0 and _counted(level, key) < wanted:
        level -= 1
    width = 2 * math.pi * EARTH_M * math.cos(math.radians(place[0])) / (1 << level)
    return next((number for number, reach in enumerate(RINGS_M) if reach >= width / 2), len(RINGS_M) - 1)


def _counted(level: int, key: int) -> int:
    """How many projects there are in the cell of a level that holds a key."""
    cell = key >> 2 * (quadtile.BITS - level)
    here = MapCount.layer == MapLayer.PROJECTS, MapCount.level == level, MapCount.cell == cell
    return reading().scalar(sa.select(MapCount.number).where(*here)) or 0


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


def _in_cells(box: Bounds) -> sa.Select[str, int]:
    """Codes and keys of the projects in the smallest few cells that hold a box."""
    level = next(level for level in range(quadtile.DEEPEST_LEVEL, -1, -1) if _cells(box, level))
    ranges = [quadtile.cell_range(cell) for cell in _cells(box, level) or ()]
    parts = [_in_range(first, last) for first, last in ranges]
    together = sa.union_all(*(sa.select(part.subquery()) for part in parts)).subquery()
    return sa.select(together.c.code, together.c.map_key).limit(LOOKED_AT)


def _cells(box: Bounds, level: int) -> list[int] | None:
    return quadtile.cells_at(box, level, CELLS_OF_A_RING)


def _in_range(first: int, last: int) -> sa.Select[str, int | None]:
    here = Project.map_key.is_not(None), Project.map_key.between(first, last)
    return sa.select(Project.code, Project.map_key).where(*here).order_by(Project.map_key).limit(LOOKED_AT)
