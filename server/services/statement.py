"""The statement of a photo: what the system says of it publicly, as one canonical document.

Its digest stands in the custody log beside every event that made or changed it, so that whoever is shown a statement
can tell whether it is the one that was recorded. Who sent the photo, with which phone, and what they wrote beside it
are not in it. The form is for ever: a later version gets another ``v`` and this one stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from evidence.findings import Finding, without_other
from server.canonical import sha256_of
from server.db import table_of
from server.models import Evidence
from server.services.evidence_view import as_finding
from server.times import iso

VERSION = 1
#: Of a claim's position, time and file, what is public; all else may tell of a person.
POSITION = ("latitude", "longitude", "source", "altitude_m", "accuracy_m", "confidence", "heading_deg", "fixed_at")
TIME = ("wall", "instant", "zone", "source", "uncertainty_s")
FILE = ("width", "height", "place_state", "gps_instant")


def statement(
    row: Mapping[str, Any],
    findings: Iterable[Finding],
    *,
    size: int,
    media_type: str,
    project: str,
    milestone: str | None,
) -> dict[str, Any]:
    """The statement of a photo from its row, its findings as they are kept, and the codes the row only points to."""
    return {
        "v": VERSION,
        "id": str(row["id"]),
        "sha256": row["sha256"],
        "size": size,
        "media_type": media_type,
        "project": project,
        "milestone": milestone,
        "stage": row["stage"].value,
        "captured_at": iso(row["captured_at"]),
        "received_at": iso(row["received_at"]),
        "place": _place(row),
        "claims": _claims(row["claims"]),
        "findings": [_finding(each) for each in sorted(findings, key=lambda finding: finding.check)],
        "verdict": row["verdict"].value,
        "grade": row["grade"],
        "policy": row["policy"],
    }


def of(evidence: Evidence) -> dict[str, Any]:
    """The statement of a photo on record, as it stands now."""
    findings = [as_finding(row) for row in evidence.findings]
    return statement(
        {column.key: getattr(evidence, column.key) for column in table_of(Evidence).c},
        findings,
        size=evidence.original.size,
        media_type=evidence.original.media_type,
        project=evidence.project.code,
        milestone=evidence.milestone.code if evidence.milestone else None,
    )


def digest_of(evidence: Evidence) -> str:
    """Lowercase hex sha256 of the statement as it stands now."""
    return sha256_of(of(evidence))


def _place(row: Mapping[str, Any]) -> dict[str, float] | None:
    if row["latitude"] is None or row["longitude"] is None:
        return None
    return {"latitude": row["latitude"], "longitude": row["longitude"]}


def _claims(claims: Mapping[str, Any]) -> dict[str, Any]:
    return {"file": _file(claims.get("file") or {}), "device": _device(claims.get("device") or {})}


def _file(claim: Mapping[str, Any]) -> dict[str, Any]:
    told = _only(FILE, claim) or {}
    return told | {"position": _only(POSITION, claim.get("position")), "time": _only(TIME, claim.get("time"))}


def _device(claim: Mapping[str, Any]) -> dict[str, Any]:
    told = _only(("captured_at", "sha256"), claim) or {}
    return told | {"position": _only(POSITION, claim.get("position"))}


def _only(names: tuple[str, ...], claim: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if claim is None else {name: claim.get(name) for name in names}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "outcome": finding.outcome.value,
        # The other photo of a pair may be of a project that is not public.
        "measured": without_other(finding.measured),
        "expected": finding.expected,
        "claim": finding.claim.value if finding.claim else None,
        "message": finding.message,
    }
