"""The events of a bundle: leaves of the custody log with what the public may see of them, and where they stand.

Of an event's details those that the public may know are told, each with the salt of its own. All others, and who did
it, stay digests: the leaf can be made again, and nothing is told of a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from evidence import merkle
from server.db import reading
from server.models import CustodyEvent, LogCheckpoint
from server.services import leaves
from server.services.log_nodes import KeptNodes
from server.services.log_reading import LoggedEvent, told
from server.times import iso

#: What of an event's details the public may see: codes and digests, nothing that a person wrote or that names one.
PUBLIC_DETAILS = frozenset(
    {"copy", "digest", "grade", "milestone", "parent", "policy", "project", "redactions", "sha256", "statement"}
    | {"submission", "verdict"}
)
#: The events of a photo that are told. Who opened an original is nobody's business here.
OF_PHOTO = frozenset(
    {"copy.published", "evidence.accepted", "evidence.examined", "evidence.lowered", "evidence.published"}
    | {"evidence.received", "evidence.refused", "evidence.withdrawn"}
)


class Proving:
    """Proofs against one checkpoint; the hashes that several proofs share are read once."""

    def __init__(self, checkpoint: LogCheckpoint) -> None:
        """Reads by the request's own transaction."""
        self.size = checkpoint.size
        self._nodes = KeptNodes(reading())

    def document(self, events: Iterable[LoggedEvent]) -> dict[str, Any]:
        """The events that have their place in the checkpoint, in that order, and how many still wait for one."""
        every = list(events)
        placed = [(event.place, event) for event in every if event.place is not None and event.place < self.size]
        ordered = sorted(placed, key=lambda each: each[0])
        return {
            "events": [_event(event) | self._proof(place) for place, event in ordered],
            "waiting": len(every) - len(placed),
        }

    def _proof(self, place: int) -> dict[str, Any]:
        hashes = merkle.inclusion(place, self.size, self._nodes)
        return {"place": place, "proof": [each.hex() for each in hashes]}


def of_photos(ids: Iterable[str]) -> dict[str, list[LoggedEvent]]:
    """The events of some photos by their ids, each photo's oldest first."""
    wanted = list(ids)
    found: dict[str, list[LoggedEvent]] = {each: [] for each in wanted}
    for event in _read("evidence", wanted):
        if event.action in OF_PHOTO:
            found[event.record_id].append(told(event))
    return found


def of_milestone(milestone_id: str, submissions: Iterable[str]) -> list[LoggedEvent]:
    """The events of a milestone and of what was put forward for it."""
    events = [*_read("milestone", [milestone_id]), *_read("submission", submissions)]
    return [told(event) for event in events]


def _read(record_type: str, ids: Iterable[str]) -> Iterator[CustodyEvent]:
    query = sa.select(CustodyEvent).where(
        CustodyEvent.record_type == record_type, CustodyEvent.record_id.in_(list(ids))
    )
    return iter(reading().scalars(query.order_by(CustodyEvent.sequence)).all())


def _event(event: LoggedEvent) -> dict[str, Any]:
    about = {"at": iso(event.at), "action": event.action, "record": [event.record_type, event.record]}
    leaf = {"leaf": event.leaf.hex() if event.leaf else None}
    if event.salt is None or event.details is None:
        return about | leaf | {"actor": event.actor_digest, "details_digest": event.details_digest}
    actor, _details = leaves.digests(event.salt, event.actor, event.details)
    digests = leaves.detail_digests(event.salt, event.details)
    shown = {name: _told(event.salt, name, event.details[name]) for name in digests if name in PUBLIC_DETAILS}
    kept = {name: digest for name, digest in digests.items() if name not in shown}
    return about | leaf | {"actor": actor, "details": shown, "kept": kept}


def _told(salt: bytes, name: str, value: Any) -> dict[str, Any]:
    return {"salt": leaves.salt_for(salt, f"details.{name}").hex(), "value": value}
