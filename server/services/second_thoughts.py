"""Writing down what was found of a photo after its upload: findings may get worse, and with them the verdict.

A person's word is not taken back: what a person accepted stays accepted, with the new finding beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from evidence import second_thoughts
from evidence.findings import Finding
from evidence.verdict import Verdict
from server.engines import engines
from server.models import Evidence, EvidenceFinding
from server.models.evidence import EvidenceState
from server.services import custody, statement
from server.services.evidence_view import as_finding

#: States that the machine gave; a person's word is not taken back by a job.
MACHINE_STATES = (EvidenceState.RECEIVED, EvidenceState.VERIFIED, EvidenceState.NEEDS_REVIEW)
ORDER = (EvidenceState.RECEIVED, EvidenceState.VERIFIED, EvidenceState.NEEDS_REVIEW, EvidenceState.REJECTED)


def settle(session: Session, evidence_id: UUID, later: Iterable[Finding], *, now: datetime, reason: str = "") -> bool:
    """Let those of ``later`` stand that are new or worse, and lower verdict and state as they demand.

    The event is ``evidence.lowered`` where the verdict fell, else ``evidence.examined``; it names the checks whose
    findings changed and, where the caller has one, the ``reason`` for the log.

    Returns:
        Whether anything changed; where nothing did, nothing is written.
    """
    evidence = session.get_one(Evidence, evidence_id, with_for_update=True)
    before = [as_finding(row) for row in evidence.findings]
    standing = second_thoughts.changed(before, later)
    if not standing:
        return False
    _write(evidence, standing)
    fell = _lower(evidence)
    session.flush()
    details: dict[str, object] = {"checks": sorted(finding.check for finding in standing)}
    if reason:
        details["reason"] = reason
    custody.append(
        session,
        None,
        "evidence.lowered" if fell else "evidence.examined",
        "evidence",
        str(evidence_id),
        now=now,
        project=evidence.project.code,
        verdict=evidence.verdict.value,
        statement=statement.digest_of(evidence),
        **details,
    )
    return True


def _write(evidence: Evidence, standing: Sequence[Finding]) -> None:
    rows = {row.name: row for row in evidence.findings}
    for finding in standing:
        row = rows.get(finding.check)
        if row is None:
            row = EvidenceFinding(evidence_id=evidence.id, name=finding.check)
            evidence.findings.append(row)
        row.outcome, row.message, row.claim = finding.outcome, finding.message, finding.claim
        row.measured, row.expected = finding.measured, finding.expected


def _lower(evidence: Evidence) -> bool:
    """Bring the verdict, and the state while it is the machine's, down to what the findings say."""
    policy = engines().policies.get(evidence.policy).evidence
    findings = [as_finding(row) for row in evidence.findings]
    verdict = EvidenceState(second_thoughts.lowered(Verdict(evidence.verdict.value), findings, policy).value)
    fell = verdict is not evidence.verdict
    evidence.verdict = verdict
    # Whoever appealed waits for a person, whatever a machine finds meanwhile.
    if fell and evidence.state in MACHINE_STATES and evidence.appeal is None:
        evidence.state = max(evidence.state, verdict, key=ORDER.index)
    return fell
