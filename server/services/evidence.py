"""The upload: a photo comes in, is sealed, read, given its place among the works, kept and recorded.

Nothing here decodes pixels. The bytes are durable before the row is committed, and the row
before the answer. Judging and writing are ``evidence_record``'s.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from evidence import metadata
from evidence.claims import Claims, DeviceClaim, FileClaim, OperatorClaim, PositionClaim
from evidence.context import Stage
from evidence.envelope import Reading
from evidence.envelope import read as read_envelope
from evidence.errors import DigestMismatchError, EmptyFileError, OriginalDamagedError, UnsupportedTypeError
from evidence.seal import Seal
from evidence.storage.base import Incoming
from evidence.witness import captured_at, machine_positions
from server.access import Actor
from server.db import reading, table_of
from server.documents import plain
from server.engines import engines
from server.models import Evidence
from server.problems import FieldError, Problem
from server.services.evidence_record import Photo, record
from server.services.evidence_target import Wanted, find_target
from server.services.evidence_view import document
from server.telemetry import figures
from server.texts import _

#: Mending needs a person.
DAMAGED_RETRY_S = 3600
_EVIDENCE = table_of(Evidence).c
_KNOWN = sa.select(_EVIDENCE.sha256, _EVIDENCE.claim_digest, _EVIDENCE.uploader_id).where(
    _EVIDENCE.id == sa.bindparam("id")
)


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
    envelope: str | None = None

    @property
    def digest(self) -> str:
        """sha256 over the claim as canonical JSON: the same claim, however it was written.

        A claim without an envelope has the digest that it had before there were any.
        """
        told = plain(self)
        if self.envelope is None:
            del told["envelope"]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @property
    def open_device_claim(self) -> DeviceClaim:
        """What the device said beside its envelope."""
        return DeviceClaim(position=self.device_position, captured_at=self.captured_at, sha256=self.sha256)

    def beside(self, file: FileClaim, envelope: Reading | None) -> Claims:
        """The three claims, kept apart; the device's is that of its envelope where that can be read."""
        signed = None if envelope is None else envelope.claim
        return Claims(
            file=file,
            device=signed or self.open_device_claim,
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
    """The evidence document as it stands on record, and whether this very upload made it."""

    evidence_id: UUID
    document: dict[str, Any]
    created: bool

    @property
    def evidence(self) -> Evidence:
        """The record itself, read from the database."""
        return reading().get_one(Evidence, self.evidence_id)


def receive(actor: Actor, upload: Upload, *, now: datetime) -> Received:
    """Take one photo in. The same bytes and claim under the same id give the same record.

    Raises:
        Problem: ``photo-empty``, ``too-large``, ``photo-type-unsupported``, ``photo-digest-mismatch``,
            ``evidence-conflict``, ``not-found``, ``not-allowed``, ``invalid``, ``project-not-placed`` or
            ``original-damaged``.
        StoreAwayError: the store did not keep it; nothing is recorded.
    """
    seal = _seal(upload)
    earlier = _replayed(actor, upload, seal)
    if earlier is not None:
        return _on_record(earlier)
    _check_size(seal)
    envelope = None if upload.claim.envelope is None else read_envelope(upload.claim.envelope)
    _expect_signed_bytes(upload, seal, envelope)
    file = _read(upload, seal)
    claims = upload.claim.beside(file, envelope)
    target = find_target(actor, _wanted(upload.claim, claims), now=now)
    storage_key = _kept(upload.photo)
    photo = Photo(
        evidence_id=upload.evidence_id,
        seal=seal,
        storage_key=storage_key,
        claim_digest=upload.claim.digest,
        caption=upload.claim.caption,
        claims=claims,
        envelope=envelope,
        beside_envelope=upload.claim.open_device_claim,
    )
    try:
        told = record(actor, photo, target, now=now)
    except IntegrityError:
        rival = _replayed(actor, upload, seal)
        if rival is None:
            raise
        return _on_record(rival)
    figures.count_upload(told)
    return Received(upload.evidence_id, told, created=True)


def _kept(photo: Incoming) -> str:
    """The key under which the bytes are durable.

    Raises:
        Problem: ``original-damaged``: only an operator can mend that, so the phone is to keep the photo for long.
    """
    try:
        return photo.keep()
    except OriginalDamagedError as error:
        detail = "The store holds this photo from earlier, and damaged. Nothing was recorded; keep the photo."
        raise Problem("original-damaged", detail, headers={"Retry-After": str(DAMAGED_RETRY_S)}) from error


def received_before(actor: Actor, evidence_id: UUID, claim: UploadClaim) -> Received | None:
    """What this very claim of this person came to earlier; for one who no longer has the bytes at hand."""
    known = reading().connection().execute(_KNOWN, {"id": evidence_id}).one_or_none()
    if known is None or (known.claim_digest, known.uploader_id) != (claim.digest, actor.person_id):
        return None
    return _on_record(reading().get_one(Evidence, evidence_id))


def _on_record(evidence: Evidence) -> Received:
    return Received(evidence.id, document(evidence), created=False)


def _seal(upload: Upload) -> Seal:
    with sealing():
        return upload.photo.seal(upload.claim.sha256)


@contextmanager
def sealing() -> Iterator[None]:
    """Turn what sealing refuses into a problem: ``photo-empty`` or ``photo-digest-mismatch``."""
    try:
        yield
    except EmptyFileError:
        raise Problem("photo-empty", _("The photo has no bytes. Send it again from the phone.")) from None
    except DigestMismatchError as error:
        raise _changed_on_its_way("#/claim/sha256", error.actual) from None


def _check_size(seal: Seal) -> None:
    """The limit is the photo's, whichever way it came; the form around it has room of its own."""
    most = engines().settings.max_photo_bytes
    if seal.size > most:
        raise Problem(
            "too-large",
            _("A photo may have %(most)s bytes.", most=most),
            errors=[FieldError("#/photo", _("At most %(most)s.", most=most))],
        )


def _replayed(actor: Actor, upload: Upload, seal: Seal) -> Evidence | None:
    """The record under this id, if it is this very upload sent again; None where the id is free."""
    known = reading().connection().execute(_KNOWN, {"id": upload.evidence_id}).one_or_none()
    if known is None:
        return None
    if tuple(known) == (seal.sha256, upload.claim.digest, actor.person_id):
        return reading().get_one(Evidence, upload.evidence_id)
    if known.sha256 != seal.sha256:
        raise Problem("evidence-conflict", _("This id already stands for another photo. Give this one a fresh id."))
    told = _("This id already stands for the same photo with another claim. Give this one a fresh id.")
    raise Problem("evidence-conflict", told)


def _expect_signed_bytes(upload: Upload, seal: Seal, envelope: Reading | None) -> None:
    """Refuse bytes that changed on their way, where only the envelope says what they were.

    One that was signed for another id, or beside a digest in the open that is right, is weighed with the rest.

    Raises:
        Problem: ``photo-digest-mismatch``.
    """
    signed = None if envelope is None else envelope.claim
    if signed is None or signed.envelope is None or upload.claim.sha256 is not None:
        return
    if signed.envelope.evidence == str(upload.evidence_id) and signed.sha256 != seal.sha256:
        raise _changed_on_its_way("#/claim/envelope", seal.sha256)


def _changed_on_its_way(field: str, actual: str) -> Problem:
    return Problem(
        "photo-digest-mismatch",
        _("The bytes that arrived are not those the phone hashed. Nothing was recorded; send the photo again."),
        errors=[FieldError(field, _("The bytes that arrived have sha256 %(actual)s.", actual=actual))],
    )


def _read(upload: Upload, seal: Seal) -> FileClaim:
    upload.photo.seek(0)
    try:
        return metadata.read(cast(BinaryIO, upload.photo), size=seal.size)
    except UnsupportedTypeError as error:
        raise Problem(
            "photo-type-unsupported",
            _(
                "This looks like %(seems)s. Send the photo as the phone made it: JPEG, HEIC, PNG, WebP, AVIF or TIFF.",
                seems=error.seems,
            ),
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
