"""What waits for one person, asked of the tables: one question for each kind of thing, over all their projects.

Each question begins at the person's own projects and walks an index of what waits there. It stops at ``MOST`` things,
the oldest, so that a list answers however much has piled up. What a person may not decide (their own photos, what they
have decided, the works that their own organisation is paid for) does not wait for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from server.access import Actor
from server.db import reading
from server.engines import engines
from server.models import (
    Appeal,
    Area,
    Certificate,
    Contract,
    ContractVariation,
    Dispute,
    Evidence,
    EvidenceDecision,
    Milestone,
    Organisation,
    Person,
    Project,
    Submission,
    SubmissionItem,
    SubmissionParty,
)
from server.models.evidence import EvidenceState
from server.models.payments import CertificateState
from server.models.people import OrganisationKind, Role
from server.models.submissions import Part, SubmissionState
from server.money import WHOLE_BP
from server.services import projects
from server.services.submissions import OPEN_FOR_SUBMISSION, PRESENTABLE, SUBMITTERS
from server.services.waiting.things import AtMilestone, AtProject, Kind, Target, Waiting

#: So many of each kind are looked at, the oldest first.
MOST = 5000
AT_PROJECT: tuple[Any, ...] = (
    Project.id,
    Project.code,
    Project.title,
    Area.path,
    Project.time_zone,
    Project.policy,
    Project.working_days,
    Project.currency,
)
AT_MILESTONE: tuple[Any, ...] = (
    Milestone.id,
    Milestone.code,
    Milestone.title,
    Milestone.amount_minor,
    Milestone.ends_on,
    Milestone.state,
)
#: A question for things, whose first columns are those of a project and a milestone.
Question = sa.Select[*tuple[Any, ...]]
PAYABLE = (CertificateState.UNLOCKED, CertificateState.CERTIFIED)


def gathered(actor: Actor) -> list[Waiting]:
    """Everything that waits for this person, in no order."""
    asked = {
        Role.SUPERVISOR: (_submissions, _photos, _appeals),
        Role.PAYMASTER: (_certificates,),
        Role.ADMINISTRATOR: (_disputes,),
    }
    questions: list[Callable[[Actor], Iterable[Waiting]]] = []
    for role, belonging in asked.items():
        questions += belonging if role in actor.roles else ()
    if actor.roles & SUBMITTERS:
        questions.append(_presentable)
    return [thing for question in questions for thing in question(actor)]


# -- for supervisors ---------------------------------------------------------------------------


def _submissions(actor: Actor) -> Iterable[Waiting]:
    mine = SubmissionParty.submission_id == Submission.id, SubmissionParty.person_id == actor.person_id
    photos = sa.select(sa.func.count()).where(SubmissionItem.submission_id == Submission.id).scalar_subquery()
    query = (
        sa.select(*AT_PROJECT, *AT_MILESTONE, Submission.submitted_at, photos, Organisation.name)
        .join_from(Submission, Milestone, Milestone.id == Submission.milestone_id)
        .join(Milestone.project)
        .join(Project.area)
        .join(Organisation, Organisation.id == Submission.contractor_id)
        .where(projects.held_by(actor, {Role.SUPERVISOR}), Submission.state == SubmissionState.PENDING)
        .where(not_builder(actor), ~sa.exists().where(*mine))
    )
    for row in _oldest(query, Submission.submitted_at):
        since, number, organisation = row[14:]
        yield _of_milestone(Kind.DECIDE, row, since, number=number, organisations={organisation})


def _photos(actor: Actor) -> Iterable[Waiting]:
    """Photos that need review, those of one milestone together; those under appeal are told one by one."""
    groups: dict[tuple[UUID, UUID | None], Waiting] = {}
    for row in _oldest(*_photo_groups(actor)):
        number, since, grade, organisation = row[14:]
        key = (row[0], row[8])
        group = groups.get(key)
        if group is None:
            group = groups[key] = _of_milestone(Kind.PHOTOS, row, since)
        group.number += number
        group.grade = max(group.grade or "", grade)
        group.organisations.add(organisation)
    return groups.values()


def _photo_groups(actor: Actor) -> tuple[Question, sa.ColumnElement[datetime]]:
    """Counted by project, milestone and uploader in the index alone, and joined to their names afterwards."""
    keys = (Evidence.project_id, Evidence.milestone_id, Evidence.uploader_id)
    since = sa.func.min(Evidence.received_at, type_=Evidence.received_at.type).label("since")
    weakest = sa.func.max(Evidence.grade).label("grade")
    counted = (
        sa.select(*keys, sa.func.count().label("number"), since, weakest)
        .join(Evidence.project)
        .where(reviewable(actor), ~_appealed())
        .group_by(*keys)
        .subquery()
    )
    told = (counted.c.number, counted.c.since, counted.c.grade, Organisation.name)
    query = (
        sa.select(*AT_PROJECT, *AT_MILESTONE, *told)
        .select_from(counted)
        .join(Project, Project.id == counted.c.project_id)
        .join(Project.area)
        .join(Milestone, Milestone.id == counted.c.milestone_id, isouter=True)
        .join(Person, Person.id == counted.c.uploader_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
    )
    return query, counted.c.since


def _appeals(actor: Actor) -> Iterable[Waiting]:
    mine = EvidenceDecision.evidence_id == Evidence.id, EvidenceDecision.decided_by == actor.person_id
    told = (Evidence.id, Appeal.appealed_at, Evidence.grade, Organisation.name, Appeal.reason)
    query = (
        sa.select(*AT_PROJECT, *AT_MILESTONE, *told)
        .join_from(Evidence, Project, Project.id == Evidence.project_id)
        .join(Project.area)
        .join(Appeal, Appeal.evidence_id == Evidence.id)
        .join(Milestone, Milestone.id == Evidence.milestone_id, isouter=True)
        .join(Person, Person.id == Evidence.uploader_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(reviewable(actor), ~sa.exists().where(*mine))
    )
    for row in _oldest(query, Appeal.appealed_at):
        photo, since, grade, organisation, reason = row[14:]
        thing = _of_milestone(Kind.APPEAL, row, since, number=1, organisations={organisation})
        thing.target, thing.page_id, thing.grade, thing.words = Target.PHOTO, photo, grade, reason
        yield thing


def reviewable(actor: Actor) -> sa.ColumnElement[bool]:
    """Photos, joined to their projects, on which a person may say a word: needing one, and not their own."""
    # Written out, so that every engine sees that the index of such photos holds them all.
    needs = (
        Evidence.state == sa.literal_column(f"'{EvidenceState.NEEDS_REVIEW.value}'"),
        Evidence.uploader_id != actor.person_id,
    )
    return sa.and_(projects.held_by(actor, {Role.SUPERVISOR}), *needs, not_builder(actor))


def _appealed() -> sa.ColumnElement[bool]:
    return sa.exists().where(Appeal.evidence_id == Evidence.id)


def not_builder(actor: Actor) -> sa.ColumnElement[bool]:
    """That the person is not of those who are paid for the project's works, who decide nothing on it."""
    if actor.organisation_kind is OrganisationKind.SUBCONTRACTOR:
        return sa.false()
    own = Contract.project_id == Project.id, Contract.supplier_id == actor.organisation_id
    return ~sa.exists().where(*own)


