"""What the page tells of the areas that a photo hides from the public. Reading only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from server.access import READERS, Actor, require
from server.db import reading
from server.models import Evidence, Project
from server.models.evidence import CopiesState
from server.services import redaction_areas, redactions, review_photo
from server.services.duties import no_such
from server.services.redaction_areas import Area


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One area: its number on the page, and its edges as they are drawn, in hundredths of the picture.

    ``exact`` are the edges by which a machine's area is named, in parts of the picture.
    """

    number: int
    area: Area
    left: float
    top: float
    width: float
    height: float
    exact: tuple[float, float, float, float] | None


@dataclass(frozen=True, slots=True)
class HiddenPage:
    """A photo with its areas; ``looked`` is False while no machine looked for faces, ``ratio`` is width by height."""

    photo: Evidence
    project: Project
    areas: list[AreaLine]
    looked: bool
    ratio: float
    why_not: str | None

    @property
    def hidden(self) -> int:
        """How many areas are hidden."""
        return sum(line.area.hidden for line in self.areas)


def page(actor: Actor, evidence_id: UUID) -> HiddenPage:
    """The areas of one photo, for someone with a role on its project.

    Raises:
        Problem: ``not-found`` or ``not-allowed``.
    """
    photo = reading().scalar(review_photo.whole().where(Evidence.id == evidence_id))
    if photo is None:
        raise no_such("photo")
    require(actor, photo.project, READERS)
    return HiddenPage(
        photo=photo,
        project=photo.project,
        areas=lines(photo),
        looked=photo.original.faces is not None,
        ratio=_ratio(photo),
        why_not=redactions.why_not(actor, photo),
    )


def lines(photo: Evidence) -> list[AreaLine]:
    """The areas of a photo, numbered."""
    if photo.copies is not CopiesState.READY:
        return []
    return [_line(number, area) for number, area in enumerate(redaction_areas.areas_of(reading(), photo), 1)]


def _line(number: int, area: Area) -> AreaLine:
    left, top, width, height = (round(100 * edge, 2) for edge in redaction_areas.rounded(area.box))
    exact = redaction_areas.rounded(area.face.box) if area.face else None
    return AreaLine(number, area, left, top, width, height, exact)


def _ratio(photo: Evidence) -> float:
    """Width by height, as the file says; only the shape of a label depends on it."""
    file = photo.claims.get("file") or {}
    width, height = file.get("width"), file.get("height")
    return min(4.0, max(0.25, width / height)) if width and height else 4 / 3
