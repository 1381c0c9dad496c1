"""The tiles of the public map: published projects and photos as points, and as clusters where they are many.

Nothing is read but what stands on the map (``map_key``) and the numbers kept of it, all by ranges of the Z-order key.
Who puts things there is ``public_map``; the form of a tile is ``geo.tiles``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import ColumnElement

from geo import quadtile, tiles
from geo.tiles import Feature
from server.db import reading, table_of
from server.models import Evidence, MapCount, Project
from server.models.public_map import DEEPEST_COUNTED, MapLayer
from server.problems import Problem
from server.texts import _
from server.times import iso

#: A layer of a tile has at most so many points; more are gathered into at most so many clusters.
MOST_POINTS = 256
#: Kept numbers serve as long as there are 2^2 cells a side in a tile; deeper tiles count their own keys.
COARSEST_LEVELS = 2

_PHOTOS, _PROJECTS, _COUNTS = table_of(Evidence), table_of(Project), table_of(MapCount)
_FIRST, _LAST = sa.bindparam("first", type_=sa.BigInteger), sa.bindparam("last", type_=sa.BigInteger)


def tile(zoom: int, x: int, y: int) -> bytes:
    """One Mapbox Vector Tile with the layers ``photos`` and ``projects``; empty where there is neither.

    A point tells what its public page tells in short; a cluster has only its ``count``.

    Raises:
        Problem: ``not-found``, for a tile that is not of this world.
    """
    if not (0 <= zoom <= tiles.DEEPEST_ZOOM and 0 <= x < 1 << zoom and 0 <= y < 1 << zoom):
        raise Problem("not-found", _("There is no tile %(zoom)s/%(x)s/%(y)s.", zoom=zoom, x=x, y=y))
    first, last = quadtile.tile_range(zoom, x, y)
    return tiles.encode({layer.value: _features(layer, zoom, first, last) for layer in MapLayer})


def _features(layer: MapLayer, zoom: int, first: int, last: int) -> Sequence[Feature]:
    crowd = _crowd(layer, min(zoom, DEEPEST_COUNTED), first)
    if crowd == 0:
        return []
    if crowd <= MOST_POINTS or zoom > DEEPEST_COUNTED:
        # One more is asked for, to see that there are too many: below the deepest counted level only that tells.
        points = _POINTS[layer](zoom, first, last)
        if len(points) <= MOST_POINTS:
            return points
    return _clusters(layer, zoom, first, last)


def _crowd(layer: MapLayer, level: int, key: int) -> int:
    """How many stand in the cell of this level that holds a key."""
    asked = {"layer": layer, "level": level, "cell": key >> 2 * (quadtile.BITS - level)}
    return reading().connection().scalar(_NUMBER, asked) or 0


def _clusters(layer: MapLayer, zoom: int, first: int, last: int) -> list[Feature]:
    """Clusters from the numbers kept, or in tiles of less than 150 m from the keys themselves."""
    level = min(zoom + tiles.COUNTED_LEVELS, tiles.FINEST_LEVEL)
    if zoom + COARSEST_LEVELS <= DEEPEST_COUNTED:
        level = min(level, DEEPEST_COUNTED)
    rest = 2 * (quadtile.BITS - level)
    if level <= DEEPEST_COUNTED:
        asked = {"layer": layer, "level": level, "first": first >> rest, "last": last >> rest}
        counts = reading().connection().execute(_NUMBERS, asked)
    else:
        counts = reading().connection().execute(_COUNT[layer], {"first": first, "last": last, "size": 1 << rest})
    return tiles.clusters(((row[0], row[1]) for row in counts), level, zoom)


def _photos(zoom: int, first: int, last: int) -> list[Feature]:
    rows = reading().connection().execute(_PHOTO_POINTS, {"first": first, "last": last})
    # A row is taken apart by position: by name it costs half as much again, and there are many.
    return [
        _point(key, zoom, id=str(each), project=code, stage=stage.value, grade=grade, captured_at=iso(captured_at))
        for key, each, stage, grade, captured_at, code in rows
    ]


def _projects(zoom: int, first: int, last: int) -> list[Feature]:
    rows = reading().connection().execute(_PROJECT_POINTS, {"first": first, "last": last})
    return [_point(key, zoom, code=code, title=title, status=status.value) for key, code, title, status in rows]


def _point(key: int, zoom: int, **properties: str | None) -> Feature:
    x, y = tiles.place(key, zoom)
    return Feature(x, y, {name: value for name, value in properties.items() if value is not None})


def _here(key: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition of the partial indexes, said in their words."""
    return sa.and_(key.is_not(None), key.between(_FIRST, _LAST))


def _counting(key: ColumnElement[Any]) -> sa.Select[Any]:
    cells = sa.select((key // sa.bindparam("size", type_=sa.BigInteger)).label("cell")).where(_here(key)).subquery()
    return sa.select(cells.c.cell, sa.func.count()).group_by(cells.c.cell)


def _photo_points() -> sa.Select[Any]:
    # The photos are chosen before their projects are looked up, whatever the database thinks of it.
    names = ("map_key", "id", "project_id", "stage", "grade", "captured_at")
    chosen = sa.select(*(_PHOTOS.c[name] for name in names)).where(_here(_PHOTOS.c.map_key))
    shown = chosen.order_by(_PHOTOS.c.map_key, _PHOTOS.c.id).limit(MOST_POINTS + 1).subquery()
    told = (shown.c.map_key, shown.c.id, shown.c.stage, shown.c.grade, shown.c.captured_at, _PROJECTS.c.code)
    query = sa.select(*told).join(_PROJECTS, _PROJECTS.c.id == shown.c.project_id)
    return query.order_by(shown.c.map_key, shown.c.id)


def _project_points() -> sa.Select[Any]:
    key = _PROJECTS.c.map_key
    query = sa.select(key, _PROJECTS.c.code, _PROJECTS.c.title, _PROJECTS.c.status).where(_here(key))
    return query.order_by(key, _PROJECTS.c.id).limit(MOST_POINTS + 1)


_IN_LAYER = (_COUNTS.c.layer == sa.bindparam("layer"), _COUNTS.c.level == sa.bindparam("level"))
_NUMBER = sa.select(_COUNTS.c.number).where(*_IN_LAYER, _COUNTS.c.cell == sa.bindparam("cell"))
_NUMBERS = sa.select(_COUNTS.c.cell, _COUNTS.c.number).where(*_IN_LAYER, _COUNTS.c.cell.between(_FIRST, _LAST))
_COUNT = {MapLayer.PHOTOS: _counting(_PHOTOS.c.map_key), MapLayer.PROJECTS: _counting(_PROJECTS.c.map_key)}
_PHOTO_POINTS, _PROJECT_POINTS = _photo_points(), _project_points()
_POINTS: dict[MapLayer, Callable[[int, int, int], list[Feature]]] = {
    MapLayer.PHOTOS: _photos,
    MapLayer.PROJECTS: _projects,
}
