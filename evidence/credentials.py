"""Signing a public copy with Content Credentials (C2PA): what it was made of, how, and what stands behind it.

The manifest names the sealed original by its sha256 alone: neither its bytes nor its metadata travel with the copy.
Nothing is fetched; only where a signer names a time-stamp authority is that one asked. Where keys are kept is not
this room's concern.
"""

from __future__ import annotations

import hashlib
import io
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import c2pa

#: The name of the assertion that is our own: a name, not an address. Its values are in docs/content-credentials.md.
ASSERTION = "org.saksi.evidence"
ACTIONS = "c2pa.actions.v2"
#: Nothing from outside is read, and no thumbnail is added: the picture is a small copy itself.
OFFLINE: dict[str, Any] = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": False},
    "builder": {"thumbnail": {"enabled": False}},
}
_PARENT = "original"
_JPEG = "image/jpeg"


class CredentialsError(Exception):
    """A copy could not be signed; the text says why, as the library told it."""


@dataclass(frozen=True, slots=True)
class Signer:
    """What signs: the certificate with those between it and its root (PEM), its private key (PEM), the algorithm.

    ``algorithm`` is a name of C2PA's (``es256``, ``ed25519`` …). ``time_stamps`` is the address of an RFC 3161
    authority, asked at every signature; None asks nobody.
    """

    chain: str
    key: str = field(repr=False)
    algorithm: str = "es256"
    time_stamps: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a public copy says of itself; nothing that the photo's public page does not say.

    Attributes:
        evidence: the photo's id.
        sha256: lowercase hex sha256 of the original, which stays sealed.
        media_type: of the original.
        verdict: the machine's.
        grade: ``A`` to ``D``.
        policy: the policy's name and version that the verdict was given under.
        checks: the outcome of every check by its name (``pass``, ``warn``, ``fail``, ``unknown``).
        redactions: how many areas of the picture were blurred.
        state: what stands now, where a person decided; else the verdict.
        published_at: RFC 3339 in UTC.
        page: the address of the photo's public page; None where the server knows no address of its own.
        statement: sha256 of the photo's public statement, by which the custody log speaks of it.
    """

    evidence: str
    sha256: str
    media_type: str
    verdict: str
    grade: str
    policy: str
    checks: Mapping[str, str]
    redactions: int
    state: str | None = None
    published_at: str | None = None
    page: str | None = None
    statement: str | None = None


def sign(jpeg: bytes, facts: Facts, signer: Signer) -> bytes:
    """The same picture with a signed manifest in it.

    Raises:
        CredentialsError: it is no JPEG, or the certificate cannot sign for C2PA.
    """
    out = io.BytesIO()
    try:
        with (
            c2pa.Context.from_dict(OFFLINE) as context,
            c2pa.Signer.from_info(_info(signer)) as pen,
            c2pa.Builder(manifest(jpeg, facts), context=context) as builder,
        ):
            builder.sign(pen, _JPEG, io.BytesIO(jpeg), out)
    except (c2pa.C2paError, ValueError) as error:
        raise CredentialsError(str(error)) from error
    return out.getvalue()


def manifest(jpeg: bytes, facts: Facts) -> dict[str, Any]:
    """The manifest's definition; the same picture and facts have the same names in it."""
    unique = _unique(jpeg, facts)
    return {
        "label": f"urn:c2pa:{unique}",
        "instance_id": f"xmp:iid:{unique}",
        "claim_generator_info": [{"name": "Saksi"}],
        "format": _JPEG,
        "title": f"Public copy of photo {facts.evidence}",
        "ingredients": [_parent(facts)],
        "assertions": [_actions(facts), {"label": ASSERTION, "kind": "Json", "created": True, "data": said(facts)}],
    }


def said(facts: Facts) -> dict[str, Any]:
    """Our own assertion: what is known of the original and of the copy, as plain JSON values."""
    optional = {
        "state": facts.state,
        "published_at": facts.published_at,
        "page": facts.page,
        "statement": facts.statement,
    }
    return {
        "v": 1,
        "evidence": facts.evidence,
        "parent": {"sha256": facts.sha256, "media_type": facts.media_type},
        "verdict": facts.verdict,
        "grade": facts.grade,
        "policy": facts.policy,
        "checks": dict(sorted(facts.checks.items())),
        "redactions": facts.redactions,
    } | {name: value for name, value in optional.items() if value is not None}


def named_by_hash(sha256: str) -> str:
    """The address of bytes by their digest (RFC 6920)."""
    return "ni:///sha-256;" + urlsafe_b64encode(bytes.fromhex(sha256)).rstrip(b"=").decode()


def _unique(jpeg: bytes, facts: Facts) -> UUID:
    """A name that only this picture with these facts has; C2PA takes no other version of a UUID than the fourth."""
    told = json.dumps(said(facts), sort_keys=True).encode()
    return UUID(bytes=hashlib.sha256(hashlib.sha256(jpeg).digest() + told).digest()[:16], version=4)


def _parent(facts: Facts) -> dict[str, Any]:
    """The original as an ingredient by reference: its name and its digest, nothing of its content."""
    page = {} if facts.page is None else {"informational_URI": facts.page}
    return {
        "label": _PARENT,
        "title": f"Sealed original, SHA-256 {facts.sha256}",
        "format": facts.media_type,
        "instance_id": named_by_hash(facts.sha256),
        "document_id": f"urn:uuid:{facts.evidence}",
        "relationship": "parentOf",
        **page,
    }


def _actions(facts: Facts) -> dict[str, Any]:
    blurred = f"Areas blurred to protect people: {facts.redactions}"
    actions = [
        {"action": "c2pa.opened", "parameters": {"ingredientIds": [_PARENT]}},
        {"action": "c2pa.resized.proportional"},
        {"action": "c2pa.transcoded"},
        {"action": "c2pa.edited.metadata", "description": "The original's metadata were left out"},
    ]
    if facts.redactions:
        actions.append({"action": "c2pa.filtered", "description": blurred})
    published = {"action": "c2pa.published"}
    actions.append(published | ({"when": facts.published_at} if facts.published_at else {}))
    return {"label": ACTIONS, "created": True, "data": {"actions": actions, "allActionsIncluded": True}}


def _info(signer: Signer) -> c2pa.C2paSignerInfo:
    return c2pa.C2paSignerInfo(signer.algorithm, signer.chain.encode(), signer.key.encode(), signer.time_stamps)
