"""The photos on record that look like one: earlier ones speak against it, later ones are to be asked anew.

Which of two came first is told by when they were received, then by their ids, so that every runner says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from evidence.pixel_context import NearPicture, Standpoint
from evidence.seen import Seen
from server import claims_table
from server.models import Evidence
from server.services import near_pictures
from server.services.near_pictures import Alike

#: Of all that are alike, so many of the nearest are weighed: a picture sent a thousand times need not be told of more.
WEIGHED = 200
#: Of the nearest originals so many are asked for at a time, so that far ones never crowd out near ones.
NEAREST = 20
#: So many originals fit into one statement's list on any database.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Found:
    """What looks like one photo: ``earlier`` the nearest first, ``later`` by id."""

    earlier: tuple[NearPicture, ...]
    later: tuple[UUID, ...]


def find(session: Session, evidence: Evidence, seen: Seen) -> Found:
    """Every photo of any project that looks like this one. The looks of both must be committed before."""
    alike = near_pictures.find(session, seen)
    earlier = _photos(session, alike, _before(evidence))
    # A later one of the same file finds this one at its own look, which is yet to come or saw it.
    later = _later(session, alike, evidence)
    return Found(tuple(_near(photo, each) for photo, each in earlier), tuple(later))


def standpoint(photo: Evidence) -> Standpoint:
    """Where a photo was taken from, and the view or station that it was asked for."""
    return Standpoint(_view(photo), photo.latitude, photo.longitude, claims_table.heading_deg(photo.claims))


def _view(photo: Evidence) -> str:
    asked = photo.requirement
    if asked is None or not (asked.view or asked.station_m is not None):
        return ""
    return f"{asked.view}@{'' if asked.station_m is None else asked.station_m}"


def _before(evidence: Evidence) -> sa.ColumnElement[bool]:
    return _order() < _order_of(evidence.received_at, evidence.id)


def _order() -> sa.Tuple:
    return sa.tuple_(Evidence.received_at, Evidence.id)


def _order_of(received_at: datetime, evidence_id: UUID) -> sa.Tuple:
    return sa.tuple_(sa.literal(received_at, Evidence.received_at.type), sa.literal(evidence_id, Evidence.id.type))


def _photos(session: Session, alike: Sequence[Alike], among: sa.ColumnElement[bool]) -> list[tuple[Evidence, Alike]]:
    """The photos of the nearest originals, the earliest of each original first."""
    found: list[tuple[Evidence, Alike]] = []
    for portion in _portions(alike, NEAREST):
        known = {each.sha256: each for each in portion}
        query = sa.select(Evidence).where(Evidence.sha256.in_(known), among)
        query = query.options(joinedload(Evidence.project), joinedload(Evidence.requirement)).limit(WEIGHED)
        photos = session.scalars(query.order_by(Evidence.received_at, Evidence.id))
        found += [(photo, known[photo.sha256]) for photo in photos]
        if len(found) >= WEIGHED:
            break
    return sorted(found, key=lambda pair: (pair[1].bits, pair[0].received_at, str(pair[0].id)))


def _later(session: Session, alike: Sequence[Alike], evidence: Evidence) -> Iterable[UUID]:
    after = _order() > _order_of(evidence.received_at, evidence.id)
    for portion in _portions(alike):
        query = sa.select(Evidence.id).where(Evidence.sha256.in_([each.sha256 for each in portion]), after)
        yield from session.scalars(query.order_by(Evidence.id))


def _portions(alike: Sequence[Alike], size: int = AT_ONCE) -> Iterable[Sequence[Alike]]:
    return (alike[begin : begin + size] for begin in range(0, len(alike), size))


def _near(photo: Evidence, alike: Alike) -> NearPicture:
    return NearPicture(
        evidence=str(photo.id),
        bits=alike.bits,
        same_pixels=alike.same_pixels,
        turned=alike.turned,
        project=photo.project.code,
        milestone=str(photo.milestone_id) if photo.milestone_id else None,
        requirement=str(photo.requirement_id) if photo.requirement_id else None,
        stage=photo.stage,
        captured_at=photo.captured_at,
        received_at=photo.received_at,
        standpoint=standpoint(photo),
    )
