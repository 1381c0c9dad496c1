"""Content Credentials (C2PA) of a file: read and verified without a word to anybody.

A manifest that is only referred to is not fetched, no revocation is asked for and no identity is looked up: a file
could name any address. A response on revocation and a time stamp that are in the manifest are used.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import c2pa

from evidence.provenance import NOBODY, Credentials, CredentialState, Trust

_OFFLINE = {
    "core": {"allowed_network_hosts": [], "decode_identity_assertions": False},
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
}
#: Faults that leave the picture and the manifest whole: the signer alone is in doubt.
_OF_SIGNERS = ("signingCredential.", "timeStamp.", "cawg.", "claimSignature.outsideValidity")
#: What changes neither the picture nor what is said of it.
_HARMLESS = frozenset(
    f"c2pa.{name}"
    for name in (
        "created",
        "opened",
        "published",
        "transcoded",
        "converted",
        "repackaged",
        "resized",
        "resized.proportional",
        "orientation",
        "watermarked",
        "watermarked.bound",
        "watermarked.unbound",
    )
)
#: IPTC's digital source types (cv.iptc.org/newscodes/digitalsourcetype) of a picture as a camera took it.
_OF_A_CAMERA = frozenset({"digitalCapture", "computationalCapture"})
#: The type of the box that holds every manifest.
_MARK = b"c2pa"
#: How the library says that it would have to fetch a manifest.
_ELSEWHERE = "Remote"
_MOST_LISTED, _LONGEST = 20, 100


def read(original: bytes, media_type: str, trust: Trust = NOBODY) -> Credentials:
    """What the file's manifest says and whether it holds; never raises for an odd file."""
    try:
        reader = c2pa.Reader.try_create(media_type, io.BytesIO(original), context=_context(trust))
        if reader is None:
            return Credentials(CredentialState.ABSENT)
        with reader:
            return _of(json.loads(reader.json()))
    except (c2pa.C2paError, ValueError) as error:
        return _not_read(original, str(error))


def _not_read(original: bytes, why: str) -> Credentials:
    """Unreadable where the file shows a manifest, else none.

    Many an honest file is written so oddly that the library does not find its way in it; and a manifest that lies
    elsewhere says nothing of these bytes.
    """
    if why.startswith(_ELSEWHERE) or _MARK not in original:
        return Credentials(CredentialState.ABSENT)
    return Credentials(CredentialState.UNREADABLE, faults=(_line(why),))


@lru_cache(maxsize=4)
def _context(trust: Trust) -> c2pa.Context:
    believed = {"user_anchors": trust.anchors} if trust.anchors else {}
    purposes = {"trust_config": "".join(f"{each}\n" for each in trust.purposes)} if trust.purposes else {}
    return c2pa.Context.from_dict({**_OFFLINE, "trust": believed | purposes})


def _of(document: dict[str, Any]) -> Credentials:
    manifests = document.get("manifests") or {}
    active = manifests.get(document.get("active_manifest")) or {}
    results = document.get("validation_results") or {}
    faults = sorted({str(each.get("code")) for each in _failures(results)})
    signature = active.get("signature_info") or {}
    return Credentials(
        _state(str(document.get("validation_state")), faults),
        _text(signature.get("issuer") or signature.get("common_name")),
        _text(_generator(active)),
        _text(signature.get("time")) if _is_vouched(results) else None,
        _listed(_edits(manifests.values())),
        _listed(_sources(manifests.values())),
        _listed(faults),
    )


def _state(told: str, faults: list[str]) -> CredentialState:
    if told == "Trusted":
        return CredentialState.TRUSTED
    whole = told == "Valid" or (faults and all(fault.startswith(_OF_SIGNERS) for fault in faults))
    return CredentialState.UNKNOWN_SIGNER if whole else CredentialState.TAMPERED


def _failures(results: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What failed, in the manifest and in those of what it was made from."""
    yield from (results.get("activeManifest") or {}).get("failure") or ()
    for delta in results.get("ingredientDeltas") or ():
        yield from (delta.get("validationDeltas") or {}).get("failure") or ()


def _is_vouched(results: dict[str, Any]) -> bool:
    """Whether an authority that is trusted says when it was signed."""
    succeeded = (results.get("activeManifest") or {}).get("success") or ()
    return any(each.get("code") == "timeStamp.trusted" for each in succeeded)


def _generator(manifest: dict[str, Any]) -> str | None:
    for each in manifest.get("claim_generator_info") or ():
        parts = (each.get("name"), each.get("version"))
        return " ".join(str(part) for part in parts if part) or None
    return manifest.get("claim_generator")


def _actions(manifests: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for manifest in manifests:
        for assertion in manifest.get("assertions") or ():
            if str(assertion.get("label", "")).startswith("c2pa.actions"):
                data = assertion.get("data")
                yield from (each for each in (data or {}).get("actions") or () if isinstance(each, dict))


def _edits(manifests: Iterable[dict[str, Any]]) -> Iterator[str]:
    return (name for each in _actions(manifests) if (name := str(each.get("action"))) not in _HARMLESS)


def _sources(manifests: Iterable[dict[str, Any]]) -> Iterator[str]:
    kinds = (str(each["digitalSourceType"]) for each in _actions(manifests) if each.get("digitalSourceType"))
    return (name for kind in kinds if (name := kind.rstrip("/").rpartition("/")[2]) not in _OF_A_CAMERA)


def _listed(texts: Iterable[str]) -> tuple[str, ...]:
    """Each once, in order, and not more than a person would read: a hostile file may list millions."""
    return tuple(list(dict.fromkeys(_line(text) for text in texts))[:_MOST_LISTED])


def _text(value: object) -> str | None:
    return (_line(str(value)) or None) if value is not None else None


def _line(text: str) -> str:
    """Foreign words as one short line that is fit to be shown."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:_LONGEST]
