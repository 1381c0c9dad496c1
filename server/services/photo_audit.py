"""Comparing every photo's record with what the custody log says was recorded of it.

The log names the digest of the photo's statement (``statement``), its verdict, and every word that moved its state. A
record that says something else was changed by somebody who did not go through this program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from server.db import reading
from server.models import CustodyEvent, Evidence
from server.models.evidence import EvidenceState
from server.services import statement
from server.services.second_thoughts import MACHINE_STATES, ORDER

PAGE = 200
CANONICAL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
RECEIVED, LOWERED, EXAMINED = "evidence.received", "evidence.lowered", "evidence.examined"
#: The events by which a person moved a photo to a state.
MOVED = {
    "evidence.accepted": EvidenceState.ACCEPTED,
    "evidence.refused": EvidenceState.REFUSED,
    "evidence.appealed": EvidenceState.NEEDS_REVIEW,
}


#: Events that hold a photo's statement; erased, a verdict could be changed behind them.
STATING = frozenset({RECEIVED, LOWERED, EXAMINED, "evidence.accepted", "evidence.refused"})


@dataclass
class Logged:
    """What the log says of one photo; None where the event that would tell was erased or is older than that."""

    received: bool = False
    statement: str | None = None
    verdict: EvidenceState | None = None
    state: EvidenceState | None = None
    unreadable: bool = False
    hidden: bool = False

    def take(self, event: CustodyEvent) -> None:
        """Go on by one event of the photo.

        Raises:
            ValueError: it says something that this program never wrote.
        """
        if event.details_digest is not None:
            # Erased: what it said is not known, and so not what was said before it.
            self.received |= event.action == RECEIVED
            self.hidden |= event.action in STATING
            self.statement = self.verdict = self.state = None
        elif event.action in {RECEIVED, LOWERED, EXAMINED}:
            self._judged(event)
        elif event.action in MOVED:
            self.state = MOVED[event.action]
        self.statement = event.details.get("statement", self.statement)

    def _judged(self, event: CustodyEvent) -> None:
        # The first to lower verdicts only ever rejected, and did not name what it came to.
        named = event.details.get("verdict", "rejected" if event.action == LOWERED else None)
        verdict = EvidenceState(named) if named else self.verdict
        self.verdict = verdict
        if event.action == RECEIVED:
            self.received, self.state = True, verdict
        elif self.state in MACHINE_STATES and verdict is not None:
            self.state = max(self.state, verdict, key=ORDER.index)


#: By place, which is signed; the number by which events were written is in no leaf, and waits have none.
_SIGNED_ORDER = (CustodyEvent.place.is_(None), CustodyEvent.place, CustodyEvent.sequence)


def faults() -> Iterator[str]:
    """What records of photos say otherwise than the log, each as a sentence."""
    yield from _records()
    yield from _gone()


def _records() -> Iterator[str]:
    after = UUID(int=0)
    while page := _page(after):
        after = page[-1].id
        logged = _logged(page)
        for photo in page:
            # What was changed between the two queries is looked at once more, on its own.
            if next(_differences(photo, logged[photo.id]), None) is not None:
                yield from _again(photo.id)
        # A transaction that stays open as long as an audit takes would keep the database from tidying up.
        reading().rollback()


def _again(evidence_id: UUID) -> Iterator[str]:
    query = _photos().where(Evidence.id == evidence_id).execution_options(populate_existing=True)
    for photo in reading().scalars(query).all():
        yield from _differences(photo, _logged([photo])[photo.id])


def _differences(photo: Evidence, logged: Logged) -> Iterator[str]:
    if logged.unreadable:
        yield f"An event of photo {photo.id} says what this program never wrote."
    if logged.hidden:
        yield f"An event that says what became of photo {photo.id} was erased, which this program refuses."
    if not logged.received:
        yield f"Photo {photo.id} is on record, and the log does not say that it was received."
    if logged.verdict not in {None, photo.verdict}:
        yield f"Photo {photo.id} has the verdict {photo.verdict.value}; the log says {logged.verdict}."
    if logged.state not in {None, photo.state}:
        yield f"Photo {photo.id} is {photo.state.value}; the log says {logged.state}."
    if logged.statement not in {None, statement.digest_of(photo)}:
        yield f"Photo {photo.id} is not as it was judged: its statement is another than the log's."


def _photos() -> sa.Select[Evidence]:
    related = (joinedload(Evidence.project), joinedload(Evidence.milestone), joinedload(Evidence.original))
    return sa.select(Evidence).options(*related, selectinload(Evidence.findings))


def _page(after: UUID) -> Sequence[Evidence]:
    return reading().scalars(_photos().where(Evidence.id > after).order_by(Evidence.id).limit(PAGE)).all()


def _logged(photos: Sequence[Evidence]) -> dict[UUID, Logged]:
    found = {photo.id: Logged() for photo in photos}
    ids = [str(photo.id) for photo in photos]
    query = sa.select(CustodyEvent).where(CustodyEvent.record_type == "evidence", CustodyEvent.record_id.in_(ids))
    for event in reading().scalars(query.order_by(*_SIGNED_ORDER)):
        logged = found[UUID(event.record_id)]
        try:
            logged.take(event)
        except (ValueError, TypeError, AttributeError):
            logged.unreadable = True
    return found


def _gone() -> Iterator[str]:
    """Photos that the log says were received, and that have no record."""
    query = sa.select(CustodyEvent.sequence, CustodyEvent.record_id).where(CustodyEvent.action == RECEIVED)
    query = query.order_by(CustodyEvent.sequence).limit(PAGE)
    after = -1
    while rows := reading().execute(query.where(CustodyEvent.sequence > after)).all():
        after = rows[-1].sequence
        ids = {row.record_id for row in rows}
        known = [UUID(each) for each in ids if CANONICAL.fullmatch(each)]
        there = {str(each) for each in reading().scalars(sa.select(Evidence.id).where(Evidence.id.in_(known)))}
        yield from (f"Photo {gone} was received, and is not on record." for gone in sorted(ids - there))
        reading().rollback()
