"""Writing down what could be drawn in a period, with the share and the weight of each, before the seed is known.

A photo belongs to the period in which it came to count: that of its receipt where the checks verified it, that of
the decision where a person accepted it; what was approved for a milestone, to that of its last approval. The times
are all the server's own. What no longer counts when the list is frozen is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from evidence.findings import Outcome
from evidence.second_look import Candidate, Kind, digest
from server.db import insert_missing, reading, table_of, writing
from server.engines import engines
from server.models import (
    Contract,
    Evidence,
    EvidenceDecision,
    EvidenceFinding,
    Milestone,
    Project,
    SecondLookCandidate,
    SecondLookPeriod,
    Submission,
    SubmissionDecision,
    SubmissionItem,
)
from server.models.evidence import EvidenceState, EvidenceVerdictWord
from server.models.submissions import SubmissionDecisionWord, SubmissionState
from server.services import custody

#: How many are looked at and written in one transaction.
CHUNK = 500
LATE = "time.fresh"
Span = tuple[datetime, datetime]
_Rows = sa.Select[*tuple[Any, ...]]
_ASKED = (Outcome.WARN, Outcome.FAIL)


def freeze(name: str, *, now: datetime) -> None:
    """Write the candidates of a period that has ended, then seal them by their digest; does nothing where that is done.

    What a killed run wrote stays as it was then, and the rest is added to it.
    """
    period = reading().get_one(SecondLookPeriod, name, populate_existing=True)
    if period.frozen_at is not None:
        return
    span = (period.starts_at, period.ends_at)
    for found, told in ((_verified, _photos), (_accepted, _photos), (_approved, _submissions)):
        for ids in _chunks(found(span)):
            if not _write(name, told(ids)):
                return
    _seal(name, now)


def candidates_of(session: Session, name: str) -> Iterator[Candidate]:
    """The frozen list of a period, in its order."""
    row = SecondLookCandidate
    query = sa.select(row.kind, row.subject_id, row.share_bp, row.weight_bp).where(row.period == name)
    ordered = query.order_by(row.kind, row.subject_id).execution_options(yield_per=1000)
    for kind, subject_id, share_bp, weight_bp in session.execute(ordered):
        yield Candidate(kind, subject_id, share_bp, weight_bp)


def held(session: Session, name: str) -> SecondLookPeriod:
    """The period, held for this transaction, so that two runners take turns."""
    return session.get_one(SecondLookPeriod, name, with_for_update=True, populate_existing=True)


# -- which ---------------------------------------------------------------------------------------


def _verified(span: Span) -> _Rows:
    return _within(Evidence.received_at, Evidence.id, span).where(Evidence.state == EvidenceState.VERIFIED)


def _accepted(span: Span) -> _Rows:
    query = _within(EvidenceDecision.decided_at, EvidenceDecision.id, span, EvidenceDecision.evidence_id)
    query = query.join(Evidence, Evidence.id == EvidenceDecision.evidence_id)
    return query.where(
        EvidenceDecision.decision == EvidenceVerdictWord.ACCEPT, Evidence.state == EvidenceState.ACCEPTED
    )


def _approved(span: Span) -> _Rows:
    query = _within(SubmissionDecision.decided_at, SubmissionDecision.id, span, SubmissionDecision.submission_id)
    query = query.join(Submission, Submission.id == SubmissionDecision.submission_id)
    return query.where(
        SubmissionDecision.decision == SubmissionDecisionWord.APPROVE,
        SubmissionDecision.position == Submission.approvals_needed,
        Submission.state == SubmissionState.APPROVED,
    )


def _within(when: Any, key: Any, span: Span, subject: Any = None) -> _Rows:
    """The rows of a span of time by when they were made; the first two columns are their place in it."""
    subject = key if subject is None else subject
    query = sa.select(when.label("at"), key.label("key"), subject.label("subject"))
    return query.where(when >= span[0], when < span[1]).order_by(when, key)


def _chunks(query: _Rows) -> Iterator[list[UUID]]:
    """The subjects, ``CHUNK`` at a time, each chunk read anew from where the last one ended."""
    when, key = query.selected_columns.at, query.selected_columns.key
    further = query
    while True:
        rows = reading().execute(further.limit(CHUNK)).all()
        if not rows:
            return
        yield [row.subject for row in rows]
        last = sa.tuple_(sa.literal(rows[-1].at, when.type), sa.literal(rows[-1].key, key.type))
        further = query.where(sa.tuple_(when, key) > last)


# -- with what share and weight --------------------------------------------------------------------


def _photos(ids: Sequence[UUID]) -> list[Candidate]:
    questioned, late = _found(Evidence.id, late=False), _found(Evidence.id, late=True)
    facts = (questioned.label("questioned"), _overridden().label("overridden"), late.label("late"))
    query = _with_amount(
        sa.select(Evidence.id, Project.policy, *facts).join(Project, Project.id == Evidence.project_id)
    )
    return _weighed(Kind.PHOTO, query.where(Evidence.id.in_(ids)))


def _submissions(ids: Sequence[UUID]) -> list[Candidate]:
    photos = sa.select(SubmissionItem.evidence_id).join(Evidence, Evidence.id == SubmissionItem.evidence_id)
    photos = photos.where(SubmissionItem.submission_id == Submission.id)
    facts = {
        "questioned": photos.where(_found(Evidence.id, late=False)).exists(),
        "overridden": photos.where(_overridden()).exists(),
        "late": photos.where(_found(Evidence.id, late=True)).exists(),
    }
    query = sa.select(Submission.id, Project.policy, *(fact.label(name) for name, fact in facts.items()))
    query = query.join(Milestone, Milestone.id == Submission.milestone_id)
    query = _with_amount(query.join(Project, Project.id == Milestone.project_id))
    return _weighed(Kind.MILESTONE, query.where(Submission.id.in_(ids)))


def _found(photo: Any, *, late: bool) -> sa.ColumnElement[bool]:
    """Whether a check asked a question or failed: that of lateness, or any other."""
    row = EvidenceFinding
    name = row.name == LATE if late else row.name != LATE
    return sa.exists().where(row.evidence_id == photo, name, row.outcome.in_(_ASKED))


def _overridden() -> sa.ColumnElement[bool]:
    """Whether a person accepted what the checks had not verified."""
    return sa.and_(Evidence.state == EvidenceState.ACCEPTED, Evidence.verdict != EvidenceState.VERIFIED)


def _with_amount(query: _Rows) -> _Rows:
    """Beside each row what its project comes to: the contract's value, or the budget while there is no contract."""
    amount = sa.func.coalesce(Contract.value_minor, Project.budget_minor).label("amount_minor")
    currency = sa.func.coalesce(Contract.currency, Project.currency).label("currency")
    return query.add_columns(amount, currency).outerjoin(Contract, Contract.project_id == Project.id)


