"""A photo's evidence as one plain document: what the API answers and the pages read from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evidence.claims import Claims
from evidence.findings import Finding, without_other
from evidence.verdict import summary
from server.db import table_of
from server.documents import plain
from server.models import Evidence, EvidenceFinding
from server.services.receipts import promised_leaf, receipt_of
from server.times import iso


def document(evidence: Evidence) -> dict[str, Any]:
    """The evidence with its claims side by side and every finding; see ``told``."""
    return told(
        {column.key: getattr(evidence, column.key) for column in table_of(Evidence).c},
        [as_finding(row) for row in evidence.findings],
        size=evidence.original.size,
        media_type=evidence.original.media_type,
        project=evidence.project.code,
        requirement=evidence.requirement.code if evidence.requirement else None,
        uploader=evidence.uploader.name,
        leaf=promised_leaf(evidence.id),
    )


def receipt(evidence: Evidence) -> str:
    """The receipt of a photo on record, as in its document."""
    row = {"id": evidence.id, "sha256": evidence.sha256, "received_at": evidence.received_at}
    return receipt_of(row, size=evidence.original.size, leaf=promised_leaf(evidence.id))


def told(
    row: Mapping[str, Any],
    findings: Sequence[Finding],
    *,
    size: int,
    media_type: str,
    project: str,
    requirement: str | None,
    uploader: str,
    leaf: bytes | None,
) -> dict[str, Any]:
    """The evidence document from its row, its findings and the names the row only points to.

    ``advice`` is the one sentence to act on now; ``state`` is where the photo stands after people
    have had their say, ``verdict`` what the machine said. ``receipt`` certifies that the photo is held and promises
    that the ``leaf`` of its receipt stands in the custody log's tree.
    """
    return {
        "id": str(row["id"]),
        "sha256": row["sha256"],
        "size": size,
        "media_type": media_type,
        "project": project,
        "milestone": _id(row["milestone_id"]),
        "requirement": requirement,
        "stage": row["stage"].value,
        "caption": row["caption"],
        "uploader": {"id": str(row["uploader_id"]), "name": uploader},
        "captured_at": iso(row["captured_at"]),
        "received_at": iso(row["received_at"]),
        "verdict": row["verdict"].value,
        "state": row["state"].value,
        "grade": row["grade"],
        "advice": summary(findings),
        "claims": _whole(row["claims"]),
        "findings": [finding_document(finding) for finding in findings],
        "policy": row["policy"],
        "copies": row["copies"].value,
        "receipt": receipt_of(row, size=size, leaf=leaf),
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
    """One finding in the API's words; another photo, which may be of another project, is not named."""
    return {
        "check": finding.check,
        "outcome": finding.outcome.value,
        "measured": without_other(finding.measured),
        "expected": finding.expected,
        "claim": finding.claim.value if finding.claim else None,
        "message": finding.message,
    }


def claims_document(claims: Claims) -> dict[str, Any]:
    """The three claims as plain JSON values, each field under its own name."""
    return {"file": plain(claims.file), "device": plain(claims.device), "operator": plain(claims.operator)}


#: What files were not asked for when the first photos were recorded.
_LATER: dict[str, Any] = {"exposure_s": None, "f_number": None, "iso": None, "flash_fired": None, "programs": []}


def _whole(claims: dict[str, Any]) -> dict[str, Any]:
    """The claims as they were kept, with every field: of the oldest photos less was read, and they have no envelope."""
    return {**claims, "file": {**_LATER, **claims["file"]}, "device": {"envelope": None, **claims["device"]}}


def _id(value: object) -> str | None:
    return None if value is None else str(value)
