"""What the Content Credentials of a file say for or against it: the part of ``file.untouched`` that rests on them.

Whoever wants to cheat leaves them out, so that their absence says nothing; what they admit is believed of anybody, and
what they vouch for only of a signer on the trust list.
"""

from __future__ import annotations

from evidence.findings import ClaimName, Finding, Outcome
from evidence.provenance import Credentials, CredentialState
from evidence.seen import Seen

NAME = "file.untouched"
EXPECTED = "Content Credentials that hold"
#: IPTC's digital source types that a machine's imagination had a part in.
_IMAGINED = frozenset(
    {
        "trainedAlgorithmicMedia",
        "compositeWithTrainedAlgorithmicMedia",
        "algorithmicMedia",
        "compositeSynthetic",
        "virtualRecording",
        "dataDrivenMedia",
    }
)


def finding(seen: Seen) -> Finding | None:
    """What follows from the Content Credentials; None where nothing does, and other signs decide."""
    its = seen.credentials
    if its is None or its.state is CredentialState.ABSENT:
        return None
    return _broken(its) or _admitted(its) or _vouched(its)


def _broken(its: Credentials) -> Finding | None:
    if its.state is CredentialState.TAMPERED:
        message = "The file was changed after its Content Credentials were signed; send the camera's own file."
        return _finding(Outcome.FAIL, message, "changed after it was signed")
    if its.state is CredentialState.UNREADABLE:
        message = "The Content Credentials in the file cannot be read; send the camera's own file."
        return _finding(Outcome.WARN, message, "cannot be read")
    return None


def _admitted(its: Credentials) -> Finding | None:
    if _IMAGINED & set(its.sources):
        message = "The Content Credentials say that a program made up what the picture shows; take the photo yourself."
        return _finding(Outcome.WARN, message, "made by a program")
    if its.sources:
        message = "The Content Credentials say that no camera took the picture as it is; send the camera's own file."
        return _finding(Outcome.WARN, message, "not as a camera took it")
    if its.edits:
        message = "The Content Credentials list changes to the picture; send the camera's own file."
        return _finding(Outcome.WARN, message, "changes listed")
    return None


def _vouched(its: Credentials) -> Finding | None:
    if its.state is not CredentialState.TRUSTED:
        return None
    message = "The file is as a trusted signer of Content Credentials signed it."
    return _finding(Outcome.PASS, message, "signed by a trusted signer")


def _finding(outcome: Outcome, message: str, measured: str) -> Finding:
    return Finding(NAME, outcome, message, measured, EXPECTED, ClaimName.FILE)
