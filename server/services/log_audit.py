"""Auditing the custody log: every leaf made again from its row, the tree from the leaves, every signed root compared.

Whoever changes the database alone is found here: the checkpoints are signed, and the key is not in the database.
Whoever has the key too is found by a checkpoint that was kept elsewhere (``held``). What the other records say must be
what the log says of them, which is ``photo_audit``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from evidence.checkpoints import Checkpoint, CheckpointError, NoteKey, opened
from evidence.merkle import EMPTY, Node, grown, root
from server.db import reading, table_of
from server.engines import engines
from server.models import LogCheckpoint, LogNode
from server.services import custody_checking, log_reading
from server.times import iso

#: Leaves whose subtrees are compared at once.
PAGE = 1000
ERASED = "log.erased"
#: How long the transaction of an event may have lasted: the form of a photo may take ten minutes to come.
LATEST = timedelta(hours=1)
_NODE = table_of(LogNode).c


@dataclass(frozen=True, slots=True)
class Held:
    """A checkpoint that somebody kept elsewhere; ``name`` says where."""

    name: str
    checkpoint: Checkpoint


def held(name: str, note: str) -> Held:
    """A kept checkpoint, once its signature was checked by the log's keys.

    Raises:
        CheckpointError: none of them signed it, or it is none.
    """
    keys = _keys()
    origin = note.partition("\n")[0]
    return Held(name, opened(note, keys, origin))


class Tree:
    """The tree made again leaf by leaf; of each level only the newest hash is in memory."""

    def __init__(self) -> None:
        """Without a leaf."""
        self.size = 0
        self._edge: dict[int, bytes] = {}

    def add(self, leaf: bytes) -> list[Node]:
        """One more leaf; answers the subtrees that it completes, leaves apart."""
        nodes = list(grown(self.size, leaf, self._newest))
        self._edge |= {node.level: node.hash for node in nodes}
        self.size += 1
        return [node for node in nodes if node.level]

    def root(self) -> bytes:
        """The root over the leaves so far."""
        return root(self.size, self._newest) if self.size else EMPTY

    def _newest(self, level: int, _place: int) -> bytes:
        """Growing and the root ask for the last complete subtree of each level alone."""
        return self._edge[level]


class LogAudit:
    """One walk through the whole log; ``faults`` gives what is not as it was written, each as a sentence."""

    def __init__(self, kept: Sequence[Held] = ()) -> None:
        """``kept`` are checkpoints from elsewhere that the log must continue."""
        self.events = 0
        self.checkpoints = 0
        self.broken_at: int | None = None
        self._kept = kept
        self._tree = Tree()
        self._made: list[Node] = []
        self._erased: dict[str, int] = {}
        self._told_erased: set[str] = set()
        self._whole = True
        self._signed_at: datetime | None = None

    def faults(self) -> Iterator[str]:
        """Walk through the log; what comes while this runs is for the next audit."""
        signed = {each.size: each for each in reading().scalars(sa.select(LogCheckpoint).order_by(LogCheckpoint.size))}
        roots = {size: each.root for size, each in signed.items()}
        yield from self._signatures(signed.values())
        yield from self._events(roots, {size: each.at for size, each in signed.items()})
        yield from self._short(roots)
        for leaf, number in self._erased.items():
            if leaf not in self._told_erased:
                yield f"Event {number} was erased, and no event tells of it."

    def _signatures(self, signed: Any) -> Iterator[str]:
        keys = _keys()
        for each in signed:
            self.checkpoints += 1
            try:
                told = opened(each.note, keys, each.note.partition("\n")[0])
            except CheckpointError as error:
                yield f"The checkpoint of {each.size} events does not hold: {error}."
                continue
            if (told.size, told.root) != (each.size, each.root):
                yield f"The checkpoint of {each.size} events says another size or root than was signed."

    def _events(self, roots: Mapping[int, bytes], signed_at: Mapping[int, datetime]) -> Iterator[str]:
        walk = custody_checking.Walk()
        for line in custody_checking.export():
            self.events += 1
            if not walk.takes(line):
                yield self._not_as_written(line)
            self._note_erasure(line)
            yield from self._back_dated(line, signed_at)
            yield from self._grown(line, walk.leaf, roots)
        yield from self._compared()

    def _not_as_written(self, line: dict[str, Any]) -> str:
        self.broken_at = self.broken_at or self.events
        where = f"Event {self.events} ({line['action']} of {line['record_type']} {line['record']}, {line['at']})"
        if line["place"] is not None and line["place"] != self._tree.size and self._whole:
            return (
                f"{where} stands at place {line['place']} and not at {self._tree.size}: events are missing before it."
            )
        return f"{where} is not as it was written."

    def _back_dated(self, line: dict[str, Any], signed_at: Mapping[int, datetime]) -> Iterator[str]:
        """An event dated long before the checkpoint that it came after; those of before the tree were placed later."""
        if line["place"] is None or "hash" in line:
            return
        self._signed_at = signed_at.get(line["place"], self._signed_at)
        if self._signed_at is not None and datetime.fromisoformat(line["at"]) < self._signed_at - LATEST:
            what = f"Event {self.events} ({line['action']})"
            yield f"{what} is dated {line['at']}, and came after {iso(self._signed_at)}."

    def _note_erasure(self, line: dict[str, Any]) -> None:
        if "details_digest" in line:
            self._erased[str(line["leaf"])] = self.events
        if line["action"] == ERASED:
            self._told_erased.add(line["record"])

    def _grown(self, line: dict[str, Any], leaf: str | None, roots: Mapping[int, bytes]) -> Iterator[str]:
        """Let the tree grow by this event, up to the first gap: what follows stands elsewhere and says nothing new."""
        self._whole &= line["place"] in {None, self._tree.size} and (line["place"] is None or leaf is not None)
        if line["place"] is None or leaf is None or not self._whole:
            return
        self._made += self._tree.add(bytes.fromhex(leaf))
        size = self._tree.size
        if size in roots and roots[size] != self._tree.root():
            yield f"The first {size} events have another root than was signed."
        for each in self._kept:
            if each.checkpoint.size == size and each.checkpoint.root != self._tree.root():
                yield f"The first {size} events have another root than in {each.name}: the log was rewritten."
        if size % PAGE == 0:
            yield from self._compared()

    def _compared(self) -> Iterator[str]:
        """Compare the subtrees made since the last time with those that are kept."""
        levels: dict[int, list[Node]] = {}
        for node in self._made:
            levels.setdefault(node.level, []).append(node)
        self._made = []
        for level, nodes in levels.items():
            first, last = nodes[0].index, nodes[-1].index
            query = sa.select(_NODE.place, _NODE.hash).where(_NODE.level == level, _NODE.place.between(first, last))
            kept = {row.place: row.hash for row in reading().execute(query)}
            wrong = sum(kept.get(node.index) != node.hash for node in nodes)
            if wrong:
                yield f"{wrong} kept hashes of level {level} of the tree are not those of the events."

    def _short(self, roots: Mapping[int, bytes]) -> Iterator[str]:
        """What was signed or kept of a longer log."""
        size, longest = self._tree.size, max(roots, default=0)
        if self._whole and longest > size:
            yield f"{longest} events were signed, and {size} are there."
        for each in self._kept:
            if each.checkpoint.size > size:
                found = f"{each.checkpoint.size} events, and up to {size} can be followed"
                yield f"{each.name} has {found}: the log was cut off or rewritten."


def _keys() -> list[NoteKey]:
    return [engines().log_key.public, *(NoteKey.read(key) for key in log_reading.all_keys())]
