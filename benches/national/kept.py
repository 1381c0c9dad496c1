"""Filled databases that are kept in a folder and used again, each with a stamp of what it holds.

The folder is ``SAKSI_BENCH_FOLDER``, by default ``var/bench``. Newer migrations are applied to what is there.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

import config
from benches.national.filling import fill
from benches.session import application
from server import migrate
from server.db import db, writing
from server.models import search_index
from server.services import public_map

VARIABLE = "SAKSI_BENCH_FOLDER"
#: Raised whenever the rows of the same scale become others.
EDITION = 1


def folder() -> Path:
    """Where databases for measuring are kept."""
    return Path(os.environ.get(VARIABLE, str(config.ROOT / "var" / "bench"))).resolve()


def portal(photos: int, url: str | None = None) -> config.Settings:
    """The settings of a database with so many photos, filled now where there is none.

    Args:
        photos: how many; there is a project for every forty of them.
        url: an empty PostgreSQL database to fill, or one filled before; None for a SQLite file.
    """
    engine = make_url(url).get_backend_name() if url else "sqlite"
    root = folder() / f"{engine}-{photos}"
    stamp = root / "stamp.json"
    settings = _settings(root, url)
    wanted = {"edition": EDITION, "photos": photos, "url": settings.database_url}
    known: dict[str, Any] = json.loads(stamp.read_text()) if stamp.exists() else {}
    if not wanted.items() <= known.items():
        shutil.rmtree(root, ignore_errors=True)
        _migrate(settings)
        filled = fill(settings, photos)
        known = wanted | {"rows": dict(filled.rows), "seconds": filled.seconds, "rows_a_second": filled.a_second}
        stamp.write_text(json.dumps(known))
    if _migrate(settings) or "summaries_seconds" not in known:
        stamp.write_text(json.dumps(known | {"summaries_seconds": _summarise(settings)}))
    return settings


def filling_of(settings: config.Settings) -> dict[str, Any]:
    """What the stamp says: rows by table, seconds, rows a second."""
    stamp: dict[str, Any] = json.loads((settings.data_root / "stamp.json").read_text())
    return stamp


def _settings(root: Path, url: str | None) -> config.Settings:
    return config.load({"SAKSI_DATA_ROOT": str(root)} | ({"SAKSI_DATABASE_URL": url} if url else {}))


def _migrate(settings: config.Settings) -> bool:
    """Bring the tables up to date; False where they were."""
    with application(settings):
        if migrate.is_current(db.engine):
            return False
        migrate.upgrade(db.engine)
        return True


def _summarise(settings: config.Settings) -> float:
    """Make anew what the product keeps of its rows, as its own commands do; the seconds that took."""
    started = time.monotonic()
    with application(settings):
        with writing() as session:
            search_index.rebuild(session)
        with writing() as session:
            public_map.rebuild(session)
    return time.monotonic() - started
