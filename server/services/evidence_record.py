"""Judging a photo and writing it down, in one transaction.

History is read inside that transaction, so that no rival use of the same bytes goes unseen.
These are the statements of the upload's road; they are built once and bypass the mapper.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from evidence.checks import run_all
from evidence.claims import Claims, DeviceClaim, PositionClaim
from evidence.context import Context, History
from evidence.envelope import Reading, Standing
from evidence.findings import Finding
from evidence.seal import Seal
from evidence.verdict import grade, judge
from evidence.witness import captured_at, machine_places, machine_positions
from geo import quadtile
from server import jobs
from server.access import Actor
from server.canonical import sha256_of
from server.db import insert_if_new, table_of, writing
from server.models import Evidence, EvidenceFinding, Original
from server.models.evidence import CopiesState, EvidenceState
from server.services import attesting, custody, statement
from server.services.copies import COPIES_JOB
from server.services.evidence_history import Asked, history_of
from server.services.evidence_target import Target
from server.services.evidence_view import claims_document, told

_INSERT_EVIDENCE = table_of(Evidence).insert()
_INSERT_FINDING = table_of(EvidenceFinding).insert()
_LONGEST = {
    name: cast(sa.String, table_of(EvidenceFinding).c[name].type).length for name in ("measured", "expected", "message")
}


@dataclass(frozen=True, slots=True)
class Photo:
    """A sealed and kept photo with its claims, ready to be judged; ``beside_envelope`` is what was said in the open."""

    evidence_id: UUID
    seal: Seal
    storage_key: str
    claim_digest: str
    caption: str
    claims: Claims
    envelope: Reading | None = None
    beside_envelope: DeviceClaim = field(default_factory=DeviceClaim)


def record(actor: Actor, photo: Photo, target: Target, *, now: datetime) -> dict[str, Any]:
    """Judge ``photo`` and write it with its findings, its custody event and the job for its copies.

    Returns:
        The evidence document as it now stands, put together from what was written.

    Raises:
        sqlalchemy.exc.IntegrityError: the id was taken meanwhile; nothing was written.
    """
    original = {
        "sha256": photo.seal.sha256,
        "size": photo.seal.size,
        "media_type": photo.claims.file.media_type,
        "storage_key": photo.storage_key,
        "kept_at": now,
    }
    with writing() as session:
        unseen = insert_if_new(session, Original, **original)
        connection = session.connection()
        asked = Asked(actor.person_id, target.project.id, target.zone, target.policy, photo.claims)
        history = history_of(connection, asked, same_bytes_of=None if unseen else photo.seal.sha256)
        standing = _standing(connection, actor, photo, now)
        findings = run_all(_context(photo, target, history, standing, now))
        row = _row(actor, photo, target, findings, now)
        kept = [_fitted(finding) for finding in findings]
        connection.execute(_INSERT_EVIDENCE, row)
        connection.execute(_INSERT_FINDING, [_finding_row(photo.evidence_id, finding) for finding in kept])
        attesting.keep(connection, photo.evidence_id, photo.envelope, standing)
        leaf = custody.append(
            session,
            actor.person_id,
            "evidence.received",
            "evidence",
            str(photo.evidence_id),
            now=now,
            sha256=photo.seal.sha256,
            project=target.project.code,
            verdict=row["verdict"].value,
            grade=row["grade"],
            policy=row["policy"],
            statement=sha256_of(_statement(row, kept, photo, target)),
            **attesting.signer(photo.envelope, standing),
        )
        jobs.enqueue(session, COPIES_JOB, str(photo.evidence_id), now=now)
    return told(
        row,
        findings,
        size=photo.seal.size,
        media_type=photo.claims.file.media_type,
        project=target.project.code,
        requirement=target.requirement.code if target.requirement else None,
        uploader=actor.name,
        leaf=leaf,
    )


def _statement(row: dict[str, Any], kept: list[Finding], photo: Photo, target: Target) -> dict[str, Any]:
    return statement.statement(
        row,
        kept,
        size=photo.seal.size,
        media_type=photo.claims.file.media_type,
        project=target.project.code,
        milestone=target.milestone.code if target.milestone else None,
    )


def _standing(connection: Connection, actor: Actor, photo: Photo, now: datetime) -> Standing:
    """How the envelope stands; its nonce is spent."""
    return attesting.attest(
        connection,
        actor,
        photo.envelope,
        evidence_id=photo.evidence_id,
        sha256=photo.seal.sha256,
        beside=photo.beside_envelope,
        now=now,
    )


def _context(photo: Photo, target: Target, history: History, standing: Standing, now: datetime) -> Context:
    return Context(
        evidence=str(photo.evidence_id),
        sha256=photo.seal.sha256,
        claims=photo.claims,
        stage=target.stage,
        site=target.shape,
        schedule=target.schedule,
        policy=target.policy,
        received_at=now,
        project=target.project.code,
        milestone=str(target.milestone.id) if target.milestone else None,
        requirement=target.rule,
        history=history,
        envelope=standing,
    )


def _row(actor: Actor, photo: Photo, target: Target, findings: tuple[Finding, ...], now: datetime) -> dict[str, Any]:
    verdict = EvidenceState(judge(findings, target.policy).value)
    place = _best_place(photo.claims, target)
    return {
        "id": photo.evidence_id,
        "project_id": target.project.id,
        "milestone_id": target.milestone.id if target.milestone else None,
        "requirement_id": target.requirement.id if target.requirement else None,
        "site_id": target.site_id,
        "stage": target.stage,
        "caption": photo.caption,
        "uploader_id": actor.person_id,
        "sha256": photo.seal.sha256,
        "claim_digest": photo.claim_digest,
        "claims": claims_document(photo.claims),
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
        "quadtile": quadtile.key(place.latitude, place.longitude) if place else None,
        "captured_at": captured_at(photo.claims, target.zone),
        "received_at": now,
        "policy": target.policy.name,
        "verdict": verdict,
        "grade": grade(photo.claims, findings).value,
        "state": verdict,
        "copies": CopiesState.WAITING,
        "published_at": None,
    }


def _best_place(claims: Claims, target: Target) -> PositionClaim | None:
    """Where the photo is drawn on a map: the best machine's word, else the operator's pin."""
    good = machine_places(claims, target.policy)
    if good:
        return good[0].position
    rough = machine_positions(claims)
    return rough[0][1] if rough else claims.operator.position


def _finding_row(evidence_id: UUID, finding: Finding) -> dict[str, Any]:
    return {
        "evidence_id": evidence_id,
        "name": finding.check,
        "outcome": finding.outcome,
        "measured": finding.measured,
        "expected": finding.expected,
        "claim": finding.claim,
        "message": finding.message,
    }


def _fitted(finding: Finding) -> Finding:
    """The finding as its row can hold it."""
    return replace(
        finding,
        measured=_fitting("measured", finding.measured),
        expected=_fitting("expected", finding.expected),
        message=_fitting("message", finding.message) or "",
    )


def _fitting(column: str, words: str | None) -> str | None:
    """Words that a file made longer than any check says them would lose the photo on PostgreSQL; they are cut."""
    return None if words is None else words[: _LONGEST[column]]
