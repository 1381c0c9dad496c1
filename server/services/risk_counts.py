"""Keeping the numbers of the risk view: counting anew what was noted, and recounting everything for an audit.

Whoever changes a photo appends one row to ``fact_due`` in the same transaction and waits for nobody (``fact_notes``).
``server.upkeep`` has the whole project counted anew and the difference added to the project's numbers and to its
agency's, so that a doubled or a late note does no harm (docs/decisions/0025).
"""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from evidence.findings import Outcome
from server.db import add_to_counts, reading, table_of, take_turn, tried_again, writing
from server.models import Contract, Evidence, EvidenceDecision, EvidenceFinding, FactCount, FactDue, Project
from server.models.evidence import EvidenceState, EvidenceVerdictWord
from server.models.facts import FactKind
from server.risk_facts import DecisionSeen, Key, PhotoSeen, counted

TURN = "saksi_facts"
PAGE = 200
#: Notes of one project taken together; more are taken the next time round.
MOST_NOTES = 5000
_COUNTS, _DUE, _PROJECT = table_of(FactCount), table_of(FactDue), table_of(Project)
_EVIDENCE, _FINDING = table_of(Evidence).c, table_of(EvidenceFinding).c
_DECISION, _CONTRACT = table_of(EvidenceDecision).c, table_of(Contract).c


def count_due(*, at_most_s: float = math.inf) -> None:
    """Count every project anew that is noted, one transaction for each; after ``at_most_s`` the rest is left."""
    until = time.monotonic() + at_most_s
    while tried_again(_count_one) and time.monotonic() < until:
        pass


def _count_one() -> bool:
    """Count one noted project; False where none is."""
    if reading().scalar(sa.select(_DUE.c.id).limit(1)) is None:
        reading().rollback()
        return False
    with writing() as session:
        take_turn(session, TURN)
        connection = session.connection()
        code = connection.scalar(sa.select(_DUE.c.project_code).order_by(_DUE.c.id).limit(1))
        if code is None:
            return False
        # Notes are read before the photos: one that comes later stays, and the project is counted once more.
        notes = connection.scalars(sa.select(_DUE.c.id).where(_DUE.c.project_code == code).limit(MOST_NOTES)).all()
        project = connection.execute(_projects().where(_PROJECT.c.code == code)).one_or_none()
        if project is not None:
            _bring_up_to_date(connection, project)
        connection.execute(_DUE.delete().where(_DUE.c.id == sa.bindparam("note")), [{"note": each} for each in notes])
        return True


def _bring_up_to_date(connection: Connection, project: Row[*tuple[Any, ...]]) -> None:
    difference = _now(connection, project)
    difference.subtract(_held(connection, project.id))
    changed = {key: number for key, number in difference.items() if number}
    if not changed:
        return
    for scope in (project.id, project.agency_id):
        add_to_counts(connection, _COUNTS, "number", [_row(scope, *each) for each in changed.items()])
        _sweep(connection, scope, [key for key, number in changed.items() if number < 0])


def _row(scope: UUID, key: Key, number: int) -> dict[str, object]:
    kind, subject, period, fact = key
    names = {"scope_id": scope, "kind": FactKind(kind), "subject_id": subject, "period": period, "fact": fact}
    return names | {"number": number}


def _sweep(connection: Connection, scope: UUID, keys: list[Key]) -> None:
    """Take away the rows that came down to none."""
    if not keys:
        return
    columns = list(_COUNTS.primary_key.columns)
    empty = sa.and_(*(column == sa.bindparam(f"of_{column.name}") for column in columns), _COUNTS.c.number == 0)
    rows = [{f"of_{name}": value for name, value in _row(scope, key, 0).items() if name != "number"} for key in keys]
    connection.execute(_COUNTS.delete().where(empty), rows)


def _projects() -> sa.Select[UUID, UUID, UUID | None]:
    return sa.select(_PROJECT.c.id, _PROJECT.c.agency_id, _CONTRACT.supplier_id).outerjoin(
        table_of(Contract), _CONTRACT.project_id == _PROJECT.c.id
    )


