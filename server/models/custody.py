"""Who did what to which record when, each event a leaf of one Merkle tree, and what is kept of that tree."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, UtcDateTime, bytewise

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_NOT_PLACED = sa.text("place IS NULL")


class CustodyEvent(Base):
    """One line of the custody log.

    ``leaf`` is the hash by which it stands in the tree, made with ``salt`` when it was written; ``place`` is where it
    stands, from 0, None until the sequencer has given it one. ``project_code`` is what the details or the record say
    already, kept apart so that it can be looked up.

    Events from before there was a tree have ``previous`` and ``hash``, which link each to the one before; the sequencer
    gave them salt and leaf with their place. An event whose ``actor_digest`` and ``details_digest`` are there was
    erased: its actor, details and salt are gone, and the two digests stand for them in its leaf.
    """

    __tablename__ = "custody_event"
    __table_args__ = (
        sa.Index("ix_custody_event_record", "record_type", "record_id"),
        sa.Index("ix_custody_event_project_code", "project_code", "at", "sequence"),
        sa.Index("ix_custody_event_actor_id", "actor_id", "at", "sequence"),
        sa.Index("ix_custody_event_at", "at", "sequence"),
        # What waits for the sequencer, which is little: it is looked for every few seconds.
        sa.Index("ix_custody_event_not_placed", "sequence", sqlite_where=_NOT_PLACED, postgresql_where=_NOT_PLACED),
    )

    sequence: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("person.id"))
    action: Mapped[str] = mapped_column(bytewise(60))
    record_type: Mapped[str] = mapped_column(sa.String(40))
    record_id: Mapped[str] = mapped_column(sa.String(80))
    project_code: Mapped[str | None] = mapped_column(sa.String(64))
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    previous: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    salt: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    leaf: Mapped[bytes | None] = mapped_column(sa.LargeBinary, unique=True)
    place: Mapped[int | None] = mapped_column(BIG, unique=True)
    actor_digest: Mapped[str | None] = mapped_column(sa.String(64))
    details_digest: Mapped[str | None] = mapped_column(sa.String(64))


class LogNode(Base):
    """The hash of the complete subtree of ``2 ** level`` leaves that begins at leaf ``place << level``; ``level`` > 0.

    The leaves themselves stand with their events.
    """

    __tablename__ = "log_node"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary)


class LogCheckpoint(Base):
    """What was signed of the log's first ``size`` events: ``note`` is the checkpoint (C2SP), ``root`` is in it too."""

    __tablename__ = "log_checkpoint"

    size: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(sa.LargeBinary)
    note: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class LogKeyRecord(Base):
    """A key that signs checkpoints or did, as verifiers of notes are given it (``name+hash+key``)."""

    __tablename__ = "log_key"

    key: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    first_used_at: Mapped[datetime] = mapped_column(UtcDateTime)
