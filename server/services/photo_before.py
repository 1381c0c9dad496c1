"""The photo from before the works that shows the same view as one taken later.

First by the fixed view or the station that both were asked for; else by place and heading, the nearest first. Reading
only, by index: a project may have thousands of photos.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from evidence.context import Stage
from geo.position import LocalPlane, geodesic_m
from server import claims_table
from server.db import reading
from server.models import Evidence, Milestone, Requirement
from server.models.evidence import HOLDS, CopiesState

#: A photo from before shows the same place within this many metres, and the same way within this angle.
NEAR_M, SAME_WAY_DEG = 40.0, 50.0
#: Who was asked for the same view stood within so many metres, as far as positions tell.
SAME_VIEW_M = 100.0
#: Turning by so many degrees counts as much as standing a metre off.
DEG_PER_M = 3.0
#: Of those around, so many are weighed.
WEIGHED = 200
#: Written into the statement, so that the index of only these photos is used.
_BEFORE: sa.ColumnElement[str] = sa.literal_column(f"'{Stage.BEFORE.value}'")
_SHOWN = (Evidence.state.in_(sorted(HOLDS)), Evidence.copies == CopiesState.READY)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A photo of the same view from before. ``view`` names the fixed view; without it the two are only near.

    ``metres`` is how far apart the cameras stood and ``turned_deg`` how differently they looked, where known.
    """

    evidence_id: UUID
    captured_at: datetime | None
    view: str
    metres: float | None
    turned_deg: float | None


def of(photo: Evidence) -> Earlier | None:
    """The best photo from before for this one; None where there is none, or where this is itself from before."""
    if photo.stage is Stage.BEFORE:
        return None
    asked = photo.requirement
    found = _of_view(photo, asked) if asked and (asked.view or asked.station_m is not None) else None
    if found is not None and asked is not None:
        return _earlier(photo, found, asked.view or asked.title)
    near = _nearest(photo)
    return None if near is None else _earlier(photo, near, "")


def _of_view(photo: Evidence, asked: Requirement) -> Evidence | None:
    """The nearest that was asked for from the same view or at the same station, the newest where several are.

    One name may stand for a view at every station of a road: what lies far off is not the same.
    """
    same = Requirement.view == asked.view if asked.view else Requirement.station_m == asked.station_m
    if asked.view and asked.station_m is not None:
        same &= sa.or_(Requirement.station_m.is_(None), Requirement.station_m == asked.station_m)
    query = (
        sa.select(Evidence)
        .join(Requirement, Requirement.id == Evidence.requirement_id)
        .join(Milestone, Milestone.id == Requirement.milestone_id)
        .where(Milestone.project_id == photo.project_id, Requirement.stage == Stage.BEFORE, same, *_SHOWN)
    )
    found = reading().scalars(query.order_by(Evidence.captured_at.desc(), Evidence.id.desc()).limit(WEIGHED))
    apart = [(metres is None, metres or 0.0, each) for each in found for metres in [_metres(photo, each)]]
    fitting = [each for each in apart if each[1] <= SAME_VIEW_M]
    return min(fitting, key=lambda each: each[:2])[2] if fitting else None


def _nearest(photo: Evidence) -> Evidence | None:
    """The one that stands nearest and looks the same way, as far as both say."""
    if photo.latitude is None or photo.longitude is None:
        return None
    south_west, north_east = _box(photo.latitude, photo.longitude)
    query = sa.select(Evidence).where(
        Evidence.project_id == photo.project_id,
        Evidence.stage == _BEFORE,
        Evidence.latitude.between(south_west[0], north_east[0]),
        Evidence.longitude.between(south_west[1], north_east[1]),
        *_SHOWN,
    )
    around = reading().scalars(query.limit(WEIGHED)).all()
    fitting = [(weight, str(each.id), each) for each in around if (weight := _unlike(photo, each)) is not None]
    return min(fitting)[2] if fitting else None


def _box(latitude: float, longitude: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """South-west and north-east corners so far around a place; across ±180° it ends there."""
    plane = LocalPlane(latitude, longitude)
    return plane.to_geographic(-NEAR_M, -NEAR_M), plane.to_geographic(NEAR_M, NEAR_M)


def _unlike(photo: Evidence, other: Evidence) -> float | None:
    """How little two views are alike, in metres; None where they are not of the same place or way."""
    metres, turned = _metres(photo, other), _turned(photo, other)
    if metres is None or metres > NEAR_M or (turned is not None and turned > SAME_WAY_DEG):
        return None
    # A photo that does not say where it looks may look anywhere: those that do come first.
    return metres + (SAME_WAY_DEG if turned is None else turned) / DEG_PER_M


def _metres(photo: Evidence, other: Evidence) -> float | None:
    if photo.latitude is None or photo.longitude is None or other.latitude is None or other.longitude is None:
        return None
    return geodesic_m(photo.latitude, photo.longitude, other.latitude, other.longitude)


def _turned(photo: Evidence, other: Evidence) -> float | None:
    """The angle between two headings, 0 to 180 degrees."""
    one, two = claims_table.heading_deg(photo.claims), claims_table.heading_deg(other.claims)
    return None if one is None or two is None else abs((one - two + 180) % 360 - 180)


def _earlier(photo: Evidence, other: Evidence, view: str) -> Earlier:
    return Earlier(other.id, other.captured_at, view, _metres(photo, other), _turned(photo, other))
