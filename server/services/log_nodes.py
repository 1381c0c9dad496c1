"""The kept hashes of the custody log's tree, one row each, as the pure tree code asks for them."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from evidence.merkle import Node
from server.db import table_of
from server.models import CustodyEvent, LogNode

_NODE, _EVENT = table_of(LogNode).c, table_of(CustodyEvent).c
_INSERT = table_of(LogNode).insert()
_HASH = sa.select(_NODE.hash).where(_NODE.level == sa.bindparam("level"), _NODE.place == sa.bindparam("place"))
_LEAF = sa.select(_EVENT.leaf).where(_EVENT.place == sa.bindparam("place"))


class LogDamagedError(Exception):
    """What is kept of the log is not what was signed: a hash is missing, or the tree has another root."""


class KeptNodes:
    """``evidence.merkle.Nodes`` over the tables; what was read or added once is remembered."""

    def __init__(self, session: Session) -> None:
        """Reads by the session's own transaction."""
        self._connection = session.connection()
        self._known: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, place: int) -> bytes:
        """The hash of one complete subtree; of a leaf at level 0.

        Raises:
            LogDamagedError: it is not there.
        """
        found = self._known.get((level, place)) or self._read(level, place)
        if found is None:
            raise LogDamagedError(f"the hash {place} of level {level} is missing from the custody log's tree")
        self._known[level, place] = found
        return found

    def add(self, nodes: Iterable[Node]) -> list[Node]:
        """Remember new ones; answers those that have rows of their own, for ``keep``."""
        made = list(nodes)
        self._known |= {(node.level, node.index): node.hash for node in made}
        return [node for node in made if node.level]

    def keep(self, nodes: list[Node]) -> None:
        """Write them; whoever kept one of these places before is found out by its key."""
        if nodes:
            rows = [{"level": node.level, "place": node.index, "hash": node.hash} for node in nodes]
            self._connection.execute(_INSERT, rows)

    def _read(self, level: int, place: int) -> bytes | None:
        query = _HASH if level else _LEAF
        asked = {"level": level, "place": place} if level else {"place": place}
        return self._connection.execute(query, asked).scalar()
