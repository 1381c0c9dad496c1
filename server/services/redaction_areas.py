"""The areas of a photo that its public copies hide: those a machine found, and what people said of them.

Reading only; ``redactions`` changes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from evidence.redaction import Box, Face
from server.engines import engines
from server.models import Evidence, Redaction
from server.models.redactions import RedactionKind
from server.services import faces


@dataclass(frozen=True, slots=True)
class Area:
    """One area as it is hidden, or shown by a person's choice; ``row`` is a person's word, ``face`` a machine's."""

    box: Box
    hidden: bool
    face: Face | None
    row: Redaction | None


def areas_of(session: Session, photo: Evidence) -> list[Area]:
    """Every area of a photo, hidden or shown: what the machine found first, then what people hid."""
    return areas(faces.known(photo.original) or (), standing(session, photo.id))


def areas(found: Iterable[Face], rows: Sequence[Redaction]) -> list[Area]:
    """As ``areas_of``, of these faces and these standing words."""
    settings = engines().settings.privacy
    shown = {_exact(row): row for row in rows if row.kind is RedactionKind.SHOWN}
    surely = [face for face in found if face.score * 100 >= settings.face_threshold]
    by_machine = [
        Area(face.box.padded(settings.face_padding / 100), row is None, face, row)
        for face, row in ((face, shown.get(rounded(face.box))) for face in surely)
    ]
    return by_machine + [Area(box_of(row), True, None, row) for row in rows if row.kind is RedactionKind.HIDDEN]


def standing(session: Session, evidence_id: UUID) -> Sequence[Redaction]:
    """What was said of a photo's areas and not undone, in the order of saying."""
    query = sa.select(Redaction).where(Redaction.evidence_id == evidence_id, Redaction.undone_at.is_(None))
    return session.scalars(query.options(joinedload(Redaction.maker)).order_by(Redaction.made_at, Redaction.id)).all()


def box_of(row: Redaction) -> Box:
    """The area that a row is about."""
    return Box(row.x, row.y, row.width, row.height)


def _exact(row: Redaction) -> tuple[float, float, float, float]:
    return rounded(box_of(row))


def rounded(box: Box) -> tuple[float, float, float, float]:
    """An area to the ten thousandth of the picture, as it is kept."""
    return round(box.left, 4), round(box.top, 4), round(box.width, 4), round(box.height, 4)