def _held(connection: Connection, scope: UUID) -> Counter[Key]:
    """The numbers as they are kept for a project or an agency."""
    query = sa.select(_COUNTS.c.kind, _COUNTS.c.subject_id, _COUNTS.c.period, _COUNTS.c.fact, _COUNTS.c.number)
    rows = connection.execute(query.where(_COUNTS.c.scope_id == scope))
    return Counter({(row.kind.value, row.subject_id, row.period, row.fact): row.number for row in rows})


def _now(connection: Connection, project: Row[*tuple[Any, ...]]) -> Counter[Key]:
    """The numbers as the records say."""
    return counted(
        _photos(connection, project.id),
        list(_decisions(connection, project.id)),
        agency=project.agency_id,
        project=project.id,
        supplier=project.supplier_id,
    )


def _photos(connection: Connection, project_id: UUID) -> Iterator[PhotoSeen]:
    findings = _findings(connection, project_id)
    query = sa.select(_EVIDENCE.id, _EVIDENCE.uploader_id, _EVIDENCE.received_at, _EVIDENCE.verdict)
    for row in connection.execute(query.where(_EVIDENCE.project_id == project_id)):
        verified = row.verdict is EvidenceState.VERIFIED
        yield PhotoSeen(row.id, row.uploader_id, row.received_at, verified, tuple(findings.get(row.id, ())))


def _findings(connection: Connection, project_id: UUID) -> dict[UUID, list[tuple[str, str]]]:
    query = (
        sa.select(_FINDING.evidence_id, _FINDING.name, _FINDING.outcome)
        .join(table_of(Evidence), _EVIDENCE.id == _FINDING.evidence_id)
        .where(_EVIDENCE.project_id == project_id, _FINDING.outcome != Outcome.PASS)
    )
    found: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.evidence_id].append((row.name, row.outcome.value))
    return found


def _decisions(connection: Connection, project_id: UUID) -> Iterator[DecisionSeen]:
    columns = (_DECISION.evidence_id, _DECISION.uploader_id, _DECISION.decided_by, _DECISION.decision)
    query = sa.select(*columns, _DECISION.decided_at).where(_DECISION.project_id == project_id)
    for row in connection.execute(query.order_by(_DECISION.decided_at, _DECISION.id)):
        accepts = row.decision is EvidenceVerdictWord.ACCEPT
        yield DecisionSeen(row.evidence_id, row.uploader_id, row.decided_by, accepts, row.decided_at)


def faults() -> list[str]:
    """The codes of projects, and of agencies, whose numbers are not what the records come to; what is noted is counted.

    It reads every photo of the country, project by project, and so belongs to an audit.
    """
    count_due()
    wrong, sums = [], defaultdict[UUID, Counter[Key]](Counter)
    for project in _every_project():
        now = _now(reading().connection(), project)
        if _differ(now, _held(reading().connection(), project.id)) and not _is_due(project.code):
            wrong.append(project.code)
        sums[project.agency_id].update({key: number for key, number in now.items() if key[2] == "all"})
        reading().rollback()
    return wrong + list(_wrong_agencies(sums))


def _wrong_agencies(sums: dict[UUID, Counter[Key]]) -> Iterable[str]:
    """The agencies whose numbers of all time are not the sums of their projects'."""
    for agency, numbers in sums.items():
        held = {key: number for key, number in _held(reading().connection(), agency).items() if key[2] == "all"}
        due = reading().scalar(sa.select(_DUE.c.id).limit(1)) is not None
        if not due and _differ(numbers, Counter(held)):
            yield str(agency)


def _differ(one: Counter[Key], other: Counter[Key]) -> bool:
    return dict(one) != dict(other)


def _is_due(code: str) -> bool:
    """Whether a change came while the audit read, so that nothing is said of the project."""
    return reading().scalar(sa.select(_DUE.c.id).where(_DUE.c.project_code == code).limit(1)) is not None


def _every_project() -> Iterator[Row[*tuple[Any, ...]]]:
    after = ""
    while True:
        page = _projects().add_columns(_PROJECT.c.code).where(_PROJECT.c.code > after)
        rows = reading().connection().execute(page.order_by(_PROJECT.c.code).limit(PAGE)).all()
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1].code
