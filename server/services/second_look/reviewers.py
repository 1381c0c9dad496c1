"""Who may look a second time: people of an organisation that had no part in what is looked at.

First the auditors of oversight bodies, those of the project's own agency's watch before others; where there are none,
supervisors who work for another agency. Builders never. Among those who may, the seed decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from evidence.second_look import Candidate, rank
from server.models import (
    Evidence,
    EvidenceDecision,
    Grant,
    Organisation,
    Person,
    Project,
    Submission,
    SubmissionItem,
    SubmissionParty,
)
from server.models.people import OrganisationKind, Role

#: Whoever holds none of these any more was asked for nothing.
REVIEWERS = frozenset({Role.AUDITOR, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Someone who may be asked, and the agencies whose auditor they are."""

    person_id: UUID
    organisation_id: UUID
    agencies: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Pool:
    """Everyone who may be asked about something: auditors of oversight bodies, and other agencies' supervisors."""

    auditors: Sequence[Reviewer]
    supervisors: Sequence[Reviewer]

    def chosen(
        self, candidate: Candidate, parties: frozenset[UUID], agency_id: UUID, *, seed: bytes, period: str
    ) -> Reviewer | None:
        """Who looks at it; None where everyone is of an organisation that had a part in it."""
        for fitting in self._in_order(agency_id):
            free = [each for each in fitting if each.organisation_id not in parties]
            if free:
                return min(free, key=lambda each: rank(seed, period, candidate, each.person_id))
        return None

    def _in_order(self, agency_id: UUID) -> Iterable[Sequence[Reviewer]]:
        yield [each for each in self.auditors if agency_id in each.agencies]
        yield self.auditors
        yield self.supervisors


def pool(session: Session) -> Pool:
    """Everyone whose account is open and who holds the role now."""
    agencies: dict[tuple[UUID, UUID], set[UUID]] = defaultdict(set)
    for person_id, organisation_id, agency_id in session.execute(_holding(Role.AUDITOR, OrganisationKind.OVERSIGHT)):
        if agency_id is not None:
            agencies[person_id, organisation_id].add(agency_id)
    auditors = [Reviewer(*who, frozenset(watched)) for who, watched in agencies.items()]
    others = session.execute(_holding(Role.SUPERVISOR, OrganisationKind.AGENCY))
    supervisors = {row.id: Reviewer(row.id, row.organisation_id) for row in others}
    return Pool(auditors, list(supervisors.values()))


def _holding(role: Role, kind: OrganisationKind) -> sa.Select[UUID, UUID, UUID | None]:
    query = sa.select(Person.id, Person.organisation_id, Grant.agency_id).join(Grant, Grant.person_id == Person.id)
    query = query.join(Organisation, Organisation.id == Person.organisation_id)
    return query.where(Grant.role == role, Organisation.kind == kind, Person.disabled_at.is_(None))


def parties_to_photo(session: Session, photo: Evidence) -> frozenset[UUID]:
    """The organisations that had a part in a photo: who sent it, decided on it, or on what it was put forward in."""
    decided = sa.select(EvidenceDecision.decider_organisation_id).where(EvidenceDecision.evidence_id == photo.id)
    forward = sa.select(SubmissionItem.submission_id).where(SubmissionItem.evidence_id == photo.id)
    inside = sa.select(SubmissionParty.organisation_id).where(SubmissionParty.submission_id.in_(forward))
    found = frozenset(session.scalars(sa.union(decided, inside)))
    return found | _owners(photo.project) | {photo.uploader.organisation_id}


def parties_to_submission(session: Session, submission: Submission) -> frozenset[UUID]:
    """The organisations that had a part in what was approved: who took, put forward or decided, agency and builder."""
    inside = sa.select(SubmissionParty.organisation_id).where(SubmissionParty.submission_id == submission.id)
    owners = _owners(submission.milestone.project) | {submission.contractor_id, submission.submitter.organisation_id}
    return frozenset(session.scalars(inside)) | owners


def _owners(project: Project) -> frozenset[UUID]:
    supplier = {project.contract.supplier_id} if project.contract else set()
    return frozenset({project.agency_id} | supplier)
