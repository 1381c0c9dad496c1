"""What a tile tells of a project stands in its index, and the map is counted down to cells of 38 m.

A tile that nobody has asked for waits for the disk as often as it reads a page; so it reads neither the rows of its
projects nor the keys of its photos one by one.

While code from before this migration still runs, what it publishes is missing in the new levels: after the last of
it has stopped, ``saksi tiles check`` says so, and ``saksi tiles rebuild`` mends it.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0009, after 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SHOWN = sa.text("map_key IS NOT NULL")
BEFORE = ["map_key", "id"]
COVERING = [*BEFORE, "code", "title", "status"]
KEY_LEVELS = 31
NEW_LEVELS = (18, 19, 20)
LAYERS = {"photos": "evidence", "projects": "project"}
COUNT = """
    INSERT INTO map_count (layer, level, cell, number)
    SELECT '{layer}', {level}, cells.cell, count(*)
    FROM (SELECT map_key / {size} AS cell FROM {table} WHERE map_key IS NOT NULL) AS cells
    GROUP BY cells.cell
"""


def upgrade() -> None:
    _index(COVERING)
    for layer, table in LAYERS.items():
        for level in NEW_LEVELS:
            size = 1 << 2 * (KEY_LEVELS - level)
            op.execute(sa.text(COUNT.format(layer=layer, table=table, level=level, size=size)))


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM map_count WHERE level >= :level").bindparams(level=NEW_LEVELS[0]))
    _index(BEFORE)


def _index(columns: list[str]) -> None:
    op.drop_index("ix_project_map", table_name="project")
    op.create_index("ix_project_map", "project", columns, sqlite_where=SHOWN, postgresql_where=SHOWN)
