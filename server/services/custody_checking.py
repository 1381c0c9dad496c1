"""Writing the custody log out, and finding what in it is not as it was written, from the events alone.

Nothing here needs the database once the events are at hand: an export can be checked anywhere. What only the signed
checkpoints and the other records can show is ``log_audit``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

import sqlalchemy as sa

from evidence.merkle import leaf_hash
from server.canonical import sha256_of
from server.db import reading
from server.models import CustodyEvent
from server.services import leaves
from server.times import iso

FIRST = "0" * 64
#: What the hash of an event from before there was a tree covers.
LINKED = ("at", "actor", "action", "record_type", "record", "details")


def export() -> Iterator[dict[str, Any]]:
    """Every event as plain values: those with a place in its order, then those that wait for one."""
    placed = CustodyEvent.place.is_not(None)
    queries = (
        sa.select(CustodyEvent).where(placed).order_by(CustodyEvent.place),
        sa.select(CustodyEvent).where(~placed).order_by(CustodyEvent.sequence),
    )
    for query in queries:
        # Whoever stops reading early leaves no cursor open on the server.
        with closing(reading().scalars(query.execution_options(yield_per=1000))) as events:
            yield from map(_told, events)


def _told(event: CustodyEvent) -> dict[str, Any]:
    line: dict[str, Any] = {
        "at": iso(event.at),
        "actor": str(event.actor_id) if event.actor_id else None,
        "action": event.action,
        "record_type": event.record_type,
        "record": event.record_id,
        "details": event.details,
        "salt": event.salt.hex() if event.salt else None,
        "leaf": event.leaf.hex() if event.leaf else None,
        "place": event.place,
    }
    if event.hash is not None:
        line |= {"previous": event.previous, "hash": event.hash}
    if event.details_digest is not None:
        line |= {"actor_digest": event.actor_digest, "details_digest": event.details_digest}
    return line


def link(previous: str, line: dict[str, Any]) -> str:
    """The hash of an event of before there was a tree, after the one whose hash is ``previous``."""
    return sha256_of({"previous": previous, **{name: line[name] for name in LINKED}})


def leaf_of(line: dict[str, Any]) -> str | None:
    """The hash of an exported event's leaf, made anew; None where what it takes is not there."""
    if line.get("salt") and isinstance(line["details"], dict):
        salt = bytes.fromhex(line["salt"])
        actor, details = leaves.digests(salt, line["actor"], line["details"])
    elif line.get("details_digest"):
        actor, details = line["actor_digest"], line["details_digest"]
    else:
        return None
    about = {"at": line["at"], "action": line["action"], "record": [line["record_type"], line["record"]]}
    return leaf_hash(leaves.document(about, actor=actor, details=details)).hex()


class Walk:
    """Goes through the events of an export in order, and says of each whether it is as it was written."""

    def __init__(self) -> None:
        """At the beginning of the log; ``leaf`` is that of the event it took last, made anew."""
        self._linked, self._place = FIRST, 0
        self.leaf: str | None = None

    def takes(self, line: dict[str, Any]) -> bool:
        """Whether this event follows: its leaf is its own, its place the next one, its link (if it has one) whole."""
        return self._leaf_fits(line) and self._place_fits(line) and self._link_fits(line)

    def _leaf_fits(self, line: dict[str, Any]) -> bool:
        """Only what waits since before there was a tree may have no leaf."""
        self.leaf = leaf_of(line)
        if line.get("leaf") is None:
            return line.get("place") is None and "hash" in line
        return bool(self.leaf == line["leaf"])

    def _place_fits(self, line: dict[str, Any]) -> bool:
        place, expected = line.get("place"), self._place
        self._place += place is not None
        return place is None or bool(place == expected)

    def _link_fits(self, line: dict[str, Any]) -> bool:
        if "hash" not in line:
            return True
        expected, self._linked = self._linked, line["hash"]
        whole = line.get("details_digest") is not None or line["hash"] == link(expected, line)
        return bool(line["previous"] == expected and whole)


def broken_link(events: Iterable[dict[str, Any]]) -> int | None:
    """The number (from 0) of the first event that is not as it was written, or None."""
    walk = Walk()
    for number, event in enumerate(events):
        try:
            follows = walk.takes(event)
        except (KeyError, TypeError, ValueError):
            follows = False
        if not follows:
            return number
    return None
