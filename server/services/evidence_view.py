"""A photo's evidence as one plain document: what the API answers and the pages read from."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from evidence.claims import Claims
from evidence.findings import Finding
from evidence.verdict import summary
from server.models import Evidence, EvidenceFinding
from server.times import iso


def document(evidence: Evidence) -> dict[str, Any]:
    """The evidence with its claims side by side and every finding.

    ``advice`` is the one sentence to act on now; ``state`` is where the photo stands after people
    have had their say, ``verdict`` what the machine said.
    """
    findings = [as_finding(row) for row in evidence.findings]
    return {
        "id": str(evidence.id),
        "sha256": evidence.sha256,
        "size": evidence.original.size,
        "media_type": evidence.original.media_type,
        "project": evidence.project.code,
        "milestone": _id(evidence.milestone_id),
        "requirement": evidence.requirement.code if evidence.requirement else None,
        "stage": evidence.stage.value,
        "caption": evidence.caption,
        "uploader": {"id": str(evidence.uploader_id), "name": evidence.uploader.name},
        "captured_at": iso(evidence.captured_at),
        "received_at": iso(evidence.received_at),
        "verdict": evidence.verdict.value,
        "state": evidence.state.value,
        "grade": evidence.grade,
        "advice": summary(findings),
        "claims": evidence.claims,
        "findings": [finding_document(finding) for finding in findings],
        "policy": evidence.policy,
        "copies": evidence.copies.value,
    }


def as_finding(row: EvidenceFinding) -> Finding:
    """The stored finding as the core's value."""
    return Finding(
        check=row.name,
        outcome=row.outcome,
        message=row.message,
        measured=row.measured,
        expected=row.expected,
        claim=row.claim,
    )


def finding_document(finding: Finding) -> dict[str, Any]:
    """One finding in the API's words."""
    return {
        "check": finding.check,
        "outcome": finding.outcome.value,
        "measured": finding.measured,
        "expected": finding.expected,
        "claim": finding.claim.value if finding.claim else None,
        "message": finding.message,
    }


def claims_document(claims: Claims) -> dict[str, Any]:
    """The three claims as plain JSON values, each field under its own name."""
    return {"file": plain(claims.file), "device": plain(claims.device), "operator": plain(claims.operator)}


def plain(value: Any) -> Any:
    """A claim as JSON: dataclasses become objects, instants RFC 3339, codes their text."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat() if value.tzinfo is None else iso(value)
    return value


def _id(value: object) -> str | None:
    return None if value is None else str(value)
