"""The road project of the tests, seen through its money: photos put there directly, steps by persona.

Photos are rows without files, as nothing here looks at pictures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from evidence.context import Stage
from server.access import Actor
from server.db import new_id, reading, writing
from server.models import (
    Certificate,
    Contract,
    CustodyEvent,
    Evidence,
    Grant,
    Milestone,
    Organisation,
    Original,
    Person,
    Project,
    Requirement,
    Site,
    Submission,
    SubmissionParty,
)
from server.models.evidence import CopiesState, EvidenceState, EvidenceVerdictWord
from server.models.people import Role
from server.models.submissions import SubmissionDecisionWord
from server.problems import Problem
from server.services import certificates, evidence_review, submissions
from server.services.progress import today

APPROVE, RETURN, REJECT = SubmissionDecisionWord
ACCEPT, REFUSE = EvidenceVerdictWord
CODE = "ROAD-1"


def refused_as(name: str) -> AbstractContextManager[pytest.ExceptionInfo[Problem]]:
    """The block must be refused with the problem of this name."""
    return pytest.raises(Problem, check=lambda problem: problem.name == name)


@dataclass
class Road:
    """One project and its people; every step is taken by a persona at ``now``."""

    actor: Callable[[str], Actor]
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    # -- what is there --

    @property
    def project(self) -> Project:
        """The road."""
        return reading().scalars(sa.select(Project).where(Project.code == CODE)).one()

    @property
    def today(self) -> Any:
        """The day at the road."""
        return today(self.now, "Asia/Manila")

    def milestone(self, code: str = "M1") -> Milestone:
        """A milestone as it stands now."""
        reading().rollback()
        return reading().scalars(sa.select(Milestone).where(Milestone.code == code)).one()

    def certificate(self, code: str = "M1") -> Certificate:
        """A milestone's certificate as it stands now."""
        milestone_id = self.milestone(code).id
        return reading().scalars(sa.select(Certificate).where(Certificate.milestone_id == milestone_id)).one()

    def evidence(self, photo: UUID) -> Evidence:
        """A photo's record as it stands now."""
        reading().rollback()
        return reading().get_one(Evidence, photo)

    def person(self, name: str) -> Person:
        """A persona's record."""
        return reading().get_one(Person, self.actor(name).person_id)

    def parts(self, submission: Submission) -> dict[str, str]:
        """Who has which part in a submission, by name."""
        rows = reading().execute(
            sa.select(Person.name, SubmissionParty.part)
            .join(Person, Person.id == SubmissionParty.person_id)
            .where(SubmissionParty.submission_id == submission.id)
        )
        return {name: part.value for name, part in rows}

    def events(self, action: str) -> list[CustodyEvent]:
        """The custody events of one kind, oldest first."""
        query = sa.select(CustodyEvent).where(CustodyEvent.action == action).order_by(CustodyEvent.sequence)
        return list(reading().scalars(query))

    # -- putting things there --

    def photo(
        self,
        state: EvidenceState = EvidenceState.VERIFIED,
        *,
        by: str = "inspector",
        milestone: str = "M1",
        requirement: str | None = "during",
        stage: Stage = Stage.DURING,
        sha256: str | None = None,
        captured_at: datetime | None = None,
        copies: CopiesState = CopiesState.READY,
    ) -> UUID:
        """Put one photo on the road as if it had been received; answers its id."""
        evidence_id, owner = new_id(), self.milestone(milestone)
        sha256 = sha256 or hashlib.sha256(evidence_id.bytes).hexdigest()
        uploader_id = self.actor(by).person_id
        with writing() as session:
            if session.get(Original, sha256) is None:
                kept = {"size": 1, "media_type": "image/jpeg", "storage_key": sha256, "kept_at": self.now}
                session.add(Original(sha256=sha256, **kept))
                session.flush()
            named = sa.select(Requirement.id).where(
                Requirement.milestone_id == owner.id, Requirement.code == requirement
            )
            session.add(
                Evidence(
                    id=evidence_id,
                    project_id=owner.project_id,
                    milestone_id=owner.id,
                    requirement_id=session.scalar(named),
                    stage=stage,
                    uploader_id=uploader_id,
                    sha256=sha256,
                    claim_digest=hashlib.sha256(b"claim").hexdigest(),
                    claims={},
                    captured_at=captured_at,
                    received_at=self.now,
                    policy="ph-1",
                    verdict=state,
                    grade="B",
                    state=state,
                    copies=copies,
                )
            )
        return evidence_id

    def photos(self, count: int = 2, **wanted: Any) -> list[UUID]:
        """Put several photos there."""
        return [self.photo(**wanted) for _ in range(count)]

    def change(self, row: type[Any], values: dict[str, Any], *where: Any) -> None:
        """Change records past the services, to set a scene."""
        with writing() as session:
            for found in session.scalars(sa.select(row).where(*where)):
                for name, value in values.items():
                    setattr(found, name, value)

    def hire(self, name: str, organisation: str, role: Role) -> Actor:
        """A person of their own making, with a role on the road; answers them as an actor."""
        with writing() as session:
            employer = session.scalars(sa.select(Organisation).where(Organisation.code == organisation)).one()
            hired = Person(
                email=f"{name}@hired.example.org",
                name=name,
                organisation_id=employer.id,
                password_hash="-",
                created_at=self.now,
            )
            session.add(hired)
            session.flush()
            session.add(Grant(person_id=hired.id, role=role, project_id=self.project.id))
            hired_id, kind, employer_id = hired.id, employer.kind, employer.id
        like = self.actor("supervisor")
        return Actor(
            person_id=hired_id,
            name=name,
            email=f"{name}@hired.example.org",
            organisation_id=employer_id,
            organisation_name=organisation,
            organisation_kind=kind,
            session_id=like.session_id,
            held=tuple(type(held)(role, held.project_id, None) for held in like.held),
        )

    def site_changed_by(self, name: str) -> None:
        """Let a persona be the one who drew the site's shape."""
        self.change(Site, {"changed_by": self.actor(name).person_id}, Site.project_id == self.project.id)

    def worth(self, amount_minor: int, milestone: str = "M1") -> None:
        """Make a milestone worth this much, and the contract large enough."""
        self.change(Milestone, {"amount_minor": amount_minor}, Milestone.code == milestone)
        self.change(Contract, {"value_minor": 10 * amount_minor}, Contract.project_id == self.project.id)

    # -- steps --

    def submit(self, by: str = "inspector", milestone: str = "M1", **wanted: Any) -> Submission:
        """Put a milestone's photos forward."""
        return submissions.submit(self.actor(by), self.milestone(milestone).id, now=self.now, **wanted)

    def decide(
        self, submission: Submission, word: SubmissionDecisionWord = APPROVE, by: str | Actor = "supervisor"
    ) -> Submission:
        """Decide on a submission with the digest it has."""
        actor = self.actor(by) if isinstance(by, str) else by
        return submissions.decide(actor, submission.id, word, "Seen on site.", submission.digest, now=self.now)

    def review(
        self, photo: UUID, word: EvidenceVerdictWord, by: str | Actor = "supervisor", reason: str = "I looked."
    ) -> Evidence:
        """Accept or refuse a photo."""
        actor = self.actor(by) if isinstance(by, str) else by
        return evidence_review.decide(actor, photo, word, reason, now=self.now)

    def approved(self, milestone: str = "M1", by: str = "supervisor") -> Submission:
        """Bring a milestone to its approval: two photos, put forward, approved."""
        self.photos(2, milestone=milestone)
        return self.decide(self.submit(milestone=milestone), by=by)

    def certified(self, milestone: str = "M1", by: str = "paymaster") -> Certificate:
        """Bring a milestone to its certified certificate."""
        self.approved(milestone)
        return certificates.certify(self.actor(by), self.certificate(milestone).id, now=self.now)

    def pay(self, certificate: Certificate, by: str | Actor = "paymaster", **stated: Any) -> Certificate:
        """Pay a certificate today."""
        actor = self.actor(by) if isinstance(by, str) else by
        stated = {"reference": "CHQ-1", "paid_on": self.today} | stated
        return certificates.pay(actor, certificate.id, now=self.now, **stated)

    def paid(self, milestone: str = "M1") -> Certificate:
        """Bring a milestone to its payment."""
        return self.pay(self.certified(milestone))

    def later(self, **span: float) -> datetime:
        """Let time pass; answers the new now."""
        self.now += timedelta(**span)
        return self.now
