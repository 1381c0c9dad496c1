"""Photos that stand for a requirement with a view or a station, after they were sent."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from server.db import writing
from server.models import Evidence, Requirement


def at_view(view: str, *photos: UUID, station_m: float | None = None) -> None:
    """Let these photos be of a view of their milestone, each by a requirement of its stage, as plans are made."""
    with writing() as session:
        for place, photo in enumerate(session.scalars(sa.select(Evidence).where(Evidence.id.in_(photos)))):
            code = f"{view[:20]}-{station_m}-{photo.stage.value}-{place}"
            requirement = Requirement(
                milestone_id=photo.milestone_id,
                code=code[:40],
                stage=photo.stage,
                title="The view",
                view=view,
                station_m=station_m,
            )
            session.add(requirement)
            session.flush()
            photo.requirement_id = requirement.id
