"""One certificate as its page tells it: its calculation explained, its windows, and the way through its states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.access import Actor
from server.db import reading
from server.models import Certificate
from server.models.payments import CertificateState
from server.services import custody_reading, deadlines, explaining
from server.services.custody_reading import Event
from server.services.deadlines import Deadline
from server.services.explaining import Explanation
from server.services.progress import today

ORDER = tuple(CertificateState)


@dataclass(frozen=True, slots=True)
class Step:
    """One state on the way: who brought the certificate there and when; ``next`` is the one to come."""

    state: CertificateState
    done: bool
    next: bool
    event: Event | None


@dataclass(frozen=True, slots=True)
class CertificateView:
    """What the page tells beside what may be done."""

    explanation: Explanation
    windows: Sequence[Deadline]
    steps: Sequence[Step]
    events: Sequence[Event]
    today: date
    printed_by: str

    @property
    def late(self) -> Deadline | None:
        """What is late now."""
        return next((each for each in self.windows if each.late), None)


def view(actor: Actor, certificate: Certificate, *, now: datetime) -> CertificateView:
    """Everything of one certificate; that the person may see it was asked before."""
    events = custody_reading.events_of("certificate", str(certificate.id))
    return CertificateView(
        explanation=explaining.explain(reading(), certificate),
        windows=deadlines.of(certificate, now),
        steps=steps(certificate, events),
        events=events,
        today=today(now, certificate.milestone.project.time_zone),
        printed_by=actor.name,
    )


def steps(certificate: Certificate, events: Sequence[Event]) -> list[Step]:
    """The states after the first in their order, with what brought the certificate there."""
    brought = {each.event.action: each for each in events}
    reached = ORDER.index(certificate.state)
    return [
        Step(state, number <= reached, number == reached + 1, brought.get(f"certificate.{state.value}"))
        for number, state in enumerate(ORDER)
        if state is not CertificateState.LOCKED
    ]
