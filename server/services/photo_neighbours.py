"""The photos that the same person, and the same phone, took just before and just after one.

Reading only, by index: how long a person has been sending photos makes no difference. The phone is the one that
signed; it gives its photos their ids in the order in which it takes them, so the nearest by id are looked at and of
those the nearest in time is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from geo.position import geodesic_m
from server.access import Actor
from server.db import reading
from server.models import Evidence, Project
from server.models.devices import EvidenceEnvelope
from server.models.evidence import CopiesState
from server.models.people import Role

#: So many photos of a phone are looked at on either side, by their ids, for the nearest in time.
BY_ID = 20
#: Who is told of a photo for a project that they do not see that there is one, and how far off; never more.
WEIGHERS = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR})
#: Closer than this nobody was on the way anywhere: positions waver by as much.
MOVING_M = 200.0
#: Nobody drives faster between two sites (the design's evidence rules: a person looks at more).
FASTEST_KMH = 150.0

_COLUMNS = (
    Evidence.id,
    Evidence.project_id,
    Evidence.captured_at,
    Evidence.latitude,
    Evidence.longitude,
    Evidence.caption,
    Evidence.stage,
    Evidence.state,
    Evidence.copies,
    Project.code.label("project_code"),
    Project.title.label("project_title"),
    Project.agency_id,
)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One photo nearby in time; ``evidence_id`` is None where the reader may not see its project.

    ``apart_s`` is seconds between the two, ``metres`` between their places where both are known, and ``kmh`` the speed
    that this takes, told only where somebody was on the way.
    """

    evidence_id: UUID | None
    earlier: bool
    by_person: bool
    by_device: bool
    apart_s: float
    metres: float | None
    kmh: float | None
    other_project: str | None
    captured_at: datetime
    caption: str
    stage: str
    state: str
    pictured: bool

    @property
    def too_fast(self) -> bool:
        """Whether nobody gets from one place to the other in that time by road."""
        return self.kmh is not None and self.kmh > FASTEST_KMH


def of(actor: Actor, photo: Evidence) -> list[Neighbour]:
    """The photos before and after by person and phone, the earlier ones first; none for a photo without a time."""
    if photo.captured_at is None:
        return []
    by_person = [_of_person(photo, earlier=True), _of_person(photo, earlier=False)]
    by_device = _of_device(photo, photo.captured_at)
    told = [_neighbour(actor, photo, row, by_person=True) for row in by_person if row is not None]
    told += [_neighbour(actor, photo, row, by_person=False) for row in by_device if row is not None]
    return sorted(_joined(each for each in told if each is not None), key=lambda each: each.captured_at)


def _joined(neighbours: Iterable[Neighbour]) -> list[Neighbour]:
    """The same photo by person and by phone is told once."""
    found: dict[tuple[UUID | None, datetime], Neighbour] = {}
    for each in neighbours:
        key = (each.evidence_id, each.captured_at)
        seen = found.get(key, each)
        found[key] = replace(
            seen, by_person=seen.by_person or each.by_person, by_device=seen.by_device or each.by_device
        )
    return list(found.values())


def _photos() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(*_COLUMNS).join(Project, Project.id == Evidence.project_id)


def _of_person(photo: Evidence, *, earlier: bool) -> sa.Row[Any] | None:
    place = sa.tuple_(Evidence.captured_at, Evidence.id)
    here = sa.tuple_(sa.literal(photo.captured_at, Evidence.captured_at.type), sa.literal(photo.id, Evidence.id.type))
    order = (Evidence.captured_at, Evidence.id)
    query = _photos().where(Evidence.uploader_id == photo.uploader_id, place < here if earlier else place > here)
    return reading().execute(query.order_by(*(each.desc() if earlier else each for each in order)).limit(1)).first()


def _of_device(photo: Evidence, taken: datetime) -> list[sa.Row[Any] | None]:
    """The nearest before and after in time among those around it by id."""
    envelope = reading().get(EvidenceEnvelope, photo.id)
    if envelope is None or envelope.device_id is None:
        return []
    ids = [*_around(envelope, earlier=True), *_around(envelope, earlier=False)]
    rows = reading().execute(_photos().where(Evidence.id.in_(ids), Evidence.captured_at.is_not(None))).all()
    before = [row for row in rows if (row.captured_at, row.id) < (taken, photo.id)]
    after = [row for row in rows if (row.captured_at, row.id) > (taken, photo.id)]
    return [
        max(before, key=lambda row: (row.captured_at, row.id), default=None),
        min(after, key=lambda row: (row.captured_at, row.id), default=None),
    ]


def _around(envelope: EvidenceEnvelope, *, earlier: bool) -> list[UUID]:
    its = EvidenceEnvelope.evidence_id
    beyond = its < envelope.evidence_id if earlier else its > envelope.evidence_id
    query = sa.select(its).where(EvidenceEnvelope.device_id == envelope.device_id, beyond)
    return list(reading().scalars(query.order_by(its.desc() if earlier else its).limit(BY_ID)))


def _neighbour(actor: Actor, photo: Evidence, row: sa.Row[Any], *, by_person: bool) -> Neighbour | None:
    """What this reader is told of a photo; None where they are not to know of it."""
    seen = bool(actor.roles_on(row.project_id, row.agency_id))
    if not seen and not actor.roles_on(photo.project_id, photo.project.agency_id) & WEIGHERS:
        return None
    apart_s = (row.captured_at - photo.captured_at).total_seconds()
    metres = _metres(photo, row)
    return Neighbour(
        evidence_id=row.id if seen else None,
        earlier=(row.captured_at, row.id) < (photo.captured_at, photo.id),
        by_person=by_person,
        by_device=not by_person,
        apart_s=abs(apart_s),
        metres=metres,
        kmh=_kmh(metres, abs(apart_s)),
        other_project=f"{row.project_code} {row.project_title}"
        if seen and row.project_id != photo.project_id
        else None,
        captured_at=row.captured_at,
        caption=row.caption if seen else "",
        stage=row.stage.value,
        state=row.state.value,
        pictured=seen and row.copies is CopiesState.READY,
    )


def _metres(photo: Evidence, row: sa.Row[Any]) -> float | None:
    if photo.latitude is None or photo.longitude is None or row.latitude is None or row.longitude is None:
        return None
    return geodesic_m(photo.latitude, photo.longitude, row.latitude, row.longitude)


def _kmh(metres: float | None, apart_s: float) -> float | None:
    """The speed between two places, None where nobody had to move; within one second it is that of a second."""
    if metres is None or metres < MOVING_M:
        return None
    return metres / max(apart_s, 1.0) * 3.6
