"""The custody log becomes a Merkle tree: events have leaves and places, and the tree and its checkpoints are kept.

Events that are there keep their links; the sequencer gives them salts, leaves and places in their order. Going back
links those that have no links, and takes tree and checkpoints away.

The code before this migration runs after it, yet not beside code that came with it: it links an event to the last one,
which then has no hash. Stop every process, migrate, and start them.

Revision: 0020, after 0019
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.DateTime(timezone=True)
NOT_PLACED = sa.text("place IS NULL")
FIRST = "0" * 64
AT_ONCE = 1000
LINKS = (("previous", sa.String(length=64)), ("hash", sa.String(length=64)))
EVENT = sa.table(
    "custody_event",
    sa.column("sequence", sa.BigInteger),
    sa.column("at", INSTANT),
    sa.column("actor_id", sa.Uuid()),
    sa.column("action", sa.String),
    sa.column("record_type", sa.String),
    sa.column("record_id", sa.String),
    sa.column("details", sa.JSON),
    sa.column("previous", sa.String),
    sa.column("hash", sa.String),
)


def upgrade() -> None:
    with op.batch_alter_table("custody_event") as events:
        for name, kind in LINKS:
            events.alter_column(name, existing_type=kind, nullable=True)
        events.add_column(sa.Column("salt", sa.LargeBinary(), nullable=True))
        events.add_column(sa.Column("leaf", sa.LargeBinary(), nullable=True))
        events.add_column(sa.Column("place", BIG, nullable=True))
        events.add_column(sa.Column("actor_digest", sa.String(length=64), nullable=True))
        events.add_column(sa.Column("details_digest", sa.String(length=64), nullable=True))
        events.create_unique_constraint(op.f("uq_custody_event_leaf"), ["leaf"])
        events.create_unique_constraint(op.f("uq_custody_event_place"), ["place"])
    op.create_index(
        "ix_custody_event_not_placed",
        "custody_event",
        ["sequence"],
        sqlite_where=NOT_PLACED,
        postgresql_where=NOT_PLACED,
    )
    op.create_table(
        "log_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", BIG, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "place", name=op.f("pk_log_node")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("size", BIG, autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoint")),
    )
    op.create_table(
        "log_key",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("first_used_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_log_key")),
    )


def downgrade() -> None:
    _link()
    op.drop_table("log_key")
    op.drop_table("log_checkpoint")
    op.drop_table("log_node")
    op.drop_index("ix_custody_event_not_placed", table_name="custody_event")
    with op.batch_alter_table("custody_event") as events:
        events.drop_constraint(op.f("uq_custody_event_place"), type_="unique")
        events.drop_constraint(op.f("uq_custody_event_leaf"), type_="unique")
        for name in ("details_digest", "actor_digest", "place", "leaf", "salt"):
            events.drop_column(name)
        for name, kind in LINKS:
            events.alter_column(name, existing_type=kind, nullable=False)


def _link() -> None:
    """Give the events that have no links the ones that the code of before would have given them."""
    connection = op.get_bind()
    linked = sa.select(EVENT.c.hash).where(EVENT.c.hash.is_not(None)).order_by(EVENT.c.sequence.desc()).limit(1)
    previous = connection.execute(linked).scalar() or FIRST
    unlinked = sa.select(EVENT).where(EVENT.c.hash.is_(None)).order_by(EVENT.c.sequence).limit(AT_ONCE)
    change = (
        sa.update(EVENT)
        .where(EVENT.c.sequence == sa.bindparam("which"))
        .values(previous=sa.bindparam("before"), hash=sa.bindparam("own"))
    )
    while rows := connection.execute(unlinked).all():
        for row in rows:
            own = _hash(previous, row)
            connection.execute(change, {"which": row.sequence, "before": previous, "own": own})
            previous = own


def _hash(previous: str, row: Any) -> str:
    at: datetime = row.at if row.at.tzinfo else row.at.replace(tzinfo=UTC)
    line = {
        "previous": previous,
        "at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "actor": str(row.actor_id) if row.actor_id else None,
        "action": row.action,
        "record_type": row.record_type,
        "record": row.record_id,
        "details": row.details,
    }
    text = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
