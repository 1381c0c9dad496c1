"""The upload: a photo comes in, is kept, read, checked and judged, and the answer is on record.

Nothing here decodes pixels; that is a job queued in the same transaction. The bytes are
durable before the row is committed, and the row before the answer.
"""

from __future__ import annotations

import errno
import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evidence import metadata
from evidence.checks import run_all
from evidence.claims import Claims, DeviceClaim, FileClaim, OperatorClaim, PositionClaim
from evidence.context import Context, EarlierUse, History, Stage
from evidence.errors import DigestMismatchError, EmptyFileError, UnsupportedTypeError
from evidence.findings import Finding
from evidence.seal import Seal
from evidence.storage.base import Incoming
from evidence.verdict import grade, judge
from evidence.witness import captured_at, machine_places, machine_positions
from geo import quadtile
from server import jobs
from server.access import Actor
from server.db import insert_if_new, reading, writing
from server.models import Evidence, EvidenceFinding, Original, Person, Project
from server.models.evidence import CopiesState, EvidenceState
from server.problems import FieldError, Problem
from server.services import custody
from server.services.copies import COPIES_JOB
from server.services.evidence_target import Target, Wanted, find_target
from server.services.evidence_view import claims_document, plain
from server.times import iso


@dataclass(frozen=True, slots=True)
class UploadClaim:
    """What came beside the photo; every part may be left out."""

    project: str | None = None
    milestone: UUID | None = None
    stage: Stage | None = None
    requirement: str | None = None
    caption: str = ""
    sha256: str | None = None
    captured_at: datetime | None = None
    device_position: PositionClaim | None = None
    operator_position: PositionClaim | None = None

    @property
    def digest(self) -> str:
        """sha256 over the claim as canonical JSON: the same claim, however it was written."""
        return hashlib.sha256(json.dumps(_canonical(self), sort_keys=True).encode()).hexdigest()

    def beside(self, file: FileClaim) -> Claims:
        """The three claims, kept apart."""
        return Claims(
            file=file,
            device=DeviceClaim(position=self.device_position, captured_at=self.captured_at, sha256=self.sha256),
            operator=OperatorClaim(position=self.operator_position, caption=self.caption or None),
        )


@dataclass(frozen=True, slots=True)
class Upload:
    """One photo on its way in, under the id that the phone gave it."""

    evidence_id: UUID
    photo: Incoming
    claim: UploadClaim


@dataclass(frozen=True, slots=True)
class Received:
    """The evidence on record, and whether this very upload made it."""

    evidence: Evidence
    created: bool


def receive(actor: Actor, upload: Upload, *, now: datetime, store_again: float = 30.0) -> Received:
    """Take one photo in. The same bytes and claim under the same id give the same record.

    Raises:
        Problem: ``photo-empty``, ``photo-type-unsupported``, ``photo-digest-mismatch``,
            ``evidence-conflict``, ``not-found``, ``not-allowed``, ``invalid``, ``project-not-placed``
            or ``store-away``.
    """
    seal = _seal(upload)
    earlier = _replayed(actor, upload, seal)
    if earlier is not None:
        return Received(earlier, created=False)
    file = _read(upload, seal)
    claims = upload.claim.beside(file)
    target = find_target(actor, _wanted(upload.claim, claims), now=now)
    storage_key = _keep(upload, store_again)
    # The transaction below reads history afresh; what was loaded so far is only carried along.
    reading().expunge_all()
    try:
        return Received(_record(actor, upload, seal, claims, target, storage_key, now), created=True)
    except IntegrityError:
        rival = _replayed(actor, upload, seal)
        if rival is None:
            raise
        return Received(rival, created=False)


def _seal(upload: Upload) -> Seal:
    try:
        return upload.photo.seal(upload.claim.sha256)
    except EmptyFileError:
        raise Problem("photo-empty", "The photo has no bytes. Send it again from the phone.") from None
    except DigestMismatchError as error:
        raise Problem(
            "photo-digest-mismatch",
            "The bytes that arrived are not those the phone hashed. Nothing was recorded; send the photo again.",
            errors=[FieldError("#/claim/sha256", f"The bytes that arrived have sha256 {error.actual}.")],
        ) from None


def _replayed(actor: Actor, upload: Upload, seal: Seal) -> Evidence | None:
    """The record under this id, if it is this very upload sent again; None where the id is free."""
    known = reading().get(Evidence, upload.evidence_id)
    if known is None:
        return None
    same = (known.sha256, known.claim_digest, known.uploader_id) == (seal.sha256, upload.claim.digest, actor.person_id)
    if same:
        return known
    what = "another photo" if known.sha256 != seal.sha256 else "the same photo with another claim"
    raise Problem("evidence-conflict", f"This id already stands for {what}. Give this one a fresh id.")


def _read(upload: Upload, seal: Seal) -> FileClaim:
    upload.photo.seek(0)
    try:
        return metadata.read(upload.photo, size=seal.size)
    except UnsupportedTypeError as error:
        raise Problem(
            "photo-type-unsupported",
            f"This looks like {error.seems}. Send the photo as the phone made it: "
            "JPEG, HEIC, PNG, WebP, AVIF or TIFF.",
        ) from None