def _weighed(kind: Kind, query: _Rows) -> list[Candidate]:
    weighed = []
    for row in reading().execute(query):
        rules = engines().policies.latest(row.policy).second_look
        weight_bp = rules.weight_bp(questioned=row.questioned, overridden=row.overridden, late=row.late)
        weighed.append(Candidate(kind, row.id, rules.share_bp(row.amount_minor, row.currency), weight_bp))
    return weighed


# -- on record -------------------------------------------------------------------------------------


def _write(name: str, found: Sequence[Candidate]) -> bool:
    """Add these to the list, unless another runner has sealed it meanwhile; False where that is so."""
    rows: list[dict[str, Any]] = [
        {"period": name, "kind": c.kind, "subject_id": c.id, "share_bp": c.share_bp, "weight_bp": c.weight_bp}
        for c in found
    ]
    with writing() as session:
        if held(session, name).frozen_at is not None:
            return False
        if rows:
            insert_missing(session.connection(), table_of(SecondLookCandidate), rows)
    return True


def _seal(name: str, now: datetime) -> None:
    with writing() as session:
        period = held(session, name)
        if period.frozen_at is not None:
            return
        counted = _Counting(candidates_of(session, name))
        period.digest = digest(counted)
        period.frozen_at, period.candidates = now, counted.number
        told = {"candidates": counted.number, "digest": period.digest}
        custody.append(session, None, "second_look.frozen", "second_look", name, now=now, **told)


class _Counting:
    """Hands on what it is given and knows how much that was."""

    def __init__(self, found: Iterator[Candidate]) -> None:
        self._found = found
        self.number = 0

    def __iter__(self) -> Iterator[Candidate]:
        for each in self._found:
            self.number += 1
            yield each
