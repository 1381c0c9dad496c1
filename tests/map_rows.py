"""Rows for the public map, put there past the services: published photos at places of one's choice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from evidence.context import Stage
from geo import quadtile
from server.db import new_id, table_of
from server.models import Evidence, Original, Person, Project
from server.models.evidence import CopiesState, EvidenceState

Place = tuple[float, float]
AT_ONCE = 5000


def photo_rows(session: Session, project: Project, places: Iterable[Place], *, shown: bool) -> list[dict[str, Any]]:
    """One row of evidence for each latitude and longitude; ``shown`` ones are published and on the map."""
    uploader = session.scalars(sa.select(Person.id).limit(1)).one()
    now = datetime.now(UTC)
    return [
        {
            "id": (evidence_id := new_id()),
            "project_id": project.id,
            "stage": Stage.DURING,
            "uploader_id": uploader,
            "sha256": hashlib.sha256(evidence_id.bytes).hexdigest(),
            "claim_digest": "0" * 64,
            "claims": {},
            "latitude": latitude,
            "longitude": longitude,
            "quadtile": quadtile.key(latitude, longitude),
            "captured_at": now,
            "received_at": now,
            "policy": "ph-1",
            "verdict": EvidenceState.VERIFIED,
            "grade": "B",
            "state": EvidenceState.VERIFIED,
            "copies": CopiesState.READY,
            "published_at": now if shown else None,
            "map_key": quadtile.key(latitude, longitude) if shown else None,
        }
        for latitude, longitude in places
    ]


def put_photos(session: Session, project: Project, places: Iterable[Place], *, shown: bool = True) -> None:
    """Insert photos at these places; the numbers of the map are left as they are."""
    insert(session, photo_rows(session, project, places, shown=shown))


def insert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of evidence with their originals."""
    kept = {"size": 1, "media_type": "image/jpeg", "kept_at": datetime.now(UTC)}
    for at in range(0, len(rows), AT_ONCE):
        part = rows[at : at + AT_ONCE]
        originals = [{"sha256": row["sha256"], "storage_key": row["sha256"], **kept} for row in part]
        session.connection().execute(table_of(Original).insert(), originals)
        session.connection().execute(table_of(Evidence).insert(), list(part))