def _wanted(claim: UploadClaim, claims: Claims) -> Wanted:
    """Where the claim wants to belong; places in the order of what machines, then people, say."""
    places = [position for _name, position in machine_positions(claims)]
    if claim.operator_position is not None:
        places.append(claim.operator_position)
    return Wanted(
        project=claim.project,
        milestone=claim.milestone,
        stage=claim.stage,
        requirement=claim.requirement,
        places=tuple((position.latitude, position.longitude) for position in places),
        captured_in=lambda zone: captured_at(claims, zone),
    )


def _keep(upload: Upload, retry_after_s: float) -> str:
    try:
        return upload.photo.keep()
    except OSError as error:
        why = "is full" if error.errno in {errno.ENOSPC, errno.EDQUOT} else "does not answer"
        raise Problem(
            "store-away",
            f"The store for photos {why}. Nothing was recorded; keep the photo and send it again.",
            headers={"Retry-After": str(int(retry_after_s))},
        ) from error


def _record(
    actor: Actor,
    upload: Upload,
    seal: Seal,
    claims: Claims,
    target: Target,
    storage_key: str,
    now: datetime,
) -> Evidence:
    """Judge and write, in one transaction, so that no rival use of the same bytes goes unseen."""
    original = {
        "sha256": seal.sha256,
        "size": seal.size,
        "media_type": claims.file.media_type,
        "storage_key": storage_key,
        "kept_at": now,
    }
    with writing() as session:
        insert_if_new(session, Original, **original)
        context = Context(
            evidence=str(upload.evidence_id),
            sha256=seal.sha256,
            claims=claims,
            stage=target.stage,
            site=target.shape,
            schedule=target.schedule,
            policy=target.policy,
            received_at=now,
            project=target.project.code,
            milestone=str(target.milestone.id) if target.milestone else None,
            requirement=target.rule,
            history=_history(session, actor, seal, target),
        )
        findings = run_all(context)
        row = _row(actor, upload, context, findings, target)
        session.execute(sa.insert(Evidence).values(row))
        rows = [_finding_row(upload.evidence_id, finding) for finding in findings]
        session.execute(sa.insert(EvidenceFinding), rows)
        custody.append(
            session,
            actor.person_id,
            "evidence.received",
            "evidence",
            str(upload.evidence_id),
            now=now,
            sha256=seal.sha256,
            project=target.project.code,
            verdict=row["verdict"].value,
            grade=row["grade"],
            policy=row["policy"],
        )
        jobs.enqueue(session, COPIES_JOB, str(upload.evidence_id), now=now)
    return Evidence(
        **row,
        original=Original(**original),
        project=target.project,
        milestone=target.milestone,
        requirement=target.requirement,
        uploader=Person(id=actor.person_id, name=actor.name),
        findings=[EvidenceFinding(**finding) for finding in rows],
    )


def _history(session: Session, actor: Actor, seal: Seal, target: Target) -> History:
    same = session.execute(
        sa.select(
            Evidence.id,
            Project.code,
            Evidence.milestone_id,
            Evidence.stage,
            Evidence.captured_at,
            Evidence.received_at,
        )
        .join(Project, Project.id == Evidence.project_id)
        .where(Evidence.sha256 == seal.sha256)
        .order_by(Evidence.received_at)
        .limit(20)
    )
    place = Evidence.claims["file"]["position"]
    recent = session.execute(
        sa.select(place["latitude"].as_float(), place["longitude"].as_float())
        .where(Evidence.uploader_id == actor.person_id, Evidence.project_id == target.project.id)
        .order_by(Evidence.received_at.desc())
        .limit(target.policy.repeated_positions + 5)
    )
    return History(
        same_bytes=tuple(
            EarlierUse(
                evidence=str(use.id),
                project=use.code,
                milestone=str(use.milestone_id) if use.milestone_id else None,
                stage=use.stage.value,
                captured_at=use.captured_at,
                received_at=use.received_at,
            )
            for use in same
        ),
        recent_positions=tuple((row[0], row[1]) for row in recent if row[0] is not None and row[1] is not None),
    )


def _row(
    actor: Actor, upload: Upload, context: Context, findings: tuple[Finding, ...], target: Target
) -> dict[str, Any]:
    claims = context.claims
    verdict = EvidenceState(judge(findings, target.policy).value)
    place = _best_place(claims, target)
    return {
        "id": upload.evidence_id,
        "project_id": target.project.id,
        "milestone_id": target.milestone.id if target.milestone else None,
        "requirement_id": target.requirement.id if target.requirement else None,
        "site_id": target.site_id,
        "stage": target.stage,
        "caption": upload.claim.caption,
        "uploader_id": actor.person_id,
        "sha256": context.sha256,
        "claim_digest": upload.claim.digest,
        "claims": claims_document(claims),
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
        "quadtile": quadtile.key(place.latitude, place.longitude) if place else None,
        "captured_at": captured_at(claims, target.zone),
        "received_at": context.received_at,
        "policy": target.policy.name,
        "verdict": verdict,
        "grade": grade(claims, findings).value,
        "state": verdict,
        "copies": CopiesState.WAITING,
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


def _canonical(claim: UploadClaim) -> dict[str, Any]:
    """The claim as plain values, instants in UTC."""
    told: dict[str, Any] = plain(replace(claim, milestone=None))
    return told | {"milestone": str(claim.milestone) if claim.milestone else None, "captured_at": iso(claim.captured_at)}
