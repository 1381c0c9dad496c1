"""The earlier photo that ``origin.first_use`` says a photo looks like, for whoever may see both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from evidence.findings import Outcome, other_photo
from server.access import READERS, Actor
from server.db import reading
from server.models import Evidence
from server.models.evidence import CopiesState

CHECK = "origin.first_use"


@dataclass(frozen=True, slots=True)
class Twin:
    """The other photo. Whoever may not see it is told nothing of it; ``shown`` says whether its copy is there."""

    may_see: bool
    evidence_id: UUID | None = None
    project: str = ""
    time_zone: str = ""
    received_at: datetime | None = None
    shown: bool = False


def of(actor: Actor, photo: Evidence) -> Twin | None:
    """The photo that the finding names; None where it names none or has nothing against this one."""
    row = next((row for row in photo.findings if row.name == CHECK), None)
    if row is None or row.outcome not in (Outcome.WARN, Outcome.FAIL):
        return None
    named = other_photo(row.measured)
    other = reading().get(Evidence, UUID(named)) if named else None
    if other is None:
        return None
    if not actor.roles_on(other.project.id, other.project.agency_id) & READERS:
        return Twin(may_see=False)
    shown = other.copies is CopiesState.READY
    return Twin(True, other.id, other.project.title, other.project.time_zone, other.received_at, shown)
