"""Vector tiles: where a key lies in a tile, how a crowd is gathered into clusters, and the bytes a map reads.

Tiles are Mapbox Vector Tile 2.1 (https://github.com/mapbox/vector-tile-spec), all of their features points. Which
records a tile shows, and where they are kept, is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mapbox_vector_tile.Mapbox import vector_tile_pb2

from geo.quadtile import BITS, column_and_row

DEEPEST_ZOOM = 22
#: Units along a tile's side.
EXTENT_BITS = 12
#: A tile is told no finer place than a cell of this level, 1.2 m at the equator: what five decimals of a degree tell.
FINEST_LEVEL = 25
#: A tile's clusters stand in a grid of 2^4 cells a side, and are placed by counts of one level more.
GRID_LEVELS = 4
COUNTED_LEVELS = GRID_LEVELS + 1

_MOVE_TO_ONE_POINT = 9
_POINT = vector_tile_pb2.tile.GeomType.Value("Point")


@dataclass(frozen=True, slots=True)
class Feature:
    """A point, in units of a tile from its north-western corner, with its properties."""

    x: int
    y: int
    properties: Mapping[str, str | int]


def place(key: int, zoom: int) -> tuple[int, int]:
    """Where a key lies in its tile of this zoom, as exactly as a tile may tell it."""
    x, y = _middle(key >> 2 * (BITS - FINEST_LEVEL), FINEST_LEVEL)
    return _units(x, zoom), _units(y, zoom)


def clusters(counts: Iterable[tuple[int, int]], level: int, zoom: int) -> list[Feature]:
    """The clusters of one tile, one for each cell of its grid that holds anything.

    A cluster stands at the mean of the middles of what was counted in it, so that clusters of a coast
    do not stand in ranks.

    Args:
        counts: cells of ``level`` that lie in the tile (the first ``2 * level`` bits of their keys),
            each with the number in it.
        level: at least ``zoom``.
        zoom: the tile's.

    Returns:
        Features with the property ``count``, in the order of their cells.
    """
    grid = max(zoom, min(level - 1, zoom + GRID_LEVELS))
    gathered: dict[int, tuple[int, int, int]] = {}
    for cell, number in counts:
        x, y = _middle(cell, level)
        among = cell >> 2 * (level - grid)
        sum_x, sum_y, sum_of_all = gathered.get(among, (0, 0, 0))
        gathered[among] = sum_x + x * number, sum_y + y * number, sum_of_all + number
    return [
        Feature(_units(x // number, zoom), _units(y // number, zoom), {"count": number})
        for _cell, (x, y, number) in sorted(gathered.items())
    ]


def encode(layers: Mapping[str, Sequence[Feature]]) -> bytes:
    """The tile's bytes; a layer without features is left out, so that an empty tile has none.

    The messages are the library's, filled here: its own encoder takes every point through a geometry
    object and needs five times as long.
    """
    tile = vector_tile_pb2.tile()
    for name, features in layers.items():
        if features:
            _fill(tile.layers.add(name=name, version=2, extent=1 << EXTENT_BITS), features)
    return bytes(tile.SerializeToString())


def _fill(layer: vector_tile_pb2.tile.layer, features: Sequence[Feature]) -> None:
    names: dict[str, int] = {}
    values: dict[str | int, int] = {}
    for feature in features:
        tags: list[int] = []
        for name, value in feature.properties.items():
            tags += names.setdefault(name, len(names)), values.setdefault(value, len(values))
        # A coordinate is a zigzag number: twice itself where it is not negative.
        geometry = (_MOVE_TO_ONE_POINT, feature.x << 1, feature.y << 1)
        layer.features.add(type=_POINT, tags=tags, geometry=geometry)
    layer.keys.extend(names)
    for value in values:
        if isinstance(value, str):
            layer.values.add(string_value=value)
        else:
            layer.values.add(uint_value=value)


def _middle(cell: int, level: int) -> tuple[int, int]:
    """Column and row, among 2^31, of the middle of a cell."""
    column, row = column_and_row(cell)
    rest = BITS - level
    half = (1 << rest) >> 1
    return (column << rest) + half, (row << rest) + half


def _units(coordinate: int, zoom: int) -> int:
    """A column or row among 2^31 in units of its tile of this zoom."""
    return (coordinate << zoom + EXTENT_BITS >> BITS) & ((1 << EXTENT_BITS) - 1)
