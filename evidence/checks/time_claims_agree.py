"""``time.claims_agree``: whether the file's clock, the satellites and the device say the same time.

The widest gap between any two decides. A phone writes its own clock into the file, so that both are wrong
together where it is; what its clock was off by when it last spoke with the server is therefore heard as well.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from evidence.checks._time import times
from evidence.checks._words import SPEAKER, sentence, span
from evidence.claims import DeviceClaim
from evidence.context import Context
from evidence.findings import ClaimName, Finding, Outcome
from evidence.policy import EvidencePolicy

NAME = "time.claims_agree"

_GPS = "the satellite time in the file"
_CORRECTED = "the phone's time set right by our clock"
_BEGINNING, _END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def check(context: Context) -> Finding:
    """Pass within 5 minutes, warn beyond, fail beyond 24 hours (the policy's numbers); unknown for one time."""
    instants = _instants(context)
    expected = f"within {span(context.policy.clocks_warn_s)}"
    if len(instants) < 2:
        message = "There is only one statement of the time, so there is nothing to compare it with."
        return Finding(NAME, Outcome.UNKNOWN, message, expected=expected)
    (early, first), (late, last) = instants[0], instants[-1]
    gap_s = (last - first).total_seconds()
    outcome = _outcome(gap_s, context.policy)
    measured = f"{span(gap_s)} apart"
    return Finding(NAME, outcome, _message(outcome, early, late, measured), measured, expected, ClaimName.FILE)


def _instants(context: Context) -> list[tuple[str, datetime]]:
    """Who says which instant, the earliest first."""
    said = [(SPEAKER[witness.claim], witness.instant) for witness in times(context)]
    if context.claims.file.gps_instant is not None:
        said.append((_GPS, context.claims.file.gps_instant))
    corrected = _corrected(context.claims.device)
    if corrected is not None:
        said.append((_CORRECTED, corrected))
    return sorted(said, key=lambda pair: pair[1])


def _corrected(device: DeviceClaim) -> datetime | None:
    """The phone's capture time by the server's clock, as far as the phone knows how far its own is off."""
    if device.witnessed_at is None or device.envelope is None or device.envelope.clock_offset_ms is None:
        return None
    try:
        return device.witnessed_at + timedelta(milliseconds=device.envelope.clock_offset_ms)
    except OverflowError:
        # A clock that is off by more than the calendar holds agrees with nothing.
        return _END if device.envelope.clock_offset_ms > 0 else _BEGINNING


def _outcome(gap_s: float, policy: EvidencePolicy) -> Outcome:
    """Read the policy's bounds."""
    if gap_s <= policy.clocks_warn_s:
        return Outcome.PASS
    return Outcome.FAIL if gap_s > policy.clocks_fail_s else Outcome.WARN


def _message(outcome: Outcome, early: str, late: str, measured: str) -> str:
    """The sentence for the person on site."""
    if outcome is Outcome.PASS:
        return "All statements of the time agree."
    return f"{sentence(early)} and {late} are {measured}; {_advice(outcome, early)}"


def _advice(outcome: Outcome, early: str) -> str:
    """What to do: a file that is days older than the phone's word is an older picture, and no wrong clock."""
    if outcome is Outcome.FAIL and early == SPEAKER[ClaimName.FILE]:
        return (
            "if this is an older picture, take a new one with the field app; else set that camera's clock and retake."
        )
    return "let the network set the phone's time and zone, wait for a new position, and retake."
