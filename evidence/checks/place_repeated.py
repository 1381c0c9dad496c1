"""``place.repeated``: whether the coordinates vary over a batch, as a moving phone's do.

Bit-identical coordinates over many photos are what a mock position looks like.
"""

from __future__ import annotations

from evidence.context import Context
from evidence.findings import ClaimName, Finding, Outcome

NAME = "place.repeated"


def check(context: Context) -> Finding:
    """Warn where this file and earlier ones of the batch state the very same coordinates too often."""
    position, batch = context.claims.file.position, context.history.recent_positions
    if position is None or not batch:
        return Finding(NAME, Outcome.UNKNOWN, "There are no earlier positions to compare with.")
    alike = 1 + batch.count((position.latitude, position.longitude))
    limit = context.policy.repeated_positions
    measured, expected = f"{alike} of {1 + len(batch)} photos at the very same point", f"fewer than {limit}"
    if alike < limit:
        message = "The positions vary as those of a moving phone do."
        return Finding(NAME, Outcome.PASS, message, measured, expected, ClaimName.FILE)
    message = f"{alike} photos state exactly the same point; switch off any mock location, move and retake."
    return Finding(NAME, Outcome.WARN, message, measured, expected, ClaimName.FILE)
