"""The photos or the decisions behind one number of the risk view: project by project, the newest first in each.

Which projects hold any is known from the numbers themselves, so that no other project's photos are looked through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from evidence.findings import Outcome
from server import paging
from server.access import Actor
from server.db import reading
from server.models import Evidence, EvidenceDecision, EvidenceFinding, FactCount, Grant, Project
from server.models.evidence import EvidenceState, EvidenceVerdictWord
from server.models.facts import FactKind
from server.models.people import AGENCY_ROLES, Role
from server.paging import Page
from server.problems import Problem
from server.risk_facts import (
    ACCEPTED,
    ALL_TIME,
    CHANGED,
    FAILED,
    OF_CHECK,
    ON_DECISIONS,
    PHOTOS,
    REFUSED,
    WARNED,
    denominator,
)
from server.services import risk
from server.services.risk import Asked, Subject
from server.texts import _

SHOWN = 25
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose fact, and of which time."""

    kind: FactKind
    subject: UUID
    fact: str = PHOTOS
    period: str = ALL_TIME

    @property
    def on_decisions(self) -> bool:
        """Whether it counts decisions and not photos."""
        return self.fact in ON_DECISIONS


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo with the findings that are meant, the photos that they name, and the decision that is counted."""

    evidence: Evidence
    findings: Sequence[EvidenceFinding]
    others: Sequence[UUID]
    decision: EvidenceDecision | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """One page of what is behind a number, and the number."""

    subject: Subject
    wanted: Wanted
    share: risk.Share
    page: Page[Photo]


def behind(actor: Actor, wanted: Wanted, *, cursor: str | None) -> Behind:
    """What one number counts.

    Raises:
        Problem: ``not-found`` for a subject that is not there; ``invalid`` for a broken cursor.
    """
    subject = risk.named(wanted.kind, [wanted.subject]).get(wanted.subject)
    projects = _projects(actor, wanted)
    if subject is None or not (projects or _is_overseen(actor, wanted)):
        raise Problem("not-found", _("There is nothing of theirs on projects that you oversee."))
    place = _place(cursor) if cursor is not None else None
    found = _found(projects, wanted, place)
    more = found[SHOWN - 1] if len(found) > SHOWN else None
    following = None if more is None else _cursor(*more)
    page = Page([_told(actor, wanted, *each) for each in found[:SHOWN]], following)
    return Behind(subject, wanted, _share(actor, wanted), page)


def _share(actor: Actor, wanted: Wanted) -> risk.Share:
    asked = Asked(wanted.kind, period=wanted.period)
    query = sa.select(FactCount.fact, sa.func.sum(FactCount.number)).where(
        risk.within(actor, asked),
        FactCount.kind == wanted.kind,
        FactCount.subject_id == wanted.subject,
        FactCount.period == wanted.period,
        FactCount.fact.in_([wanted.fact, denominator(wanted.fact)]),
    )
    numbers = {fact: int(number) for fact, number in reading().execute(query.group_by(FactCount.fact))}
    return risk.share(wanted.fact, numbers, risk.usual_of(actor, asked))


def _projects(actor: Actor, wanted: Wanted) -> list[UUID]:
    """The overseen projects in which the number arose, in the order of their ids."""
    query = sa.select(FactCount.scope_id).join(Project, Project.id == FactCount.scope_id)
    query = query.where(
        FactCount.kind == wanted.kind,
        FactCount.subject_id == wanted.subject,
        FactCount.fact == wanted.fact,
        FactCount.period == wanted.period,
        _overseen(actor),
    )
    return sorted(reading().scalars(query))


def _overseen(actor: Actor) -> sa.ColumnElement[bool]:
    wide = sorted({each.agency_id for each in actor.held if each.agency_id and each.role in AGENCY_ROLES})
    own = sa.select(Grant.project_id).where(Grant.person_id == actor.person_id, Grant.role == Role.SUPERVISOR)
    return sa.or_(Project.agency_id.in_(wide), Project.id.in_(own))


def _is_overseen(actor: Actor, wanted: Wanted) -> bool:
    """Whether the subject has any number within what the person oversees, though none of this fact."""
    mine = (FactCount.kind == wanted.kind, FactCount.subject_id == wanted.subject, _overseen(actor))
    query = sa.select(FactCount.scope_id).join(Project, Project.id == FactCount.scope_id).where(*mine)
    return reading().scalar(query.limit(1)) is not None


Place = tuple[UUID, datetime, UUID]
Row = tuple[Evidence, EvidenceDecision | None]


def _found(projects: Sequence[UUID], wanted: Wanted, place: Place | None) -> list[Row]:
    """The next of them, and one more where there are more."""
    found: list[Row] = []
    for project in projects:
        if place is not None and project < place[0]:
            continue
        after = place if place is not None and project == place[0] else None
        found.extend(_of(project, wanted, after, SHOWN + 1 - len(found)))
        if len(found) > SHOWN:
            break
    return found


def _of(project: UUID, wanted: Wanted, after: Place | None, limit: int) -> list[Row]:
    if wanted.on_decisions:
        rows = reading().execute(_decisions(project, wanted, after).limit(limit))
        return [(evidence, decision) for evidence, decision in rows]
    return [(evidence, None) for evidence in reading().scalars(_photos(project, wanted, after).limit(limit))]


_WITH_ALL = (
    selectinload(Evidence.findings),
    joinedload(Evidence.project),
    joinedload(Evidence.uploader),
    joinedload(Evidence.milestone),
)


def _photos(project: UUID, wanted: Wanted, after: Place | None) -> sa.Select[Evidence]:
    query = sa.select(Evidence).options(*_WITH_ALL).where(Evidence.project_id == project, *_shows(wanted.fact))
    if wanted.kind is FactKind.UPLOADER:
        query = query.where(Evidence.uploader_id == wanted.subject)
    query = query.where(*_during(Evidence.received_at, wanted.period))
    if after is not None:
        query = query.where(sa.tuple_(Evidence.received_at, Evidence.id) < sa.tuple_(*map(sa.literal, after[1:])))
    return query.order_by(Evidence.received_at.desc(), Evidence.id.desc())


def _shows(fact: str) -> list[sa.ColumnElement[bool]]:
    """The condition that a photo shows a fact."""
    if fact == PHOTOS:
        return []
    said = sa.select(EvidenceFinding.evidence_id).where(EvidenceFinding.evidence_id == Evidence.id)
    if fact in {WARNED, FAILED}:
        outcome = Outcome.WARN if fact == WARNED else Outcome.FAIL
        return [said.where(EvidenceFinding.outcome == outcome).exists()]
    check, _equals, outcome_name = fact.partition("=")
    outcomes = [Outcome(outcome_name)] if outcome_name else [Outcome.WARN, Outcome.FAIL]
    name = OF_CHECK.get(check, check)
    return [said.where(EvidenceFinding.name == name, EvidenceFinding.outcome.in_(outcomes)).exists()]


def _decisions(project: UUID, wanted: Wanted, after: Place | None) -> sa.Select[Evidence, EvidenceDecision]:
    said = EvidenceDecision
    query = sa.select(Evidence, said).join(Evidence, Evidence.id == said.evidence_id).options(*_WITH_ALL)
    query = query.where(said.project_id == project, *_says(wanted.fact), *_during(said.decided_at, wanted.period))
    if wanted.kind is FactKind.UPLOADER:
        query = query.where(said.uploader_id == wanted.subject)
    if wanted.kind is FactKind.REVIEWER:
        query = query.where(said.decided_by == wanted.subject)
    if after is not None:
        query = query.where(sa.tuple_(said.decided_at, said.id) < sa.tuple_(*map(sa.literal, after[1:])))
    return query.options(joinedload(said.decider)).order_by(said.decided_at.desc(), said.id.desc())


def _says(fact: str) -> list[sa.ColumnElement[bool]]:
    """The condition that a decision shows a fact."""
    said = EvidenceDecision
    if fact == REFUSED:
        return [said.decision == EvidenceVerdictWord.REFUSE]
    if fact == ACCEPTED:
        return [said.decision == EvidenceVerdictWord.ACCEPT, Evidence.verdict != EvidenceState.VERIFIED]
    if fact != CHANGED:
        return []
    later = aliased(EvidenceDecision)
    beyond = sa.tuple_(later.decided_at, later.id) > sa.tuple_(said.decided_at, said.id)
    next_word = sa.select(later.decision).where(later.evidence_id == said.evidence_id, beyond)
    return [next_word.order_by(later.decided_at, later.id).limit(1).scalar_subquery() != said.decision]


def _during(column: Any, period: str) -> list[sa.ColumnElement[bool]]:
    """The condition that an instant lies in a year or a month of UTC."""
    if period == ALL_TIME:
        return []
    year, _dash, month = period.partition("-")
    number = int(month or 1)
    first = datetime(int(year), number, 1, tzinfo=UTC)
    ends_year = not month or number == 12
    end = datetime(first.year + ends_year, 1 if ends_year else number + 1, 1, tzinfo=UTC)
    return [column >= first, column < end]


def _told(actor: Actor, wanted: Wanted, evidence: Evidence, decision: EvidenceDecision | None) -> Photo:
    meant = list(_meant(evidence, wanted.fact))
    return Photo(evidence, meant, _visible(actor, _named_in(meant, evidence.id)), decision)


def _meant(evidence: Evidence, fact: str) -> Iterator[EvidenceFinding]:
    """The findings that make the photo show the fact; of all that is not a check's, those that warn or fail."""
    check, _equals, outcome = fact.partition("=")
    name = OF_CHECK.get(check, check if outcome else None)
    for finding in evidence.findings:
        if finding.name == name or (name is None and finding.outcome in {Outcome.WARN, Outcome.FAIL}):
            yield finding


def _named_in(findings: Sequence[EvidenceFinding], itself: UUID) -> list[UUID]:
    """The other photos that findings name in what they measured."""
    return [
        other for each in findings for found in _UUID.findall(each.measured or "") if (other := UUID(found)) != itself
    ]


def _visible(actor: Actor, photos: Sequence[UUID]) -> Sequence[UUID]:
    """Those of them on projects that the person oversees."""
    if not photos:
        return []
    query = sa.select(Evidence.id).join(Project, Project.id == Evidence.project_id)
    return reading().scalars(query.where(Evidence.id.in_(photos), _overseen(actor))).all()


def _cursor(evidence: Evidence, decision: EvidenceDecision | None) -> str:
    at, last = (evidence.received_at, evidence.id) if decision is None else (decision.decided_at, decision.id)
    return paging.encode(str(evidence.project_id), at.isoformat(), str(last))


def _place(cursor: str) -> Place:
    project, at, last = paging.decode(cursor, parts=3)
    return paging.identity(project), paging.instant(at), paging.identity(last)
