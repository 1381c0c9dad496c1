"""What the Content Credentials of a photo's file came to, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evidence.provenance import Credentials, CredentialState
from server.claims_table import Row, Said
from server.texts import N_, _

STATES = {
    CredentialState.TRUSTED: N_("Content Credentials hold, by a signer on the trust list"),
    CredentialState.UNKNOWN_SIGNER: N_("Content Credentials hold, by a signer that is not on the trust list"),
    CredentialState.TAMPERED: N_("Changed after its Content Credentials were signed"),
    CredentialState.ABSENT: N_("No Content Credentials"),
    CredentialState.UNREADABLE: N_("Content Credentials that cannot be read"),
}
EDITS = {
    "c2pa.adjustedColor": N_("colours adjusted"),
    "c2pa.color_adjustments": N_("colours adjusted"),
    "c2pa.cropped": N_("cropped"),
    "c2pa.deleted": N_("something removed"),
    "c2pa.drawing": N_("drawn upon"),
    "c2pa.edited": N_("edited"),
    "c2pa.edited.metadata": N_("metadata changed"),
    "c2pa.enhanced": N_("enhanced"),
    "c2pa.filtered": N_("filtered"),
    "c2pa.placed": N_("something put in"),
    "c2pa.redacted": N_("statements taken out"),
    "c2pa.removed": N_("something removed"),
}
SOURCES = {
    "trainedAlgorithmicMedia": N_("made by artificial intelligence"),
    "compositeWithTrainedAlgorithmicMedia": N_("changed by artificial intelligence"),
    "algorithmicMedia": N_("made by a program"),
    "compositeSynthetic": N_("put together with made-up parts"),
    "composite": N_("put together from several pictures"),
    "compositeCapture": N_("put together from several pictures"),
    "screenCapture": N_("a picture of a screen"),
    "digitalArt": N_("drawn by hand"),
    "digitalCreation": N_("drawn by hand"),
    "humanEdits": N_("edited by a person"),
    "minorHumanEdits": N_("edited a little by a person"),
}


def kept(seen: Mapping[str, Any] | None) -> Credentials | None:
    """What the worker found, from what is kept beside the original; None where it has not looked."""
    told = (seen or {}).get("credentials")
    return None if told is None else Credentials.told(told)


def state(word: str | None) -> str | None:
    """What became of a manifest, without names: fit for the public. None where there is none."""
    return None if word is None else _(STATES[CredentialState(word)])


def rows(its: Credentials | None) -> list[Row]:
    """The lines of the table of witnesses, all under the file; none where the file has no manifest."""
    if its is None or its.state is CredentialState.ABSENT:
        return []
    lines = [
        Row(_("Content Credentials"), Said(state(its.state))),
        Row(_("Signed by, as the file says"), Said(its.signer)),
        Row(_("Made with, as the file says"), Said(its.generator)),
        Row(_("Changes that are listed"), Said(_named(EDITS, its.edits))),
        Row(_("Origin"), Said(_named(SOURCES, its.sources))),
    ]
    return [line for line in lines if line.file.text]


def _named(words: Mapping[str, str], found: tuple[str, ...]) -> str | None:
    """What is known in words, what is not as it stands, each once."""
    return ", ".join(dict.fromkeys(_(words[each]) if each in words else each for each in found)) or None
