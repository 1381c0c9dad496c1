"""What follows from the findings: the verdict, the trust grade, and the one thing to do now.

The rules are those of the design's evidence rules, "Verdict and grade". The findings are taken as
they are; a person's later decision changes neither them nor what is said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from evidence.claims import CaptureSource, Claims
from evidence.findings import NOT_CHECKED, ClaimName, Finding, Outcome
from evidence.policy import EvidencePolicy

#: Checks whose failure rejects, beside every check of the file itself.
REJECTING = frozenset(
    {"place.inside_site", "time.not_future", "time.in_schedule", "origin.first_use", "device.enrolled"}
)
#: The checks by which place and time are said to hold.
PLACE, TIME = "place.inside_site", "time.in_schedule"
#: Warns only where a station is asked for and the photo was taken at another: its place does not hold there.
STATION = "place.station"

_MACHINES = frozenset({ClaimName.FILE, ClaimName.DEVICE})
_NEUTRAL = EvidencePolicy()


class Verdict(StrEnum):
    """What the machine says of a photo; a person decides what needs review."""

    VERIFIED = "verified"
    NEEDS_REVIEW = "needs_review"
    REJECTED = "rejected"


class Grade(StrEnum):
    """How much stands behind a photo's place and time, whatever the verdict."""

    ATTESTED = "A"
    CORROBORATED = "B"
    SINGLE_WITNESS = "C"
    STATED = "D"


def judge(findings: Sequence[Finding], policy: EvidencePolicy) -> Verdict:
    """Derive the verdict from all findings of one photo.

    Rejected: a rejecting check fails. Verified: place and time each pass by a machine's claim,
    nothing fails at all, no decisive check warns, no other station was asked for, and no check
    broke. Else a person looks.
    """
    if any(_rejects(finding) for finding in findings):
        return Verdict.REJECTED
    if any(_holds_back(finding, policy) for finding in findings):
        return Verdict.NEEDS_REVIEW
    held = _machine_passes(findings, PLACE) and _machine_passes(findings, TIME)
    return Verdict.VERIFIED if held else Verdict.NEEDS_REVIEW


def holding_back(policy: EvidencePolicy) -> frozenset[str]:
    """The checks whose warning keeps a photo from being verified: the policy's, and those of place and time."""
    return policy.decisive | {PLACE, TIME, STATION}


def _rejects(finding: Finding) -> bool:
    """Whether this finding alone rejects the photo."""
    return finding.outcome is Outcome.FAIL and (finding.check.startswith("file.") or finding.check in REJECTING)


def _holds_back(finding: Finding, policy: EvidencePolicy) -> bool:
    """Whether this finding alone keeps the photo from being verified."""
    warns = finding.outcome is Outcome.WARN and finding.check in policy.decisive | {STATION}
    return warns or finding.outcome is Outcome.FAIL or finding.measured == NOT_CHECKED


def _machine_passes(findings: Iterable[Finding], check: str) -> bool:
    """Whether a check passed by a claim that is not the operator's."""
    return any(
        finding.check == check and finding.outcome is Outcome.PASS and finding.claim in _MACHINES
        for finding in findings
    )


def grade(claims: Claims, findings: Sequence[Finding]) -> Grade:
    """Derive the trust grade; it does not look at the verdict.

    Two machines that contradict each other corroborate nothing and count as one witness. A
    position too rough to use (``place.accuracy`` fails) is no machine's word on the place. A signature
    attests only what the signing app took itself: from another camera a photo is corroborated at
    best, and of a file from the gallery the phone witnesses no time.
    """
    outcomes = {finding.check: finding.outcome for finding in findings}
    place = claims.file.position is not None or claims.device.position is not None
    time = claims.file.time is not None or claims.device.witnessed_at is not None
    if not place or not time or outcomes.get("place.accuracy") is Outcome.FAIL:
        return Grade.STATED
    if not _corroborated(claims, outcomes):
        return Grade.SINGLE_WITNESS
    signed = outcomes.get("device.enrolled") is Outcome.PASS
    return Grade.ATTESTED if signed and _own_camera(claims) else Grade.CORROBORATED


def _own_camera(claims: Claims) -> bool:
    """Whether the app that signed took the photo by itself."""
    return claims.device.envelope is not None and claims.device.envelope.source is CaptureSource.CAMERA


def _corroborated(claims: Claims, outcomes: dict[str, Outcome]) -> bool:
    """Whether file and device both speak of place and time, and agree.

    ``time.claims_agree`` may pass on the file's own two clocks, so the device's time is asked for.
    """
    both_times = claims.file.time is not None and claims.device.witnessed_at is not None
    agreeing = (outcomes.get("place.claims_agree"), outcomes.get("time.claims_agree"))
    return both_times and agreeing == (Outcome.PASS, Outcome.PASS)


def summary(findings: Sequence[Finding], policy: EvidencePolicy = _NEUTRAL) -> str:
    """The one sentence that matters most now: the message of the weightiest finding.

    First what rejects, then what else fails, then decisive warnings, then a place or time that
    does not hold yet, then a check that broke; if there is none of these, nothing is left to do.
    """
    urgent = [(rank, finding) for finding in findings if (rank := _urgency(finding, policy)) is not None]
    if not urgent:
        return "The place and the time hold; there is nothing more to do."
    return min(urgent, key=lambda pair: pair[0])[1].message


def _urgency(finding: Finding, policy: EvidencePolicy) -> int | None:
    """How soon a finding must be seen to, 0 first; None for one that asks for nothing."""
    ranks = (
        _rejects(finding),
        finding.outcome is Outcome.FAIL,
        _holds_back(finding, policy) and finding.measured != NOT_CHECKED,
        finding.check in (PLACE, TIME) and finding.outcome is not Outcome.PASS,
        finding.measured == NOT_CHECKED,
    )
    return next((rank for rank, applies in enumerate(ranks) if applies), None)
