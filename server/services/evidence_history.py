"""What is on record that bears on a photo just coming in: uses of its bytes, and where its sender was.

Read inside the transaction that records the photo. These are statements of the upload's road; they are built once,
bypass the mapper and read a bounded number of rows by an index each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from evidence.claims import CaptureSource, Claims, PositionClaim
from evidence.context import Capture, EarlierUse, History, StatedPlace
from evidence.findings import ClaimName
from evidence.policy import EvidencePolicy
from evidence.witness import captured_at, usable
from server.db import table_of
from server.models import Evidence, Project
from server.models.evidence import EvidenceState

_evidence, _project = table_of(Evidence), table_of(Project)
_SAME_BYTES = (
    sa.select(
        _evidence.c.id,
        _project.c.code,
        _evidence.c.milestone_id,
        _evidence.c.stage,
        _evidence.c.captured_at,
        _evidence.c.received_at,
    )
    .join(_project, _project.c.id == _evidence.c.project_id)
    .where(_evidence.c.sha256 == sa.bindparam("sha256"))
    .order_by(_evidence.c.received_at)
    .limit(20)
)
_RECENT = (
    sa.select(_evidence.c.claims, _evidence.c.captured_at)
    .where(_evidence.c.uploader_id == sa.bindparam("uploader"), _evidence.c.project_id == sa.bindparam("project"))
    .order_by(_evidence.c.received_at.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)
#: How many of a person's photos to either side are looked at for one that stands and has a place.
_NEIGHBOURS = 4
_taken = _evidence.c.captured_at
_CAPTURED = sa.select(_evidence.c.id, _taken, _evidence.c.state, _evidence.c.claims).where(
    _evidence.c.uploader_id == sa.bindparam("uploader")
)
_BEFORE = (
    _CAPTURED.where(_taken <= sa.bindparam("taken")).order_by(_taken.desc(), _evidence.c.id.desc()).limit(_NEIGHBOURS)
)
_AFTER = _CAPTURED.where(_taken > sa.bindparam("taken")).order_by(_taken, _evidence.c.id).limit(_NEIGHBOURS)
#: A photo that was rejected, most often for its place, is no place that anybody came from.
_FALLEN = frozenset({EvidenceState.REJECTED, EvidenceState.REFUSED})


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose photo it is, for which project, and what it claims."""

    uploader: UUID
    project: UUID
    zone: ZoneInfo
    policy: EvidencePolicy
    claims: Claims


def history_of(connection: Connection, asked: Asked, *, same_bytes_of: str | None) -> History:
    """What is on record; ``same_bytes_of`` is the photo's sha256, None for bytes that were unseen until now."""
    return History(
        same_bytes=() if same_bytes_of is None else tuple(_uses(connection, same_bytes_of)),
        recent_places=tuple(_recent_places(connection, asked)),
        neighbours=tuple(_neighbours(connection, asked)),
    )


def _uses(connection: Connection, sha256: str) -> Iterator[EarlierUse]:
    for use in connection.execute(_SAME_BYTES, {"sha256": sha256}):
        yield EarlierUse(
            evidence=str(use.id),
            project=use.code,
            milestone=str(use.milestone_id) if use.milestone_id else None,
            stage=use.stage.value,
            captured_at=use.captured_at,
            received_at=use.received_at,
        )


def _recent_places(connection: Connection, asked: Asked) -> Iterator[StatedPlace]:
    """The positions of the uploader's latest photos in the project, the file's and the device's."""
    if asked.claims.file.position is None and asked.claims.device.position is None:
        return
    most = asked.policy.repeated_positions + 5
    for row in connection.execute(_RECENT, {"uploader": asked.uploader, "project": asked.project, "most": most}):
        for claim, position, fixed in _stated(row.claims):
            yield StatedPlace(claim, position.latitude, position.longitude, fixed, row.captured_at)


def _stated(claims: Mapping[str, Any]) -> Iterator[tuple[ClaimName, PositionClaim, datetime | None]]:
    """The machines' positions of a claims document, with the instants of their fixes."""
    for claim in (ClaimName.FILE, ClaimName.DEVICE):
        told = claims[claim.value].get("position")
        if told:
            fixed = claims["file"].get("gps_instant") if claim is ClaimName.FILE else told.get("fixed_at")
            position = PositionClaim(
                told["latitude"],
                told["longitude"],
                told["source"],
                accuracy_m=told.get("accuracy_m"),
                confidence=told.get("confidence"),
            )
            yield claim, position, datetime.fromisoformat(fixed) if fixed else None


def _neighbours(connection: Connection, asked: Asked) -> Iterator[Capture]:
    """The person's captures next before and next after this one, as far as they stand and have a machine's place."""
    taken = captured_at(asked.claims, asked.zone)
    if taken is None:
        return
    for query in (_BEFORE, _AFTER):
        with connection.execute(query, {"uploader": asked.uploader, "taken": taken}) as rows:
            found = (_capture(row, asked.policy) for row in rows if row.state not in _FALLEN)
            yield from islice(filter(None, found), 1)


def _capture(row: Any, policy: EvidencePolicy) -> Capture | None:
    places = usable([(claim, position) for claim, position, _fixed in _stated(row.claims)], policy)
    if not places:
        return None
    clock, assumed = _clock(row.claims)
    position = places[0].position
    return Capture(str(row.id), row.captured_at, position.latitude, position.longitude, places[0].r68_m, clock, assumed)


def _clock(claims: Mapping[str, Any]) -> tuple[str | None, bool]:
    """By whose clock the photo was dated, and whether its zone was assumed: as ``evidence.witness`` chooses them."""
    file, device = claims["file"], claims["device"]
    envelope = device.get("envelope") or {}
    stated = bool(file["time"] and file["time"]["instant"])
    witnessed = device["captured_at"] is not None and envelope.get("source") != CaptureSource.GALLERY.value
    if witnessed and not stated:
        return envelope.get("device"), False
    return " ".join(filter(None, (file.get("make"), file.get("model")))) or None, not stated
