"""``time.zone``: whether the zone of the file's clock is known, or the site's was assumed."""

from __future__ import annotations

from evidence.checks._time import no_time, zone_of
from evidence.claims import ZoneState
from evidence.context import Context
from evidence.findings import ClaimName, Finding, Outcome
from evidence.witness import file_time

NAME = "time.zone"

_EXPECTED = "a stated zone"
_MEASURED = {ZoneState.STATED: "stated", ZoneState.GPS: "implied by the satellite time"}


def check(context: Context) -> Finding:
    """Pass a zone that is stated or follows from GPS time, warn of an assumed or missing one.

    The file's clock is asked first; a file without a time leaves the device, whose time is absolute.
    """
    time = file_time(context.claims, zone_of(context))
    if time is None:
        return _by_device(context)
    if time.zone in _MEASURED:
        return Finding(NAME, Outcome.PASS, "The time zone is known.", _MEASURED[time.zone], _EXPECTED, ClaimName.FILE)
    if time.zone is ZoneState.ASSUMED:
        message = "The photo file names no time zone, so the site's was assumed; use the field app."
        return Finding(NAME, Outcome.WARN, message, "assumed", _EXPECTED, ClaimName.FILE)
    message = "The photo file names no time zone, and the site's is not on record; use the field app."
    return Finding(NAME, Outcome.WARN, message, "unknown", _EXPECTED, ClaimName.FILE)


def _by_device(context: Context) -> Finding:
    """The finding for a file that gives no time."""
    if context.claims.device.witnessed_at is None:
        return no_time(NAME)
    return Finding(NAME, Outcome.PASS, "The phone's time is absolute.", "stated", _EXPECTED, ClaimName.DEVICE)
