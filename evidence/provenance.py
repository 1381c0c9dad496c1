"""What the Content Credentials (C2PA) in a photo's file came to: plain values, weighed elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any


class CredentialState(StrEnum):
    """What became of the manifest in a file.

    Attributes:
        TRUSTED: whole, and signed by somebody on the trust list.
        UNKNOWN_SIGNER: whole, and signed by somebody who is not on it, or is no longer.
        TAMPERED: the picture or the manifest was changed after it was signed.
        ABSENT: there is none in the file.
        UNREADABLE: something is there that cannot be read as a manifest.
    """

    TRUSTED = "trusted"
    UNKNOWN_SIGNER = "unknown_signer"
    TAMPERED = "tampered"
    ABSENT = "absent"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a manifest says, and how far it holds. Unless the state is trusted, anyone may have written the words.

    Attributes:
        state: see there.
        signer: the organisation in the signer's certificate, else its name.
        generator: the program that made the manifest.
        signed_at: when, RFC 3339, where a time-stamp authority vouched for it.
        edits: actions that change what the picture shows or what its metadata say, such as ``c2pa.cropped``.
        sources: kinds of origin other than a camera's (IPTC's digital source types, the last part of their address).
        faults: C2PA's codes of what does not hold.
    """

    state: CredentialState
    signer: str | None = None
    generator: str | None = None
    signed_at: str | None = None
    edits: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @staticmethod
    def told(document: Mapping[str, Any]) -> Credentials:
        """Read what was kept as plain JSON values."""
        known = {each.name: document[each.name] for each in fields(Credentials) if each.name in document}
        lists = {name: tuple(known.get(name) or ()) for name in ("edits", "sources", "faults")}
        return Credentials(**{**known, **lists, "state": CredentialState(known["state"])})


@dataclass(frozen=True, slots=True)
class Trust:
    """Who is believed: certificates in PEM, and purposes (OIDs) that theirs may be for beside those that C2PA names."""

    anchors: str = ""
    purposes: tuple[str, ...] = ()


#: Without a trust list every signer is unknown.
NOBODY = Trust()
