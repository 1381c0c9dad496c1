"""What happens on the road before a page is looked at: photos sent, put forward, decided, paid.

Everything goes through the use cases themselves, so that a page is shown what it will meet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID

import sqlalchemy as sa

from evidence.claims import PositionClaim
from evidence.context import Stage
from server import jobs
from server.access import Actor
from server.db import new_id, reading, writing
from server.engines import engines
from server.models import Certificate, Evidence, Milestone, Original, Project, Submission
from server.models.evidence import EvidenceVerdictWord
from server.models.submissions import SubmissionDecisionWord
from server.services import certificates, evidence, evidence_review, progress, submissions
from server.times import utc_now
from tests.photos import jpeg
from tests.programme import OFF_SITE, ON_SITE

SIZE = (640, 480)
_shades = count(1)


def nobody_in_them() -> None:
    """Say that no photo so far shows a face: looking takes longer than all else that is done with a photo."""
    with writing() as session:
        session.execute(sa.update(Original).where(Original.faces.is_(None)).values(faces=[]))


@dataclass(frozen=True)
class Road:
    """The road project and its people; ``actor`` gives a persona signed in."""

    actor: Callable[[str], Actor]

    def milestone(self, code: str = "M1") -> Milestone:
        """One milestone of the road."""
        query = sa.select(Milestone).join(Milestone.project).where(Project.code == "ROAD-1", Milestone.code == code)
        return reading().scalars(query).one()

    def certificate(self, code: str = "M1") -> Certificate:
        """The certificate of one milestone."""
        return (
            reading().scalars(sa.select(Certificate).where(Certificate.milestone_id == self.milestone(code).id)).one()
        )

    def today(self) -> date:
        """The day it is on the road."""
        return progress.today(utc_now(), "Asia/Manila")

    def send(
        self,
        by: str = "inspector",
        *,
        at: tuple[float, float] = ON_SITE,
        taken: datetime | None = None,
        caption: str = "",
        stage: Stage = Stage.DURING,
        file: bytes | None = None,
        device: bool = True,
        milestone: str | None = "M1",
    ) -> UUID:
        """The id of a photo of the milestone, sent as a phone does, its copies made."""
        taken = taken or datetime.now(UTC) - timedelta(minutes=10)
        shade = next(_shades) * 997
        made = file or jpeg(latitude=at[0], longitude=at[1], taken=taken, shade=shade, size=SIZE)
        position = PositionClaim(at[0], at[1], "device", accuracy_m=8.0, confidence=0.95, fixed_at=taken)
        claim = evidence.UploadClaim(
            project="ROAD-1",
            milestone=self.milestone(milestone).id if milestone else None,
            stage=stage,
            caption=caption,
            captured_at=taken if device else None,
            device_position=position if device else None,
            sha256=hashlib.sha256(made).hexdigest(),
        )
        with engines().store.incoming() as incoming:
            incoming.write(made)
            upload = evidence.Upload(evidence_id=new_id(), photo=incoming, claim=claim)
            sent = evidence.receive(self.actor(by), upload, now=utc_now()).evidence.id
        jobs.run_all_due()
        nobody_in_them()
        return sent

    def send_questionable(self, **wanted: object) -> UUID:
        """A photo without any time, which the checks leave to a person."""
        file = jpeg(latitude=ON_SITE[0], longitude=ON_SITE[1], taken=None, shade=next(_shades) * 997, size=SIZE)
        return self.send(file=file, device=False, **wanted)  # type: ignore[arg-type]

    def send_rejected(self, **wanted: object) -> UUID:
        """A photo taken three kilometres away."""
        return self.send(at=OFF_SITE, **wanted)  # type: ignore[arg-type]

    def put_forward(self, by: str = "contractor", code: str = "M1") -> Submission:
        """All photos of the milestone, put forward."""
        return submissions.submit(self.actor(by), self.milestone(code).id, evidence_ids=None, note="", now=utc_now())

    def say(self, photo: UUID, word: EvidenceVerdictWord, *, by: str = "supervisor") -> Evidence:
        """Accept or refuse one photo."""
        return evidence_review.decide(self.actor(by), photo, word, "I stood there myself.", now=utc_now())

    def approve(self, submission: Submission, by: str = "supervisor") -> Submission:
        """Approve what was put forward; the copies that the public sees are made."""
        word = SubmissionDecisionWord.APPROVE
        decided = submissions.decide(
            self.actor(by), submission.id, word, "All is there.", submission.digest, now=utc_now()
        )
        jobs.run_all_due()
        return decided

    def approved(self) -> list[UUID]:
        """The first milestone approved on two verified photos; answers the photos' ids."""
        photos = [self.send(caption="The roadbed"), self.send(caption="The kerb")]
        self.approve(self.put_forward())
        return photos

    def paid(self) -> Certificate:
        """The first milestone approved and its certificate paid."""
        self.approved()
        certificate_id = self.certificate().id
        certificates.certify(self.actor("paymaster"), certificate_id, now=utc_now())
        return certificates.pay(
            self.actor("paymaster"), certificate_id, reference="LDDAP-1", paid_on=self.today(), now=utc_now()
        )