# -- for paymasters and administrators ---------------------------------------------------------


def _certificates(actor: Actor) -> Iterable[Waiting]:
    """Certificates to certify or to pay; those that wait for something else come last in every order."""
    party = aliased(SubmissionParty)
    other_part = (
        party.submission_id == Certificate.submission_id,
        party.person_id == actor.person_id,
        party.part != Part.PAYMASTER,
    )
    told = (Certificate.id, Certificate.state, Certificate.unlocked_at, Certificate.certified_at)
    open_dispute = sa.exists().where(Dispute.certificate_id == Certificate.id, Dispute.settled_at.is_(None))
    query = (
        sa.select(*AT_PROJECT, *AT_MILESTONE, *told, Certificate.net_minor, Certificate.policy, open_dispute)
        .join_from(Certificate, Milestone, Milestone.id == Certificate.milestone_id)
        .join(Milestone.project)
        .join(Project.area)
        .where(projects.held_by(actor, {Role.PAYMASTER}), Certificate.state.in_(PAYABLE))
        .where(not_builder(actor), ~sa.exists().where(*other_part))
    )
    found = [_certificate(row) for row in _oldest(query, Certificate.unlocked_at)]
    unbegun = _without_payments({each.project.id: each.policy or "" for each in found if each.kind is Kind.CERTIFY})
    for thing in found:
        thing.later = thing.disputed if thing.kind is Kind.PAY else thing.project.id in unbegun
    return found


def _certificate(row: Sequence[Any]) -> Waiting:
    certificate, state, unlocked_at, certified_at, net_minor, policy, disputed = row[14:]
    kind, since = (Kind.PAY, certified_at) if state is CertificateState.CERTIFIED else (Kind.CERTIFY, unlocked_at)
    thing = _of_milestone(kind, row, since)
    thing.target, thing.page_id, thing.amount_minor = Target.CERTIFICATE, certificate, net_minor
    thing.policy, thing.disputed = policy, bool(disputed)
    return thing


