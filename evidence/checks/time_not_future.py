"""``time.not_future``: whether any machine says the photo was taken after the server received it.

Here the worse claim counts: an honest clock may lag or a file may be old, but nothing honest
comes from the future. Only a zone that was merely assumed can put a true time hours ahead, so a
file without a zone is not held against the phone's own time unless no zone on earth explains it.
"""

from __future__ import annotations

from evidence.checks._time import no_time, times
from evidence.checks._words import SPEAKER, sentence, span
from evidence.claims import ZoneState
from evidence.context import Context
from evidence.findings import Finding, Outcome
from evidence.witness import TimeWitness

NAME = "time.not_future"

#: From UTC-12 to UTC+14: the furthest that a wrongly assumed zone can move a time, in seconds.
ZONES_SPAN_S = 26 * 3600.0


def check(context: Context) -> Finding:
    """Pass up to the policy's limit ahead of the server's clock, fail beyond it."""
    witnesses, limit_s = times(context), context.policy.future_limit_s
    if not witnesses:
        return no_time(NAME)
    leads = {witness: (witness.instant - context.received_at).total_seconds() for witness in witnesses}
    worst = max((witness for witness in witnesses if not _excused(witness, leads)), key=leads.__getitem__)
    lead_s, expected = leads[worst], f"at most {span(limit_s)} ahead of the server's clock"
    measured = f"{span(lead_s)} ahead" if lead_s > 0 else "not ahead"
    if lead_s <= limit_s:
        message = "The time of capture is not in the future."
        return Finding(NAME, Outcome.PASS, message, measured, expected, worst.claim)
    speaker = sentence(SPEAKER[worst.claim])
    message = f"{speaker} is {span(lead_s)} ahead of the server's clock; let the network set the time and retake."
    return Finding(NAME, Outcome.FAIL, message, measured, expected, worst.claim)


def _excused(witness: TimeWitness, leads: dict[TimeWitness, float]) -> bool:
    """Whether a witness is ahead only because its zone was assumed, while another one knows its zone."""
    guessed, known = witness.zone is ZoneState.ASSUMED, any(other.zone is not ZoneState.ASSUMED for other in leads)
    return guessed and known and leads[witness] <= ZONES_SPAN_S
