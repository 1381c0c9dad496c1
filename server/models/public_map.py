"""How many records stand on the public map in each cell: the summaries behind its clusters.

What stands there is said by ``map_key`` of evidence and project. It hangs on the mapper that the numbers follow in
the same transaction, so that no use case can forget it. An upload sets no ``map_key`` and touches none of this.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from geo.quadtile import BITS
from server.db import Base, add_to_counts, code_of, table_of
from server.models.evidence import Evidence
from server.models.projects import Project

#: Cells are counted from the whole world (level 0) down to about 38 m at the equator.
DEEPEST_COUNTED = 20
CHANGED = "saksi_map_changed"
Cell = tuple[str, int, int]


class MapLayer(StrEnum):
    """The layers of the public map's tiles."""

    PHOTOS = "photos"
    PROJECTS = "projects"


class MapCount(Base):
    """The number of one layer's records in one cell; a cell without any has no row.

    ``cell`` is the Z-order number of a map tile of zoom ``level``: the first ``2 * level`` bits of the
    keys in it (``geo.quadtile``).
    """

    __tablename__ = "map_count"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    layer: Mapped[MapLayer] = mapped_column(code_of(MapLayer, "layer"), primary_key=True)
    level: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    cell: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(sa.BigInteger)


COUNTS = table_of(MapCount)
LAYERS: dict[type[Base], MapLayer] = {Evidence: MapLayer.PHOTOS, Project: MapLayer.PROJECTS}


@sa.event.listens_for(Session, "after_flush")
def remember(session: Session, _context: object) -> None:
    """Note by how much this flush changes the number of each cell."""
    for record in (*session.new, *session.dirty):
        layer = LAYERS.get(type(record))
        if layer is None:
            continue
        history = sa.inspect(record).attrs.map_key.history
        if history.has_changes():
            changes: Counter[Cell] = session.info.setdefault(CHANGED, Counter())
            changes.update(_cells(layer, history.added))
            changes.subtract(_cells(layer, history.deleted))


@sa.event.listens_for(Session, "before_commit")
def keep(session: Session) -> None:
    """Change the numbers as the last step of a transaction.

    Everything published anywhere raises the one cell of the whole world, so that approvals wait for each other's
    commit here. Approvals are rare, and the order of the cells keeps two of them from waiting in a circle.
    """
    session.flush()
    changes: Counter[Cell] = session.info.pop(CHANGED, Counter())
    rows = [_row(cell, number) for cell, number in sorted(changes.items()) if number]
    if rows:
        add_to_counts(session.connection(), COUNTS, "number", rows)
    emptied = [{f"of_{name}": value for name, value in row.items()} for row in rows if row["number"] < 0]
    if emptied:
        session.connection().execute(_DELETE_EMPTY, emptied)


@sa.event.listens_for(Session, "after_soft_rollback")
def forget(session: Session, _transaction: object) -> None:
    """What was undone is no change."""
    session.info.pop(CHANGED, None)


def _cells(layer: MapLayer, keys: Any) -> Iterator[Cell]:
    """The cells of every counted level that hold the keys; a None stands nowhere."""
    for key in keys or ():
        if key is not None:
            yield from ((layer.value, level, key >> 2 * (BITS - level)) for level in range(DEEPEST_COUNTED + 1))


def _row(cell: Cell, number: int) -> dict[str, Any]:
    layer, level, place = cell
    return {"layer": MapLayer(layer), "level": level, "cell": place, "number": number}


_DELETE_EMPTY = sa.delete(COUNTS).where(
    COUNTS.c.layer == sa.bindparam("of_layer"),
    COUNTS.c.level == sa.bindparam("of_level"),
    COUNTS.c.cell == sa.bindparam("of_cell"),
    COUNTS.c.number == 0,
)
