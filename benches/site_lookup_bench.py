"""How the look-up of a site by place grows with the number of sites.

The same look-ups among 100 and among 100,000 synthetic sites in SQLite files, shapes never kept
between two look-ups, so that both pay for reading and building what they find. Run by ``make bench``.
"""

from __future__ import annotations

import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo import quadtile
from geo.position import grow_bounds
from server.db import Base, new_id
from server.models import Site, SiteCell
from server.models.projects import SiteKind
from server.services import site_lookup

FEW, MANY = 100, 100_000
LOOKUPS = 400
GOAL_GROWTH = 2.0

#: Sites stand on a grid over a country of some 10° by 10°, 100 m to 400 m across.
SOUTH, WEST, SPAN_DEG = 8.0, 118.0, 10.0
SMALLEST_DEG, LARGEST_DEG = 0.001, 0.004
POINT_TOLERANCE_M = site_lookup.NEUTRAL.tolerance_point_m
Box = tuple[float, float, float, float]


def run() -> list[dict[str, Any]]:
    """The median look-up in microseconds among few and among many sites, and the growth."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = _planted(Path(folder) / "few.sqlite3", FEW), _planted(Path(folder) / "many.sqlite3", MANY)
        few_us, many_us = _medians_us(few, many)
        few.session.close()
        many.session.close()
    growth = many_us / few_us
    compared = {
        "reference": round(few_us, 1),
        "ratio": round(growth, 2),
        "goal": GOAL_GROWTH,
        "met": growth <= GOAL_GROWTH,
    }
    return [
        {"name": "site_lookup_100", "value": round(few_us, 1), "unit": "us"} | dict.fromkeys(compared),
        {"name": "site_lookup_100000", "value": round(many_us, 1), "unit": "us"} | compared,
    ]


@dataclass(frozen=True, slots=True)
class _Planted:
    """One database, open for reading, and where its sites are."""

    session: Session
    boxes: list[Box]


def _planted(path: Path, count: int) -> _Planted:
    """A database with ``count`` sites, its cache as large as the server's."""
    engine = sa.create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine, tables=[Base.metadata.tables[name] for name in ("site", "site_cell")])
    boxes = list(_boxes(count))
    _plant(engine, boxes)
    session = Session(engine)
    session.execute(sa.text("PRAGMA cache_size=-32000"))
    return _Planted(session, boxes)


def _medians_us(few: _Planted, many: _Planted) -> tuple[float, float]:
    """Look-ups at sites taken by chance, in turn here and there, so that a busy moment burdens both."""
    chance = random.Random(7)
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(LOOKUPS):
        for planted, taken in zip((few, many), times, strict=True):
            taken.append(_lookup_us(planted.session, chance.choice(planted.boxes)))
    return statistics.median(times[0]), statistics.median(times[1])


def _lookup_us(session: Session, where: Box) -> float:
    south, west, north, east = where
    site_lookup.forget_shapes()
    session.expunge_all()
    started = time.perf_counter()
    found = site_lookup.find(session, (south + north) / 2, (west + east) / 2, among=None)
    took = time.perf_counter() - started
    if not found:
        raise LookupError("a site was not found at its own middle")
    return took * 1e6


def _boxes(count: int) -> Iterator[Box]:
    chance = random.Random(count)
    columns = round(count**0.5)
    step = SPAN_DEG / columns
    for number in range(count):
        size = chance.uniform(SMALLEST_DEG, LARGEST_DEG)
        south, west = SOUTH + step * (number // columns), WEST + step * (number % columns)
        yield south, west, south + size, west + size


def _plant(engine: sa.Engine, boxes: list[Box]) -> None:
    """Write the rows an import would write, without the records around them."""
    now = datetime.now(UTC)
    sites, cells = [], []
    for where in boxes:
        site = _site_row(where, now)
        sites.append(site)
        covering = quadtile.cover(grow_bounds(where, POINT_TOLERANCE_M))
        cells += [{"cell": cell, "site_id": site["id"]} for cell in covering]
    with engine.begin() as connection:
        connection.execute(sa.insert(Site), sites)
        connection.execute(sa.insert(SiteCell), cells)


def _site_row(where: Box, now: datetime) -> dict[str, Any]:
    south, west, north, east = where
    project_id: UUID = new_id()
    return {
        "id": new_id(),
        "project_id": project_id,
        "kind": SiteKind.POLYGON,
        "shape": bytes(shapely.to_wkb(shapely.box(west, south, east, north), byte_order=1)),
        "width_m": None,
        "chainage_start_m": 0.0,
        "obstructed": False,
        "source": "synthetic",
        "south": south,
        "west": west,
        "north": north,
        "east": east,
        "changed_by": None,
        "changed_at": now,
        "retired_at": None,
    }


if __name__ == "__main__":
    for row in run():
        print(json.dumps(row, ensure_ascii=False))
