"""Places as 64-bit keys, so that an ordinary index answers questions of place.

A key is a Z-order number of Web Mercator tile coordinates with 31 bits each: the rows of
any map tile are one range of keys. A cell id names one tile of one level, for finding the
sites around a point by ``cell IN (…)``. All fit a signed BIGINT. Databases are kept out.
"""

from __future__ import annotations

import math

from geo.position import Bounds, wrap_longitude

BITS = 31
DEEPEST_LEVEL = 20
_MERCATOR_LIMIT = 85.0511287798066

# Shifts and masks that move the bits of a number apart to every second place, and back.
_SPREAD = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)
_EVERY_SECOND = 0x5555555555555555
_GATHER = (
    (1, 0x3333333333333333),
    (2, 0x0F0F0F0F0F0F0F0F),
    (4, 0x00FF00FF00FF00FF),
    (8, 0x0000FFFF0000FFFF),
    (16, 0x00000000FFFFFFFF),
)


def key(latitude: float, longitude: float) -> int:
    """The 62-bit Z-order key of a position, 0 ≤ key < 2^62.

    Latitudes beyond ±85.05°, where Web Mercator ends, share the outermost row.
    """
    return _interleaved(_column(longitude, BITS) % (1 << BITS), _row(latitude, BITS))


def tile_range(zoom: int, x: int, y: int) -> tuple[int, int]:
    """First and last key (inclusive) of a Web Mercator tile; ValueError where there is none."""
    if not (0 <= zoom <= BITS and 0 <= x < 1 << zoom and 0 <= y < 1 << zoom):
        raise ValueError(f"there is no tile {zoom}/{x}/{y}")
    rest = 2 * (BITS - zoom)
    first = _interleaved(x, y) << rest
    return first, first + (1 << rest) - 1


def cover(bounds: Bounds, max_cells: int = 8) -> list[int]:
    """Ids of at most ``max_cells`` cells of one level that together hold the bounds, sorted.

    Every position within the bounds shares at least one of them with :func:`cells_containing`.
    """
    south, _west, north, _east = bounds
    if not (-90 <= south <= north <= 90 and max_cells >= 1):
        raise ValueError(f"not bounds to cover: {bounds} by {max_cells} cells")
    for level in range(DEEPEST_LEVEL, 0, -1):
        cells = cells_at(bounds, level, max_cells)
        if cells is not None:
            return cells
    return [_cell(0, 0, 0)]


def cells_at(bounds: Bounds, level: int, max_cells: int) -> list[int] | None:
    """Ids of the cells of one level that together hold the bounds, sorted; None where there are more than so many."""
    south, west, north, east = bounds
    columns = _columns(west, east, level)
    rows = range(_row(north, level), _row(south, level) + 1)
    if len(columns) * len(rows) > max_cells:
        return None
    return sorted({_cell(level, x % (1 << level), y) for x in columns for y in rows})


def cells_containing(latitude: float, longitude: float) -> list[int]:
    """Ids of the cells of every level, 0 to 20, that hold a position."""
    whole = key(latitude, longitude)
    return [(1 << 2 * level) | (whole >> 2 * (BITS - level)) for level in range(DEEPEST_LEVEL + 1)]


def column_and_row(key: int) -> tuple[int, int]:
    """The column and the row that are interleaved in a key, or in its first bits: those of a tile of one level."""
    return _together(key), _together(key >> 1)


def position(key: int) -> tuple[float, float]:
    """Latitude and longitude in degrees of the middle of a key's square, which is 2 cm wide at the equator."""
    column, row = column_and_row(key)
    side = 1 << BITS
    northing = math.pi * (1 - 2 * (row + 0.5) / side)
    return math.degrees(math.atan(math.sinh(northing))), (column + 0.5) / side * 360 - 180


def cell_range(cell: int) -> tuple[int, int]:
    """First and last key (inclusive) of the positions in a cell."""
    level = (cell.bit_length() - 1) // 2
    rest = 2 * (BITS - level)
    first = (cell - (1 << 2 * level)) << rest
    return first, first + (1 << rest) - 1


def _cell(level: int, x: int, y: int) -> int:
    # A leading one above the 2 * level bits tells the levels apart.
    return (1 << 2 * level) | _interleaved(x, y)


def _columns(west: float, east: float, level: int) -> range:
    """Tile columns from west to east, running on past the last where the antimeridian is crossed."""
    turn = 1 << level
    if west <= east:
        first, last = _column(west, level), _column(east, level)
    else:
        first, last = _column(west, level), _column(east, level) + turn
    return range(first, min(last, first + turn - 1) + 1)


def _column(longitude: float, level: int) -> int:
    """Tile column; longitude 180 is the first column beyond the last, the same as -180."""
    return math.floor((wrap_longitude(longitude) + 180) / 360 * (1 << level))


def _row(latitude: float, level: int) -> int:
    clamped = math.radians(min(max(latitude, -_MERCATOR_LIMIT), _MERCATOR_LIMIT))
    share = (1 - math.asinh(math.tan(clamped)) / math.pi) / 2
    return min(max(math.floor(share * (1 << level)), 0), (1 << level) - 1)


def _interleaved(x: int, y: int) -> int:
    return _apart(x) | _apart(y) << 1


def _apart(number: int) -> int:
    for shift, mask in _SPREAD:
        number = (number | number << shift) & mask
    return number


def _together(number: int) -> int:
    number &= _EVERY_SECOND
    for shift, mask in _GATHER:
        number = (number | number >> shift) & mask
    return number
