"""The works of the bench: an installation with two projects, and people with enrolled phones who send photos.

Photos go through ``server.services.evidence.receive`` and the jobs after it, as over HTTP; only the clock is the
bench's, so that days can pass.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from benches.installation import Installation, installation
from evidence.claims import PositionClaim
from evidence.context import Stage
from evidence.findings import Outcome
from server import jobs
from server.access import Actor, HeldRole
from server.db import new_id, reading, writing
from server.engines import engines
from server.models import Evidence, EvidenceFinding, Grant, Milestone, Organisation, Person, Project
from server.models.people import Role
from server.services import devices, evidence
from tests.phones import Phone

ROAD, OTHER = "ROAD-1", "OTHER-1"
#: Signs an envelope: (phone, payload) -> JWS. An honest phone signs what it is given.
Sign = Callable[[Phone, dict[str, Any]], str]


@dataclass(frozen=True, slots=True)
class Inspector:
    """A person with a role on both projects, and a phone that is enrolled."""

    actor: Actor
    phone: Phone


@dataclass(frozen=True, slots=True)
class Fix:
    """What a phone's geolocation says: a place and the radius that holds 95 % of such places, in metres."""

    latitude: float
    longitude: float
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class Said:
    """What is said beside a file. ``signed`` False says it in the open; ``fix`` None says no place at all."""

    captured_at: datetime | None
    received_at: datetime
    fix: Fix | None
    project: str = ROAD
    signed: bool = True
    requirement: bool = False
    heading_deg: float = 90.0


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a photo: its verdict and every finding's outcome with what was measured."""

    verdict: str
    outcomes: dict[str, tuple[Outcome, str | None]]

    @property
    def raised(self) -> frozenset[str]:
        """The checks that warned or failed."""
        return frozenset(
            name for name, (outcome, _measured) in self.outcomes.items() if outcome in (Outcome.WARN, Outcome.FAIL)
        )


class World:
    """One installation, for one class of the bench."""

    def __init__(self, place: Installation, now: datetime) -> None:
        self.now = now
        found = reading().execute(sa.select(Project.code, Project.id)).all()
        self.projects: dict[str, UUID] = {row.code: row.id for row in found}
        milestones = sa.select(Project.code, Milestone.id).join(Milestone, Milestone.project_id == Project.id)
        self._milestones = {
            row.code: row.id for row in reading().execute(milestones.where(Milestone.code == "M1")).all()
        }
        self._agency = reading().scalars(sa.select(Organisation).where(Organisation.code == "agency")).one()
        self._place = place
        reading().rollback()

    def inspector(self) -> Inspector:
        """Somebody new, whose phone has no history."""
        person_id, phone = new_id(), Phone()
        with writing() as session:
            person = Person(
                id=person_id,
                email=f"{person_id}@example.org",
                name="Somebody",
                organisation_id=self._agency.id,
                password_hash="never signs in",
                created_at=self.now,
            )
            session.add(person)
            session.flush()
            session.add_all(
                Grant(person_id=person_id, role=Role.INSPECTOR, project_id=project)
                for project in self.projects.values()
            )
        held = tuple(HeldRole(Role.INSPECTOR, project, None) for project in self.projects.values())
        actor = Actor(person_id, "Somebody", "", self._agency.id, self._agency.name, self._agency.kind, new_id(), held)
        key = phone.public_key
        devices.enrol(actor, devices.OfferedKey(key["x"], key["y"], "Phone", phone.id), now=self.now)
        return Inspector(actor, phone)

    def nonce(self, who: Inspector, now: datetime) -> str:
        """One fresh nonce for somebody's phone."""
        return devices.give_nonces(who.actor, who.phone.id, 1, now=now).nonces[0]

    def send(
        self, who: Inspector, file: bytes, said: Said, *, sign: Sign | None = None, envelope: str | None = None
    ) -> UUID:
        """Send one photo; ``sign`` stands in for the phone's own signing, ``envelope`` for all of it."""
        evidence_id = new_id()
        digest = hashlib.sha256(file).hexdigest()
        if said.signed and envelope is None:
            nonce = self.nonce(who, said.received_at)
            told = payload(evidence_id, digest, nonce, said)
            envelope = sign(who.phone, told) if sign else who.phone.sign(told)
        in_open = not said.signed and envelope is None
        claim = evidence.UploadClaim(
            project=said.project,
            milestone=self._milestones.get(said.project),
            stage=Stage.DURING,
            requirement="during" if said.requirement else None,
            sha256=digest,
            captured_at=said.captured_at if in_open else None,
            device_position=_position(said) if in_open else None,
            envelope=envelope,
        )
        with engines().store.incoming() as incoming:
            incoming.write(file)
            evidence.receive(who.actor, evidence.Upload(evidence_id, incoming, claim), now=said.received_at)
        return evidence_id

    def work(self) -> None:
        """Do every job that waits."""
        jobs.run_all_due()

    def judged(self, evidence_id: UUID) -> Judged:
        """How a photo stands now."""
        reading().rollback()
        verdict = reading().scalar(sa.select(Evidence.verdict).where(Evidence.id == evidence_id))
        rows = reading().scalars(sa.select(EvidenceFinding).where(EvidenceFinding.evidence_id == evidence_id))
        outcomes = {row.name: (row.outcome, row.measured) for row in rows}
        reading().rollback()
        return Judged(verdict.value if verdict else "lost", outcomes)


@contextmanager
def world(now: datetime, database_url: str | None = None) -> Iterator[World]:
    """A fresh installation, taken away afterwards."""
    with installation(database_url) as place:
        yield World(place, now)


def payload(evidence_id: UUID, sha256: str, nonce: str, said: Said) -> dict[str, Any]:
    """What the field app states in an envelope."""
    fix = said.fix
    taken = said.captured_at or said.received_at
    position = (
        None
        if fix is None
        else {
            "latitude": fix.latitude,
            "longitude": fix.longitude,
            "accuracy_m": fix.accuracy_m,
            "confidence": 0.95,
            "fixed_at": taken.isoformat(timespec="milliseconds"),
            "altitude_m": None,
            "altitude_accuracy_m": None,
            "heading_deg": None,
            "speed_mps": None,
        }
    )
    return {
        "v": 1,
        "evidence": str(evidence_id),
        "sha256": sha256,
        "nonce": nonce,
        "app": {"name": "saksi-field", "version": "0.1.0"},
        "source": "camera",
        "captured_at": taken.isoformat(timespec="milliseconds"),
        "clock_offset_ms": 0,
        "position": position,
        "no_position_reason": None if fix else "timeout",
        "orientation": {"heading_deg": said.heading_deg, "pitch_deg": 0.0, "roll_deg": 0.0},
        "camera": {"width": 1280, "height": 960},
        "user_agent": "bench",
    }


def _position(said: Said) -> PositionClaim | None:
    if said.fix is None:
        return None
    fix = said.fix
    return PositionClaim(
        fix.latitude, fix.longitude, "w3c", accuracy_m=fix.accuracy_m, confidence=0.95, fixed_at=said.captured_at
    )
