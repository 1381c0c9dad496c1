"""``origin.first_use``: whether this very file has been sent before.

By sha256 only; near pictures need pixels, and the worker asks for them under the same name (``evidence.pixel_checks``).
The same file for another project, milestone, day or stage is a picture used twice. The same file for the same place,
stage and day is most often a phone that lost track of what it had sent: a warning, and the first record stands. What
an earlier record does not name does not count against the photo.
"""

from __future__ import annotations

from datetime import UTC, date

from evidence.checks._time import times, zone_of
from evidence.checks._words import day
from evidence.context import Context, EarlierUse
from evidence.findings import ClaimName, Finding, Outcome

NAME = "origin.first_use"

_EXPECTED = "a file not sent before"


def check(context: Context) -> Finding:
    """Pass a new file, warn of a repeat for the same site and stage, fail any other use."""
    earlier = context.history.same_bytes
    if not earlier:
        return Finding(NAME, Outcome.PASS, "This photo was not sent before.", "new", _EXPECTED, ClaimName.FILE)
    uses = [(use, _other_purpose(use, context)) for use in earlier]
    use, purpose = next((pair for pair in uses if pair[1] is not None), uses[0])
    measured = f"same file as evidence {use.evidence}"
    sent = day(use.received_at.astimezone(zone_of(context) or UTC))
    if purpose is None:
        message = f"This photo was already sent on {sent}; there is no need to send it again."
        return Finding(NAME, Outcome.WARN, message, measured, _EXPECTED, ClaimName.FILE)
    message = f"This photo was already used for {purpose} on {sent}; take a new one."
    return Finding(NAME, Outcome.FAIL, message, measured, _EXPECTED, ClaimName.FILE)


def _other_purpose(use: EarlierUse, context: Context) -> str | None:
    """What the earlier use was for, if that is not what this photo is for."""
    pairs = (
        ("another project", use.project, context.project),
        ("another milestone", use.milestone, context.milestone),
        ("another stage", use.stage, str(context.stage)),
    )
    for words, then, now in pairs:
        if then is not None and now is not None and then != now:
            return words
    return "another day" if _other_day(use, context) else None


def _other_day(use: EarlierUse, context: Context) -> bool:
    """Whether any machine dates this photo on another day of the site than the earlier use.

    Days of capture are compared; where one of the two has none, days of receipt.
    """
    zone, instants = zone_of(context) or UTC, [witness.instant for witness in times(context)]
    if use.captured_at is None or not instants:
        then, now = use.received_at, [context.received_at]
    else:
        then, now = use.captured_at, instants
    earlier_day: date = then.astimezone(zone).date()
    return any(instant.astimezone(zone).date() != earlier_day for instant in now)