def _without_payments(policies: dict[UUID, str]) -> set[UUID]:
    """The projects on which progress payments have not begun: ``reckoning.awaited`` for many at once."""
    if not policies:
        return set()
    unlocked = sa.case((Certificate.state != CertificateState.LOCKED, Certificate.gross_minor), else_=0)
    locked = sa.case((Certificate.state == CertificateState.LOCKED, 1), else_=0)
    more = (
        sa.select(sa.func.coalesce(sa.func.sum(ContractVariation.amount_minor), 0))
        .where(ContractVariation.contract_id == Contract.id)
        .scalar_subquery()
    )
    value = sa.func.max(Contract.value_minor + more)
    query = (
        sa.select(Milestone.project_id, sa.func.sum(unlocked), sa.func.sum(locked), value)
        .join_from(Milestone, Certificate, Certificate.milestone_id == Milestone.id)
        .join(Contract, Contract.project_id == Milestone.project_id)
        .where(Milestone.project_id.in_(list(policies)))
        .group_by(Milestone.project_id)
    )
    return {
        project_id
        for project_id, done_minor, still_locked, value_minor in reading().execute(query)
        if still_locked and done_minor * WHOLE_BP < value_minor * _first_share_bp(policies[project_id])
    }


def _first_share_bp(policy: str) -> int:
    return engines().policies.get(policy).money.first_payment_min_share_bp if policy else 0


def _disputes(actor: Actor) -> Iterable[Waiting]:
    """Open disputes that this person did not raise."""
    told = (Dispute.raised_at, Certificate.id, Certificate.net_minor, Dispute.reason, Organisation.name)
    query = (
        sa.select(*AT_PROJECT, *AT_MILESTONE, *told)
        .join_from(Dispute, Certificate, Certificate.id == Dispute.certificate_id)
        .join(Milestone, Milestone.id == Certificate.milestone_id)
        .join(Milestone.project)
        .join(Project.area)
        .join(Person, Person.id == Dispute.raised_by)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(projects.held_by(actor, {Role.ADMINISTRATOR}), not_builder(actor))
        .where(Dispute.settled_at.is_(None), Dispute.raised_by != actor.person_id)
    )
    for row in _oldest(query, Dispute.raised_at):
        since, certificate, net_minor, reason, organisation = row[14:]
        thing = _of_milestone(Kind.DISPUTE, row, since, organisations={organisation})
        thing.target, thing.page_id, thing.amount_minor, thing.words = (
            Target.CERTIFICATE,
            certificate,
            net_minor,
            reason,
        )
        yield thing


# -- for those who put forward -----------------------------------------------------------------


def _presentable(actor: Actor) -> Iterable[Waiting]:
    """Open milestones that have photos which can be put forward; they wait from their last planned day on."""
    photos = (
        sa.select(sa.func.count())
        .where(Evidence.milestone_id == Milestone.id, Evidence.state.in_(PRESENTABLE))
        .scalar_subquery()
    )
    query = (
        sa.select(*AT_PROJECT, *AT_MILESTONE, photos)
        .join_from(Milestone, Project, Project.id == Milestone.project_id)
        .join(Project.area)
        .where(projects.held_by(actor, SUBMITTERS), Milestone.state.in_(OPEN_FOR_SUBMISSION))
        .where(sa.exists().where(Evidence.milestone_id == Milestone.id, Evidence.state.in_(PRESENTABLE)))
    )
    for row in _oldest(query, Milestone.ends_on):
        due = datetime.combine(row[12], time(), UTC)
        yield _of_milestone(Kind.PRESENT, row, due, number=row[14])


# -- of rows -----------------------------------------------------------------------------------


def _oldest(query: Question, since: Any) -> Iterable[Sequence[Any]]:
    return reading().execute(query.order_by(since).limit(MOST))


def _of_milestone(
    kind: Kind, row: Sequence[Any], since: datetime, *, number: int = 0, organisations: set[str] | None = None
) -> Waiting:
    """A thing of the milestone in a row's first columns, or of its project where there is none."""
    project = AtProject(*row[:8])
    milestone = AtMilestone(*row[8:14]) if row[8] else None
    return Waiting(
        kind,
        Target.MILESTONE if milestone else Target.PROJECT,
        milestone.id if milestone else project.id,
        project,
        milestone,
        since,
        number,
        organisations=organisations or set(),
        amount_minor=milestone.amount_minor if milestone else 0,
    )
