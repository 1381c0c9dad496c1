"""``place.repeated``: whether the coordinates vary over a batch, as a moving phone's do.

Bit-identical coordinates over many photos are what a mock position looks like. File and device are counted each on
its own, and the higher count decides. A phone that stands still hands out one and the same fix for a while: photos
that state the same instant for their fix, and were taken soon after it, count as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from evidence.claims import PositionClaim
from evidence.context import Context, StatedPlace
from evidence.findings import ClaimName, Finding, Outcome
from evidence.witness import captured_at

NAME = "place.repeated"

#: For so long after a fix the photos that state it may share it.
_FIX_HOLDS = timedelta(minutes=10)


def check(context: Context) -> Finding:
    """Warn where this photo and earlier ones of the batch state the very same coordinates too often."""
    counts = list(_counts(context))
    if not counts:
        return Finding(NAME, Outcome.UNKNOWN, "There are no earlier positions to compare with.")
    alike, of, claim = max(counts, key=lambda each: each[0])
    limit = context.policy.repeated_positions
    measured, expected = f"{alike} of {of} photos at the very same point", f"fewer than {limit}"
    if alike < limit:
        message = "The positions vary as those of a moving phone do."
        return Finding(NAME, Outcome.PASS, message, measured, expected, claim)
    message = f"{alike} photos state exactly the same point; switch off any mock location, move and retake."
    return Finding(NAME, Outcome.WARN, message, measured, expected, claim)


def _counts(context: Context) -> Iterator[tuple[int, int, ClaimName]]:
    """How many photos state this photo's point, of how many, by whose claim."""
    for here in stated_places(context):
        batch = [place for place in context.history.recent_places if place.claim is here.claim]
        if batch:
            alike = [place for place in batch if (place.latitude, place.longitude) == (here.latitude, here.longitude)]
            yield _apart([here, *alike]), 1 + len(batch), here.claim


def stated_places(context: Context) -> Iterator[StatedPlace]:
    """The positions that this photo's file and device state, with the instants of their fixes."""
    file, device = context.claims.file, context.claims.device
    taken = captured_at(context.claims, context.schedule.zone if context.schedule else None)
    if file.position is not None:
        yield _stated(ClaimName.FILE, file.position, file.gps_instant, taken)
    if device.position is not None:
        yield _stated(ClaimName.DEVICE, device.position, device.position.fixed_at, taken)


def _stated(claim: ClaimName, place: PositionClaim, fixed: datetime | None, taken: datetime | None) -> StatedPlace:
    return StatedPlace(claim, place.latitude, place.longitude, fixed, taken)


def _apart(places: list[StatedPlace]) -> int:
    """How many photos these are, those that share one fix counted once."""
    shared = {place.fixed_at for place in places if _soon_after(place)}
    return len(shared) + sum(not _soon_after(place) for place in places)


def _soon_after(place: StatedPlace) -> bool:
    """Whether the photo was taken while the fix that it states still held."""
    if place.fixed_at is None or place.captured_at is None:
        return False
    return abs(place.captured_at - place.fixed_at) <= _FIX_HOLDS
