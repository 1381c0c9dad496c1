"""``place.not_redacted``: whether the position survived in the file, or was zeroed or stripped on the way.

Phones remove it without the inspector's doing, so this never fails.
"""

from __future__ import annotations

from evidence.claims import PlaceState
from evidence.context import Context
from evidence.findings import ClaimName, Finding, Outcome

NAME = "place.not_redacted"

_MEASURED = {
    PlaceState.NONE: "no position in the file",
    PlaceState.REDACTED: "position withheld in the file",
    PlaceState.UNUSABLE: "position in the file not usable",
}
_ADVICE = "Take the photo with the field app, which keeps the position in the file."


def check(context: Context) -> Finding:
    """Pass whole position tags, warn of withheld, missing or unusable ones with the reader's reason."""
    file = context.claims.file
    if file.place_state is PlaceState.VALID:
        message = "The position is whole in the photo file."
        return Finding(NAME, Outcome.PASS, message, "position whole", "position whole", ClaimName.FILE)
    measured = _MEASURED[file.place_state]
    reason = (file.place_reason or f"There is {measured}").rstrip(". ")
    return Finding(NAME, Outcome.WARN, f"{reason}. {_ADVICE}", measured, "position whole", ClaimName.FILE)
